"""A Unit of several nodes, each a process: all are provisioned with it, and nobody else gets on the line."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.provisioned import NewUnit, free_port

from aosedge.core.identity.nodes import read_known


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudProcess]:
    made = CloudProcess(tmp_path_factory.mktemp("cloud"))
    made.init()
    made.start()
    yield made
    assert made.stop() == 0


class Field:
    """A main node and secondary ones."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.nodes_port = folder, free_port()
        self.main = NewUnit(folder / "main", settings={"nodes_port": str(self.nodes_port)})
        self.others: dict[str, NewUnit] = {}

    def add(self, name: str, folder: str = "") -> NewUnit:
        """A secondary node, not started."""
        settings = {"node": name, "main_node": f"127.0.0.1:{self.nodes_port}"}
        node = self.others[folder or name] = NewUnit(self.folder / (folder or name), settings=settings)
        return node

    def start(self, *names: str) -> None:
        """The main node and these others, until they are on the line."""
        self.main.start()
        for name in names:
            self.add(name).launch()
        for name in names:
            self.others[name].until("registered with the main node")

    def end(self) -> None:
        for node in (self.main, *self.others.values()):
            if node.process is not None:
                node.end(signal.SIGTERM)


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    made = Field(tmp_path)
    yield made
    made.end()


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
        node.until("registered with the main node.*protected=True")
        assert node.card.settled
        assert (node.folder / "identity" / "iam.key").stat().st_mode & 0o777 == 0o600
    assert set(read_known(field.main.folder)) == {"left", "right"}
    assert set(shown(cloud, field.main)) == {"main", "left", "right"}
