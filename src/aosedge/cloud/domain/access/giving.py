"""What a person may give to others: never more than they may give (TRUST, identities: scoped).

Whoever holds everything of their role gives anything that the roles they manage have; whoever holds less, or comes
with an API token of less, gives only what they hold. The same measure decides whose account they may touch: making
an invitation for somebody is becoming them.
"""

from collections.abc import Iterable

from aosedge.cloud.domain.access.callers import Person, Role
from aosedge.cloud.domain.access.operations import ALWAYS, OPERATIONS, PERSONAL, effective_permissions
from aosedge.cloud.domain.access.roles import GROUPS, MANAGES, WIRE_NAMES
from aosedge.model.errors import Invalid, NotAllowed

SHOWN_MOST = 5


def permissions_of(role: Role, groups: tuple[str, ...] | None, permissions: Iterable[str]) -> frozenset[str]:
    """What a user may ask for: of what the table gives the role, what groups and further permissions name.

    `groups` None is the role's own group.
    """
    named = set(permissions) | ALWAYS | PERSONAL
    for other, group in GROUPS.items():
        if group in (groups if groups is not None else (GROUPS[role],)):
            named |= set(effective_permissions(other))
    return frozenset(named & set(effective_permissions(role)))


def held_by(who: Person) -> frozenset[str]:
    """What the person may ask for now."""
    whole = frozenset(effective_permissions(who.role))
    return whole if who.permissions is None else whole & who.permissions


def givable_by(who: Person) -> frozenset[str]:
    """What the person may give."""
    held, whole = held_by(who), frozenset(effective_permissions(who.role))
    if held - PERSONAL < whole - PERSONAL:
        return held
    return held.union(*(effective_permissions(role) for role in MANAGES[who.role]))


def check_covers(who: Person, role: Role, permissions: frozenset[str]) -> None:
    """Raise NotAllowed unless the person may give this role with these permissions, and so touch who has them."""
    if role not in MANAGES[who.role]:
        roles = ", ".join(sorted(WIRE_NAMES[each] for each in MANAGES[who.role])) or "none"
        raise NotAllowed("you cannot manage users of this role", element="role", expected=roles, got=WIRE_NAMES[role])
    beyond = sorted(permissions - givable_by(who) - ALWAYS - PERSONAL)
    if beyond:
        more = f" and {len(beyond) - SHOWN_MOST} more" if len(beyond) > SHOWN_MOST else ""
        raise NotAllowed(
            "this is more than you may give",
            element="permissions",
            got=", ".join(beyond[:SHOWN_MOST]) + more,
            cure="ask somebody who has these permissions",
        )


def checked_groups(role: Role, groups: Iterable[str] | None) -> tuple[str, ...] | None:
    """The permission groups in order, once each; None where they are just the role's own. Raises Invalid."""
    if groups is None:
        return None
    named = tuple(sorted(set(groups)))
    known = set(GROUPS.values())
    for group in named:
        if group not in known:
            expected = ", ".join(sorted(known))
            raise Invalid("no such permission group", element="permission_groups", expected=expected, got=group[:40])
    return None if named == (GROUPS[role],) else named


def checked_permissions(role: Role, permissions: Iterable[str]) -> tuple[str, ...]:
    """Permissions in order, once each; raises Invalid for one that is not in the table or not for the role."""
    named = tuple(sorted(set(permissions)))
    for permission in named:
        row = OPERATIONS.get(permission)
        if row is None or row.reach(role) == "none":
            raise Invalid(
                "no such permission of this role",
                element="permissions",
                expected=f"an operation that the role {WIRE_NAMES[role]} has",
                got=permission[:60],
            )
    return named
