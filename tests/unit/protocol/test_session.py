"""Delivery by hand-made cases, each a sentence of the protocol."""

from datetime import UTC, datetime
from typing import Any

import pytest

from aosedge.model.errors import Unavailable
from aosedge.model.ids import SystemId, Txn
from aosedge.model.instants import SECOND, Instant, Monotonic, Now
from aosedge.protocol.envelope import Envelope, Header
from aosedge.protocol.messages import Ack, BlobUrls, DesiredStatus, Nack, RequestBlobUrls, UnitStatus
from aosedge.protocol.session import Delivered, GaveUp, Misaddressed, Policy, Postponed, Session, Work

UNIT = SystemId("unit-1")
STATUS = UnitStatus()
SAID_AT = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: float) -> Now:
    us = int(seconds * SECOND)
    return Now(Instant(1_700_000_000_000_000 + us), Monotonic(us))


def said(txn: str, message: Any, system_id: str = UNIT) -> Envelope:
    return Envelope(Header(7, SystemId(system_id), SAID_AT, Txn(txn)), message)


def online(**policy: Any) -> Session:
    session = Session(UNIT, Policy(**policy))
    session.connected(at(0))
    return session


def wire(session: Session) -> list[tuple[str, type]]:
    return [(e.header.txn, type(e.data)) for e in session.drain()]


def test_an_ack_leaves_only_after_the_owner_has_settled() -> None:
    session = online()
    assert session.receive(said("a", STATUS), at(0)) == [Work(said("a", STATUS))]
    assert wire(session) == []
    session.settle(Txn("a"), at(1))
    assert wire(session) == [("a", Ack)]


def test_a_repeat_is_acknowledged_and_no_work() -> None:
    session = online()
    session.receive(said("a", STATUS), at(0))
    assert session.receive(said("a", STATUS), at(1)) == []
    session.settle(Txn("a"), at(1))
    for _ in range(1_000):
        assert session.receive(said("a", STATUS), at(2)) == []
    assert wire(session) == [("a", Ack)]


def test_what_was_settled_before_a_restart_is_acknowledged_and_no_work() -> None:
    session = Session(UNIT, settled=[Txn("a")])
    session.connected(at(0))
    assert session.receive(said("a", STATUS), at(0)) == []
    assert wire(session) == [("a", Ack)]


def test_work_of_a_lost_connection_is_settled_on_the_next() -> None:
    session = online()
    session.receive(said("a", STATUS), at(0))
    session.lost(at(1))
    session.settle(Txn("a"), at(2))
    assert wire(session) == []
    session.connected(at(3))
    assert session.receive(said("a", STATUS), at(3)) == []
    assert wire(session) == [("a", Ack)]


def test_a_nack_never_follows_an_ack() -> None:
    session = online()
    session.receive(said("a", STATUS), at(0))
    session.settle(Txn("a"), at(0))
    session.refuse(Txn("a"), at(0))
    assert wire(session) == [("a", Ack)]


def test_a_nack_is_never_given_twice_nor_to_an_unknown_txn() -> None:
    session = online()
    session.refuse(Txn("unknown"), at(0))
    session.receive(said("a", STATUS), at(0))
    session.refuse(Txn("a"), at(0), retry_after_ms=700)
    session.refuse(Txn("a"), at(0))
    assert [(e.header.txn, e.data) for e in session.drain()] == [("a", Nack(retry_after=700))]
    assert session.receive(said("a", STATUS), at(1)) == [Work(said("a", STATUS))]
    session.refuse(Txn("a"), at(1))
    assert wire(session) == []


@pytest.mark.parametrize("answer", [BlobUrls(), UnitStatus(correlation_id="c-1")])
def test_an_answer_is_never_nacked(answer: Any) -> None:
    session = online()
    session.receive(said("a", answer), at(0))
    session.refuse(Txn("a"), at(0))
    assert wire(session) == []


def test_receipts_are_never_answered() -> None:
    session = online()
    assert session.receive(said("x", Ack()), at(0)) == []
    assert session.receive(said("y", Nack()), at(0)) == []
    assert wire(session) == []


def test_a_message_goes_out_four_times_with_the_same_txn_and_time_and_is_given_up() -> None:
    session = online()
    session.send(STATUS, Txn("a"), at(0))
    first = session.drain()
    for attempt in range(1, 4):
        assert session.due() == at(attempt * 10).mono
        assert session.expire(at(attempt * 10 - 1)) == []
        assert session.drain() == []
        assert session.expire(at(attempt * 10)) == []
        assert session.drain() == first
    assert session.expire(at(40)) == [GaveUp(Txn("a"), STATUS)]
    assert session.drain() == []
    assert session.due() is None


def test_a_kept_message_rests_after_its_attempts_and_goes_on() -> None:
    session = online(patience_us=60 * SECOND)
    session.send(STATUS, Txn("a"), at(0), keep=True)
    first = session.drain()
    for attempt in range(1, 4):
        session.expire(at(attempt * 10))
        assert session.drain() == first
    assert session.expire(at(40)) == []
    assert session.due() == at(100).mono
    assert session.drain() == []
    session.expire(at(100))
    assert session.drain() == first


def test_a_nack_puts_off_and_its_time_is_a_lower_bound() -> None:
    session = online()
    session.send(STATUS, Txn("a"), at(0))
    first = session.drain()
    assert session.receive(said("a", Nack(retry_after=30_000)), at(1)) == [Postponed(Txn("a"), STATUS, at(31).mono)]
    assert session.receive(said("a", Nack()), at(2)) == []
    session.expire(at(30.9))
    assert session.drain() == []
    session.expire(at(31))
    assert session.drain() == first


def test_a_peer_cannot_put_a_message_off_for_ever() -> None:
    session = online(retry_most_us=60 * SECOND)
    session.send(STATUS, Txn("a"), at(0), keep=True)
    session.receive(said("a", Nack(retry_after=2**62)), at(0))
    assert session.due() == at(60).mono


def test_an_unkept_message_that_is_always_refused_ends() -> None:
    session = online(attempts=1)
    session.send(STATUS, Txn("a"), at(0))
    assert session.receive(said("a", Nack()), at(0)) == [GaveUp(Txn("a"), STATUS)]


def test_kept_messages_survive_a_lost_connection_in_order_and_others_do_not() -> None:
    session = Session(UNIT)
    session.send(STATUS, Txn("early"), at(0))  # worth nothing without a connection
    session.send(STATUS, Txn("k1"), at(0), keep=True)
    session.connected(at(1))
    session.send(STATUS, Txn("u"), at(1))
    session.send(STATUS, Txn("k2"), at(1), keep=True)
    sent = session.drain()
    assert [e.header.txn for e in sent] == ["k1", "u", "k2"]
    assert session.lost(at(2)) == [GaveUp(Txn("u"), STATUS)]
    assert session.due() is None
    session.connected(at(3))
    assert session.drain() == [sent[0], sent[2]]


def test_an_ack_ends_a_message_and_a_second_one_counts_for_nothing() -> None:
    session = online()
    session.send(STATUS, Txn("a"), at(0), keep=True)
    assert session.receive(said("a", Ack()), at(0)) == [Delivered(Txn("a"), STATUS)]
    assert session.receive(said("a", Ack()), at(0)) == []
    assert session.drain() == []  # acknowledged before it was taken for the wire again
    assert session.unacknowledged() == []


def test_no_more_than_the_window_waits_for_an_answer() -> None:
    session = online(window=2)
    for txn in ("a", "b", "c"):
        session.send(STATUS, Txn(txn), at(0), keep=True)
    assert [t for t, _ in wire(session)] == ["a", "b"]
    session.receive(said("a", Ack()), at(1))
    assert [t for t, _ in wire(session)] == ["c"]


def test_a_full_queue_says_so() -> None:
    session = online(queue_most=2)
    session.send(STATUS, Txn("a"), at(0))
    session.send(STATUS, Txn("b"), at(0))
    session.send(STATUS, Txn("b"), at(0))  # the same one counts once
    assert session.room() == 0
    with pytest.raises(Unavailable):
        session.send(STATUS, Txn("c"), at(0))


def test_more_work_than_the_bound_is_left_for_later_without_an_answer() -> None:
    session = online(pending_most=1)
    assert session.receive(said("a", STATUS), at(0))
    assert session.receive(said("b", STATUS), at(0)) == []
    session.settle(Txn("a"), at(0))
    assert session.receive(said("b", STATUS), at(1))


def test_memory_of_what_is_settled_is_bounded() -> None:
    session = Session(UNIT, Policy(settled_most=2), settled=[Txn("a"), Txn("b"), Txn("c")])
    session.connected(at(0))
    assert session.receive(said("a", STATUS), at(0)) != []
    assert session.receive(said("b", STATUS), at(0)) == []


def test_a_message_in_another_name_is_neither_work_nor_answered() -> None:
    session = online()
    session.send(STATUS, Txn("mine"), at(0))
    session.drain()
    for envelope in (said("a", STATUS, "unit-2"), said("mine", Ack(), "unit-2")):
        assert session.receive(envelope, at(0)) == [Misaddressed(envelope)]
    session.settle(Txn("b"), at(0))
    assert session.drain() == []
    assert session.unacknowledged() == ["mine"]


def test_an_empty_system_id_is_that_of_the_certificate() -> None:
    session = online()
    assert session.receive(said("a", STATUS, ""), at(0)) != []
    session.settle(Txn("a"), at(0))
    assert [e.header.system_id for e in session.drain()] == [UNIT]


def test_a_withdrawn_message_is_not_sent_again() -> None:
    session = online()
    session.send(DesiredStatus(), Txn("old"), at(0), keep=True)
    session.withdraw(Txn("old"))
    session.send(DesiredStatus(), Txn("new"), at(0), keep=True)
    assert [t for t, _ in wire(session)] == ["new"]
    session.expire(at(10))
    assert [t for t, _ in wire(session)] == ["new"]


def test_receipts_go_before_messages() -> None:
    session = online()
    session.receive(said("a", RequestBlobUrls(digests=())), at(0))
    session.send(BlobUrls(), Txn("b"), at(0))
    session.settle(Txn("a"), at(0))
    assert [kind for _, kind in wire(session)] == [Ack, BlobUrls]
