"""All connections of one cloud process: who may open one, whose is whose, and the work they have in common."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

import msgspec

from aosedge.cloud.domain.access.callers import UnitPeer
from aosedge.cloud.domain.clones import Takeover
from aosedge.cloud.gateway.batches import Batches
from aosedge.cloud.gateway.channel.port import (
    GOING_AWAY,
    INTERNAL_ERROR,
    POLICY_VIOLATION,
    Listener,
    Opening,
    Refusal,
)
from aosedge.cloud.gateway.conversation import Conversation
from aosedge.cloud.gateway.conversation import Policy as ConversationPolicy
from aosedge.cloud.gateway.deadlines import Deadlines
from aosedge.cloud.gateway.line import Line
from aosedge.cloud.gateway.orders import Attend, Keep, LookUpBlobs
from aosedge.cloud.gateway.records import AboutCertificates, Arrival, Departure, Incident, Question, Records, SignedIn
from aosedge.cloud.gateway.signatures import Links, Tokens, bearer
from aosedge.cloud.ports import StoredBlob
from aosedge.cloud.usecases.service_states import Outcome
from aosedge.cloud.usecases.statuses import Report
from aosedge.model.errors import AosError, Unauthenticated
from aosedge.model.ids import Ids, Txn, UnitId
from aosedge.model.instants import MINUTE, SECOND, Clock, Monotonic, Now, from_datetime
from aosedge.protocol.messages.from_cloud import BlobUrl
from aosedge.trust.certificates import peer_of

PATH = "/ws/v7/"
_NEVER_STORED_MS = 60_000
_log = logging.getLogger("aosedge.gateway")
_Taken = tuple[Line, Keep, int]
"""A message to store, whose, and its size."""


class Policy(msgspec.Struct, frozen=True):
    """What the process as a whole takes."""

    arrivals_most: int = 512
    """Units being signed in at once; more are answered 503 before anything is read from the store."""
    intake_messages_most: int = 20_000
    """Messages taken and not yet durable, of all Units; then no Unit that brings another is read."""
    intake_bytes_most: int = 64 * 1024 * 1024
    batch_most: int = 1_000
    """Messages in one transaction."""
    opens_burst: int = 8
    """Connections of one certificate at once; then one in `opens_period_us`, the others are answered 429."""
    opens_period_us: int = 5 * SECOND
    barred_us: int = 30 * SECOND
    """How long a certificate is answered 429 after its connection was closed for what it sent."""
    incidents_period_us: int = 10 * MINUTE
    """The same thing about the same Unit is written down once in this time."""
    retry_s: float = 1.0
    """After the store failed."""
    revise_s: float = 30.0
    """How often it is asked whether those who are connected still may be: a revoked certificate, a deleted Unit."""
    settle_s: float = 5.0
    """For what is under way when the process stops."""
    unit: ConversationPolicy = ConversationPolicy()


class _Guest(msgspec.Struct):
    """What is remembered of a certificate between its connections."""

    opens: float
    at: Monotonic
    barred_until: Monotonic = Monotonic(0)


class Switchboard:
    """`accept` is the channel's; `run` does the common work until it is cancelled."""

    def __init__(
        self, records: Records, tokens: Tokens, links: Links, clock: Clock, ids: Ids, policy: Policy = Policy()
    ) -> None:
        self.deadlines = Deadlines(clock.monotonic)
        self._records = records
        self._tokens = tokens
        self._links = links
        self._clock = clock
        self._ids = ids
        self._policy = policy
        self._lines: dict[UnitId, Line] = {}
        self._arriving = 0
        self._guests: dict[str, _Guest] = {}
        self._noted: dict[tuple[UnitId, str], Monotonic] = {}
        self._intake_bytes = 0
        self._held: list[Line] = []
        bounds = policy.batch_most, policy.retry_s
        self._arrivals: Batches[Line] = Batches(self._sign_in, self._not_signed_in, *bounds)
        self._departures: Batches[Departure] = Batches(records.leave, _forget, *bounds)
        self._intake: Batches[_Taken] = Batches(self._store, self._not_stored, *bounds)
        self._targets: Batches[Line] = Batches(self._offer, self._not_offered, *bounds)
        self._questions: Batches[tuple[Line, LookUpBlobs]] = Batches(self._answer, _forget, *bounds)
        self._certificates: Batches[tuple[Line, Attend]] = Batches(self._attend, self._not_attended, *bounds)
        self._errands: Batches[Line] = Batches(self._tell_errands, _forget, *bounds)
        self._incidents: Batches[Incident] = Batches(records.note, _forget, *bounds)

    @property
    def units(self) -> int:
        """How many Units are connected here."""
        return len(self._lines)

    def now(self) -> Now:
        """Both clocks."""
        return Now(self._clock.wall(), self._clock.monotonic())

    async def run(self) -> None:
        """Do the common work until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for batches in (
                    self._arrivals,
                    self._departures,
                    self._intake,
                    self._targets,
                    self._questions,
                    self._certificates,
                    self._errands,
                    self._incidents,
                ):
                    tasks.create_task(batches.run())
                tasks.create_task(self._revise())
        finally:
            self.deadlines.close()

    async def settle(self) -> None:
        """Wait, for a few seconds at most, until what has come is durable and who has left is known to have."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._policy.settle_s):
                for batches in (self._arrivals, self._intake, self._departures, self._incidents):
                    await batches.settle()

    # Admission: nothing here reads the store.

    def accept(self, opening: Opening) -> Listener | Refusal:
        """A line, or why not: 404 no such path, 503 too much at once, 401 discover again, 429 too often."""
        if opening.path.partition("?")[0].rstrip("/") != PATH.rstrip("/"):
            return Refusal(404)
        if self._arriving >= self._policy.arrivals_most:
            return Refusal(503, retry_after_s=5)
        try:
            peer = peer_of(opening.certificate)
        except Unauthenticated:
            return Refusal(401)
        token = bearer(opening.headers.get("authorization", ""))
        if peer.unit is None or not self._tokens.holds(token, peer.serial, self._clock.wall()):
            return Refusal(401)
        if not self._may_open(peer.serial):
            return Refusal(429, retry_after_s=10)
        return Line(self, peer, self._ids.new(), opening.origin)

    def _may_open(self, serial: str) -> bool:
        now, policy = self._clock.monotonic(), self._policy
        if len(self._guests) > 2 * len(self._lines) + 10_000:
            self._guests = {name: guest for name, guest in self._guests.items() if now - guest.at < MINUTE}
        guest = self._guests.setdefault(serial, _Guest(float(policy.opens_burst), now))
        gained = (now - guest.at) / policy.opens_period_us
        guest.opens, guest.at = min(guest.opens + gained, float(policy.opens_burst)), now
        if guest.barred_until > now or guest.opens < 1:
            return False
        guest.opens -= 1
        return True

    def bar(self, line: Line) -> None:
        """Do not let this certificate in for a while."""
        now = self._clock.monotonic()
        guest = self._guests.setdefault(line.peer.serial, _Guest(0.0, now))
        guest.barred_until = Monotonic(now + self._policy.barred_us)

    # What lines tell.

    def arrived(self, line: Line) -> None:
        """A line is open: sign it in."""
        self._arriving += 1
        self._arrivals.put(line)

    def left(self, line: Line) -> None:
        """A line is closed."""
        if line.unit is None:
            return
        if self._lines.get(line.unit.unit) is line:
            del self._lines[line.unit.unit]
        self._departures.put(Departure(line.unit, line.id))

    def keep(self, line: Line, order: Keep, message_bytes: int) -> None:
        """Make a message durable."""
        self._intake.put((line, order, message_bytes))
        self._intake_bytes += message_bytes
        if self._intake_is_full():
            line.hold("intake")
            self._held.append(line)

    def look_up_target(self, line: Line) -> None:
        """Read a Unit's target."""
        self._targets.put(line)

    def look_up_blobs(self, line: Line, question: LookUpBlobs) -> None:
        """Find blobs of a Unit's target."""
        self._questions.put((line, question))

    def attend(self, line: Line, order: Attend) -> None:
        """Do what a message about certificates asks."""
        self._certificates.put((line, order))

    def look_up_errands(self, line: Line) -> None:
        """Find what a Unit is to be told about its identity."""
        self._errands.put(line)

    def suspect(self, line: Line, what: str, detail: str, takeover: Takeover | None = None) -> None:
        """Something about a Unit that people should see; the same only once in a while, takeovers are counted."""
        if line.unit is None:
            return
        now, key = self._clock.monotonic(), (line.unit.unit, what)
        is_new = self._noted.get(key, Monotonic(0)) <= now
        if not is_new and takeover is None:
            return
        if len(self._noted) > 10_000:
            self._noted = {old: until for old, until in self._noted.items() if until > now}
        if is_new:
            self._noted[key] = Monotonic(now + self._policy.incidents_period_us)
        self._incidents.put(Incident(line.unit, what, detail, line.origin, takeover, is_new))

    def target_changed(self, unit: UnitId) -> None:
        """A Unit's target may be another now."""
        line = self._lines.get(unit)
        if line is not None:
            line.go_on(Conversation.target_changed)

    def targets_changed(self) -> None:
        """Any target may be another now: something was missed."""
        for unit in list(self._lines):
            self.target_changed(unit)

    def errands_changed(self, unit: UnitId) -> None:
        """There may be something to tell the Unit about its identity."""
        line = self._lines.get(unit)
        if line is not None:
            line.go_on(Conversation.errands_changed)

    def all_errands_changed(self) -> None:
        """There may be to any Unit: something was missed."""
        for unit in list(self._lines):
            self.errands_changed(unit)

    # The common work.

    async def _sign_in(self, lines: list[Line]) -> None:
        answers = await self._records.arrive([Arrival(line.peer, line.id, line.origin) for line in lines])
        self._arriving -= len(lines)
        for line, answer in zip(lines, answers, strict=True):
            if answer is None:
                self._show_out(line)
            elif line.is_open:
                self._welcome(line, answer)
            else:
                self._departures.put(Departure(answer.unit, line.id))

    def _welcome(self, line: Line, answer: SignedIn) -> None:
        older = self._lines.get(answer.unit.unit)
        self._lines[answer.unit.unit] = line
        talk = Conversation(answer.system_id, self._ids, self.now(), self._policy.unit)
        line.signed_in(answer.unit, talk)
        if answer.leaves:
            line.go_on(Conversation.take_leave)
        if answer.has_errands:
            line.go_on(Conversation.errands_changed)
        if older is not None:
            takeover = Takeover(older.origin, line.origin, self.now().mono - older.opened_at)
            words = f"came from {line.origin} while connected from {older.origin}"
            self.suspect(line, "two_connections", words, takeover)
            older.hang_up(POLICY_VIOLATION, "this Unit has opened another connection")

    def _not_signed_in(self, line: Line) -> None:
        self._arriving -= 1
        line.hang_up(INTERNAL_ERROR, "a fault of the cloud")

    async def _revise(self) -> None:
        """Show out, in time, who may not be here any more; a thousand Units with one look."""
        while True:
            await asyncio.sleep(self._policy.revise_s)
            await self.revise(list(self._lines))

    async def revise(self, units: Sequence[UnitId]) -> None:
        """Show out those of the Units that may not be here any more."""
        lines = [self._lines[unit] for unit in units if unit in self._lines]
        for start in range(0, len(lines), self._policy.batch_most):
            some = lines[start : start + self._policy.batch_most]
            try:
                known = await self._records.known([line.peer for line in some])
            except AosError as error:
                _log.warning("cannot look who may still be connected: %s", error)
                break
            for line, is_known in zip(some, known, strict=True):
                if not is_known:
                    self._show_out(line)

    def _show_out(self, line: Line) -> None:
        self.bar(line)
        line.hang_up(POLICY_VIOLATION, "the certificate is not known or not valid any more")

    async def _store(self, batch: list[_Taken]) -> None:
        reports = [
            Report(_unit(line).unit, order.txn, order.message, from_datetime(order.created_at))
            for line, order, _ in batch
        ]
        stored = await self._records.keep(reports)
        self._intake_bytes -= sum(size for _, _, size in batch)
        now = self.now()
        done: dict[Line, dict[Txn, Outcome]] = {}
        for (line, order, _), outcome in zip(batch, stored, strict=True):
            if outcome is False:
                line.go_on(Conversation.not_kept, order.txn, now, _NEVER_STORED_MS)
            else:
                done.setdefault(line, {})[order.txn] = outcome
        for line, outcomes in done.items():
            answers = [outcome for outcome in outcomes.values() if outcome is not True and outcome is not False]
            line.go_on(Conversation.kept, outcomes, now, answers)
        self._let_in()

    def _not_stored(self, taken: _Taken) -> None:
        line, order, size = taken
        self._intake_bytes -= size
        line.go_on(Conversation.not_kept, order.txn, self.now(), _NEVER_STORED_MS)
        self._let_in()

    def _let_in(self) -> None:
        """Read those again that were not read because too much waited."""
        if self._held and not self._intake_is_full():
            held, self._held = self._held, []
            for line in held:
                line.release("intake")

    async def _offer(self, lines: list[Line]) -> None:
        targets = await self._records.targets([_unit(line) for line in lines])
        now = self.now()
        for line, target in zip(lines, targets, strict=True):
            line.go_on(Conversation.target, target, now)

    def _not_offered(self, line: Line) -> None:
        line.go_on(Conversation.target_unread, self.now())

    async def _answer(self, batch: list[tuple[Line, LookUpBlobs]]) -> None:
        questions = [Question(_unit(line), question.digests) for line, question in batch]
        found = await self._records.blobs(questions)
        now = self.now()
        for (line, question), blobs in zip(batch, found, strict=True):
            line.go_on(Conversation.blobs, question, self._urls(blobs, now), now)

    async def _attend(self, batch: list[tuple[Line, Attend]]) -> None:
        said = [AboutCertificates(_unit(line), order.message, line.origin) for line, order in batch]
        attended = await self._records.attend(said)
        now = self.now()
        for (line, order), result in zip(batch, attended, strict=True):
            line.go_on(Conversation.attended, order.txn, result.answer, now)
            if result.comes_back:
                line.hang_up(GOING_AWAY, "come back with the new certificate")

    def _not_attended(self, work: tuple[Line, Attend]) -> None:
        line, order = work
        line.go_on(Conversation.not_kept, order.txn, self.now(), _NEVER_STORED_MS)

    async def _tell_errands(self, lines: list[Line]) -> None:
        found = await self._records.errands([_unit(line) for line in lines])
        now = self.now()
        for line, errands in zip(lines, found, strict=True):
            for errand in errands:
                line.go_on(Conversation.tell, errand, now)

    def _urls(self, blobs: Sequence[StoredBlob], now: Now) -> list[BlobUrl]:
        return [
            BlobUrl(
                digest=blob.digest,
                urls=(self._links.issue(blob.digest, now.wall),),
                sha256=blob.sha3_256,
                size=blob.size_bytes,
            )
            for blob in blobs
        ]

    def _intake_is_full(self) -> bool:
        policy = self._policy
        return len(self._intake) >= policy.intake_messages_most or self._intake_bytes >= policy.intake_bytes_most


def _unit(line: Line) -> UnitPeer:
    assert line.unit is not None  # orders come from conversations, which begin with signing in
    return line.unit


def _forget(work: object) -> None:
    """What cannot be written down and nobody waits for: the log has it."""
