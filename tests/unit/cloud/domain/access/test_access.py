"""Who may do what: the table as people review it, and the one decision made from it."""

from pathlib import Path

import pytest

from aosedge.cloud.domain.access.callers import Caller, Person, Scope, Task, UnitPeer
from aosedge.cloud.domain.access.decide import scope_for, unit_scope
from aosedge.cloud.domain.access.operations import (
    INVITED,
    OPERATIONS,
    PERSONAL,
    PUBLIC,
    SIGNING_IN,
    effective_permissions,
)
from aosedge.cloud.domain.access.roles import GROUPS, ROLES, WIRE_NAMES
from aosedge.model.errors import NotAllowed
from aosedge.model.ids import FleetId, OrgId, UnitId, UserId
from aosedge.model.instants import Instant

GOLDEN = Path(__file__).parents[4] / "golden" / "access.txt"
FLEETS = frozenset((FleetId("f-1"),))


def asks(role: str) -> Caller:
    return Caller(Person(UserId("u"), role, OrgId("org"), FLEETS), "r-1", Instant(0))  # type: ignore[arg-type]


def matrix() -> str:
    lines = [f"{'operation':32}{'effect':9}" + "".join(f"{role:13}" for role in ROLES)]
    lines += [
        f"{name:32}{row.effect:9}" + "".join(f"{row.reach(role):13}" for role in ROLES)
        for name, row in sorted(OPERATIONS.items())
    ]
    lines += [f"{name:32}{'reads':9}anybody" for name in sorted(PUBLIC)]
    lines += [f"{name:32}{'changes':9}whoever has a one-time token" for name in sorted(INVITED)]
    lines += [f"{name:32}{'changes':9}whoever can show who they are" for name in sorted(SIGNING_IN)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def test_the_matrix_is_the_one_that_was_reviewed() -> None:
    assert matrix() == GOLDEN.read_text(), f"review the change and write it to {GOLDEN.name}:\n{matrix()}"


@pytest.mark.parametrize("role", ROLES)
def test_each_cell_decides_its_scope(role: str) -> None:
    caller = asks(role)
    for operation, row in OPERATIONS.items():
        match row.reach(role):  # type: ignore[arg-type]
            case "none":
                with pytest.raises(NotAllowed) as refused:
                    scope_for(caller, operation)
                assert refused.value.element == operation
            case "fleet":
                assert scope_for(caller, operation) == Scope("fleet", OrgId("org"), FLEETS)
            case "all":
                assert scope_for(caller, operation) == Scope("all")
            case "own":
                assert scope_for(caller, operation) == Scope("own", OrgId("org"), user=UserId("u"))
            case "tenant":
                assert scope_for(caller, operation) == Scope("tenant", OrgId("org"))


def test_a_role_s_permissions_are_its_rows() -> None:
    assert "deployment_bundles_create" in effective_permissions("sp")
    assert "units_read" not in effective_permissions("sp")
    assert effective_permissions("auditor") == tuple(
        sorted(name for name, row in OPERATIONS.items() if row.auditor != "none")
    )


def test_an_auditor_changes_nothing_and_an_admin_sees_no_tenant_s_units() -> None:
    changing = {name: row.auditor for name, row in OPERATIONS.items() if row.effect == "changes"}
    assert {reach for name, reach in changing.items() if name not in PERSONAL} == {"none"}
    assert {row.admin for name, row in OPERATIONS.items() if name.startswith("unit")} == {"none"}


def test_what_is_personal_is_everybody_s_own() -> None:
    assert {OPERATIONS[name].reach(role) for name in PERSONAL for role in ROLES} == {"own"}


def test_every_role_has_its_name_on_the_wire_and_its_group() -> None:
    assert WIRE_NAMES.keys() == GROUPS.keys() == set(ROLES)


def test_an_operation_without_a_row_does_not_exist() -> None:
    with pytest.raises(KeyError):
        scope_for(asks("oem"), "units_explode")


def test_a_unit_reaches_itself_only() -> None:  # I9
    peer = UnitPeer(UnitId("unit"), OrgId("org"), FleetId("f-1"))
    assert unit_scope(peer) == Scope("own", OrgId("org"), FLEETS, UnitId("unit"))
    for who in (peer, Task("targets")):
        with pytest.raises(NotAllowed, match="for people"):
            scope_for(Caller(who, "r", Instant(0)), "units_read")
