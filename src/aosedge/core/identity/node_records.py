"""What a main node knows of the certificates of secondary nodes and their renewals: `identity/renewals.json`.

Keys and certificates are the nodes' own. Here is how far a renewal is, so that power may go at any moment.
"""

import asyncio
from typing import Final

import msgspec

from aosedge.core.domain.renewal import Stage
from aosedge.core.identity.cabinet import Facts, write_whole
from aosedge.core.identity.roll import read_known
from aosedge.core.images.threads import in_thread
from aosedge.core.ports import Disk
from aosedge.model.errors import Invalid
from aosedge.model.ids import NodeName
from aosedge.model.instants import Instant
from aosedge.protocol.messages.parts import CertificateType

FILE: Final = "renewals.json"
Place = tuple[NodeName, CertificateType]


class Successor(msgspec.Struct, frozen=True):
    """A certificate on its way to a node: asked for, issued, taken by the node, confirmed to the cloud."""

    request: str
    """PEM; its key is the node's."""
    since: Instant
    """When it came into this stage."""
    chain: str = ""
    facts: Facts | None = None
    """Once the node has taken it."""
    confirmed: bool = False

    @property
    def stage(self) -> Stage:
        """As for the Unit's own."""
        if self.confirmed:
            return "confirmed"
        return "issued" if self.chain else "asked"


class Paper(msgspec.Struct, frozen=True):
    """One certificate of a secondary node."""

    facts: Facts | None = None
    """None where the node was provisioned before the main node took such things down."""
    taken_at: Instant = Instant(0)
    password: str = ""
    """The node's, which it asks for before it makes a key."""
    order: str = ""
    """The password that came with an order to renew which has not begun yet; empty without one."""
    successor: Successor | None = None


class NodeRecords:
    """The record. Raises Invalid for a damaged one, OSError from the disk."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._known = read_known(disk)
        self._kept = _read(disk)
        self._one_at_a_time = asyncio.Lock()

    @property
    def nodes(self) -> frozenset[NodeName]:
        """The Unit's secondary nodes."""
        return frozenset(self._known)

    def places(self) -> list[Place]:
        """What there is to look after, sorted."""
        kept = {(node, type) for node, papers in self._kept.items() for type in papers if node in self._known}
        return sorted(kept | {(node, type) for node, known in self._known.items() for type in known.facts})

    def paper(self, place: Place) -> Paper:
        """What is known of it, however little."""
        node, type = place
        known = self._known[node]
        return self._kept.get(node, {}).get(type) or Paper(known.facts.get(type), password=known.password)

    async def put(self, place: Place, paper: Paper) -> None:
        """From here it is so, also after a power cut."""
        node, type = place
        async with self._one_at_a_time:
            after = {**self._kept, node: {**self._kept.get(node, {}), type: paper}}
            await in_thread(write_whole, self._disk, FILE, msgspec.json.encode(after))
            self._kept = after


def _read(disk: Disk) -> dict[NodeName, dict[CertificateType, Paper]]:
    try:
        return msgspec.json.decode(disk.read(FILE), type=dict[NodeName, dict[CertificateType, Paper]])
    except FileNotFoundError:
        return {}
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"not a record of renewals: {error}", element=FILE) from error
