"""The audit trail on every database: what changed, from what to what; who tampers with it is seen; old lines go."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, text
from tests.contract.store_world import NOW, TASK, Counted, person, settle, tenant

from aosedge.cloud.domain.access.callers import Caller, Scope
from aosedge.cloud.domain.audit import Along, Change, Fault
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.people import User
from aosedge.cloud.store import Session, Store
from aosedge.cloud.store.database import Database
from aosedge.cloud.store.recording import CHANGES_MOST, HIDDEN
from aosedge.cloud.usecases import audit, fleets, subjects
from aosedge.cloud.usecases.dispatch import Dispatcher
from aosedge.model.errors import NotFound
from aosedge.model.ids import FleetId, OrgId, SubjectId, UnitId, UserId
from aosedge.model.instants import DAY, Instant

LINES = 5


@pytest.fixture
async def world(store: Store) -> Store:
    return await settle(store)


async def write_lines(store: Store, org: str = "oem-1", *, at: int = NOW, count: int = LINES) -> None:
    caller = person(org, Instant(at))
    for number in range(count):
        await store.write(
            caller, tenant(org), lambda s, number=number: s.audit.append("fleets_create", "done", target=f"{number}")
        )


async def tamper(store: Store, statement: str) -> None:
    database: Database = store._database

    def work(connection: Connection) -> int:
        return connection.execute(text(statement)).rowcount

    assert await database.alone(work) > 0


async def found(store: Store) -> list[tuple[str, int, str]]:
    """What whoever runs the installation finds, and an organization of its own chain, some lines at a time."""
    every = [fault async for each in audit.verify(store, TASK) for fault in each.faults]
    assert await found_own(store) == [fault for fault in every if fault.chain == "oem-1"]
    return [(fault.chain, fault.number, fault.kind) for fault in every]


async def found_own(store: Store, org: str = "oem-1") -> list[Fault]:
    seen: list[Fault] = []
    along: Along | None = None
    while True:
        checked = await store.read(
            person(org), tenant(org), lambda session, along=along: audit.verify_own(session, along, 2)
        )
        seen += checked.faults
        along = checked.along
        assert checked.total == len(checked.faults)
        if along is None:
            return seen


async def last_line(store: Store, org: str = "oem-1") -> Any:
    page = await store.read(person(org), tenant(org), lambda session: session.audit.page())
    return page.items[0]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE audit SET outcome = 'denied' WHERE chain = 'oem-1' AND number = 3", ("oem-1", 3, "changed")),
        ("UPDATE audit SET changes = '[]' WHERE chain = 'oem-1' AND number = 1", ("oem-1", 1, "changed")),
        ("UPDATE audit SET hash = 'x' WHERE chain = 'oem-1' AND number = 5", ("oem-1", 5, "changed")),
        ("DELETE FROM audit WHERE chain = 'oem-1' AND number = 1", ("oem-1", 1, "removed")),
        ("DELETE FROM audit WHERE chain = 'oem-1' AND number = 3", ("oem-1", 3, "removed")),
        ("DELETE FROM audit WHERE chain = 'oem-1' AND number = 5", ("oem-1", 5, "removed")),
        (
            "INSERT INTO audit SELECT chain, 6, at, who, operation, request_id, outcome, origin, target, detail,"
            " changes, previous, hash FROM audit WHERE chain = 'oem-1' AND number = 5",
            ("oem-1", 6, "inserted"),
        ),
        (
            "INSERT INTO audit SELECT 'made up', 1, at, who, operation, request_id, outcome, origin, target, detail,"
            " changes, previous, hash FROM audit WHERE chain = 'oem-1' AND number = 1",
            ("made up", 1, "inserted"),
        ),
    ],
)
async def test_who_tampers_is_seen_and_the_row_is_named(
    world: Store, statement: str, expected: tuple[str, int, str]
) -> None:
    await write_lines(world, "oem-1")
    await write_lines(world, "oem-2")
    assert await found(world) == []
    await tamper(world, statement.replace("INSERT INTO audit SELECT", f"INSERT INTO audit ({COLUMNS}) SELECT"))
    assert await found(world) == [expected]
    await write_lines(world, "oem-1", count=1)
    assert await found(world), "what was written since hides nothing"


COLUMNS = "chain, number, at, who, operation, request_id, outcome, origin, target, detail, changes, previous, hash"


async def change(store: Store, operation: str, work: Any) -> tuple[Change, ...]:
    await Dispatcher(store).change(person("oem-1"), operation, work, lambda _result: "target")
    line = await last_line(store)
    return msgspec.json.decode(line.changes or "[]", type=tuple[Change, ...])


async def test_a_change_is_written_down_from_what_to_what(world: Store) -> None:
    ids = Counted("new")
    (made,) = await change(world, "fleets_create", lambda session: fleets.create(session, ids, "North"))
    assert (made.of, made.key, made.before) == ("fleets", {"id": ids.first}, None)
    assert made.after == {"tenant": "oem-1", "title": "North", "created_at": NOW, "timezone": ""}
    fleet = FleetId(ids.first)
    (renamed,) = await change(world, "fleets_update", lambda session: fleets.change(session, fleet, "South"))
    assert (renamed.before, renamed.after) == ({"title": "North"}, {"title": "South"})
    assert await change(world, "fleets_update", lambda session: fleets.change(session, fleet, "South")) == ()
    (gone,) = await change(world, "fleets_delete", lambda session: fleets.delete(session, fleet))
    assert (gone.before, gone.after) == (made.after | {"title": "South"}, None)
    assert await found(world) == []


async def test_what_only_follows_from_a_change_is_not_written_down(world: Store) -> None:
    subject, unit = SubjectId("subject-oem-1"), UnitId("unit-oem-1")
    joined = await change(world, "subject_units_add", lambda session: session.subjects.join(subject, unit))
    assert [(each.of, each.key) for each in joined] == [("subject_units", {"subject": subject, "unit": unit})]
    renamed = await change(world, "subjects_update", lambda session: subjects.rename(session, subject, "Other"))
    assert [each.of for each in renamed] == ["subjects"]


async def test_a_secret_is_never_written_down_and_a_line_has_bounds(world: Store) -> None:
    def many(session: Session) -> None:
        for number in range(CHANGES_MOST + 7):
            session.fleets.add(Fleet(FleetId(f"f-{number}"), OrgId("oem-1"), "t" * 20_000 + f"{number}", NOW))

    noted = await change(world, "fleets_create", many)
    assert noted[-1].after == {"more": CHANGES_MOST + 7 - len(noted) + 1}
    assert len((await last_line(world)).changes) < 40_000

    def certify(session: Session) -> None:
        session.users.add(User(UserId("u"), OrgId("oem-1"), "oem", "new", NOW, fleets=frozenset({FleetId("f-1")})))
        certificate = session.certificates.of_unit(UnitId("unit-oem-1"))[0]
        session.certificates.add(msgspec.structs.replace(certificate, serial="another"))

    noted = await change(world, "users_create", certify)
    assert [each.of for each in noted] == ["users", "user_fleets", "certificates"]
    assert noted[2].after is not None and noted[2].after["pem"] == HIDDEN


async def test_an_attempt_on_what_is_not_there_is_written_down(world: Store) -> None:
    with pytest.raises(NotFound):
        await change(world, "fleets_delete", lambda session: fleets.delete(session, FleetId("fleet-oem-2")))
    line = await last_line(world)
    assert (line.operation, line.outcome, line.target, line.changes) == (
        "fleets_delete", "not found", "fleet-oem-2", "",
    )  # fmt: skip


async def test_lines_are_exported_by_instant_with_what_the_hash_is_of(world: Store) -> None:
    await write_lines(world, "oem-1", at=NOW)
    await write_lines(world, "oem-2", at=NOW + DAY)
    lines = [msgspec.json.decode(line) async for line in audit.export(world, TASK, None, None)]
    assert [line["chain"] for line in lines] == ["oem-1"] * LINES + ["oem-2"] * LINES
    assert lines[0]["time"] == "2027-01-15T08:00:00.000000Z"
    some = [line async for line in audit.export(world, TASK, Instant(NOW), Instant(NOW + DAY))]
    assert len(some) == LINES
    assert [line async for line in audit.export(world, TASK, Instant(NOW + 2 * DAY), None)] == []


async def test_what_retention_leaves_can_be_verified_still(world: Store) -> None:
    await write_lines(world, "oem-1", at=NOW)
    await write_lines(world, "oem-1", at=NOW + 10 * DAY)
    await write_lines(world, "oem-2", at=NOW)
    task = Caller(TASK.who, "r", Instant(NOW + 10 * DAY))
    gone = await world.write_every(task, lambda session: audit.let_go(session, Instant(NOW + DAY)))
    assert gone == (2 * LINES, False)
    assert await found(world) == []
    assert [(each.chain.chain, each.chain.first) async for each in audit.verify(world, TASK)] == [
        ("", 1), ("oem-1", LINES + 1), ("oem-2", LINES + 1),
    ]  # fmt: skip
    assert await world.write_every(task, lambda session: audit.let_go(session, Instant(NOW + DAY))) == (0, False)
    await write_lines(world, "oem-2", at=NOW + 10 * DAY)
    assert await found(world) == []
    await tamper(world, f"DELETE FROM audit WHERE chain = 'oem-1' AND number = {LINES + 1}")
    assert await found(world) == [("oem-1", LINES + 1, "removed")]
    assert await world.write_every(task, lambda s: audit.let_go(s, Instant(NOW + 99 * DAY)))
    assert ("oem-1", LINES + 1, "removed") in await found(world)


async def test_a_scope_without_an_organization_reads_no_line(world: Store) -> None:
    await write_lines(world)
    page = await world.read(person("oem-1"), Scope(reach="none"), lambda session: session.audit.page())
    assert page.total == 0


async def test_a_part_of_the_target_finds_what_was_done_to_one_thing(store: Store) -> None:
    await settle(store)

    def note(session: Session) -> None:
        for target in ("unit-1 truck", "subject-1 unit-1", "unit_1", "unit-2"):
            session.audit.append("units_move", "done", target=target)

    await store.write(person("oem-1"), tenant("oem-1"), note)
    page = await store.read(person("oem-1"), tenant("oem-1"), lambda s: s.audit.page(target="unit-1"))
    assert [line.target for line in page.items] == ["subject-1 unit-1", "unit-1 truck"]
    none = await store.read(person("oem-1"), tenant("oem-1"), lambda s: s.audit.page(target="unit%"))
    assert none.total == 0
