"""Pausing a node: its instances stop and nothing is activated on it until somebody resumes it (PROTOCOL).

A node that was paused once is named in the target ever after: a Unit may take silence for "as it was".
"""

from collections.abc import Iterable

import msgspec

from aosedge.cloud.domain.targets import CompiledTarget
from aosedge.cloud.domain.units import Node, NodeShall, Unit
from aosedge.model.digests import sha256
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import NodeName
from aosedge.model.instants import Instant
from aosedge.protocol.messages.from_cloud import DesiredNode
from aosedge.protocol.messages.parts import Identity

WHY_LONGEST = 200
Stances = tuple[tuple[NodeName, NodeShall], ...]
"""Nodes that somebody paused at some time, by name, with what they shall be now."""


def paused(unit: Unit, node: Node, why: str, now: Instant) -> Node:
    """The node paused, with the reason; as it is if it is paused already. Raises Invalid and Conflict."""
    if not 0 < len(why.strip()) <= WHY_LONGEST:
        raise Invalid("no reason", element="reason", expected=f"1..{WHY_LONGEST} characters", got=why[:40])
    if unit.lifecycle != "provisioned":
        raise Conflict("a Unit that is not provisioned runs nothing", element="unit", got=unit.lifecycle)
    if node.shall == "paused":
        return node
    return msgspec.structs.replace(node, shall="paused", shall_why=why.strip(), shall_since=now)


def resumed(node: Node, now: Instant) -> Node:
    """The node as it was before; again is free."""
    if node.shall != "paused":
        return node
    return msgspec.structs.replace(node, shall="provisioned", shall_why="", shall_since=now)


def with_stances(target: CompiledTarget, stances: Stances) -> CompiledTarget:
    """The target for a Unit with such nodes; Units without any share it as it is."""
    nodes = tuple(_desired(stances))
    if not nodes:
        return target
    document = msgspec.structs.replace(target.document, nodes=nodes)
    body = msgspec.json.encode(document)
    return msgspec.structs.replace(target, document=document, body=body, digest=sha256(body))


def _desired(stances: Stances) -> Iterable[DesiredNode]:
    for name, shall in stances:
        if shall:
            yield DesiredNode(Identity(codename=name), shall)
