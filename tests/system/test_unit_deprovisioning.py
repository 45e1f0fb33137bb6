"""A Unit that the cloud deprovisions stops everything, forgets who it was, and waits for a tool again."""

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.provisioned import NewUnit
from tests.system.test_unit_renewal import until

from aosedge.core import identity
from aosedge.core.identity import Card
from aosedge.model.ids import NodeName, SystemId

pytestmark = pytest.mark.slow

Json = dict[str, Any]


@pytest.fixture
def unit(cloud: CloudProcess, tmp_path: Path) -> Iterator[NewUnit]:
    with NewUnit(tmp_path / "unit") as unit:
        provision(cloud, unit)
        yield unit


def provision(cloud: CloudProcess, unit: NewUnit) -> None:
    done = cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30", "--json")
    assert done.returncode == 0, (done.stderr, unit.lines)


def aos(cloud: CloudProcess, *words: str) -> Any:
    done = cloud.aos("oem", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def audited(cloud: CloudProcess, unit: NewUnit) -> list[str]:
    with cloud.person("oem") as client:
        lines = client.get("/audit/?operation=units_deprovision&limit=100").json()["items"]
    show = aos(cloud, "unit", "show", unit.card.system_id)
    return [line["detail"] for line in lines if show["id"] in line["target"]]


def left(unit: NewUnit) -> list[str]:
    return sorted(path.name for path in (unit.folder / identity.FOLDER).iterdir())


def test_a_deprovisioned_unit_forgets_its_identity_and_can_be_provisioned_again(
    cloud: CloudProcess, unit: NewUnit
) -> None:
    system_id, number = unit.card.system_id, unit.process.pid if unit.process else 0
    assert aos(cloud, "unit", "deprovision", system_id)["status"] == "deprovisioned"
    until(lambda: [line for line in unit.lines if "waiting for a tool" in line][1:] != [])
    assert unit.process is not None and unit.process.pid == number
    assert left(unit) == ["unit.json"]
    assert unit.card == Card(system_id, NodeName("main"))
    assert not (unit.folder / "store").exists()
    assert aos(cloud, "unit", "certificates", system_id) == []
    assert "main has forgotten its identity" in audited(cloud, unit)
    provision(cloud, unit)
    assert aos(cloud, "unit", "show", system_id)["status"] == "provisioned"


def test_a_unit_that_is_away_is_told_when_it_comes(cloud: CloudProcess, unit: NewUnit) -> None:
    system_id = unit.card.system_id
    unit.end(signal.SIGTERM)
    aos(cloud, "unit", "deprovision", system_id)
    assert [each["state"] for each in aos(cloud, "unit", "certificates", system_id)] == ["leaving"]
    unit.launch()
    unit.until("waiting for a tool")
    assert left(unit) == ["unit.json"]
    until(lambda: aos(cloud, "unit", "certificates", system_id) == [])


def test_one_that_is_not_told_is_shut_out_at_once(cloud: CloudProcess, unit: NewUnit) -> None:
    system_id = unit.card.system_id
    aos(cloud, "unit", "deprovision", system_id, "--now")
    assert aos(cloud, "unit", "certificates", system_id) == []
    unit.until("disconnected")
    assert unit.card.provisioned


def test_a_unit_does_not_go_for_somebody_who_does_not_know_its_password(cloud: CloudProcess, unit: NewUnit) -> None:
    unit.end(signal.SIGTERM)
    (unit.folder / identity.FOLDER / "node.secret").write_text("another")
    unit.launch()
    aos(cloud, "unit", "deprovision", unit.card.system_id)
    until(lambda: "main: this is not the node's password" in audited(cloud, unit))
    assert unit.card.provisioned and not unit.card.leaving


def test_a_unit_that_is_killed_once_it_has_decided_goes_on_where_it_was(cloud: CloudProcess, unit: NewUnit) -> None:
    """Whatever it was doing: the decision is durable, the rest is done again."""
    system_id = unit.card.system_id
    unit.end(signal.SIGKILL)
    identity.take_leave(unit.folder)
    unit.launch()
    unit.until("waiting for a tool")
    assert (left(unit), unit.card.system_id) == (["unit.json"], system_id)


class Cut(Exception):
    """The power."""


def test_forgetting_may_be_cut_short_before_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """I12: nothing of the identity is left, wherever the power went; until then the Unit knows that it leaves."""
    names = ["online.key", "online.pem", "online.pair", "iam.next", "node.secret", "roots.pem"]
    card = Card(SystemId("unit-1"), NodeName("main"), provisioned=True, discovery_url="https://cloud")
    unlink, replace = Path.unlink, Path.replace
    for at in range(len(names) + 2):
        folder = tmp_path / "unit"
        shutil.rmtree(folder, ignore_errors=True)
        identity.write_card(folder, card)
        for name in names:
            (folder / identity.FOLDER / name).write_text("secret")
        identity.take_leave(folder)
        steps = iter(range(at))

        def cut(change: Any, steps: Iterator[int] = steps) -> Any:
            def maybe(where: Path, *words: Any, **options: Any) -> Any:
                if next(steps, None) is None:
                    raise Cut
                return change(where, *words, **options)

            return maybe

        monkeypatch.setattr(Path, "unlink", cut(unlink))
        monkeypatch.setattr(Path, "replace", cut(replace))
        with pytest.raises(Cut):
            identity.forget(folder)
        monkeypatch.undo()
        found = identity.read_card(folder)
        assert found is not None and found.leaving and not found.provisioned
        identity.forget(folder)
        assert [path.name for path in (folder / identity.FOLDER).iterdir()] == ["unit.json"]
        assert identity.read_card(folder) == Card(SystemId("unit-1"), NodeName("main"))
