"""Who comes in, and what they may know of themselves."""

import msgspec

from aosedge.cloud.domain.access.callers import Caller, Person, Task
from aosedge.cloud.domain.api_tokens import ApiToken
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.organizations import Organization
from aosedge.cloud.domain.people import User
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.model.errors import Unauthenticated
from aosedge.model.ids import Ids
from aosedge.model.instants import Clock, Instant
from aosedge.trust import secrets
from aosedge.trust.certificates import Peer, peer_of

_CURE = "use the PKCS#12 file of a user of this cloud"
_TOKEN_CURE = "make one: aos token create TITLE --scope OPERATION"


class Credential(msgspec.Struct, frozen=True):
    """What a request came with. An API token, where there is one, decides alone."""

    certificate: bytes | None
    """DER, verified by the TLS layer."""
    bearer: str | None = None


class Me(msgspec.Struct, frozen=True):
    """A signed-in person with their organization and, for a fleet owner or an OEM, fleets."""

    user: User
    organization: Organization
    fleets: tuple[Fleet, ...]


class SignIn:
    """Makes a Caller from a certificate or an API token; asked for each request, so that whoever is revoked,
    suspended or has another role since is treated so at once."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    async def caller(self, credential: Credential, request_id: str, origin: str) -> Caller:
        """Who is asking; raises Unauthenticated."""
        now = self._clock.wall()
        task = Caller(Task("sign-in"), request_id, now, origin)
        if credential.bearer is not None:
            return await self._by_token(task, credential.bearer)
        if credential.certificate is None:
            raise Unauthenticated("who are you?", element="client certificate", got="none", cure=_CURE)
        peer = peer_of(credential.certificate)
        user = await self._store.read_every(task, lambda session: _holder(session, peer))
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


def _holder(session: EverySession, peer: Peer) -> User | None:
    known = session.certificates.find(peer.serial)
    if (
        known is None
        or peer.user is None
        or (known.kind, known.owner, known.state) != ("user", peer.user, "active")
        or known.fingerprint != peer.fingerprint
    ):
        return None
    return _allowed_in(session, session.users.find(peer.user))


def _bearer(session: EverySession, hashed: str, now: Instant) -> tuple[User, ApiToken] | None:
    token = session.api_tokens.hashed(hashed)
    user = _allowed_in(session, session.users.find(token.user)) if token and token.good(now) else None
    return (user, token) if user and token else None


def _allowed_in(session: EverySession, user: User | None) -> User | None:
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
    )
