"""Nobody gives more than they may give: permissions, groups, roles, and whose account one may touch."""

import pytest

from aosedge.cloud.domain.access.callers import Caller, Person, Role
from aosedge.cloud.domain.access.decide import scope_for
from aosedge.cloud.domain.access.giving import (
    check_covers,
    checked_groups,
    checked_permissions,
    givable_by,
    held_by,
    permissions_of,
)
from aosedge.cloud.domain.access.operations import ALWAYS, OPERATIONS, PERSONAL, effective_permissions
from aosedge.cloud.domain.access.roles import MANAGES, ROLES, ROLES_OF, role_named
from aosedge.model.errors import Invalid, NotAllowed
from aosedge.model.ids import OrgId, UserId
from aosedge.model.instants import Instant


def whole(role: Role) -> frozenset[str]:
    return frozenset(effective_permissions(role))


def who(role: Role, *permissions: str) -> Person:
    held = frozenset(permissions) if permissions else None
    return Person(UserId("u"), role, OrgId("o"), permissions=held)


@pytest.mark.parametrize("role", ROLES)
def test_the_group_of_a_role_is_all_that_the_table_gives_it(role: Role) -> None:
    assert permissions_of(role, None, ()) == whole(role)
    assert permissions_of(role, (), ()) == ALWAYS | PERSONAL
    assert held_by(who(role)) == whole(role)


def test_groups_and_permissions_add_up_within_the_role() -> None:
    assert permissions_of("oem", (), ("units_read",)) == {"units_read"} | ALWAYS | PERSONAL
    audit = permissions_of("oem", ("audit",), ("fleets_create",))
    assert audit == (whole("auditor") & whole("oem")) | {"fleets_create"} | ALWAYS | PERSONAL
    assert permissions_of("sp", ("oem_management", "sp_management"), ("units_provision",)) == whole("sp")


def test_whoever_holds_all_of_their_role_gives_all_of_the_roles_they_manage() -> None:
    for giver in ROLES:
        for role in ROLES:
            if role in MANAGES[giver]:
                check_covers(who(giver), role, whole(role))
            else:
                with pytest.raises(NotAllowed) as refused:
                    check_covers(who(giver), role, whole(role))
                assert refused.value.element == "role"


def test_whoever_holds_less_gives_only_what_they_hold() -> None:
    giver = who("oem", "users_create", "units_read")
    assert givable_by(giver) == {"users_create", "units_read"}
    check_covers(giver, "fleet_owner", frozenset(("units_read",)) | ALWAYS | PERSONAL)
    with pytest.raises(NotAllowed) as refused:
        check_covers(giver, "oem", permissions_of("oem", (), ("units_read", "fleets_delete")))
    assert refused.value.got == "fleets_delete"
    with pytest.raises(NotAllowed) as refused:
        check_covers(giver, "oem", whole("oem"))
    assert refused.value.got.endswith(" more")


@pytest.mark.parametrize("giver", ROLES)
def test_nobody_gives_more_reach_than_they_manage(giver: Role) -> None:
    """A role that is given reaches no further than the giver, except where an Admin lets a tenant begin."""
    order = ("none", "own", "fleet", "tenant", "all")
    for role in MANAGES[giver] - {"auditor"}:
        if giver == "admin":
            assert role == "admin" or "all" not in {row.reach(role) for row in OPERATIONS.values()}
        else:
            for row in OPERATIONS.values():
                assert order.index(row.reach(role)) <= order.index(row.reach(giver))


def test_roles_and_organizations_fit() -> None:
    assert set().union(*ROLES_OF.values()) == set(ROLES)
    assert role_named("service provider") == role_named("sp") == "sp"
    with pytest.raises(Invalid, match="service provider"):
        role_named("king")


def test_groups_are_known_ones_in_order_and_the_roles_own_alone_is_the_default() -> None:
    assert checked_groups("oem", None) is None
    assert checked_groups("oem", ("oem_management", "oem_management")) is None
    assert checked_groups("oem", ("fleet_owner_management", "audit")) == ("audit", "fleet_owner_management")
    assert checked_groups("oem", ()) == ()
    with pytest.raises(Invalid) as refused:
        checked_groups("oem", ("wizards",))
    assert (refused.value.element, refused.value.got) == ("permission_groups", "wizards")


@pytest.mark.parametrize("permission", ["units_explode", "organizations_create"])
def test_permissions_are_operations_of_the_role(permission: str) -> None:
    assert checked_permissions("oem", ("units_read", "fleets_read", "units_read")) == ("fleets_read", "units_read")
    with pytest.raises(Invalid) as refused:
        checked_permissions("oem", ("units_read", permission))
    assert refused.value.got == permission


def test_what_was_not_given_is_refused_in_the_one_place() -> None:
    caller = Caller(who("oem", "units_read"), "r", Instant(0))
    assert scope_for(caller, "units_read").reach == "tenant"
    with pytest.raises(NotAllowed, match="not among your permissions"):
        scope_for(caller, "units_delete")
