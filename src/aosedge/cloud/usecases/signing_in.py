"""From a proof to a session: by certificate and by a one-time link."""

from collections.abc import Callable
from typing import Final

import msgspec

from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.domain.people import User
from aosedge.cloud.domain.sessions import How, Lifetimes, WebSession, device_of
from aosedge.cloud.domain.tickets import ticket
from aosedge.cloud.store import EverySession, Store
from aosedge.cloud.usecases.attempts import Attempts, NotProven, anybody, as_user
from aosedge.cloud.usecases.people import allowed_in, holder
from aosedge.model.errors import NotFound, Unauthenticated
from aosedge.model.ids import Ids, SessionId
from aosedge.model.instants import Clock, Instant
from aosedge.trust import secrets
from aosedge.trust.certificates import peer_of

SUSPENDED: Final = "the account is suspended"


class Visit(msgspec.Struct, frozen=True):
    """One request of somebody who wants in. `cookie` is of the session that a new one replaces."""

    request_id: str
    address: str
    user_agent: str = ""
    cookie: str | None = None


class Proven(msgspec.Struct, frozen=True):
    """Who somebody has shown to be, and with what."""

    user: User
    proof: str = ""


class Begun(msgspec.Struct, frozen=True):
    """A session that began; `secret` goes into the cookie and is kept nowhere."""

    user: User
    session: WebSession
    secret: str


class Sessions:
    """Begins sessions. Each attempt counts against its address, and each failure has its line in the trail."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, lifetimes: Lifetimes, attempts: Attempts) -> None:
        self._store, self._clock, self._ids, self._lifetimes = store, clock, ids, lifetimes
        self.attempts = attempts

    async def by_certificate(self, certificate: bytes | None, visit: Visit) -> Begun:
        """A session of the certificate's holder, which ends with it; raises Unauthenticated and TooMany."""
        self.attempts.admit(visit.address)
        begun = await self.begin("sign_in_certificate", "certificate", visit, lambda s: _certified(s, certificate))
        self.attempts.succeeded(visit.address)
        return begun

    async def by_link(self, token: str, visit: Visit) -> Begun:
        """A session of the user that the link was made for; raises Unauthenticated and TooMany."""
        self.attempts.admit(visit.address)
        begun = await self.begin("sign_in_link", "link", visit, lambda session: _linked(session, token))
        self.attempts.succeeded(visit.address)
        return begun

    async def begin(self, operation: str, how: How, visit: Visit, prove: Callable[[EverySession], Proven]) -> Begun:
        """A session for whom `prove` names; it raises NotProven otherwise. The attempt has been admitted."""
        task = anybody(visit.request_id, visit.address, self._clock)
        secret = secrets.new_secret(secrets.SESSION)

        def work(session: EverySession) -> Begun:
            proven = prove(session)
            if allowed_in(session, proven.user) is None:
                raise NotProven(Unauthenticated(SUSPENDED, cure="ask whoever manages your users"), proven.user)
            return self._begun(session, operation, how, visit, proven, secret)

        return await self.attempts.noting(task, operation, lambda: self._store.write_every(task, work))

    def _begun(
        self, session: EverySession, operation: str, how: How, visit: Visit, proven: Proven, secret: str
    ) -> Begun:
        now = session.caller.now
        if visit.cookie is not None and (old := session.web_sessions.hashed(secrets.hash_of(visit.cookie))):
            session.web_sessions.delete(old.id)
        made = WebSession(
            id=SessionId(self._ids.new()),
            user=proven.user.id,
            token_hash=secrets.hash_of(secret),
            how=how,
            proof=proven.proof,
            device=device_of(visit.user_agent),
            address=visit.address,
            created_at=now,
            last_used_at=now,
            idle_expires_at=Instant(now + self._lifetimes.idle_us),
            expires_at=Instant(now + self._lifetimes.whole_us),
        )
        session.web_sessions.add(made)
        target = f"{proven.user.id} {proven.user.username}"
        caller = as_user(session.caller, proven.user)
        session.audit_of(caller).append(operation, "done", target=target, detail=f"session {made.id}")
        return Begun(proven.user, made, secret)


async def new_link(store: Store, clock: Clock, ids: Ids, username: str) -> str:
    """A one-time token for a user, by name; raises NotFound, and Unauthenticated for a suspended one."""
    token = secrets.new_secret(secrets.SIGN_IN_LINK)
    task = Caller(Task("aoscloud sign-in-link"), ids.new(), clock.wall())
    await store.write_every(task, lambda session: _make_link(session, username, secrets.hash_of(token)))
    return token


def _make_link(session: EverySession, username: str, token_hash: str) -> None:
    user = session.users.named(username)
    if user is None:
        raise NotFound("user", username)
    if allowed_in(session, user) is None:
        raise Unauthenticated(SUSPENDED, element="user", got=username, cure=f"aos user activate {username}")
    session.tickets.add(ticket(token_hash, "link", user.id, session.caller.now))
    session.audit.append("sign_in_link", "made", target=f"{user.id} {user.username}")


def _certified(session: EverySession, certificate: bytes | None) -> Proven:
    if certificate is None:
        cure = "open the page with a client certificate, or sign in another way"
        raise NotProven(Unauthenticated("no certificate came", element="client certificate", got="none", cure=cure))
    peer = peer_of(certificate)
    user = holder(session, peer)
    if user is None:
        known = session.users.find(peer.user) if peer.user else None
        got = f"serial {peer.serial}"
        refused = Unauthenticated("the certificate opens no door here", element="client certificate", got=got)
        raise NotProven(refused, known)
    return Proven(user, peer.serial)


def _linked(session: EverySession, token: str) -> Proven:
    taken = session.tickets.take(secrets.hash_of(token), "link", session.caller.now)
    user = session.users.find(taken.user) if taken and taken.user else None
    if user is None:
        cure = "make a new one: aoscloud sign-in-link USER"
        raise NotProven(Unauthenticated("the link was used or has expired", element="token", cure=cure))
    return Proven(user)
