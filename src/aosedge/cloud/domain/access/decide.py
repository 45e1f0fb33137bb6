"""May this caller do this, and how far does it reach? Asked in one place, the dispatcher."""

from aosedge.cloud.domain.access.callers import Caller, Person, Reach, Scope, UnitPeer
from aosedge.cloud.domain.access.operations import OPERATIONS
from aosedge.cloud.domain.access.roles import GROUPS
from aosedge.model.errors import NotAllowed


def scope_for(caller: Caller, operation: str) -> Scope:
    """What the operation may see and change for this caller; raises NotAllowed naming the operation.

    Operations of the table are for people: a Unit reaches only itself and has its own use cases, a task has the
    system-wide repositories. An operation without a row raises KeyError: a fault of the house, not of a caller.
    """
    if not isinstance(caller.who, Person):
        raise NotAllowed(f"{operation} is for people", element=operation)
    who = caller.who
    reach = OPERATIONS[operation].reach(who.role)
    if reach == "none":
        raise NotAllowed(
            f"{operation} is not for the role {who.role}",
            element=operation,
            expected="a role that has it",
            got=who.role,
            cure=f"ask somebody of the group {_groups_with(operation)}",
        )
    if who.permissions is not None and operation not in who.permissions:
        raise NotAllowed(
            f"{operation} is not among your permissions",
            element=operation,
            expected="a permission that you, and the token you use, were given",
            cure="ask whoever manages your organization's users",
        )
    return _reaching(reach, who)


def _reaching(reach: Reach, who: Person) -> Scope:
    if reach == "all":
        return Scope(reach="all")
    return Scope(
        reach=reach,
        tenant=who.tenant,
        fleets=who.fleets if reach == "fleet" else None,
        user=who.user if reach == "own" else None,
    )


def unit_scope(peer: UnitPeer) -> Scope:
    """A Unit reaches itself only (invariant I9)."""
    return Scope(reach="own", tenant=peer.tenant, fleets=frozenset((peer.fleet,)), unit=peer.unit)


def _groups_with(operation: str) -> str:
    row = OPERATIONS[operation]
    return " or ".join(group for role, group in GROUPS.items() if row.reach(role) != "none")
