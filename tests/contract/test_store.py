"""What the store keeps and for whom, on both databases: tenancy, names, lists, the audit chain."""

import asyncio
from collections.abc import Callable

import pytest
from tests.contract.store_world import NOW, TASK, Counted, person, settle, tenant, unit, version

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.audit import faults
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.pages import Window
from aosedge.cloud.domain.people import User
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.units import Node
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.cloud.usecases import assignments, fleets, subjects, units
from aosedge.model.errors import AosError, Conflict, Invalid, NotFound
from aosedge.model.ids import (
    AssignmentId,
    BundleId,
    FleetId,
    ItemId,
    NodeName,
    OrgId,
    SubjectId,
    SystemId,
    UnitId,
    UserId,
)


@pytest.fixture
async def world(store: Store) -> Store:
    return await settle(store)


async def as_oem(store: Store, work: Callable[[Session], object]) -> object:
    return await store.write(person("oem-1"), tenant("oem-1"), work)


FOREIGN: list[tuple[Callable[[Session, str], object], str]] = [
    (lambda s, id: s.organizations.get(OrgId(id)), "oem-2"),
    (lambda s, id: s.users.get(UserId(id)), "user-oem-2"),
    (lambda s, id: s.fleets.get(FleetId(id)), "fleet-oem-2"),
    (lambda s, id: s.fleets.change(FleetId(id), "mine", ""), "fleet-oem-2"),
    (lambda s, id: fleets.delete(s, FleetId(id)), "fleet-oem-2"),
    (lambda s, id: s.fleets.add(Fleet(FleetId("f"), OrgId(id), "t", NOW)), "oem-2"),
    (lambda s, id: s.units.get(UnitId(id)), "unit-oem-2"),
    (lambda s, id: s.units.named(id), "unit-oem-2"),
    (lambda s, id: s.units.set_lifecycle(UnitId(id), "deprovisioned"), "unit-oem-2"),
    (lambda s, id: s.units.nodes(UnitId(id)), "unit-oem-2"),
    (lambda s, id: s.units.put_nodes(UnitId(id), ()), "unit-oem-2"),
    (lambda s, id: units.delete(s, UnitId(id)), "unit-oem-2"),
    (lambda s, id: s.subjects.get(SubjectId(id)), "subject-oem-2"),
    (lambda s, id: s.subjects.rename(SubjectId(id), "mine"), "subject-oem-2"),
    (lambda s, id: s.subjects.units(SubjectId(id)), "subject-oem-2"),
    (lambda s, id: subjects.delete(s, SubjectId(id)), "subject-oem-2"),
    (lambda s, id: s.subjects.mark_dirty(SubjectId(id)), "subject-oem-2"),
    (lambda s, id: s.subjects.add(Subject(SubjectId("s"), OrgId(id), "t", "group", NOW)), "oem-2"),
    (lambda s, id: subjects.add_unit(s, SubjectId(id), UnitId("unit-oem-1")), "subject-oem-2"),
    (lambda s, id: subjects.add_unit(s, SubjectId("subject-oem-1"), UnitId(id)), "unit-oem-2"),
    (lambda s, id: subjects.remove_unit(s, SubjectId("subject-oem-1"), UnitId(id)), "unit-oem-2"),
    (lambda s, id: s.items.get(ItemId(id)), "item-sp-2"),
    (lambda s, id: s.items.versions(ItemId(id)), "item-sp-2"),
    (lambda s, id: s.items.version(ItemId(id), "1.0.0"), "item-sp-2"),
    (lambda s, id: s.items.describe(ItemId(id), "", ""), "item-sp-2"),
    (lambda s, id: s.items.add_version(version(id, "2.0.0", "bundle-sp-2"), ()), "item-sp-2"),
    (lambda s, id: s.bundles.get(BundleId(id)), "bundle-sp-2"),
    (lambda s, id: s.bundles.set_state(BundleId(id), "rejected"), "bundle-sp-2"),
    (lambda s, id: assignments.create(s, Counted(), SubjectId(id), item=ItemId("item-sp-1")), "subject-oem-2"),
    (lambda s, id: assignments.create(s, Counted(), SubjectId("subject-oem-1"), item=ItemId(id)), "item-sp-2"),
    (lambda s, id: assignments.create(s, Counted(), SubjectId("subject-oem-1"), bundle=BundleId(id)), "bundle-sp-2"),
    (lambda s, id: assignments.delete(s, AssignmentId(id)), "assignment-oem-2"),
    (lambda s, id: s.received.take(UnitId(id), "t", "k", "{}", NOW), "unit-oem-2"),  # type: ignore[arg-type]
]


async def test_a_foreign_object_and_a_missing_one_have_the_same_answer(world: Store) -> None:
    """I9's other half: of another tenant nothing can be seen, not even that it is there."""
    for ask, foreign in FOREIGN:
        answers = []
        for id in (foreign, "no-such-thing"):
            with pytest.raises(NotFound) as raised:
                await as_oem(world, lambda session, ask=ask, id=id: ask(session, id))  # type: ignore[misc]
            error: AosError = raised.value
            answers.append((str(error), error.element, error.expected, error.got, error.cure))
        assert answers[0] == answers[1]


async def test_lists_show_nothing_of_another_tenant(world: Store) -> None:
    def lists(session: Session) -> list[int]:
        pages = (
            session.organizations.page(), session.users.page(), session.fleets.page(), session.units.page(),
            session.subjects.page(), session.items.page(), session.bundles.page(), session.assignments.page(),
            session.audit.page(),
        )  # fmt: skip
        foreign = ("oem-2", "sp-2")
        assert not [item for page in pages for item in page.items if any(name in repr(item) for name in foreign)]
        assert session.certificates.of_unit("unit-oem-2") == ()
        assert session.statuses.find(UnitId("unit-oem-2")) is None
        assert session.targets.find(UnitId("unit-oem-2")) is None
        assert session.items.of_bundle(BundleId("bundle-sp-2")) == ()
        return [page.total for page in pages]

    assert await as_oem(world, lists) == [2, 1, 1, 1, 1, 1, 1, 0, 0]
    nothing = Scope(reach="none")
    assert await world.read(person("oem-1"), nothing, lists) == [0] * 9


async def test_names_are_taken_once(world: Store) -> None:
    def again(session: Session, what: str) -> None:
        match what:
            case "fleet":
                fleets.create(session, Counted(), "Fleet")
            case "fleet renamed":
                fleets.change(session, fleets.create(session, Counted(), "Other").id, "Fleet")
            case "subject":
                subjects.create(session, Counted(), "Subject")
            case "subject renamed":
                subjects.rename(session, subjects.create(session, Counted(), "Other").id, "Subject")
            case "unit":
                session.units.add(unit("unit-oem-2"))
            case "fleet with units":
                fleets.delete(session, FleetId("fleet-oem-1"))

    for what in ("fleet", "fleet renamed", "subject", "subject renamed", "unit", "fleet with units"):
        with pytest.raises(Conflict):
            await as_oem(world, lambda session, what=what: again(session, what))  # type: ignore[misc]
    with pytest.raises(Conflict):
        await world.write_every(
            TASK, lambda session: session.users.add(User(UserId("x"), OrgId("oem-1"), "oem", "name-oem-1", NOW))
        )
    with pytest.raises(Conflict):
        await world.write(
            person("sp-1"),
            tenant("sp-1"),
            lambda session: session.items.add_version(version("item-sp-1", "1.0.0", "bundle-sp-1"), ()),
        )


async def test_people_change_fleets_and_subjects(world: Store) -> None:
    def change(session: Session) -> None:
        fleet = fleets.create(session, Counted("f"), "  Trucks ")
        assert fleets.change(session, fleet.id, "Lorries").title == "Lorries"
        assert fleets.change(session, fleet.id, timezone="Europe/Madrid").title == "Lorries"
        assert fleets.change(session, fleet.id, "Lorries").timezone == "Europe/Madrid"
        assert fleets.change(session, fleet.id, timezone="").timezone == ""
        with pytest.raises(Invalid, match="no such time zone"):
            fleets.change(session, fleet.id, timezone="Mars/Olympus")
        assert session.fleets.page(title="Lorries").total == 1
        fleets.delete(session, fleet.id)
        subject = subjects.create(session, Counted("s"), "Drivers", "user")
        assert subjects.rename(session, subject.id, "Riders").title == "Riders"
        assert subjects.add_unit(session, subject.id, UnitId("unit-oem-1")) == ()
        assert subjects.add_unit(session, subject.id, UnitId("unit-oem-1")) == ()
        assert session.subjects.page(unit=UnitId("unit-oem-1"), title="Riders", kind="user").total == 1
        assert session.subjects.units(subject.id).items[0].id == "unit-oem-1"
        assert subjects.remove_unit(session, subject.id, UnitId("unit-oem-1")) is True
        assert subjects.remove_unit(session, subject.id, UnitId("unit-oem-1")) is False
        subjects.delete(session, subject.id)
        for wrong in ("", "  ", "x" * 201, "a\nb"):
            with pytest.raises(Invalid):
                fleets.create(session, Counted(), wrong)

    await as_oem(world, change)


async def test_an_assignment_is_of_what_the_organization_may_use(world: Store) -> None:
    def assign(session: Session) -> None:
        subject = SubjectId("subject-oem-1")
        item, bundle = ItemId("item-sp-1"), BundleId("bundle-sp-1")
        made = assignments.create(session, Counted("a"), subject, item=item, version="1.0.0", labels=("x",)).new
        assert session.assignments.get(made.assignment.id) == made.assignment
        with pytest.raises(Conflict):
            assignments.create(session, Counted("b"), subject, item=item, version="1.0.0", labels=("x",))
        whole = assignments.create(session, Counted("c"), subject, bundle=bundle, num_instances=2)
        assert whole.replaced == (made,)
        assert session.assignments.of_subject(subject) == (whole.new.assignment,)
        (line,) = session.audit.page(operation="assignments_delete").items
        assert (line.target, line.detail) == ("subject-oem-1 a-1", "replaced by c-1")
        assert assignments.delete(session, whole.new.assignment.id) == whole.new.assignment
        with pytest.raises(NotFound):
            assignments.create(session, Counted("d"), subject, item=ItemId("item-sp-1"), version="9.9.9")

    await as_oem(world, assign)

    def reject(session: Session) -> None:
        session.bundles.set_state(BundleId("bundle-sp-1"), "rejected")

    await world.write(person("sp-1"), tenant("sp-1"), reject)
    with pytest.raises(Conflict):
        await as_oem(
            world,
            lambda session: assignments.create(
                session, Counted("e"), SubjectId("subject-oem-1"), bundle=BundleId("bundle-sp-1")
            ),
        )


async def test_lists_come_in_windows_and_in_order(world: Store) -> None:
    def add(session: Session) -> None:
        for number in range(5):
            session.units.add(unit(f"u{number}"))

    await as_oem(world, add)

    def look(session: Session) -> None:
        page = session.units.page(Window(2, 1), order="-system_uid")
        assert page.total == 6
        assert [found.id for found in page.items] == ["u4", "u3"]
        assert session.units.page(system_uid="system-u2", lifecycle="provisioned", connectivity="Offline").total == 1
        assert session.units.page(deployment="failed").total == 0
        assert session.units.named("system-u1") == session.units.get(UnitId("u1"))
        for wrong in ("reason", "1; drop table units"):
            with pytest.raises(Invalid):
                session.units.page(order=wrong)
        for limit, offset in ((-1, 0), (1001, 0), (1, -1)):
            with pytest.raises(Invalid):
                Window(limit, offset)

    await as_oem(world, look)


async def test_nodes_are_kept_as_registered(world: Store) -> None:
    nodes = (
        Node(UnitId("unit-oem-1"), NodeName("main"), "t", "T", True, b'{"a":1}'),
        Node(UnitId("unit-oem-1"), NodeName("a"), info=b"{}"),
    )
    await as_oem(world, lambda session: session.units.put_nodes(UnitId("unit-oem-1"), nodes[::-1]))
    assert await as_oem(world, lambda session: session.units.nodes(UnitId("unit-oem-1"))) == nodes


async def test_a_unit_reaches_itself_only(world: Store) -> None:
    """I9."""
    mine = Scope(reach="own", tenant=OrgId("oem-1"), unit=UnitId("unit-oem-1"))
    found = await world.read(TASK, mine, lambda session: session.units.page())
    assert [each.id for each in found.items] == ["unit-oem-1"]
    with pytest.raises(NotFound):
        await world.read(TASK, mine, lambda session: session.units.get(UnitId("unit-oem-2")))
    for reach in ("own", "none"):
        blind = Scope(reach=reach, tenant=OrgId("oem-1"))  # type: ignore[arg-type]
        assert (await world.read(TASK, blind, lambda session: session.units.page())).total == 0


async def test_a_fleet_owner_sees_the_fleets_given_and_no_other(world: Store) -> None:
    await as_oem(world, lambda session: session.fleets.add(Fleet(FleetId("second"), OrgId("oem-1"), "Second", NOW)))
    scope = Scope(reach="fleet", tenant=OrgId("oem-1"), fleets=frozenset((FleetId("second"),)))

    def look(session: Session) -> tuple[int, int]:
        return session.fleets.page().total, session.units.page().total

    assert await world.read(person("oem-1"), scope, look) == (1, 0)
    user = User(UserId("owner"), OrgId("oem-1"), "fleet_owner", "owner", NOW, fleets=frozenset((FleetId("second"),)))
    await world.write_every(TASK, lambda session: session.users.add(user))
    assert await world.read_every(TASK, lambda session: session.users.named("owner")) == user
    assert await as_oem(world, lambda session: session.users.get(UserId("owner"))) == user


async def test_signing_in_finds_certificates_and_what_they_are_worth(world: Store) -> None:
    def look(session: EverySession) -> list[str]:
        found = session.certificates.find_many(("C-oem-1", "U-oem-1", "none"))
        return sorted(f"{each.serial} {each.state}" for each in found.values())

    assert await world.read_every(TASK, look) == ["C-oem-1 active", "U-oem-1 active"]
    await as_oem(world, lambda session: session.certificates.revoke_of_unit("unit-oem-2"))
    await as_oem(world, lambda session: units.delete(session, UnitId("unit-oem-1")))
    await world.write_every(TASK, lambda session: session.certificates.revoke("U-oem-1"))
    assert await world.read_every(TASK, look) == ["C-oem-1 revoked", "U-oem-1 revoked"]
    other = await world.read_every(TASK, lambda session: session.certificates.find("C-oem-2"))
    assert other is not None and other.state == "active"
    assert await world.read_every(TASK, lambda session: session.units.named(SystemId("system-unit-oem-1"))) is None


async def test_the_audit_trail_is_a_chain_for_each_organization(world: Store) -> None:
    async def write(org: str, number: int) -> None:
        def line(session: Session) -> None:
            session.audit.append("fleets_create", "done", target=f"{number}")

        await world.write(person(org), tenant(org), line)

    async with asyncio.TaskGroup() as tasks:
        for number in range(6):
            tasks.create_task(write("oem-1", number))
            tasks.create_task(write("oem-2", number))
    for org in ("oem-1", "oem-2"):
        page = await world.read(person(org), tenant(org), lambda session: session.audit.page(order="number"))
        assert [line.number for line in page.items] == [1, 2, 3, 4, 5, 6]
        assert {line.chain for line in page.items} == {org}
        (chain,) = [ends for ends in await world.read_every(TASK, lambda s: s.trail.chains()) if ends.chain == org]
        assert list(faults(chain, page.items)) == []
    mine = await world.read(person("oem-1"), tenant("oem-1"), lambda s: s.audit.page(operation="fleets_create"))
    assert mine.items[0].number == 6


async def test_connections_replace_each_other(world: Store) -> None:
    one, unit_id = "main/1", UnitId("unit-oem-1")

    async def state() -> tuple[str, str]:
        found = await as_oem(world, lambda session: session.units.get(unit_id))
        return found.connectivity, found.connection  # type: ignore[attr-defined]

    await world.write_every(TASK, lambda session: session.units.connect([(unit_id, one)], NOW))
    assert await state() == ("Connected", one)
    await world.write_every(TASK, lambda session: session.units.connect([(unit_id, "main/2")], NOW))
    await world.write_every(TASK, lambda session: session.units.disconnect([(unit_id, one)], NOW))
    assert await state() == ("Connected", "main/2")
    await world.write_every(TASK, lambda session: session.units.forget_connections("other", NOW))
    assert await state() == ("Connected", "main/2")
    assert await world.write_every(TASK, lambda session: session.units.forget_connections("main", NOW)) == 1
    assert await state() == ("Offline", "")


async def test_a_message_is_received_once(world: Store) -> None:
    """I6."""

    def take(session: Session) -> bool:
        return session.received.take(UnitId("unit-oem-1"), "txn", "PushLog", "{}", NOW)  # type: ignore[arg-type]

    assert [await as_oem(world, take) for _ in range(3)] == [True, False, False]


async def test_settings_are_put_once_or_replaced(world: Store) -> None:
    def work(session: EverySession) -> list[str]:
        first = session.settings.put_new("domain", "one")
        second = session.settings.put_new("domain", "two")
        session.settings.put("domain", "three")
        return [first, second, session.settings.put_new("domain", "four")]

    assert await world.write_every(TASK, work) == ["one", "one", "three"]
