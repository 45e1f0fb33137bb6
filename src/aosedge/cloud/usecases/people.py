"""Who comes in, and what they may know of themselves."""

import msgspec

from aosedge.cloud.domain.access.callers import Caller, Person, Task
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.organizations import Organization
from aosedge.cloud.domain.people import User
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.model.errors import Unauthenticated
from aosedge.model.ids import Ids
from aosedge.model.instants import Clock
from aosedge.trust.certificates import peer_of

_CURE = "use the PKCS#12 file of a user of this cloud"


class Me(msgspec.Struct, frozen=True):
    """A signed-in person with their organization and, for a fleet owner or an OEM, fleets."""

    user: User
    organization: Organization
    fleets: tuple[Fleet, ...]


class SignIn:
    """Makes a Caller from the certificate that the TLS layer verified; asked for each request, so that a revoked
    certificate and a dismissed user are out at once."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    async def caller(self, certificate: bytes | None, request_id: str, origin: str) -> Caller:
        """Who is asking; raises Unauthenticated."""
        if certificate is None:
            raise Unauthenticated("who are you?", element="client certificate", got="none", cure=_CURE)
        peer = peer_of(certificate)
        now = self._clock.wall()

        def find(session: EverySession) -> User | None:
            known = session.certificates.find(peer.serial)
            if (
                known is None
                or peer.user is None
                or (known.kind, known.owner, known.state) != ("user", peer.user, "active")
                or known.fingerprint != peer.fingerprint
            ):
                return None
            return session.users.find(peer.user)

        user = await self._store.read_every(Caller(Task("sign-in"), request_id, now, origin), find)
        if user is None or not user.active:
            raise Unauthenticated(
                "the certificate opens no door here",
                element="client certificate",
                got=f"serial {peer.serial}",
                cure=_CURE,
            )
        return Caller(Person(user.id, user.role, user.org, user.fleets), request_id, now, origin)


def me(session: Session, caller: Caller) -> Me:
    """The caller's own record."""
    person = caller.who
    assert isinstance(person, Person)  # the dispatcher lets nobody else in
    return Me(
        user=session.users.get(person.user),
        organization=session.organizations.get(person.tenant),
        fleets=session.fleets.page().items if person.role in ("oem", "fleet_owner") else (),
    )
