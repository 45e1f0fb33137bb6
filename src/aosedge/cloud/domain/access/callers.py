"""Who is asking, made once at the rim from the credential, and how far this one operation reaches."""

from typing import Literal

import msgspec

from aosedge.model.errors import NotAllowed
from aosedge.model.ids import FleetId, OrgId, SessionId, UnitId, UserId
from aosedge.model.instants import Instant

Role = Literal["oem", "fleet_owner", "sp", "admin", "auditor"]
Reach = Literal["none", "own", "fleet", "tenant", "all"]


class Person(msgspec.Struct, frozen=True):
    """A signed-in user."""

    user: UserId
    role: Role
    tenant: OrgId
    fleets: frozenset[FleetId] = frozenset()
    permissions: frozenset[str] | None = None
    """The operations that they may ask for, of those of the role; None is all of the role's."""


class UnitPeer(msgspec.Struct, frozen=True):
    """A Unit on its channel, known by its certificate."""

    unit: UnitId
    tenant: OrgId
    fleet: FleetId


class Task(msgspec.Struct, frozen=True):
    """A reconciler: nobody asked. `tenant`: whose audit trail says what it decided; None is the installation's."""

    name: str
    tenant: OrgId | None = None


class Caller(msgspec.Struct, frozen=True):
    """Who, from where, in which request, and when."""

    who: Person | UnitPeer | Task
    request_id: str
    now: Instant
    origin: str = ""
    """The peer's address, for the audit trail."""
    session: SessionId | None = None
    """The one that a person asks in, if it is one."""


class Scope(msgspec.Struct, frozen=True):
    """What the repositories of one transaction may see: decided from the caller and the operation's reach."""

    reach: Reach
    tenant: OrgId | None = None
    fleets: frozenset[FleetId] | None = None
    unit: UnitId | None = None
    user: UserId | None = None
    """Whose own things these are, where a person reaches only `own`."""


def tenant_of(caller: Caller) -> OrgId:
    """The organization that a person or a Unit acts for; raises NotAllowed for a task, which acts for none."""
    if isinstance(caller.who, Task):
        raise NotAllowed("a task acts for no organization", element=caller.who.name)
    return caller.who.tenant
