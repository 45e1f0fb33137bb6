"""Signing in with OpenID Connect: there and back, whom somebody may be, and which of several they choose."""

import hashlib
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from aosedge.cloud.domain.access.callers import Caller
from aosedge.cloud.domain.openid import (
    Choice,
    Expected,
    Identity,
    Linked,
    Newcomers,
    Policy,
    Waiting,
    identity_of,
    safe_path,
)
from aosedge.cloud.domain.organizations import Organization
from aosedge.cloud.domain.people import User, checked_email, checked_username
from aosedge.cloud.domain.tickets import Ticket, ticket
from aosedge.cloud.store import EverySession, Store
from aosedge.cloud.usecases.attempts import Attempts, NotProven, anybody
from aosedge.cloud.usecases.people import allowed_in
from aosedge.cloud.usecases.signing_in import SUSPENDED, Begun, Proven, Sessions, Visit
from aosedge.model.errors import AosError, NotFound, Unauthenticated
from aosedge.model.ids import Ids, UserId
from aosedge.model.instants import Clock
from aosedge.trust import secrets

_SIGN_IN: Final = "sign_in_openid"
_STALE: Final = "signing in took too long, was done already, or began in another browser"
_CHOSEN: Final = "the choice was made already or has expired"


class Provider(Protocol):
    """The one that people of this installation sign in at."""

    async def address(self, state: str, nonce: str, challenge: str) -> str:
        """Where to send somebody; raises Unavailable and Untrusted."""

    async def claims(self, code: str, verifier: str) -> Mapping[str, Any]:
        """What its token says, whose signature holds; raises Unavailable and Untrusted."""

    def expected(self, nonce: str) -> Expected:
        """What the claims must have."""


class Answer(msgspec.Struct, frozen=True):
    """What the provider sent somebody back with, and the cookie that their browser still has."""

    state: str
    code: str
    error: str
    issuer: str | None
    browser: str


class Chosen(msgspec.Struct, frozen=True):
    """A way on: a session that began, or a token to choose with; and where to go."""

    next: str
    begun: Begun | None = None
    choice: str = ""


class OpenId:
    """Each way there is good for one way back, in the same browser, within minutes."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, provider: Provider | None, policy: Policy, sessions: Sessions
    ) -> None:
        self._store, self._clock, self._ids, self._sessions = store, clock, ids, sessions
        self._provider, self._policy = provider, policy

    @property
    def _attempts(self) -> Attempts:
        return self._sessions.attempts

    async def leave(self, next: str, visit: Visit) -> tuple[str, str]:
        """Where to send somebody, and the secret for their browser's cookie; raises NotFound where there is no
        provider, Invalid, TooMany, Unavailable and Untrusted."""
        provider, path = self._there(), safe_path(next)
        self._attempts.admit(visit.address)
        task = self._task(visit)
        state, browser = secrets.new_secret(secrets.TICKET), secrets.new_secret(secrets.TICKET)
        waiting = Waiting(_random(), _random(), secrets.hash_of(browser), path)
        challenge = urlsafe_b64encode(hashlib.sha256(waiting.verifier.encode()).digest()).rstrip(b"=").decode()
        address = await provider.address(state, waiting.nonce, challenge)
        made = ticket(secrets.hash_of(state), "openid", None, task.now, msgspec.json.encode(waiting).decode())
        await self._store.write_every(task, lambda session: session.tickets.add(made))
        return address, browser

    async def come_back(self, answer: Answer, visit: Visit) -> Chosen:
        """A session, or a choice where the person has several users; raises Unauthenticated and as `leave`."""
        self._there()
        self._attempts.admit(visit.address)
        task = self._task(visit)
        identity, path = await self._attempts.noting(task, _SIGN_IN, lambda: self._identity(task, answer))
        users = await self._attempts.noting(
            task, _SIGN_IN, lambda: self._store.write_every(task, lambda session: self._users(session, identity))
        )
        if len(users) > 1:
            return Chosen(path, choice=await self._offer(task, Choice(identity, users, path)))
        return Chosen(path, begun=await self._begin(identity, users[0], visit, steps=2))

    async def choices(self, token: str, visit: Visit) -> tuple[tuple[User, Organization], ...]:
        """Whom somebody may choose to be; raises Unauthenticated and TooMany."""
        self._attempts.admit(visit.address)
        task = self._task(visit)

        def work(session: EverySession) -> tuple[tuple[User, Organization], ...]:
            choice = _choice(session.tickets.find(secrets.hash_of(token), "choice", task.now))
            found = (allowed_in(session, session.users.find(id)) for id in choice.users)
            users = [user for user in found if user is not None]
            return tuple((user, org) for user in users if (org := session.organizations.find(user.org)))

        return await self._attempts.noting(task, _SIGN_IN, lambda: self._store.read_every(task, work))

    async def choose(self, token: str, user: UserId, visit: Visit) -> Chosen:
        """A session of the chosen user; raises Unauthenticated and TooMany."""
        self._attempts.admit(visit.address)
        task = self._task(visit)

        def work(session: EverySession) -> Choice:
            choice = _choice(session.tickets.find(secrets.hash_of(token), "choice", task.now))
            if user not in choice.users:
                raise NotProven(Unauthenticated("not one of your choices", element="user_id", got=user[:60]))
            session.tickets.take(secrets.hash_of(token), "choice", task.now)
            return choice

        choice = await self._attempts.noting(task, _SIGN_IN, lambda: self._store.write_every(task, work))
        return Chosen(choice.next, begun=await self._begin(choice.identity, user, visit, steps=1))

    async def _identity(self, task: Caller, answer: Answer) -> tuple[Identity, str]:
        """Who came back, and where they go on to; raises NotProven."""
        hashed = secrets.hash_of(answer.state)
        taken = await self._store.write_every(task, lambda session: session.tickets.take(hashed, "openid", task.now))
        waiting = None if taken is None else msgspec.json.decode(taken.content, type=Waiting)
        if waiting is None or waiting.browser != secrets.hash_of(answer.browser):
            raise NotProven(Unauthenticated(_STALE, element="state", cure="begin again"))
        provider = self._there()
        expected = provider.expected(waiting.nonce)
        if answer.issuer not in (None, expected.issuer):
            raise NotProven(Unauthenticated("another provider answers", element="iss", expected=expected.issuer))
        if answer.error or not answer.code:
            got = answer.error[:100] or "no code"
            raise NotProven(Unauthenticated("the provider let nobody in", element="error", got=got, cure="try again"))
        try:
            claims = await provider.claims(answer.code, waiting.verifier)
            return identity_of(claims, expected, self._policy.names, task.now), waiting.next
        except AosError as error:
            raise NotProven(error) from error

    def _users(self, session: EverySession, identity: Identity) -> tuple[UserId, ...]:
        """Whom this person may be, one at least; raises NotProven."""
        known = dict.fromkeys(session.openid_links.users(identity.issuer, identity.subject))
        known |= dict.fromkeys(session.users.with_email(identity.email)) if identity.email else {}
        found = [(id, session.users.find(id)) for id in known]
        good = tuple(id for id, user in found if allowed_in(session, user))
        if good:
            return good
        if found:
            refused = Unauthenticated(SUSPENDED, cure="ask whoever manages your users")
            raise NotProven(refused, found[0][1])
        if self._policy.newcomers is not None and identity.email:
            return (self._welcome(session, identity, self._policy.newcomers),)
        words = "nobody here has your address" if identity.email else "the provider has not verified your address"
        got = identity.email or identity.subject
        cure = "ask whoever manages your organization's users to add you with this e-mail address"
        raise NotProven(Unauthenticated(words, element="email", got=got, cure=cure))

    def _welcome(self, session: EverySession, identity: Identity, newcomers: Newcomers) -> UserId:
        """A user for somebody whom nobody has made; raises NotProven."""
        try:
            user = User(
                id=UserId(self._ids.new()),
                org=newcomers.org,
                role=newcomers.role,
                username=checked_username(identity.username or identity.email),
                created_at=session.caller.now,
                email=checked_email(identity.email),
            )
            if session.organizations.find(user.org) is None:
                raise NotFound("organization", user.org)
            session.users.add(user)
        except AosError as error:
            raise NotProven(Unauthenticated(f"no user could be made for you: {error}", element="user")) from error
        made = f"{user.id} {user.username}"
        session.audit.append("users_create", "done", target=made, detail="came by OpenID Connect")
        return user.id

    async def _offer(self, task: Caller, choice: Choice) -> str:
        token = secrets.new_secret(secrets.TICKET)
        made = ticket(secrets.hash_of(token), "choice", None, task.now, msgspec.json.encode(choice).decode())
        await self._store.write_every(task, lambda session: session.tickets.add(made))
        return token

    async def _begin(self, identity: Identity, user: UserId, visit: Visit, *, steps: int) -> Begun:
        def prove(session: EverySession) -> Proven:
            found = session.users.find(user)
            if found is None:
                raise NotProven(Unauthenticated("the user is gone", element="user", cure="begin again"))
            session.openid_links.add(Linked(identity.issuer, identity.subject, user, session.caller.now))
            return Proven(found, identity.issuer)

        begun = await self._sessions.begin(_SIGN_IN, "openid", visit, prove)
        self._attempts.succeeded(visit.address, steps=steps)
        return begun

    def _there(self) -> Provider:
        if self._provider is None:
            raise NotFound("sign-in provider")
        return self._provider

    def _task(self, visit: Visit) -> Caller:
        return anybody(visit.request_id, visit.address, self._clock)


def _choice(found: Ticket | None) -> Choice:
    if found is None:
        raise NotProven(Unauthenticated(_CHOSEN, element="token", cure="begin again"))
    return msgspec.json.decode(found.content, type=Choice)


def _random() -> str:
    return os.urandom(32).hex()
