"""AosCore renews its certificates with a real cloud, each a process of its own."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.provisioned import NewUnit
from tests.system.waiting import until

from aosedge.core import identity
from aosedge.core.identity.cabinet import TYPES, Facts

Json = dict[str, Any]


@pytest.fixture
def unit(cloud: CloudProcess, tmp_path: Path) -> Iterator[NewUnit]:
    with NewUnit(tmp_path / "unit") as unit:
        done = cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30", "--json")
        assert done.returncode == 0, done.stderr
        yield unit


def aos(cloud: CloudProcess, *words: str) -> Any:
    done = cloud.aos("oem", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def listed(cloud: CloudProcess, unit: NewUnit) -> dict[str, Json]:
    found = aos(cloud, "unit", "certificates", unit.card.system_id)
    return {each["cert_type"]: each for each in found}


def facts(unit: NewUnit, type: str) -> Facts:
    pair = identity.cabinet_of(unit.folder).current(type)  # type: ignore[arg-type]
    assert pair is not None and pair.facts is not None
    return pair.facts


def test_a_unit_renews_all_its_certificates_when_the_cloud_asks(cloud: CloudProcess, unit: NewUnit) -> None:
    old = listed(cloud, unit)
    assert set(old) == set(TYPES)
    system_id = unit.card.system_id
    done = cloud.aos("oem", "unit", "renew", system_id, "--wait", "60")
    assert done.returncode == 0, (done.stdout, done.stderr, unit.lines)
    new = listed(cloud, unit)
    assert all(new[type]["serial"] != old[type]["serial"] for type in TYPES)
    until(lambda: aos(cloud, "unit", "show", system_id)["online_status"] == "Online")
    cabinet = identity.cabinet_of(unit.folder)
    until(lambda: all(cabinet.upcoming(type) is None for type in TYPES))
    assert {type: facts(unit, type).serial for type in TYPES} == {type: new[type]["serial"] for type in TYPES}
    left = sorted(path.name for path in (unit.folder / identity.FOLDER).iterdir())
    assert not [name for name in left if name.endswith((".key", ".next", ".aside", ".pem")) and name != "roots.pem"]
    assert all((unit.folder / identity.FOLDER / f"{type}.pair").stat().st_mode & 0o777 == 0o600 for type in TYPES)


@pytest.mark.slow
def test_a_unit_renews_by_itself_before_the_end_and_stays_connected(hasty: CloudProcess, tmp_path: Path) -> None:
    with NewUnit(tmp_path / "unit") as unit:
        done = hasty.aos("oem", "unit", "provision", unit.address, "--wait", "30", "--json")
        assert done.returncode == 0, done.stderr
        system_id = unit.card.system_id
        serials = [listed(hasty, unit)["online"]["serial"]]
        for _ in range(2):
            until(lambda: listed(hasty, unit)["online"]["serial"] != serials[-1])
            until(lambda: [each["state"] for each in listed(hasty, unit).values()] == ["active"] * len(TYPES))
            serials.append(listed(hasty, unit)["online"]["serial"])
            until(lambda: aos(hasty, "unit", "show", system_id)["online_status"] == "Online")
        assert len(set(serials)) == 3
        assert not [line for line in unit.lines if re.search(r"\b401\b", line)]


def test_a_unit_that_is_killed_while_it_renews_comes_back_and_ends_it(cloud: CloudProcess, unit: NewUnit) -> None:
    old = listed(cloud, unit)["online"]["serial"]
    for _ in range(3):
        aos(cloud, "unit", "renew", unit.card.system_id)
        unit.until("renewing")
        unit.end(signal.SIGKILL)
        unit.launch()
    until(lambda: all(each["status"] == "renew_done" for each in listed(cloud, unit).values()))
    assert listed(cloud, unit)["online"]["serial"] != old
    until(lambda: aos(cloud, "unit", "show", unit.card.system_id)["online_status"] == "Online")


def test_a_unit_takes_no_order_to_renew_from_somebody_who_does_not_know_its_password(
    cloud: CloudProcess, unit: NewUnit
) -> None:
    (unit.folder / identity.FOLDER / "node.secret").write_text("another")
    unit.end(signal.SIGTERM)
    unit.launch()
    aos(cloud, "unit", "renew", unit.card.system_id)
    unit.until("without this node's password")
    assert listed(cloud, unit)["online"]["status"] == "renew_requested"
