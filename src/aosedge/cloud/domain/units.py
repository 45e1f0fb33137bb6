"""Units and their nodes: who they are and their three axes."""

from typing import Literal

import msgspec

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.deployment import DeploymentState
from aosedge.cloud.domain.limits import Limit
from aosedge.model.errors import Conflict
from aosedge.model.ids import FleetId, NodeName, OrgId, SystemId, TargetSystemId, UnitId
from aosedge.model.instants import Instant

Lifecycle = Literal["new", "provisioned", "deprovisioned"]
Connectivity = Literal["Offline", "Connected", "Online"]
"""`Connected`: a channel is open; `Online`: and the Unit reported its whole status on it."""
NodeShall = Literal["", "provisioned", "paused"]
"""Whether instances shall run on a node; empty where nobody ever paused it, and its Unit is told nothing of it."""


class Unit(msgspec.Struct, frozen=True):
    """A Unit with its independent axes: lifecycle, connectivity, deployment."""

    id: UnitId
    tenant: OrgId
    fleet: FleetId
    system_uid: SystemId
    model: str
    created_at: Instant
    model_version: str = ""
    lifecycle: Lifecycle = "new"
    connectivity: Connectivity = "Offline"
    deployment: DeploymentState = "unknown"
    reason: str = ""
    """Why the deployment axis is what it is, in words."""
    target_dirty: bool = True
    """Intent changed since the target was compiled."""
    connection: str = ""
    """Which connection the Unit is on; empty while offline."""
    last_seen: Instant | None = None
    target_system: TargetSystemId | None = None
    """Its kind of hardware; None until somebody says."""

    @property
    def standing(self) -> tuple[DeploymentState, str]:
        """The deployment axis now, with its reason: intent that is newer than the target makes a Unit `updating`."""
        if self.target_dirty and self.deployment != "unknown":
            return "updating", "intent changed, and the target is being compiled"
        return self.deployment, self.reason


class Node(msgspec.Struct, frozen=True):
    """A node as it was registered at provisioning; `info` is the registration's own JSON."""

    unit: UnitId
    name: NodeName
    type: str = ""
    title: str = ""
    main: bool = False
    info: bytes = b"{}"
    shall: NodeShall = ""
    shall_why: str = ""
    """The words of whoever paused it."""
    shall_since: Instant | None = None


class UnitCounts(msgspec.Struct, frozen=True):
    """How many Units there are, by each state of two axes; `deployment` counts `standing`. Every state is there."""

    total: int
    deployment: dict[DeploymentState, int]
    connectivity: dict[Connectivity, int]
    clones: int = 0
    """How many look like two devices."""


def room_for_one(limit: Limit) -> None:
    """Raise Conflict unless the organization may have one more Unit."""
    if limit.most is not None and limit.used >= limit.most:
        raise Conflict(
            "the organization may have no more Units",
            element="system_uid",
            expected=f"at most {limit.most}",
            got=f"{limit.used} are there",
            cure="deprovision a Unit that is not used any more, or ask the installation's admin for more",
        )


def sees(scope: Scope, unit: Unit) -> bool:
    """Whether a Unit is inside a scope: the rule that the store runs as SQL."""
    same = scope.tenant == unit.tenant
    return {
        "none": False,
        "own": scope.unit == unit.id,
        "fleet": same and unit.fleet in (scope.fleets or frozenset()),
        "tenant": same,
        "all": True,
    }[scope.reach]
