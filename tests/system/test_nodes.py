"""A Unit of several nodes, each a process: all are provisioned with it, and nobody else gets on the line."""

import json
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.nodes import PROTECTED, Field
from tests.system.provisioned import NewUnit

from aosedge.cli.provisioning import registration
from aosedge.cli.unit_door import UnitDoor, UnitRefused
from aosedge.core.identity import write_card
from aosedge.core.identity.roll import read_known
from aosedge.core.store.disk import OsDisk
from aosedge.model.ids import NodeName

pytestmark = pytest.mark.slow


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    made = Field(tmp_path)
    yield made
    made.end()


@pytest.fixture
def together(cloud: CloudProcess, field: Field) -> Field:
    """Two nodes, provisioned and on the line."""
    field.start("left")
    done = cloud.aos("oem", "unit", "provision", field.main.address, "--nodes", "2", "--wait", "30")
    assert done.returncode == 0, done.stderr
    field.others["left"].until(PROTECTED)
    return field


def connected(cloud: CloudProcess, unit: NewUnit) -> set[str]:
    return {name for name, node in shown(cloud, unit).items() if node["connected"]}


def until_connected(cloud: CloudProcess, unit: NewUnit, *names: str) -> None:
    end = time.monotonic() + 30
    while (there := connected(cloud, unit)) != set(names):
        assert time.monotonic() < end, there
        time.sleep(0.2)


def shown(cloud: CloudProcess, unit: NewUnit) -> dict[str, dict[str, object]]:
    done = cloud.aos("oem", "unit", "show", unit.card.system_id, "--json")
    assert done.returncode == 0, done.stderr
    return {node["name"]: node for node in json.loads(done.stdout)["nodes"]}


def test_all_nodes_of_a_unit_are_provisioned_together(cloud: CloudProcess, field: Field) -> None:
    field.start("left", "right")
    done = cloud.aos("oem", "unit", "provision", field.main.address, "--nodes", "3", "--wait", "30", "--json")
    assert done.returncode == 0, done.stderr
    view = json.loads(done.stdout)
    assert view["nodes"] == ["main", "left", "right"]
    made = {(each["node_id"], each["cert_type"]) for each in view["certificates"]}
    assert made >= {("left", "iam"), ("left", "sm"), ("main", "online")}
    for node in field.others.values():
        assert (node.card.provisioned, node.card.system_id) == (True, field.main.card.system_id)
        node.until(PROTECTED)
        assert node.card.settled
        assert (node.folder / "identity" / "iam.key").stat().st_mode & 0o777 == 0o600
    assert set(read_known(OsDisk(field.main.folder / "identity"))) == {"left", "right"}
    until_connected(cloud, field.main, "main", "left", "right")


def test_a_node_that_is_lost_is_shown_so_and_comes_back_by_itself(cloud: CloudProcess, together: Field) -> None:
    main, left = together.main, together.others["left"]
    until_connected(cloud, main, "main", "left")
    assert left.end(signal.SIGKILL) == -signal.SIGKILL
    until_connected(cloud, main, "main")
    assert set(shown(cloud, main)) == {"main", "left"}
    left.launch()
    until_connected(cloud, main, "main", "left")
    assert main.end(signal.SIGKILL) == -signal.SIGKILL
    left.until("no main node")
    main.launch()
    main.until("connected")
    until_connected(cloud, main, "main", "left")


def test_grpc_is_in_a_process_of_its_own_which_ends_with_the_agent(together: Field) -> None:
    process = together.main.process
    assert process is not None
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    (door,) = [child for child in children if b"nodes_door" in Path(f"/proc/{child}/cmdline").read_bytes()]
    assert "cygrpc" in Path(f"/proc/{door}/maps").read_text()
    assert "cygrpc" not in Path(f"/proc/{process.pid}/maps").read_text()
    together.main.end(signal.SIGKILL)
    end = time.monotonic() + 20
    while Path(f"/proc/{door}/cmdline").exists() and Path(f"/proc/{door}/cmdline").read_bytes():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_name_that_is_taken_is_refused(field: Field) -> None:
    field.start("left")
    field.add("main", "namesake").launch()
    field.others["namesake"].until("the main node has this name")
    field.others["namesake"].end(signal.SIGTERM)
    renamed = field.add("right", "namesake")
    renamed.launch()
    renamed.until("registered with the main node")
    field.add("left", "twin").launch()
    field.others["twin"].until("another node with this name is there")
    with UnitDoor(field.main.address) as door:
        assert door.nodes() == ["main", "left", "right"]
    field.others["left"].end(signal.SIGKILL)
    field.others["twin"].until("registered with the main node")


def test_nobody_gets_on_the_line_of_a_provisioned_unit_but_its_own_nodes_under_their_names(
    cloud: CloudProcess, together: Field, tmp_path: Path
) -> None:
    """I9: a node acts for itself only."""
    stranger = together.add("stranger")
    stranger.launch()
    stranger.until("no main node")

    left = together.others["left"]
    left.end(signal.SIGTERM)
    shutil.copytree(left.folder, together.folder / "right")
    claimed = together.add("right")
    write_card(claimed.folder, msgspec.structs.replace(claimed.card, node=NodeName("right")))
    claimed.launch()
    claimed.until("this node was not provisioned with the Unit")

    other = Field(tmp_path / "other")
    try:
        other.start("left")
        assert cloud.aos("oem", "unit", "provision", other.main.address, "--nodes", "2").returncode == 0
        other.others["left"].until(PROTECTED)
        other.others["left"].end(signal.SIGTERM)
        lost = NewUnit(
            other.others["left"].folder,
            settings={"node": "left", "main_node": f"127.0.0.1:{together.nodes_port}"},
        )
        with closing(lost):
            lost.launch()
            lost.until("a certificate of another Unit")
    finally:
        other.end()
    left.launch()
    left.until(PROTECTED)


def test_a_deprovisioned_unit_takes_its_nodes_along_and_may_be_provisioned_again(
    cloud: CloudProcess, together: Field
) -> None:
    main, left = together.main, together.others["left"]
    until_connected(cloud, main, "main", "left")
    name = main.card.system_id
    done = cloud.aos("oem", "unit", "deprovision", name)
    assert done.returncode == 0, done.stderr
    main.until("this door is closed")
    end = time.monotonic() + 30
    while sum("waiting for a tool" in line for line in main.lines) < 2:
        assert time.monotonic() < end, main.lines
        time.sleep(0.1)
    left.until("registered with the main node.*protected=False")
    assert not left.card.provisioned
    assert [path.name for path in (left.folder / "identity").iterdir()] == ["unit.json"]
    while True:
        with UnitDoor(main.address) as door:
            if door.nodes() == ["main", "left"]:
                break
        assert time.monotonic() < end, left.lines
        time.sleep(0.2)
    done = cloud.aos("oem", "unit", "provision", main.address, "--nodes", "2", "--wait", "30")
    assert done.returncode == 0, done.stderr
    until_connected(cloud, main, "main", "left")


def test_another_nodes_certificate_does_not_do(cloud: CloudProcess, field: Field) -> None:
    field.start("left", "right")
    assert cloud.aos("oem", "unit", "provision", field.main.address, "--nodes", "3").returncode == 0
    left, right = field.others["left"], field.others["right"]
    for node in (left, right):
        node.until(PROTECTED)
        node.end(signal.SIGTERM)
    for name in ("iam.key", "iam.pem"):
        shutil.copy(left.folder / "identity" / name, right.folder / "identity" / name)
    right.launch()
    right.until("this is another node's certificate")


def test_what_is_cut_short_after_a_node_was_finished_may_be_done_again(cloud: CloudProcess, field: Field) -> None:
    field.start("left")
    left = field.others["left"]
    finish_only(cloud, field.main.address, "left", give_up=False)
    assert (left.card.provisioned, left.card.settled, field.main.card.provisioned) == (True, False, False)
    left.end(signal.SIGKILL)
    left.launch()
    left.until("registered with the main node")
    finish_only(cloud, field.main.address, "left", give_up=True)
    done = cloud.aos("oem", "unit", "provision", field.main.address, "--nodes", "2", "--wait", "30")
    assert done.returncode == 0, done.stderr
    left.until(PROTECTED)
    until_connected(cloud, field.main, "main", "left")


def finish_only(cloud: CloudProcess, address: str, node: str, *, give_up: bool) -> None:
    """A tool that goes, or gives up in words, when it has finished this node."""
    with UnitDoor(address) as door, cloud.person("oem") as client:
        door.agree()
        infos = [door.node(name) for name in door.nodes()]
        requests = []
        for name in door.nodes():
            door.start(name, "password")
            requests += [door.create_key(name, type, "password") for type in door.certificate_types(name)]
        passwords = {info.node_id: "password" for info in infos}
        answer = client.post(
            "/units/provisioning/", json=registration(door.system(), infos, passwords, requests, None)
        )
        assert answer.status_code == 201, answer.text
        certificates = {
            each["cert_type"]: each for each in answer.json()["additional_certs"] if each["node_id"] == node
        }
        for type, each in certificates.items():
            door.apply(node, type, each["cert"])
        with pytest.raises(UnitRefused, match="a secondary node is not finished"):
            door.finish("main", "password")
        assert door.finish(node, "password")
        for name in door.nodes() if give_up else ():
            door.give_up(name, "password")
