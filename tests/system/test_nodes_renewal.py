"""The certificates of a Unit's secondary nodes are renewed through its main node, each a process of its own."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.nodes import PROTECTED, Field
from tests.system.provisioned import NewUnit
from tests.system.waiting import until

from aosedge.core import identity

Place = tuple[str, str]
LEFT: tuple[Place, ...] = (("left", "iam"), ("left", "sm"))


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    made = Field(tmp_path / "field")
    yield made
    made.end()


def provision(cloud: CloudProcess, field: Field) -> None:
    field.start("left")
    done = cloud.aos("oem", "unit", "provision", field.main.address, "--nodes", "2", "--wait", "30")
    assert done.returncode == 0, done.stderr
    field.others["left"].until(PROTECTED)


def serials(cloud: CloudProcess, unit: NewUnit) -> dict[Place, str]:
    done = cloud.aos("oem", "unit", "certificates", unit.card.system_id, "--json")
    assert done.returncode == 0, done.stderr
    return {(each["node_id"], each["cert_type"]): each["serial"] for each in json.loads(done.stdout)}


def held(unit: NewUnit) -> dict[Place, str]:
    cabinet = identity.cabinet_of(unit.folder)
    pairs = {type: cabinet.current(type) for type in ("iam", "sm")}  # type: ignore[arg-type]
    return {("left", type): pair.facts.serial for type, pair in pairs.items() if pair is not None and pair.facts}


def connected(cloud: CloudProcess, unit: NewUnit) -> set[str]:
    done = cloud.aos("oem", "unit", "show", unit.card.system_id, "--json")
    return {node["name"] for node in json.loads(done.stdout)["nodes"] if node["connected"]}


def test_all_nodes_renew_when_the_cloud_asks(cloud: CloudProcess, field: Field) -> None:
    provision(cloud, field)
    main, left = field.main, field.others["left"]
    old = serials(cloud, main)
    done = cloud.aos("oem", "unit", "renew", main.card.system_id, "--wait", "60")
    assert done.returncode == 0, (done.stdout, done.stderr, main.lines, left.lines)
    new = serials(cloud, main)
    assert set(new) == set(old)
    assert not set(new.values()) & set(old.values())
    assert held(left) == {place: new[place] for place in LEFT}
    names = {path.name for path in (left.folder / identity.FOLDER).iterdir()}
    assert names == {"unit.json", "node.secret", "roots.pem", "iam.pair", "sm.pair"}
    assert (left.folder / identity.FOLDER / "iam.pair").stat().st_mode & 0o777 == 0o600
    until(lambda: connected(cloud, main) == {"main", "left"})
    left.end(signal.SIGTERM)
    left.launch()
    left.until(PROTECTED)


def test_nodes_that_are_killed_while_they_renew_come_back_and_end_it(cloud: CloudProcess, field: Field) -> None:
    provision(cloud, field)
    main, left = field.main, field.others["left"]
    old = serials(cloud, main)
    under_way, back = "renewing.*node=left", "a node came.*node=left"
    for killed, when in ((left, under_way), (main, under_way), (left, back)):
        assert cloud.aos("oem", "unit", "renew", main.card.system_id).returncode == 0
        main.until(when)
        killed.end(signal.SIGKILL)
        killed.launch()
    until(lambda: all(serials(cloud, main)[place] not in (old[place], "") for place in LEFT))
    until(lambda: held(left) == {place: serials(cloud, main)[place] for place in LEFT})
    until(lambda: connected(cloud, main) == {"main", "left"})


def test_a_node_that_is_away_renews_when_it_comes(cloud: CloudProcess, field: Field) -> None:
    provision(cloud, field)
    main, left = field.main, field.others["left"]
    old = serials(cloud, main)
    left.end(signal.SIGTERM)
    waited = cloud.aos("oem", "unit", "renew", main.card.system_id, "--wait", "5")
    assert waited.returncode == 4
    left.launch()
    until(lambda: all(serials(cloud, main)[place] != old[place] for place in LEFT))
    until(lambda: held(left) == {place: serials(cloud, main)[place] for place in LEFT})


@pytest.mark.slow
def test_nodes_renew_by_themselves_before_the_end(hasty: CloudProcess, field: Field) -> None:
    provision(hasty, field)
    old = serials(hasty, field.main)
    until(lambda: all(serials(hasty, field.main)[place] != old[place] for place in LEFT))
    until(lambda: held(field.others["left"]) == {place: serials(hasty, field.main)[place] for place in LEFT})
    until(lambda: connected(hasty, field.main) == {"main", "left"})
