"""What every database must do for people: scopes of users, invitations, tokens and grants, and what is in use."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest
from tests.contract.store_world import NOW, TASK, Counted, person, settle, tenant

from aosedge.cloud.domain.access.callers import Caller, Person, Scope
from aosedge.cloud.domain.api_tokens import ApiToken
from aosedge.cloud.domain.catalogue import Bundle
from aosedge.cloud.domain.invitations import Invitation
from aosedge.cloud.domain.organizations import Grant, Organization
from aosedge.cloud.domain.people import User
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.cloud.usecases import assignments, organizations, users
from aosedge.cloud.usecases.users import Wanted
from aosedge.model.errors import AosError, Conflict, NotAllowed, NotFound
from aosedge.model.ids import BundleId, FleetId, InvitationId, ItemId, OrgId, SubjectId, TokenId, UserId
from aosedge.model.instants import HOUR, Instant

LATER = Instant(NOW + HOUR)


def invitation(id: str, user: str) -> Invitation:
    return Invitation(InvitationId(id), UserId(user), "oem", f"hash-{id}", NOW, LATER, UserId("boss"))


def token(id: str, user: str) -> ApiToken:
    return ApiToken(TokenId(id), UserId(user), id, f"hash-{id}", ("fleets_list",), NOW, LATER)


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store)
    for org in ("oem-1", "oem-2"):

        def add(session: Session, org: str = org) -> None:
            session.invitations.add(invitation(f"invitation-{org}", f"user-{org}"))
            session.api_tokens.add(token(f"token-{org}", f"user-{org}"))

        await store.write(person(org), tenant(org), add)
    return store


async def as_oem(store: Store, work: Callable[[Session], object]) -> object:
    return await store.write(person("oem-1"), tenant("oem-1"), work)


def foreign_user(session: Session, id: str) -> User:
    return User(UserId(id), OrgId("oem-2"), "oem", "name", NOW)


FOREIGN: list[tuple[Callable[[Session, str], object], str]] = [
    (lambda s, id: s.users.put(foreign_user(s, id)), "user-oem-2"),
    (lambda s, id: s.users.delete(UserId(id)), "user-oem-2"),
    (lambda s, id: s.users.uses(UserId(id)), "user-oem-2"),
    (lambda s, id: s.users.add(User(UserId("u"), OrgId(id), "oem", "name", NOW)), "oem-2"),
    (lambda s, id: users.create(s, Counted(), "name", OrgId(id), Wanted("oem")), "oem-2"),
    (lambda s, id: users.change(s, UserId(id), Wanted("oem")), "user-oem-2"),
    (lambda s, id: users.set_active(s, UserId(id), active=False), "user-oem-2"),
    (lambda s, id: users.invite(s, Counted(), UserId(id), "hash", 1), "user-oem-2"),
    (lambda s, id: users.create(s, Counted(), "n", None, owner_of(id)), "fleet-oem-2"),
    (lambda s, id: users.revoke_certificate(s, id), "U-oem-2"),
    (lambda s, id: s.invitations.get(InvitationId(id)), "invitation-oem-2"),
    (lambda s, id: users.withdraw(s, InvitationId(id)), "invitation-oem-2"),
    (lambda s, id: s.api_tokens.get(TokenId(id)), "token-oem-2"),
    (lambda s, id: s.api_tokens.delete(TokenId(id)), "token-oem-2"),
    (lambda s, id: s.api_tokens.add(token("t", id)), "user-oem-2"),
    (lambda s, id: organizations.withdraw(s, OrgId(id)), "sp-2"),
    (lambda s, id: organizations.grant(s, Counted(), OrgId(id), None, ()), "oem-2"),
    (lambda s, id: s.grants.add(Grant(OrgId(id), OrgId("sp-2"))), "oem-2"),
    (lambda s, id: s.organizations.put(Organization(OrgId(id), "oem", "mine", NOW)), "oem-2"),
    (lambda s, id: s.organizations.delete(OrgId(id)), "oem-2"),
    (lambda s, id: s.organizations.uses(OrgId(id)), "oem-2"),
    (lambda s, id: s.organizations.add(Organization(OrgId(id), "oem", "mine", NOW)), "oem-2"),
]


def owner_of(fleet: str) -> Wanted:
    return Wanted("fleet_owner", fleets=frozenset((FleetId(fleet),)))


async def test_a_foreign_object_and_a_missing_one_have_the_same_answer(world: Store) -> None:
    for number, (ask, foreign) in enumerate(FOREIGN):
        answers = []
        for id in (foreign, "no-such-thing"):
            with pytest.raises(NotFound) as raised:
                await as_oem(world, lambda session, ask=ask, id=id: ask(session, id))  # type: ignore[misc]
            error: AosError = raised.value
            answers.append((str(error), error.element, error.expected, error.got, error.cure))
        assert answers[0] == answers[1], number


def sizes(session: Session) -> list[int]:
    pages = (
        session.users.page(),
        session.certificates.page_of_users(),
        session.invitations.page(now=NOW),
        session.api_tokens.page(),
        session.grants.page(),
    )
    assert "oem-2" not in repr(pages)
    return [page.total for page in pages]


async def test_lists_show_what_is_within_the_scope(world: Store) -> None:
    assert await as_oem(world, sizes) == [1, 1, 1, 1, 1]
    assert await world.read(person("oem-1"), Scope("none"), sizes) == [0] * 5
    colleague = User(UserId("colleague"), OrgId("oem-1"), "auditor", "colleague", NOW)
    await as_oem(world, lambda session: session.users.add(colleague))
    assert await as_oem(world, sizes) == [2, 1, 1, 1, 1]
    own = Scope("own", OrgId("oem-1"), user=UserId("user-oem-1"))
    assert (await world.read(person("oem-1"), own, sizes))[:4] == [1, 1, 1, 1]
    own = Scope("own", OrgId("oem-1"), user=UserId("colleague"))
    assert (await world.read(person("oem-1"), own, sizes))[:4] == [1, 0, 0, 0]


async def test_states_of_invitations_are_filtered_as_they_are_told(world: Store) -> None:
    def add(session: Session) -> None:
        for id in ("used", "withdrawn"):
            user = User(UserId(id), OrgId("oem-1"), "oem", id, NOW)
            session.users.add(user)
            session.invitations.add(invitation(id, id))
        session.invitations.withdraw(InvitationId("withdrawn"))

    await as_oem(world, add)
    await world.write_every(TASK, lambda session: session.invitations.use(InvitationId("used"), NOW))

    def found(session: Session) -> None:
        for now in (NOW, LATER):
            everything = session.invitations.page(now=now).items
            for state in ("open", "used", "expired", "withdrawn"):
                page = session.invitations.page(now=now, state=state)  # type: ignore[arg-type]
                assert page.items == tuple(i for i in everything if i.state(now) == state)

    await as_oem(world, found)


async def test_what_a_user_is_comes_back_whole(world: Store) -> None:
    user = User(
        UserId("whole"),
        OrgId("oem-1"),
        "fleet_owner",
        "whole",
        NOW,
        email="a@b",
        fleets=frozenset((FleetId("fleet-oem-1"),)),
        groups=("audit",),
        permissions=("fleets_list", "units_read"),
    )
    await as_oem(world, lambda session: session.users.add(user))
    assert await as_oem(world, lambda session: session.users.get(user.id)) == user
    changed = msgspec.structs.replace(
        user, role="oem", active=False, fleets=frozenset(), groups=None, permissions=(), email=""
    )
    await as_oem(world, lambda session: session.users.put(changed))
    assert await as_oem(world, lambda session: session.users.get(user.id)) == changed


async def test_a_removed_user_leaves_no_way_in(world: Store) -> None:
    boss = Caller(Person(UserId("boss"), "oem", OrgId("oem-1")), "r", NOW)
    await world.write(boss, tenant("oem-1"), lambda session: users.remove(session, UserId("user-oem-1")))

    def left(session: EverySession) -> list[object]:
        certificate = session.certificates.find("U-oem-1")
        assert certificate is not None
        return [
            certificate.state,
            session.users.find(UserId("user-oem-1")),
            session.invitations.hashed("hash-invitation-oem-1"),
            session.api_tokens.hashed("hash-token-oem-1"),
        ]

    assert await world.read_every(TASK, left) == ["revoked", None, None, None]


async def test_a_user_who_sent_bundles_stays_known(world: Store) -> None:
    boss = Caller(Person(UserId("boss"), "oem", OrgId("oem-1")), "r", NOW)

    def work(session: Session) -> None:
        sent = Bundle(BundleId("sent"), OrgId("oem-1"), "ready", NOW, uploaded_by=UserId("user-oem-1"))
        session.bundles.add(sent)
        with pytest.raises(Conflict, match="in use") as refused:
            users.remove(session, UserId("user-oem-1"))
        assert refused.value.got == "1 Deployment Bundles that the user sent"

    await world.write(boss, tenant("oem-1"), work)


async def test_a_grant_in_use_is_kept_and_says_by_what(world: Store) -> None:
    def work(session: Session) -> None:
        made = assignments.create(session, Counted(), SubjectId("subject-oem-1"), item=ItemId("item-sp-1"))
        with pytest.raises(Conflict) as refused:
            organizations.withdraw(session, OrgId("sp-1"))
        assert refused.value.got == "subjects Subject"
        assignments.delete(session, made.new.assignment.id)
        organizations.withdraw(session, OrgId("sp-1"))
        with pytest.raises(NotFound):
            session.items.get(ItemId("item-sp-1"))

    await as_oem(world, work)


async def test_an_organization_in_use_is_kept_and_says_by_what(world: Store) -> None:
    admin = Caller(Person(UserId("a"), "admin", OrgId("platform")), "r", NOW)

    def work(session: Session) -> str:
        with pytest.raises(Conflict) as refused:
            organizations.remove(session, OrgId("oem-1"))
        return refused.value.got

    got = await world.write(admin, Scope("all"), work)
    assert got == "1 Units, 1 fleets, 1 subjects, 1 grants of it, 1 users"


async def test_an_admin_lets_in_the_first_and_whoever_comes_when_nobody_is_left(world: Store) -> None:
    admin = Caller(Person(UserId("a"), "admin", OrgId("platform")), "r", Instant(NOW - 1))
    user = UserId("user-oem-1")

    def invite(session: Session, now: Instant) -> None:
        users.invite(session, Counted(f"at-{now}"), user, f"hash-{now}", 1)

    with pytest.raises(Conflict, match="who can sign in"):
        await world.write(admin, Scope("all"), lambda session: invite(session, admin.now))
    expired = msgspec.structs.replace(admin, now=NOW)
    await world.write(expired, Scope("all"), lambda session: invite(session, NOW))


async def test_a_deputy_cannot_revoke_what_is_the_bosss(world: Store) -> None:
    few = Person(UserId("deputy"), "oem", OrgId("oem-1"), permissions=frozenset(("user_certificates_revoke",)))
    caller = Caller(few, "r", NOW)
    with pytest.raises(NotAllowed):
        await world.write(caller, tenant("oem-1"), lambda session: users.revoke_certificate(session, "U-oem-1"))
    found = await world.read_every(TASK, lambda session: session.certificates.find("U-oem-1"))
    assert found is not None
    assert found.state == "active"


async def test_of_many_redemptions_at_once_one_wins(world: Store) -> None:
    won: list[int] = []

    def use(session: EverySession) -> bool:
        found = session.invitations.hashed("hash-invitation-oem-1")
        assert found is not None
        if found.state(NOW) != "open":
            return False
        session.invitations.use(found.id, NOW)
        return True

    async def one(number: int) -> None:
        if await world.write_every(TASK, use):
            won.append(number)

    async with asyncio.TaskGroup() as tasks:
        for number in range(8):
            tasks.create_task(one(number))
    assert len(won) == 1
