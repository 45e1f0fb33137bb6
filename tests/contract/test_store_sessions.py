"""What every database must do for signing in: sessions, passkeys, tickets and links, in scope and in bounds."""

import msgspec
import pytest
from tests.contract.store_world import NOW, TASK, Counted, person, settle, tenant

from aosedge.cloud.domain import sessions as rules
from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.openid import Linked
from aosedge.cloud.domain.passkeys import Passkey
from aosedge.cloud.domain.sessions import WebSession
from aosedge.cloud.domain.tickets import OF_A_USER_MOST, ticket
from aosedge.cloud.reconcilers.sessions import LetGoOfSessions
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.model.errors import Conflict, NotFound
from aosedge.model.ids import OrgId, PasskeyId, SessionId, UserId
from aosedge.model.instants import HOUR, Instant, Monotonic

LATER = Instant(NOW + HOUR)
MINE, OTHER = UserId("user-oem-1"), UserId("user-oem-2")


class Stopped:
    """A clock that stands."""

    def wall(self) -> Instant:
        return NOW

    def monotonic(self) -> Monotonic:
        return Monotonic(0)


def session(id: str, user: UserId, used: int = 0, ends: Instant = LATER) -> WebSession:
    used_at = Instant(NOW + used)
    hashed = f"hash-{id}"
    return WebSession(SessionId(id), user, hashed, "link", "", "Browser", "", NOW, used_at, ends, LATER)


def passkey(id: str, user: UserId) -> Passkey:
    return Passkey(PasskeyId(id), user, f"credential-{id}", b"key", 4, id, "", False, NOW)


@pytest.fixture
async def world(store: Store) -> Store:
    await settle(store)

    def add(every: EverySession) -> None:
        for org, user in (("1", MINE), ("2", OTHER)):
            every.web_sessions.add(session(f"session-{org}", user))
            every.passkeys.add(passkey(f"passkey-{org}", user))
            every.openid_links.add(Linked("issuer", "subject", user, NOW))

    await store.write_every(TASK, add)
    return store


async def test_only_the_scope_s_are_seen_and_ended(world: Store) -> None:
    def look(mine: Session) -> None:
        assert [each.id for each in mine.web_sessions.page(now=NOW).items] == ["session-1"]
        assert [each.id for each in mine.passkeys.page().items] == ["passkey-1"]
        assert mine.web_sessions.page(now=NOW, user=OTHER).total == mine.passkeys.page(user=OTHER).total == 0
        assert (mine.openid_links.count(MINE), mine.openid_links.count(OTHER)) == (1, 0)
        mine.openid_links.forget(OTHER)
        assert mine.web_sessions.delete_all(OTHER) == 0
        for refused in (
            lambda: mine.web_sessions.delete(SessionId("session-2")),
            lambda: mine.passkeys.delete(PasskeyId("passkey-2")),
            lambda: mine.passkeys.rename(PasskeyId("passkey-2"), "x"),
            lambda: mine.passkeys.add(passkey("new", OTHER)),
        ):
            with pytest.raises(NotFound):
                refused()

    await world.write(person("oem-1"), tenant("oem-1"), look)
    await world.write(person("oem-1"), Scope("own", OrgId("oem-1"), user=MINE), look)

    def end(mine: Session) -> None:
        assert mine.web_sessions.delete_all(MINE, but=SessionId("session-1")) == 0
        assert mine.web_sessions.delete_all(MINE) == 1
        assert mine.passkeys.delete(PasskeyId("passkey-1")).title == "passkey-1"
        mine.openid_links.forget(MINE)

    await world.write(person("oem-1"), tenant("oem-1"), end)

    def rest(every: EverySession) -> None:
        assert every.web_sessions.hashed("hash-session-1") is None
        assert every.web_sessions.hashed("hash-session-2") == session("session-2", OTHER)
        assert every.passkeys.named("credential-passkey-2") == passkey("passkey-2", OTHER)
        assert every.openid_links.users("issuer", "subject") == (OTHER,)

    await world.read_every(TASK, rest)


async def test_a_user_takes_what_lets_them_in_along(world: Store) -> None:
    await world.write(person("oem-1"), tenant("oem-1"), lambda mine: mine.users.delete(MINE))

    def rest(every: EverySession) -> None:
        assert every.web_sessions.hashed("hash-session-1") is None
        assert every.passkeys.find(PasskeyId("passkey-1")) is None
        assert every.openid_links.users("issuer", "subject") == (OTHER,)

    await world.read_every(TASK, rest)


async def test_a_passkey_counts_as_a_way_in_and_signs_in_once_for_each_count(world: Store) -> None:
    def work(every: EverySession) -> None:
        seen = every.passkeys.named("credential-passkey-1")
        assert seen is not None
        assert every.passkeys.used(seen, 5, LATER)
        assert not every.passkeys.used(seen, 6, LATER), "it was used since"
        with pytest.raises(Conflict):
            every.passkeys.add(msgspec.structs.replace(seen, id=PasskeyId("again")))

    await world.write_every(TASK, work)

    def ways(mine: Session) -> None:
        assert mine.passkeys.ways_in(MINE, NOW) == 1
        assert mine.users.can_sign_in(OrgId("oem-1"), NOW)
        mine.passkeys.delete(PasskeyId("passkey-1"))
        assert not mine.users.can_sign_in(OrgId("oem-1"), NOW)

    await world.write(person("oem-1"), tenant("oem-1"), ways)


async def test_people_are_found_by_their_address_in_whatever_letters(world: Store) -> None:
    def work(mine: Session) -> None:
        mine.users.put(msgspec.structs.replace(mine.users.get(MINE), email="Nora@Example.org"))

    await world.write(person("oem-1"), tenant("oem-1"), work)
    found = await world.read_every(TASK, lambda every: every.users.with_email("nora@example.ORG"))
    assert found == (MINE,)


async def test_a_user_s_sessions_are_bounded_and_the_one_longest_unused_ends(world: Store) -> None:  # I12
    def work(every: EverySession) -> None:
        for number in range(rules.OF_A_USER_MOST):
            every.web_sessions.add(session(f"more-{number}", MINE, used=number + 1))
        assert every.web_sessions.hashed("hash-session-1") is None
        assert every.web_sessions.hashed("hash-more-0") is not None
        assert every.web_sessions.hashed("hash-session-2") is not None

    await world.write_every(TASK, work)


async def test_a_ticket_is_taken_once_and_a_user_s_are_bounded(world: Store) -> None:  # I6, I12
    def work(every: EverySession) -> None:
        for number in range(OF_A_USER_MOST + 1):
            every.tickets.add(ticket(f"t-{number}", "link", MINE, Instant(NOW + number), "content"))
        every.tickets.add(ticket("other", "link", OTHER, NOW))
        assert every.tickets.find("t-0", "link", NOW) is None, "the oldest went"
        assert every.tickets.take("t-1", "choice", NOW) is None
        assert every.tickets.take("t-1", "link", Instant(NOW + HOUR)) is None
        taken = every.tickets.take("t-1", "link", NOW)
        assert taken is not None
        assert (taken.user, taken.content) == (MINE, "content")
        assert every.tickets.take("t-1", "link", NOW) is None
        assert every.tickets.find("other", "link", NOW) is not None

    await world.write_every(TASK, work)


async def test_use_keeps_a_session_and_what_has_ended_is_let_go_of(world: Store) -> None:  # I12
    def work(every: EverySession) -> None:
        every.web_sessions.add(session("idle", MINE, ends=NOW))
        every.web_sessions.touch(SessionId("session-1"), Instant(NOW + 1), 7)
        every.tickets.add(ticket("old", "link", MINE, Instant(NOW - HOUR)))
        every.tickets.add(ticket("new", "link", MINE, NOW))

    await world.write_every(TASK, work)
    listed = await world.read(person("oem-1"), tenant("oem-1"), lambda mine: mine.web_sessions.page(now=NOW))
    assert [(each.id, each.idle_expires_at) for each in listed.items] == [("session-1", NOW + 8)]
    report = await LetGoOfSessions(world, Stopped(), Counted()).activate()
    assert (report.more, "1 sessions, 1 tickets" in str(report)) == (False, True)
    assert await world.read_every(TASK, lambda every: every.web_sessions.hashed("hash-idle")) is None
    assert await world.read_every(TASK, lambda every: every.tickets.find("new", "link", NOW)) is not None
