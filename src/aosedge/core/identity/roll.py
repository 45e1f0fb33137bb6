"""The secondary nodes that were provisioned with the Unit, as its main node has them in `identity/nodes.json`.

A node is known by the public key of its `iam` certificate. While that is renewed two keys do: the main node writes
the new one down before the node gets its certificate, and lets go of the old one when the node comes with the new.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from aosedge.core.identity.cabinet import Facts, write_whole
from aosedge.core.ports import Disk
from aosedge.model.errors import Invalid, NotAllowed
from aosedge.model.ids import NodeName
from aosedge.protocol.messages.from_unit import NodeStatus
from aosedge.protocol.messages.parts import CertificateType

FILE: Final = "nodes.json"


class Known(msgspec.Struct, frozen=True):
    """A node that was provisioned with the Unit."""

    key: str
    """Of its `iam` certificate: SHA-256 of the public key, hex."""
    status: NodeStatus
    next_key: str = ""
    """Of the certificate that follows, from when it is handed on until the node has come with it."""
    password: str = ""
    """Which it was given at provisioning, and asks for before it makes a key."""
    facts: dict[CertificateType, Facts] = {}
    """Of its certificates, at provisioning."""


def read_known(disk: Disk) -> dict[NodeName, Known]:
    """Which nodes the Unit has besides the main one; raises Invalid for a damaged record."""
    try:
        return msgspec.json.decode(disk.read(FILE), type=dict[NodeName, Known])
    except FileNotFoundError:
        return {}
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"not a record of nodes: {error}", element=FILE) from error


def write_known(disk: Disk, known: Mapping[NodeName, Known]) -> None:
    """Put the record there, whole and durable."""
    write_whole(disk, FILE, msgspec.json.encode(known))


class Roll:
    """The record and who may come by it. One process writes it. Raises Invalid for a damaged one."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._known = read_known(disk)

    def names(self) -> list[NodeName]:
        """Sorted."""
        return sorted(self._known)

    def status(self, name: NodeName) -> NodeStatus:
        """What the node last said of itself."""
        return self._known[name].status

    def admit(self, name: NodeName, key: str) -> None:
        """A node comes with this key. Raises NotAllowed for one that was not provisioned so (I9)."""
        known = self._known.get(name)
        if known is None:
            raise NotAllowed("this node was not provisioned with the Unit", element=name)
        if key == known.next_key:
            self._put(name, msgspec.structs.replace(known, key=key, next_key=""))
        elif key != known.key:
            raise NotAllowed("this is another node's certificate", element=name)

    def expect(self, name: NodeName, key: str) -> None:
        """The node is about to get a certificate for this key, and may come with it from here."""
        known = self._known[name]
        if key not in (known.key, known.next_key):
            self._put(name, msgspec.structs.replace(known, next_key=key))

    def heard(self, name: NodeName, status: NodeStatus) -> None:
        """What the node says of itself."""
        if status != self._known[name].status:
            self._put(name, msgspec.structs.replace(self._known[name], status=status))

    def _put(self, name: NodeName, known: Known) -> None:
        after = {**self._known, name: known}
        write_known(self._disk, after)
        self._known = after
