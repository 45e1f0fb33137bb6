"""Delivery over a network that loses, doubles and reorders, between owners that crash: found by search.

Each kept message is acted on once, whatever happens, and at last; each other at most once. An ack is only seen for
what was committed; a nack never after an ack, never twice, never for an answer. Quotes I4 and I6.
"""

from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from aosedge.model.ids import SystemId, Txn
from aosedge.model.instants import MILLISECOND, SECOND, Instant, Monotonic, Now
from aosedge.protocol.envelope import Envelope
from aosedge.protocol.messages import Ack, Alerts, DesiredStatus, Nack, PushLog, UnitStatus
from aosedge.protocol.messages.parts import Identity
from aosedge.protocol.session import Delivered, Policy, Session, Work

UNIT = SystemId("unit-1")
POLICY = Policy(window=3, pending_most=4, patience_us=30 * SECOND)
SIDES = st.sampled_from(["unit", "cloud"])
MESSAGES = {
    "unit": [UnitStatus(), Alerts(items=()), PushLog(node=Identity(), part=1, parts_count=1, status="ok")],
    "cloud": [DesiredStatus(), DesiredStatus(correlation_id="c")],
}


class Side:
    """An owner of a session: commits work, then settles; a crash loses what was not committed."""

    def __init__(self) -> None:
        self.session = Session(UNIT, POLICY)
        self.work: dict[Txn, Envelope] = {}
        self.committed: list[Txn] = []
        self.spool: dict[Txn, Any] = {}
        self.kept: list[Txn] = []
        self.answers: dict[Txn, list[str]] = {}

    def restart(self, now: Now) -> None:
        self.session = Session(UNIT, POLICY, settled=self.committed)
        self.work.clear()
        # what was refused is not durable: after a crash it may be refused once more
        self.answers = {txn: given for txn, given in self.answers.items() if "ack" in given}
        for txn, message in self.spool.items():
            self.session.send(message, txn, now, keep=True)


class Delivery(RuleBasedStateMachine):
    messages = Bundle("messages")

    def __init__(self) -> None:
        super().__init__()
        self.us = 0
        self.count = 0
        self.sides = {"unit": Side(), "cloud": Side()}
        self.wire: dict[str, list[Envelope]] = {"unit": [], "cloud": []}  # by receiver
        self.is_up = False

    def now(self) -> Now:
        return Now(Instant(1_700_000_000_000_000 + self.us), Monotonic(self.us))

    def other(self, side: str) -> str:
        return "cloud" if side == "unit" else "unit"

    def flush(self) -> None:
        for name, side in self.sides.items():
            for envelope in side.session.drain():
                assert self.is_up
                if isinstance(envelope.data, Ack | Nack):
                    self.check_receipt(side, envelope)
                self.wire[self.other(name)].append(envelope)

    def check_receipt(self, side: Side, envelope: Envelope) -> None:
        txn, given = envelope.header.txn, side.answers.setdefault(envelope.header.txn, [])
        if isinstance(envelope.data, Ack):
            assert txn in side.committed, "ack before durable (I4)"
            given.append("ack")
        else:
            assert given == [], "a nack for what was answered"
            given.append("nack")

    def happened(self, side: Side, events: list[Any]) -> None:
        for event in events:
            if isinstance(event, Work):
                txn = event.envelope.header.txn
                assert txn not in side.work and txn not in side.committed, "work twice (I6)"
                side.work[txn] = event.envelope
            elif isinstance(event, Delivered):
                side.spool.pop(event.txn, None)
        self.flush()

    @rule(name=SIDES, pick=st.integers(0, 2), keep=st.booleans())
    def send(self, name: str, pick: int, keep: bool) -> None:
        side = self.sides[name]
        self.count += 1
        txn = Txn(f"{name}-{self.count}")
        message = MESSAGES[name][pick % len(MESSAGES[name])]
        if keep:
            side.kept.append(txn)
            side.spool[txn] = message
        side.session.send(message, txn, self.now(), keep=keep)
        self.flush()

    @rule(name=SIDES, place=st.integers(0, 50), twice=st.booleans())
    def deliver(self, name: str, place: int, twice: bool) -> None:
        """Any one of what is under way, so the order is free; perhaps a copy stays."""
        under_way = self.wire[name]
        if under_way:
            envelope = under_way[place % len(under_way)]
            if not twice:
                under_way.remove(envelope)
            self.happened(self.sides[name], self.sides[name].session.receive(envelope, self.now()))

    @rule(name=SIDES, place=st.integers(0, 50))
    def lose(self, name: str, place: int) -> None:
        if self.wire[name]:
            self.wire[name].pop(place % len(self.wire[name]))

    @rule(name=SIDES, place=st.integers(0, 9))
    def commit(self, name: str, place: int) -> None:
        side = self.sides[name]
        if side.work:
            txn = sorted(side.work)[place % len(side.work)]
            del side.work[txn]
            side.committed.append(txn)
            side.session.settle(txn, self.now())
            self.flush()

    @rule(name=SIDES, place=st.integers(0, 9), wait_ms=st.none() | st.integers(0, 5_000))
    def refuse(self, name: str, place: int, wait_ms: int | None) -> None:
        side = self.sides[name]
        for txn in [*side.committed[:1], Txn("unknown")]:
            side.session.refuse(txn, self.now(), wait_ms)
        if side.work:
            txn = sorted(side.work)[place % len(side.work)]
            answer = side.work.pop(txn).data
            before = len(side.answers.get(txn, []))
            side.session.refuse(txn, self.now(), wait_ms)
            self.flush()
            if isinstance(answer, PushLog) or getattr(answer, "correlation_id", None):
                assert len(side.answers.get(txn, [])) == before, "an answer was nacked"
        self.flush()

    @rule(ms=st.integers(0, 40_000))
    def wait(self, ms: int) -> None:
        self.us += ms * MILLISECOND
        for side in self.sides.values():
            self.happened(side, side.session.expire(self.now()))

    @rule()
    def connect(self) -> None:
        if not self.is_up:
            self.is_up = True
            for side in self.sides.values():
                side.session.connected(self.now())
            self.flush()

    @rule(stay=st.booleans())
    def disconnect(self, stay: bool) -> None:
        """What was under way is gone, or comes late on the next connection, which a proxy could do."""
        self.is_up = False
        for side in self.sides.values():
            side.session.lost(self.now())
        if not stay:
            self.wire = {"unit": [], "cloud": []}

    @rule(name=SIDES)
    def crash(self, name: str) -> None:
        self.disconnect(stay=False)
        self.sides[name].restart(self.now())

    @invariant()
    def nothing_is_acted_on_twice(self) -> None:
        for side in self.sides.values():
            assert max(Counter(side.committed).values(), default=0) <= 1

    @invariant()
    def queues_are_bounded(self) -> None:
        for side in self.sides.values():
            assert len(side.work) <= POLICY.pending_most

    def teardown(self) -> None:
        """Once faults stop, everything kept is delivered."""
        self.disconnect(stay=False)
        self.connect()
        for _ in range(400):
            for name, side in self.sides.items():
                for envelope in self.wire[name]:
                    self.wire[name] = [e for e in self.wire[name] if e is not envelope]
                    self.happened(side, side.session.receive(envelope, self.now()))
                while side.work:
                    self.commit(name, 0)
            self.wait(5_000)
            if not any(s.spool or s.work for s in self.sides.values()):
                break
        for name, side in self.sides.items():
            assert side.spool == {}, "a kept message was never acknowledged"
            assert set(side.kept) <= set(self.sides[self.other(name)].committed), "acknowledged and not acted on"


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(max_examples=200, stateful_step_count=60)
