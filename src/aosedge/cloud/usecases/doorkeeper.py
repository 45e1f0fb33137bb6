"""Units that are not in yet: they come with an enrolment key or back with an expired certificate, and wait.

Until a person, or the key's policy, lets it in a Unit has no certificate that opens a door.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import msgspec

from aosedge.cloud.domain import waiting
from aosedge.cloud.domain.access.callers import Caller, Scope, Task, UnitPeer
from aosedge.cloud.domain.enrolment import EnrolmentKey, check_usable
from aosedge.cloud.domain.provisioning import Registration
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.domain.waiting import WaitingState, WaitingUnit
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.cloud.usecases import enrolment
from aosedge.cloud.usecases.attempts import Attempts
from aosedge.cloud.usecases.provisioning import IssuedToUnit, Known, Provisioning
from aosedge.model.errors import AosError, Conflict, NotAllowed, Unauthenticated
from aosedge.model.ids import Ids, NodeName, UnitId, WaitingId
from aosedge.model.instants import Clock, Instant
from aosedge.trust import certificates, csr, possession, secrets
from aosedge.trust.certificates import Authority
from aosedge.trust.possession import Challenges

T = TypeVar("T")
ENROL: Final = "units_enrol"
RETURN: Final = "units_return"
COLLECT: Final = "units_collect"


class Visit(msgspec.Struct, frozen=True):
    """One request of somebody at the door."""

    request_id: str
    origin: str


class Said(msgspec.Struct, frozen=True):
    """What a Unit sends: its registration, and a proof over the challenge, its name and its signing requests."""

    registration: Registration
    challenge: str
    proof: str

    @property
    def parts(self) -> tuple[str, ...]:
        """What the proof is over, besides the challenge."""
        return (self.registration.system_uid, *(ask.csr for ask in self.registration.certificates))

    def keys(self) -> dict[str, csr.PublicKey]:
        """The new public keys by the type of certificate; raises Invalid or Untrusted by the rules of `csr`."""
        asked, name = self.registration.certificates, self.registration.system_uid
        return {ask.type: csr.unit_key_of(ask.csr, name, ask.type, ask.element) for ask in asked}


class Collected(msgspec.Struct, frozen=True):
    """How an application stands; once it is in, the chains of its certificates by type."""

    applied: WaitingUnit
    state: WaitingState
    chains: dict[str, str] = {}


class Doorkeeper:
    """Takes applications and hands certificates out.

    Raises Unauthenticated without proof, NotAllowed, Conflict, Invalid, Untrusted, TooMany; the trail says why.
    """

    def __init__(
        self,
        store: Store,
        authority: Authority,
        provisioning: Provisioning,
        challenges: Challenges,
        clock: Clock,
        ids: Ids,
        attempts: Attempts,
    ) -> None:
        self._store, self._authority, self._provisioning = store, authority, provisioning
        self._challenges, self._attempts = challenges, attempts
        self._clock, self._ids = clock, ids

    def challenge(self, visit: Visit) -> str:
        """What a proof is to be over."""
        self._attempts.admit(visit.origin)
        return self._challenges.new(self._clock.wall())

    def recognise(self, challenge: str) -> None:
        """Raise Unauthenticated unless it is one of ours that is still good: before the rest is read."""
        self._challenges.check(challenge, self._clock.wall())

    async def enrol(self, secret: str, said: Said, visit: Visit) -> WaitingUnit:
        """A new Unit with an enrolment key; the same again is the same application."""
        return await self._attend(visit, ENROL, lambda task: self._enrol(secret, said, task))

    async def come_back(self, certificate: str, said: Said, visit: Visit) -> WaitingUnit:
        """A Unit whose online certificate, PEM, has expired; the proof is by the key of that certificate."""
        return await self._attend(visit, RETURN, lambda task: self._come_back(certificate, said, task))

    async def collect(self, id: WaitingId, challenge: str, proof: str, visit: Visit) -> Collected:
        """How it stands, for whoever holds the new online key."""
        return await self._attend(visit, COLLECT, lambda task: self._collect(id, challenge, proof, task))

    def issue(self, applied: WaitingUnit, known: Known, now: Instant) -> tuple[IssuedToUnit, ...]:
        """Its certificates. Raises Invalid or Untrusted."""
        return self._provisioning.issue(applied.registration, known, now, applied.unit)[1]

    async def _attend(self, visit: Visit, operation: str, work: Callable[[Caller], Awaitable[T]]) -> T:
        task = Caller(Task("enrolment"), visit.request_id, self._clock.wall(), visit.origin)
        try:
            self._attempts.admit(visit.origin)
            done = await work(task)
        except AosError as error:
            await self._attempts.note(task, operation, error)
            raise
        self._attempts.succeeded(visit.origin, steps=2)  # with its challenge
        return done

    async def _enrol(self, secret: str, said: Said, task: Caller) -> WaitingUnit:
        now, hashed = task.now, secrets.hash_of(secret)
        key = await self._store.read_every(task, lambda every: _key_hashed(every, hashed))
        fingerprint = self._proven(said, said.keys()["online"], now)
        again = await self._applied_before(said, fingerprint, task)
        if again is not None and again.enrolment_key == key.id:
            return again
        check_usable(key, now)
        id = UnitId(self._ids.new())
        caller, scope = _acting_as(task, UnitPeer(id, key.tenant, key.fleet))
        applied = self._application(said, fingerprint, now, key, id)
        known = await self._store.read(caller, scope, lambda session: enrolment.met(session, applied))
        if known.unit is not None:
            applied = self._application(said, fingerprint, now, key, known.unit.id)
        issued = self.issue(applied, known, now)  # what would be refused later is refused now

        def record(session: Session) -> WaitingUnit:
            check_usable(session.enrolment_keys.get(key.id), now)
            session.enrolment_keys.use(key.id)
            _apply(session, applied)
            session.audit.append(ENROL, "done", target=f"{applied.unit} {applied.system_uid}", detail=key.title)
            if key.policy == "approve":
                return applied
            done = enrolment.let_in(session, applied.id, known, issued)
            session.audit.append("waiting_units_approve", "done", target=f"{applied.unit} {applied.system_uid}")
            return done

        return await self._store.write(caller, scope, record)

    async def _come_back(self, certificate: str, said: Said, task: Caller) -> WaitingUnit:
        now, old = task.now, certificates.parse_pem(certificate)
        key = old.public_key()
        if not isinstance(key, csr.PublicKey):
            raise NotAllowed("the kind of key is not taken", element="certificate")
        self._proven(said, key, now)
        serial, shown = certificates.serial_of(old), certificates.fingerprint_of(old)
        unit = await self._store.read_every(task, lambda every: _returning(every, serial, shown, now))
        if said.registration.system_uid != unit.system_uid:
            raise NotAllowed("the certificate is another Unit's", element="system_uid")
        fingerprint = possession.fingerprint_of(said.keys()["online"])
        again = await self._applied_before(said, fingerprint, task)
        if again is not None and again.state(now) == "waiting":
            return again
        caller, scope = _acting_as(task, UnitPeer(unit.id, unit.tenant, unit.fleet))
        applied = self._application(said, fingerprint, now, unit, unit.id)

        def record(session: Session) -> WaitingUnit:
            had = session.certificates.of_unit(unit.id)
            waiting.check_kinds(applied.registration, frozenset((each.type, NodeName(each.node)) for each in had))
            _apply(session, applied)
            session.audit.append(RETURN, "done", target=f"{unit.id} {unit.system_uid}", detail=f"serial {serial}")
            return applied

        return await self._store.write(caller, scope, record)

    async def _collect(self, id: WaitingId, challenge: str, proof: str, task: Caller) -> Collected:
        self._challenges.check(challenge, task.now)
        applied = await self._store.read_every(task, lambda every: every.enrolment.find(id))
        if applied is None:
            raise Unauthenticated("nothing like it waits here", element="id", cure="ask to be let in anew")
        keys = Said(applied.registration, challenge, proof).keys()
        possession.check(keys["online"], proof, challenge, (COLLECT, id))
        state = applied.state(task.now)
        if state != "approved":
            return Collected(applied, state)
        caller, _ = _acting_as(task, UnitPeer(applied.unit, applied.tenant, applied.fleet))
        own = Scope(reach="own", tenant=applied.tenant, unit=applied.unit)
        held = await self._store.read(caller, own, lambda session: session.certificates.of_unit(applied.unit))
        chains = {
            each.type: each.pem + self._authority.issuer_pem
            for each in held
            if each.state != "revoked" and certificates.parse_pem(each.pem).public_key() == keys.get(each.type)
        }
        return Collected(applied, state if "online" in chains else "expired", chains)

    async def _applied_before(self, said: Said, fingerprint: str, task: Caller) -> WaitingUnit | None:
        name = said.registration.system_uid
        newest = await self._store.read_every(task, lambda every: every.enrolment.newest_as(name))
        if newest is not None and newest.challenge == said.challenge:
            raise Conflict("this proof has counted already", element="challenge", cure="ask for another challenge")
        return waiting.asks_again(newest, fingerprint, task.now)

    def _proven(self, said: Said, key: csr.PublicKey, now: Instant) -> str:
        """The fingerprint of the key, which the proof is by."""
        self._challenges.check(said.challenge, now)
        possession.check(key, said.proof, said.challenge, said.parts)
        return possession.fingerprint_of(key)

    def _application(
        self, said: Said, fingerprint: str, now: Instant, of: EnrolmentKey | Unit, unit: UnitId
    ) -> WaitingUnit:
        is_new = isinstance(of, EnrolmentKey)
        return WaitingUnit(
            id=WaitingId(self._ids.new()),
            tenant=of.tenant,
            fleet=of.fleet,
            kind="enrolment" if is_new else "return",
            unit=unit,
            system_uid=said.registration.system_uid,
            fingerprint=fingerprint,
            challenge=said.challenge,
            registration=msgspec.structs.replace(said.registration, secrets={}),
            origin="",
            created_at=now,
            expires_at=Instant(now + waiting.WAITS_US),
            enrolment_key=of.id if isinstance(of, EnrolmentKey) else None,
            target_system=of.target_system,
            secrets=self._provisioning.sealed(said.registration, unit) if is_new else {},
        )


def _apply(session: Session, applied: WaitingUnit) -> None:
    waiting.check_room(session.waiting_units.count(session.caller.now))
    session.waiting_units.add(msgspec.structs.replace(applied, origin=session.caller.origin))


def _key_hashed(session: EverySession, hashed: str) -> EnrolmentKey:
    key = session.enrolment.key_hashed(hashed)
    return key if key is not None else check_usable(None, session.caller.now)


def _returning(session: EverySession, serial: str, fingerprint: str, now: Instant) -> Unit:
    certificate = session.certificates.find(serial)
    unit = session.units.find(UnitId(certificate.owner)) if certificate is not None else None
    return waiting.check_way_back(certificate, fingerprint, unit, now)


def _acting_as(task: Caller, who: UnitPeer) -> tuple[Caller, Scope]:
    """The same request as this Unit's, in its organization."""
    return Caller(who, task.request_id, task.now, task.origin), Scope(reach="tenant", tenant=who.tenant)
