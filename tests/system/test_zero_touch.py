"""A new Unit with an enrolment key registers itself with a real cloud, waits, is let in, and comes online."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.provisioned import NewUnit


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    """What is done at the end of a test, however it ends."""
    with ExitStack() as stack:
        yield stack


def aos(cloud: CloudProcess, *words: str) -> Any:
    done = cloud.aos("oem", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def fleet_of(cloud: CloudProcess) -> str:
    return str(aos(cloud, "fleet", "list")[0]["title"])


def unit_with(cloud: CloudProcess, folder: Path, key: str) -> NewUnit:
    file = folder.with_suffix(".key")
    file.write_text(key + "\n")
    settings = {"cloud": cloud.url, "cloud_root": str(cloud.folder / "root.pem"), "enrolment_key_file": str(file)}
    return NewUnit(folder, settings=settings)


def test_a_unit_is_let_in_by_a_person_after_a_kill_and_comes_online(
    cloud: CloudProcess, tmp_path: Path, ending: ExitStack
) -> None:
    made = aos(cloud, "enrolment", "create", "line 4", "--fleet", fleet_of(cloud))
    unit = unit_with(cloud, tmp_path / "unit", made["key"])
    ending.enter_context(closing(unit))
    unit.launch()
    unit.until("at the cloud's door")
    found = aos(cloud, "unit", "waiting")
    assert [each["system_uid"] for each in found] == [unit.card.system_id]
    assert any(found[0]["fingerprint"] in line for line in unit.lines), "what a person compares"
    unit.end(signal.SIGKILL)
    unit.launch()
    unit.until("at the cloud's door")
    assert len(aos(cloud, "unit", "waiting")) == 1, "it is the same application"
    aos(cloud, "unit", "approve", found[0]["id"])
    unit.until("connected", 60)
    assert unit.card.provisioned
    assert aos(cloud, "unit", "show", unit.card.system_id)["status"] == "provisioned"
    assert aos(cloud, "enrolment", "list")[0]["state"] == "used"
    assert aos(cloud, "unit", "waiting") == []
    unit.end(signal.SIGTERM)
