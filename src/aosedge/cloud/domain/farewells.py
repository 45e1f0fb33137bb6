"""A deprovisioned Unit is told to forget its identity: now, or when it next comes, within a while.

Until it has done so its `online` certificates open the door for that alone; so a Unit that was away does not run what
it ran for ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from aosedge.cloud.domain.people import Certificate
from aosedge.cloud.domain.units import Node
from aosedge.model.ids import NodeName
from aosedge.model.instants import DAY, Instant
from aosedge.protocol.messages import DeprovisioningRequest, DeprovisioningResponse
from aosedge.protocol.messages.parts import Identity

WAITS_US: Final = 30 * DAY
"""How long a Unit that is away may come to be told."""


def can_be_told(nodes: Iterable[Node], secrets: Mapping[NodeName, str]) -> bool:
    """Whether the passwords of all its nodes are known: a Unit follows no such order without."""
    names = [node.name for node in nodes]
    return bool(names) and all(name in secrets for name in names)


def until(certificate: Certificate, now: Instant) -> Instant:
    """When the door closes to a Unit that has not come."""
    return min(certificate.not_after, Instant(now + WAITS_US))


def requests(nodes: Sequence[Node], secrets: Mapping[NodeName, str]) -> tuple[DeprovisioningRequest, ...]:
    """What the Unit is told, its main node last: with that the whole Unit goes."""
    ordered = sorted(nodes, key=lambda node: node.main)
    return tuple(
        DeprovisioningRequest(node=Identity(codename=node.name), password=secrets[node.name]) for node in ordered
    )


def is_gone(response: DeprovisioningResponse, nodes: Iterable[Node]) -> bool:
    """Whether the Unit has forgotten its identity: its main node says so, and names no error."""
    return not trouble(response) and any(node.main and node.name == response.node.codename for node in nodes)


def trouble(response: DeprovisioningResponse) -> str:
    """What kept the node from it; empty if nothing did."""
    error = response.error_info
    if error is None or not (error.aos_code or error.exit_code or error.message):
        return ""
    return error.message or "not said why"
