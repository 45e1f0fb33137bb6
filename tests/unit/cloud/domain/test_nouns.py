"""The small rules: scopes, titles, windows, assignments."""

import msgspec
import pytest

from aosedge.cloud.domain.access.callers import Caller, Person, Scope, Task, UnitPeer, tenant_of
from aosedge.cloud.domain.assignments import Assignment, checked
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.organizations import Grant, Organization
from aosedge.cloud.domain.pages import Window
from aosedge.cloud.domain.people import Certificate, User
from aosedge.cloud.domain.titles import checked_title
from aosedge.cloud.domain.units import Unit, sees
from aosedge.model.errors import Invalid, NotAllowed
from aosedge.model.ids import (
    AssignmentId,
    BundleId,
    FleetId,
    ItemId,
    OrgId,
    SubjectId,
    SystemId,
    UnitId,
    UserId,
)
from aosedge.model.instants import Instant

UNIT = Unit(UnitId("u"), OrgId("o"), FleetId("f"), SystemId("s"), "m", Instant(1))
ASSIGNMENT = Assignment(AssignmentId("a"), OrgId("o"), SubjectId("s"), Instant(1), item=ItemId("i"))


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope("none"), False),
        (Scope("own"), False),
        (Scope("own", unit=UnitId("u")), True),
        (Scope("own", unit=UnitId("v")), False),
        (Scope("fleet", OrgId("o"), frozenset((FleetId("f"),))), True),
        (Scope("fleet", OrgId("o"), frozenset((FleetId("g"),))), False),
        (Scope("fleet", OrgId("o")), False),
        (Scope("fleet", OrgId("p"), frozenset((FleetId("f"),))), False),
        (Scope("tenant", OrgId("o")), True),
        (Scope("tenant", OrgId("p")), False),
        (Scope("all"), True),
    ],
)
def test_a_scope_sees_what_it_says(scope: Scope, seen: bool) -> None:
    assert sees(scope, UNIT) is seen


@pytest.mark.parametrize("state", ["in_sync", "degraded", "failed", "blocked", "updating"])
def test_a_unit_whose_intent_changed_is_updating_before_its_target_is_there(state: str) -> None:
    known = msgspec.structs.replace(UNIT, deployment=state, reason="why")
    assert known.standing == ("updating", "intent changed, and the target is being compiled")
    assert msgspec.structs.replace(known, target_dirty=False).standing == (state, "why")


def test_a_unit_that_never_reported_is_unknown_whatever_is_intended() -> None:
    assert UNIT.standing == ("unknown", "")


def test_people_and_units_act_for_an_organization_and_tasks_for_none() -> None:
    person = Person(UserId("u"), "oem", OrgId("o"))
    assert tenant_of(Caller(person, "r", Instant(1))) == "o"
    assert tenant_of(Caller(UnitPeer(UnitId("u"), OrgId("p"), FleetId("f")), "r", Instant(1))) == "p"
    with pytest.raises(NotAllowed):
        tenant_of(Caller(Task("t"), "r", Instant(1)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"item": None, "bundle": BundleId("b")}, None),
        ({"version": "1.2.3", "num_instances": 100, "priority": 0}, None),
        ({"item": None}, "item"),
        ({"bundle": BundleId("b")}, "item"),
        ({"item": None, "bundle": BundleId("b"), "version": "1.0.0"}, "version"),
        ({"version": "latest"}, "version"),
        ({"num_instances": 0}, "numInstances"),
        ({"num_instances": 101}, "numInstances"),
        ({"priority": -1}, "priority"),
        ({"priority": 1_000_001}, "priority"),
    ],
)
def test_an_assignment_names_the_field_at_fault(changes: dict[str, object], field: str | None) -> None:
    assignment = msgspec.structs.replace(ASSIGNMENT, **changes)
    if field is None:
        assert checked(assignment) == assignment
    else:
        with pytest.raises(Invalid) as raised:
            checked(assignment)
        assert raised.value.element == field


def test_titles_are_trimmed_and_printable() -> None:
    assert checked_title("  a b ") == "a b"
    for wrong in ("", " ", "x" * 201, "a\x00"):
        with pytest.raises(Invalid):
            checked_title(wrong)


def test_windows_have_bounds() -> None:
    assert Window(0, 0).limit == 0
    for limit, offset in ((-1, 0), (1001, 0), (1, -1), (1, 2**31)):
        with pytest.raises(Invalid):
            Window(limit, offset)


def test_records_are_values() -> None:
    """Equal fields are equal things; what was not said has the safe default."""
    fleet = Fleet(FleetId("f"), OrgId("o"), "t", Instant(1))
    assert fleet == Fleet(FleetId("f"), OrgId("o"), "t", Instant(1))
    organization = Organization(OrgId("o"), "oem", "t", Instant(1))
    assert organization != msgspec.structs.replace(organization, kind="sp")
    assert Grant(OrgId("o"), OrgId("s")) == Grant(OrgId("o"), OrgId("s"))
    user = User(UserId("u"), OrgId("o"), "fleet_owner", "name", Instant(1))
    assert (user.fleets, user.active) == (frozenset(), True)
    assert Certificate("1", "user", "u", "user", "f", Instant(2), Instant(1), "pem").state == "active"
