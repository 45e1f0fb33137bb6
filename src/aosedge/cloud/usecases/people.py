"""Who comes in, and what they may know of themselves."""

import msgspec

from aosedge.cloud.domain.access.callers import Caller, Person, Task
from aosedge.cloud.domain.api_tokens import ApiToken
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.organizations import Organization
from aosedge.cloud.domain.people import User
from aosedge.cloud.domain.sessions import Lifetimes, WebSession
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.model.errors import Unauthenticated
from aosedge.model.ids import Ids, PasskeyId
from aosedge.model.instants import Clock, Instant
from aosedge.trust import secrets
from aosedge.trust.certificates import Peer, peer_of

_CURE = "use the PKCS#12 file of a user of this cloud"
_TOKEN_CURE = "make one: aos token create TITLE --scope OPERATION"
_SESSION_CURE = "sign in again"


class Credential(msgspec.Struct, frozen=True):
    """What a request came with. The first that is there decides alone: API token, session, certificate.

    A session goes before a certificate because whoever signed in chose to, while a browser shows its certificate to
    every page; one that has ended is refused, so that signing out means it.
    """

    certificate: bytes | None
    """DER, verified by the TLS layer."""
    bearer: str | None = None
    session: str | None = None
    """The secret in the cookie."""


class Me(msgspec.Struct, frozen=True):
    """A signed-in person with their organization, for a fleet owner or an OEM fleets, and the session they are in."""

    user: User
    organization: Organization
    fleets: tuple[Fleet, ...]
    session: WebSession | None


class SignIn:
    """Makes a Caller from what a request came with; asked for each, so that whoever is revoked, suspended or has
    another role since is treated so at once."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, lifetimes: Lifetimes) -> None:
        self._store, self._clock, self._ids, self._lifetimes = store, clock, ids, lifetimes

    async def caller(self, credential: Credential, request_id: str, origin: str, *, uses: bool = True) -> Caller:
        """Who is asking; raises Unauthenticated. `uses`: a session is being used, so that it does not fall idle."""
        now = self._clock.wall()
        task = Caller(Task("sign-in"), request_id, now, origin)
        if credential.bearer is not None:
            return await self._by_token(task, credential.bearer)
        if credential.session is not None:
            return await self._by_session(task, credential.session, uses)
        if credential.certificate is None:
            raise Unauthenticated("who are you?", element="client certificate", got="none", cure=_CURE)
        peer = peer_of(credential.certificate)
        user = await self._store.read_every(task, lambda session: holder(session, peer))
        if user is None:
            raise Unauthenticated(
                "the certificate opens no door here",
                element="client certificate",
                got=f"serial {peer.serial}",
                cure=_CURE,
            )
        return Caller(user.person(), request_id, now, origin)

    async def _by_token(self, task: Caller, bearer: str) -> Caller:
        hashed = secrets.hash_of(bearer)
        found = await self._store.read_every(task, lambda session: _bearer(session, hashed, task.now))
        if found is None:
            raise Unauthenticated(
                "the token opens no door here", element="token", got="unknown or expired", cure=_TOKEN_CURE
            )
        user, token = found
        if token.to_touch(task.now):
            await self._store.write_every(task, lambda session: session.api_tokens.touch(token.id, task.now))
        person = user.person(frozenset(token.scopes))
        return Caller(person, task.request_id, task.now, f"{task.origin} token:{token.id}".strip())

    async def _by_session(self, task: Caller, secret: str, uses: bool) -> Caller:
        hashed = secrets.hash_of(secret)
        found = await self._store.read_every(task, lambda session: _in_session(session, hashed, task.now))
        if found is None:
            raise Unauthenticated(
                "the session has ended", element="session", got="unknown or expired", cure=_SESSION_CURE
            )
        user, known = found
        if uses and known.to_touch(task.now):
            idle_us = self._lifetimes.idle_us
            await self._store.write_every(
                task, lambda session: session.web_sessions.touch(known.id, task.now, idle_us)
            )
        origin = f"{task.origin} session:{known.id}".strip()
        return Caller(user.person(), task.request_id, task.now, origin, known.id)


def holder(session: EverySession, peer: Peer) -> User | None:
    """Whose the certificate is, if it lets them in."""
    known = session.certificates.find(peer.serial)
    if (
        known is None
        or peer.user is None
        or (known.kind, known.owner) != ("user", peer.user)
        or not known.good(session.caller.now)
        or known.fingerprint != peer.fingerprint
    ):
        return None
    return allowed_in(session, session.users.find(peer.user))


def _bearer(session: EverySession, hashed: str, now: Instant) -> tuple[User, ApiToken] | None:
    token = session.api_tokens.hashed(hashed)
    user = allowed_in(session, session.users.find(token.user)) if token and token.good(now) else None
    return (user, token) if user and token else None


def _in_session(session: EverySession, hashed: str, now: Instant) -> tuple[User, WebSession] | None:
    known = session.web_sessions.hashed(hashed)
    if known is None or not known.good(now) or not _still_proves(session, known):
        return None
    user = allowed_in(session, session.users.find(known.user))
    return (user, known) if user else None


def _still_proves(session: EverySession, known: WebSession) -> bool:
    """Whether what the session began with would still let in."""
    if known.how == "certificate":
        certificate = session.certificates.find(known.proof)
        return certificate is not None and certificate.good(session.caller.now)
    if known.how == "passkey":
        return session.passkeys.find(PasskeyId(known.proof)) is not None
    return True


def allowed_in(session: EverySession, user: User | None) -> User | None:
    """The user, unless they or their organization are suspended."""
    if user is None or not user.active:
        return None
    organization = session.organizations.find(user.org)
    return user if organization is not None and organization.active else None


def me(session: Session, caller: Caller) -> Me:
    """The caller's own record."""
    person = caller.who
    assert isinstance(person, Person)  # the dispatcher lets nobody else in
    return Me(
        user=session.users.get(person.user),
        organization=session.organizations.get(person.tenant),
        fleets=session.fleets.page().items if person.role in ("oem", "fleet_owner") else (),
        session=None if caller.session is None else session.web_sessions.get(caller.session),
    )
