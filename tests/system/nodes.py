"""A Unit of several nodes, each a process."""

from pathlib import Path

from tests.system.provisioned import NewUnit, free_port

PROTECTED = "registered with the main node.*protected=True"


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
            node.close()
