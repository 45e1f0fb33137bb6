"""The gateway's records in the store: each call is one transaction for many Units."""

import logging
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from aosedge.cloud.domain import events, renewals
from aosedge.cloud.domain.access.callers import Caller, Task, UnitPeer
from aosedge.cloud.domain.people import Certificate
from aosedge.cloud.domain.reports import Known
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.gateway.records import (
    AboutCertificates,
    Arrival,
    Attended,
    Departure,
    Incident,
    Question,
    SignedIn,
)
from aosedge.cloud.ports import Blobs, Bus, StoredBlob
from aosedge.cloud.store import EverySession, Store, UnitsSession
from aosedge.cloud.usecases import clones, service_states, statuses, unit_variables
from aosedge.cloud.usecases.certificates import Certification, Errand
from aosedge.cloud.usecases.service_states import Outcome
from aosedge.cloud.usecases.statuses import Report
from aosedge.cloud.usecases.targets import begin_epoch, bring_up_to_date
from aosedge.model.digests import Digest
from aosedge.model.errors import Untrusted
from aosedge.model.ids import Ids, UnitId
from aosedge.model.instants import Clock, Instant
from aosedge.protocol.messages import (
    DeprovisioningResponse,
    DesiredStatus,
    InstallUnitCertificatesConfirmation,
    IssueUnitCertificates,
    NewState,
    OverrideEnvVarsStatus,
    StateRequest,
)
from aosedge.trust.certificates import Peer

_log = logging.getLogger("aosedge.gateway")
_OPENING = {("provisioned", "active"), ("provisioned", "issued"), ("deprovisioned", "leaving")}
"""A Unit's lifecycle and its certificate's state that open the door; `leaving` to forget its identity, no more."""
_APART: Final = (NewState, StateRequest, OverrideEnvVarsStatus)
"""What Units say that is not kept among all the rest."""


class StoreRecords:
    """`gateway.records.Records` on the store. `process` names this cloud process in the connections it holds."""

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        bus: Bus,
        clock: Clock,
        ids: Ids,
        certification: Certification,
        process: str = "main",
    ) -> None:
        self._store, self._blobs, self._bus, self._clock, self._ids = store, blobs, bus, clock, ids
        self._certification, self._process = certification, process

    async def begin(self) -> None:
        """Before the first Unit: whoever was connected to this process before it ended is so no more.

        What is compiled for being handed out is of a new epoch.
        """
        caller = self._caller()
        await self._store.write_every(caller, begin_epoch)
        await self._store.write_every(caller, lambda s: s.units.forget_connections(self._process, caller.now))

    async def known(self, peers: Sequence[Peer]) -> list[bool]:
        """Whether these certificates may come in."""
        caller = self._caller()
        found = await self._store.read_every(caller, lambda session: _owners(session, peers, caller.now))
        return [unit is not None for unit in found]

    async def arrive(self, arrivals: Sequence[Arrival]) -> list[SignedIn | None]:
        """Whose certificates these are, now connected; None for one that may not come in."""
        caller = self._caller()

        def connect(session: EverySession) -> list[SignedIn | None]:
            answers: list[SignedIn | None] = []
            opened = []
            owners = _owners(session, [arrival.peer for arrival in arrivals], caller.now)
            to_tell = _renewing(session, [arrival.peer for arrival in arrivals], owners)
            here = [unit.id for unit in owners if unit is not None]
            to_tell |= session.variables.units_to_tell(here, caller.now)
            for arrival, unit in zip(arrivals, owners, strict=True):
                if unit is None:
                    answers.append(None)
                    continue
                who = UnitPeer(unit.id, unit.tenant, unit.fleet)
                leaves = unit.lifecycle == "deprovisioned"
                answers.append(SignedIn(who, unit.system_uid, leaves or unit.id in to_tell, leaves))
                opened.append((unit.id, self._named(arrival.connection)))
            session.units.connect(opened, caller.now)
            return answers

        answers = await self._store.write_every(caller, connect)
        await self._tell(answer.unit.unit for answer in answers if answer is not None)
        return answers

    async def leave(self, departures: Sequence[Departure]) -> None:
        """These channels are closed."""
        caller = self._caller()
        closed = [(left.unit.unit, self._named(left.connection)) for left in departures]
        await self._store.write_every(caller, lambda session: session.units.disconnect(closed, caller.now))
        await self._tell(unit for unit, _ in closed)

    async def keep(self, reports: Sequence[Report]) -> list[Outcome]:
        """Make durable, in order, each txn of a Unit once; False for one that can never be stored, else an answer."""
        now = self._clock.wall()
        of_states = [report for report in reports if isinstance(report.message, NewState | StateRequest)]
        of_variables = [report for report in reports if isinstance(report.message, OverrideEnvVarsStatus)]
        others = [report for report in reports if not isinstance(report.message, _APART)]
        kept = iter(await statuses.keep(self._store, others, now))
        judged = iter(await service_states.keep(self._store, self._blobs, of_states, now) if of_states else ())
        heard = iter(await unit_variables.keep(self._store, of_variables, now) if of_variables else ())
        stored: list[Outcome] = []
        for report in reports:
            match report.message:
                case NewState() | StateRequest():
                    stored.append(next(judged))
                case OverrideEnvVarsStatus():
                    stored.append(next(heard))
                case _:
                    stored.append(next(kept))
        for news in dict.fromkeys(events.news_of(report.unit, report.message) for report in reports):
            await self._bus.publish(events.topic(news.unit), events.encode(news))
        return stored

    async def targets(self, units: Sequence[UnitPeer]) -> list[DesiredStatus | None]:
        """The target of each, with its generation and digest, as it is intended now."""
        peers = frozenset(peer.unit for peer in units)
        await self._bring_up_to_date(peers)
        known = await self._store.read_units(peers, lambda session: session.reported.load(frozenset()))
        return [_target(known[peer.unit]) if peer.unit in known else None for peer in units]

    async def blobs(self, questions: Sequence[Question]) -> list[list[StoredBlob]]:
        """Of the digests of each question those that belong to the Unit's target."""

        def find(session: UnitsSession) -> list[list[StoredBlob]]:
            known = session.reported.load(frozenset())
            indexes = {unit: _indexes(aimed) for unit, aimed in known.items()}
            asked = {digest for question in questions for digest in question.digests}
            found = session.reported.blobs(set().union(*indexes.values()), asked)
            return [_answer(question, indexes.get(question.unit.unit, set()), found) for question in questions]

        units = frozenset(question.unit.unit for question in questions)
        await self._bring_up_to_date(units)
        return await self._store.read_units(units, find)

    async def _bring_up_to_date(self, units: frozenset[UnitId]) -> None:
        await self._tell(await bring_up_to_date(self._store, self._caller(), units))

    async def attend(self, said: Sequence[AboutCertificates]) -> list[Attended]:
        """Issue and confirm."""
        return [await self._attend(one) for one in said]

    async def _attend(self, said: AboutCertificates) -> Attended:
        caller = Caller(said.unit, self._ids.new(), self._clock.wall(), said.origin)
        match said.message:
            case IssueUnitCertificates():
                return Attended(await self._certification.issue(caller, said.unit, said.message))
            case InstallUnitCertificatesConfirmation():
                comes_back = await self._certification.confirm(caller, said.unit, said.message)
                return Attended(comes_back=comes_back)
            case DeprovisioningResponse():
                await self._certification.left(caller, said.unit, said.message)
                return Attended()

    async def errands(self, units: Sequence[UnitPeer]) -> list[tuple[Errand, ...]]:
        """What each shall be told about its identity."""
        return [await self._errands(unit) for unit in units]

    async def _errands(self, unit: UnitPeer) -> tuple[Errand, ...]:
        caller = Caller(unit, self._ids.new(), self._clock.wall())
        variables = await unit_variables.errand(self._store, caller, unit)
        of_identity = await self._about_identity(caller, unit)
        return of_identity if variables is None else (*of_identity, variables)

    async def _about_identity(self, caller: Caller, unit: UnitPeer) -> tuple[Errand, ...]:
        try:
            return await self._certification.errands(caller, unit)
        except Untrusted as error:  # another Unit must not wait for this one
            _log.error("Unit %s cannot be told about its identity: %s", unit.unit, error)
            return ()

    async def note(self, incidents: Sequence[Incident]) -> None:
        """Write these down in the trail of the Unit's organization."""
        caller = self._caller()

        def write(session: EverySession) -> None:
            for seen in incidents:
                if seen.is_new:
                    trail = session.audit_of(Caller(seen.unit, caller.request_id, caller.now, seen.origin))
                    trail.append(f"channel_{seen.what}", "seen", target=seen.unit.unit, detail=seen.detail)
            takeovers = [(seen.unit, seen.origin, seen.takeover) for seen in incidents if seen.takeover is not None]
            clones.note(session, takeovers)

        await self._store.write_every(caller, write)
        await self._tell(seen.unit.unit for seen in incidents if seen.takeover is not None)

    def _named(self, connection: str) -> str:
        return f"{self._process}/{connection}"

    async def _tell(self, units: Iterable[UnitId]) -> None:
        for unit in dict.fromkeys(units):
            await self._bus.publish(events.topic(unit), events.encode(events.UnitNews(unit)))

    def _caller(self) -> Caller:
        return Caller(Task("gateway"), self._ids.new(), self._clock.wall())


def _owners(session: EverySession, peers: Sequence[Peer], now: Instant) -> list[Unit | None]:
    """The Unit that each certificate lets in."""
    certificates = session.certificates.find_many(peer.serial for peer in peers)
    units = session.units.find_many(peer.unit for peer in peers if peer.unit is not None)
    owners = [(peer, units.get(peer.unit) if peer.unit is not None else None) for peer in peers]
    return [
        unit if unit is not None and _opens(peer, certificates.get(peer.serial), unit, now) else None
        for peer, unit in owners
    ]


def _renewing(session: EverySession, peers: Sequence[Peer], owners: Sequence[Unit | None]) -> set[UnitId]:
    """Who is to be told to renew; who comes with a new certificate for the first time has shown that it works."""
    ids = [unit.id for unit in owners if unit is not None]
    serials = {peer.serial for peer, unit in zip(peers, owners, strict=True) if unit is not None}
    known = session.renewals.of(ids) if ids else ()
    for each in known:
        if each.state in ("issued", "overdue") and not each.seen and each.new_serial in serials:
            after = renewals.seen(each)
            session.renewals.put(after)
            if after.state == "done":
                session.renewals.replace(after)
                if clones.settles(after):
                    session.takeovers.forget((after.unit,))
    return {each.unit for each in known if each.state == "requested"}


def _opens(peer: Peer, certificate: Certificate | None, unit: Unit, now: Instant) -> bool:
    """Whether this is an online certificate as issued, in use, in time, of this Unit and in its name."""
    return (
        certificate is not None
        and (certificate.kind, certificate.type) == ("unit", "online")
        and certificate.owner == peer.unit == unit.id
        and certificate.fingerprint == peer.fingerprint
        and certificate.not_after > now
        and unit.system_uid == peer.system_id
        and (unit.lifecycle, certificate.state) in _OPENING
    )


def _target(known: Known) -> DesiredStatus | None:
    document = known.aim.document
    if document is None:
        return None
    return msgspec.structs.replace(document, generation=known.aim.generation, target_digest=known.digest)


def _indexes(known: Known) -> set[Digest]:
    document = known.aim.document
    return set() if document is None else {item.index_digest for item in document.items}


def _answer(question: Question, indexes: set[Digest], found: dict[Digest, list[StoredBlob]]) -> list[StoredBlob]:
    """Each asked digest of the Unit's own items once."""
    mine = {blob.digest: blob for index in indexes for blob in found.get(index, ())}
    return [mine[digest] for digest in dict.fromkeys(question.digests) if digest in mine]
