"""Enrolment keys and waiting Units, on both databases."""

from typing import Any

import pytest
from tests.contract.store_world import NOW, TASK, person, settle, tenant

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.enrolment import EnrolmentKey
from aosedge.cloud.domain.provisioning import Registration
from aosedge.cloud.domain.waiting import WaitingUnit
from aosedge.cloud.store import Session, Store
from aosedge.model.errors import Conflict, NotFound
from aosedge.model.ids import EnrolmentKeyId, FleetId, NodeName, OrgId, SystemId, UnitId, UserId, WaitingId
from aosedge.model.instants import HOUR, Instant

LATER = Instant(NOW + HOUR)


def key(name: str, org: str = "oem-1", **values: Any) -> EnrolmentKey:
    return EnrolmentKey(
        id=EnrolmentKeyId(name),
        tenant=OrgId(org),
        fleet=FleetId(f"fleet-{org}"),
        title=name,
        secret_hash=f"hash of {name}",
        units_most=2,
        policy="approve",
        created_at=NOW,
        expires_at=LATER,
        created_by=UserId("user"),
        **values,
    )


def applied(name: str, org: str = "oem-1", **values: Any) -> WaitingUnit:
    whole: dict[str, Any] = {
        "id": WaitingId(name),
        "tenant": OrgId(org),
        "fleet": FleetId(f"fleet-{org}"),
        "kind": "enrolment",
        "unit": UnitId(f"unit of {name}"),
        "system_uid": SystemId(f"car of {name}"),
        "fingerprint": "ab" * 32,
        "challenge": f"challenge of {name}",
        "registration": Registration(SystemId(f"car of {name}"), "car", "1", (), ()),
        "origin": "10.0.0.1",
        "created_at": NOW,
        "expires_at": LATER,
        "secrets": {NodeName("main"): "sealed"},
    }
    return WaitingUnit(**whole | values)


@pytest.fixture
async def world(store: Store) -> Store:
    """Two organizations with a key and a waiting Unit each."""
    await settle(store)
    for org in ("oem-1", "oem-2"):

        def add(session: Session, org: str = org) -> None:
            session.enrolment_keys.add(key(f"key-{org}", org))
            session.waiting_units.add(applied(f"waits-{org}", org))

        await store.write(person(org), tenant(org), add)
    return store


async def test_a_key_and_a_waiting_unit_come_back_as_they_went_in(world: Store) -> None:
    def look(session: Session) -> None:
        assert session.enrolment_keys.get(EnrolmentKeyId("key-oem-1")) == key("key-oem-1")
        assert session.waiting_units.get(WaitingId("waits-oem-1")) == applied("waits-oem-1")

    await world.read(person("oem-1"), tenant("oem-1"), look)


async def test_nobody_reaches_another_organizations_or_fleets(world: Store) -> None:
    mine, its = EnrolmentKeyId("key-oem-1"), WaitingId("waits-oem-1")
    org, fleets = OrgId("oem-1"), frozenset({FleetId("fleet-oem-1")})

    def stranger(session: Session) -> None:
        keys, waiting = session.enrolment_keys, session.waiting_units
        for attempt in (
            lambda: keys.get(mine),
            lambda: keys.use(mine),
            lambda: keys.revoke(mine),
            lambda: waiting.get(its),
            lambda: waiting.decide(its, "approved"),
        ):
            with pytest.raises(NotFound):
                attempt()
        assert not {each.id for each in keys.page().items} & {mine}
        assert not {each.id for each in waiting.page(now=NOW).items} & {its}

    for scope in (tenant("oem-2"), Scope("fleet", org), Scope("fleet", OrgId("oem-2"), fleets), Scope("none")):
        await world.write(person("oem-2"), scope, stranger)

    def intruder(session: Session) -> None:
        with pytest.raises(NotFound):
            session.enrolment_keys.add(key("new", "oem-1"))
        with pytest.raises(NotFound):
            session.waiting_units.add(applied("new", "oem-1"))

    await world.write(person("oem-2"), tenant("oem-2"), intruder)
    # a Fleet Owner of another fleet of the same organization, and one of none
    await world.write(person("oem-1"), Scope("fleet", org, frozenset({FleetId("other")})), intruder)
    await world.write(person("oem-1"), Scope("fleet", org), intruder)

    def owner(session: Session) -> tuple[int, int]:
        return session.enrolment_keys.page().total, session.waiting_units.page(now=NOW).total

    assert await world.read(person("oem-1"), Scope("fleet", org, fleets), owner) == (1, 1)
    assert await world.read(person("oem-1"), Scope("all"), owner) == (2, 2)


async def test_a_key_counts_its_uses_and_is_revoked_again_and_again(world: Store) -> None:
    def use(session: Session) -> EnrolmentKey:
        keys, id = session.enrolment_keys, EnrolmentKeyId("key-oem-1")
        assert keys.get(id).state(NOW) == "open" and keys.get(id).state(LATER) == "expired"
        for _ in range(2):
            keys.use(id)
        assert keys.get(id).state(NOW) == "used"
        keys.revoke(id)
        return keys.revoke(id)

    found = await world.write(person("oem-1"), tenant("oem-1"), use)
    assert (found.used, found.state(NOW)) == (2, "revoked")


async def test_keys_are_listed_by_fleet_and_found_by_their_secret(world: Store) -> None:
    def look(session: Session) -> tuple[int, int]:
        keys = session.enrolment_keys
        return keys.page(fleet=FleetId("fleet-oem-1")).total, keys.page(fleet=FleetId("other")).total

    assert await world.read(person("oem-1"), tenant("oem-1"), look) == (1, 0)
    found, none = await world.read_every(
        TASK,
        lambda every: (every.enrolment.key_hashed("hash of key-oem-2"), every.enrolment.key_hashed("key-oem-2")),
    )
    assert found == key("key-oem-2", "oem-2") and none is None


async def test_the_list_agrees_with_the_state_of_each_at_any_time(world: Store) -> None:
    states = ("waiting", "approved", "rejected", "expired")

    def add(session: Session) -> None:
        for state in states:
            session.waiting_units.add(applied(f"is-{state}"))
            session.waiting_units.decide(WaitingId(f"is-{state}"), state, "because")
        session.waiting_units.add(applied("returns", kind="return", system_uid=SystemId("old")))

    await world.write(person("oem-1"), tenant("oem-1"), add)

    def look(session: Session, now: Instant) -> None:
        waiting = session.waiting_units
        every = waiting.page(now=now).items
        assert len(every) == 6
        for state in states:
            assert {one.id for one in waiting.page(now=now, state=state).items} == {
                one.id for one in every if one.state(now) == state
            }
        assert waiting.count(now) == waiting.page(now=now, state="waiting").total
        assert [one.id for one in waiting.page(now=now, kind="return").items] == ["returns"]
        assert [one.id for one in waiting.page(now=now, system_uid="old").items] == ["returns"]

    for now in (NOW, Instant(LATER - 1), LATER):
        await world.read(person("oem-1"), tenant("oem-1"), lambda session, now=now: look(session, now))


async def test_a_challenge_counts_once(world: Store) -> None:
    def again(session: Session) -> None:
        with pytest.raises(Conflict, match="counted already"):
            session.waiting_units.add(applied("other", challenge="challenge of waits-oem-1"))
        with pytest.raises(NotFound):
            session.waiting_units.get(WaitingId("other"))

    await world.write(person("oem-1"), tenant("oem-1"), again)


async def test_the_newest_under_a_name_is_found_in_any_organization_and_old_ones_are_dropped(world: Store) -> None:
    same = SystemId("car of waits-oem-1")
    newer = applied("newer", "oem-2", system_uid=same, created_at=Instant(NOW + 1), expires_at=Instant(LATER + 1))
    await world.write(person("oem-2"), tenant("oem-2"), lambda session: session.waiting_units.add(newer))

    assert await world.read_every(TASK, lambda every: every.enrolment.newest_as(same)) == newer
    assert await world.write_every(TASK, lambda every: every.enrolment.drop(Instant(LATER - 1))) == 0
    assert await world.write_every(TASK, lambda every: every.enrolment.drop(LATER)) == 2
    left = await world.read_every(
        TASK, lambda every: (every.enrolment.find(WaitingId("newer")), every.enrolment.find(WaitingId("waits-oem-1")))
    )
    assert left == (newer, None)
