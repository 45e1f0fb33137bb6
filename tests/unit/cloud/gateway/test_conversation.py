"""What the cloud says to one Unit and what it takes from it, decided without a socket."""

import itertools
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aosedge.cloud.gateway.conversation import Conversation, Policy
from aosedge.cloud.gateway.orders import (
    Keep,
    LookUpBlobs,
    LookUpTarget,
    Order,
    Part,
    Pause,
    Resume,
    Say,
    Suspect,
)
from aosedge.model.digests import sha256
from aosedge.model.ids import SystemId, Txn
from aosedge.model.instants import MINUTE, SECOND, Instant, Monotonic, Now, to_datetime
from aosedge.protocol.envelope import Envelope, Header, decode, encode
from aosedge.protocol.messages import (
    Ack,
    Alerts,
    BlobUrls,
    DesiredStatus,
    FromUnit,
    Message,
    Nack,
    OverrideEnvVars,
    RequestBlobUrls,
    UnitStatus,
)
from aosedge.protocol.messages.from_cloud import BlobUrl
from aosedge.protocol.messages.parts import Generation

UNIT = SystemId("unit-1")
FULL = UnitStatus(nodes=(), items=(), instances=(), subjects=())
DELTA = UnitStatus(is_delta_info=True, items=())
BLOB = sha256(b"a blob")
T = TypeVar("T")


class Numbers:
    """Ids that count."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def new(self) -> str:
        return f"cloud-{next(self._numbers)}"


class Talk:
    """One conversation, its time, and all that the cloud said in it."""

    def __init__(self, policy: Policy = Policy()) -> None:
        self.mono = 1_000 * SECOND
        self.said: list[Envelope] = []
        self.talk = Conversation(UNIT, Numbers(), self.now(), policy)

    def now(self) -> Now:
        return Now(Instant(1_800_000_000 * SECOND + self.mono), Monotonic(self.mono))

    def take(self, orders: list[Order]) -> list[Order]:
        self.said += [decode(order.message) for order in orders if isinstance(order, Say)]
        return [order for order in orders if not isinstance(order, Say)]

    def hear(self, message: Message, txn: str = "t", system_id: str = UNIT) -> list[Order]:
        header = Header(7, SystemId(system_id), to_datetime(self.now().wall), Txn(txn))
        return self.take(self.talk.heard(encode(Envelope(header, message)), self.now()))

    def keep(self, txn: str, message: FromUnit = FULL) -> Keep:
        """The order to store this message, said now."""
        return Keep(Txn(txn), to_datetime(self.now().wall), message)

    def kept(self, *txns: str) -> list[Order]:
        return self.take(self.talk.kept([Txn(txn) for txn in txns], self.now()))

    def offer(self, desired: DesiredStatus | None) -> list[Order]:
        return self.take(self.talk.target(desired, self.now()))

    def wait(self, us: int) -> list[Order]:
        """Let time pass, waking whenever something is due."""
        end, orders = self.mono + us, []
        while (due := self.talk.due()) is not None and due <= end:
            self.mono = max(self.mono, due)
            orders += self.take(self.talk.wake(self.now()))
        self.mono = end
        return orders

    def of(self, kind: type[T]) -> list[T]:
        return [envelope.data for envelope in self.said if isinstance(envelope.data, kind)]


def target(number: int) -> DesiredStatus:
    return DesiredStatus(generation=Generation(epoch=1, number=number), target_digest=sha256(b"%d" % number))


@pytest.fixture
def greeted() -> Talk:
    """A Unit that has reported its full status, with no target yet."""
    talk = Talk()
    assert talk.hear(FULL, "full") == [talk.keep("full")]
    assert talk.kept("full") == [LookUpTarget()]
    talk.offer(None)
    talk.said.clear()
    return talk


def test_a_message_is_acknowledged_once_it_is_durable_and_not_before() -> None:
    """I4: acknowledged means durable."""
    talk = Talk()
    assert talk.hear(FULL, "a") == [talk.keep("a")]
    assert talk.said == []
    talk.kept("a")
    [ack] = talk.said
    assert (ack.header.txn, ack.data, ack.header.system_id) == ("a", Ack(), UNIT)


def test_a_message_that_comes_again_is_stored_once() -> None:
    """I6: twice counts once; each repeat after the commit is acknowledged again."""
    talk = Talk()
    keeps = [order for _ in range(10) for order in talk.hear(FULL, "a") if isinstance(order, Keep)]
    assert len(keeps) == 1 and talk.said == []
    talk.kept("a")
    assert not any(isinstance(order, Keep) for _ in range(10) for order in talk.hear(FULL, "a"))
    assert [ack.header.txn for ack in talk.said] == ["a"] * 11


def test_an_empty_system_id_is_the_certificates_and_is_answered_with_the_right_one() -> None:
    talk = Talk()
    assert talk.hear(FULL, "a", system_id="") == [talk.keep("a")]
    talk.kept("a")
    assert talk.said[0].header.system_id == UNIT


def test_a_message_in_another_units_name_is_neither_stored_nor_answered() -> None:
    """I9: a Unit acts for itself only."""
    talk = Talk()
    orders = talk.hear(FULL, "a", system_id="unit-2")
    assert [type(order) for order in orders] == [Suspect]
    assert talk.said == []


@pytest.mark.parametrize(
    "raw",
    [b"", b"not json", b"\xff\xfe", b"{}", b"[" * 100_000, b'{"header":{"version":8}}', b"x" * (5 * 1024 * 1024)],
    ids=["empty", "no JSON", "no UTF-8", "no envelope", "deep", "another version", "huge"],
)
def test_what_cannot_be_read_gets_no_answer_and_the_next_message_works(raw: bytes) -> None:
    talk = Talk()
    assert talk.take(talk.talk.heard(raw, talk.now())) == []
    assert talk.hear(FULL, "a") == [talk.keep("a")]
    assert talk.said == []


def test_text_messages_and_the_clouds_own_kinds_count_as_unreadable() -> None:
    talk = Talk(Policy(bad_most=2))
    assert talk.take(talk.talk.heard_text(talk.now())) == []
    assert talk.hear(DesiredStatus(), "a") == []
    assert [type(order) for order in talk.take(talk.talk.heard_text(talk.now()))] == [Suspect, Part]


def test_too_much_garbage_closes_the_connection_and_old_garbage_is_forgotten() -> None:
    talk = Talk(Policy(bad_most=3))
    for _ in range(5):
        for _ in range(3):
            assert talk.take(talk.talk.heard(b"garbage", talk.now())) == []
        talk.wait(MINUTE)
    for _ in range(3):
        talk.talk.heard(b"garbage", talk.now())
    orders = talk.take(talk.talk.heard(b"garbage", talk.now()))
    assert [order.code for order in orders if isinstance(order, Part)] == [1008]
    assert talk.hear(FULL) == [] and talk.talk.wake(talk.now()) == []


def test_the_target_is_offered_after_the_first_full_status(greeted: Talk) -> None:
    assert greeted.take(greeted.talk.target_changed()) == [LookUpTarget()]
    assert greeted.offer(target(1)) == []
    assert greeted.of(DesiredStatus) == [target(1)]


def test_a_delta_is_no_greeting() -> None:
    talk = Talk()
    talk.hear(DELTA, "a")
    assert talk.kept("a") == []


def test_a_unit_that_does_not_report_is_offered_its_target_anyway() -> None:
    talk = Talk()
    assert talk.wait(9 * SECOND) == []
    assert talk.wait(2 * SECOND) == [LookUpTarget()]


def test_a_newer_target_takes_the_place_of_one_that_is_not_acknowledged(greeted: Talk) -> None:
    greeted.take(greeted.talk.target_changed())
    greeted.offer(target(1))
    assert greeted.take(greeted.talk.target_changed()) == [LookUpTarget()]
    assert greeted.take(greeted.talk.target_changed()) == []
    assert greeted.offer(target(3)) == [LookUpTarget()]
    greeted.offer(target(3))
    older, newer = greeted.said
    assert greeted.of(DesiredStatus) == [target(1), target(3)]
    assert greeted.hear(Ack(), older.header.txn) == []
    greeted.wait(15 * SECOND)
    assert greeted.of(DesiredStatus) == [target(1), target(3), target(3)], "the older is not sent again"
    assert greeted.hear(Ack(), newer.header.txn) == []


def test_the_target_that_was_offered_is_not_offered_again_on_the_same_connection(greeted: Talk) -> None:
    greeted.take(greeted.talk.target_changed())
    greeted.offer(target(1))
    [offer] = greeted.said
    greeted.hear(Ack(), offer.header.txn)
    assert greeted.take(greeted.talk.target_changed()) == [LookUpTarget()]
    assert greeted.offer(target(1)) == []
    assert greeted.of(DesiredStatus) == [target(1)]


def test_a_change_while_the_target_is_looked_up_is_looked_up_too(greeted: Talk) -> None:
    greeted.take(greeted.talk.target_changed())
    assert greeted.take(greeted.talk.target_changed()) == []
    assert greeted.offer(None) == [LookUpTarget()]


def test_a_target_that_is_never_acknowledged_is_sent_four_times_and_offered_again_later(greeted: Talk) -> None:
    greeted.take(greeted.talk.target_changed())
    greeted.offer(target(1))
    assert greeted.wait(45 * SECOND) == []
    assert len({envelope.header.txn for envelope in greeted.said}) == 1
    assert len(greeted.of(DesiredStatus)) == 4
    assert greeted.wait(MINUTE) == [LookUpTarget()]
    greeted.offer(target(1))
    assert len({envelope.header.txn for envelope in greeted.said}) == 2


def test_a_target_that_cannot_be_read_is_tried_again(greeted: Talk) -> None:
    greeted.take(greeted.talk.target_changed())
    assert greeted.take(greeted.talk.target_unread(greeted.now())) == []
    assert greeted.wait(MINUTE) == [LookUpTarget()]


def test_a_question_for_blobs_is_answered_with_its_correlation_id(greeted: Talk) -> None:
    [question] = greeted.hear(RequestBlobUrls(digests=(BLOB, BLOB), correlation_id="c"), "q")
    assert question == LookUpBlobs(Txn("q"), "c", (BLOB,))
    url = BlobUrl(digest=BLOB, urls=("https://x",), sha256="0" * 64, size=1)
    greeted.take(greeted.talk.blobs(question, [url], greeted.now()))
    assert greeted.of(Ack) == [Ack()]
    assert greeted.of(BlobUrls) == [BlobUrls(items=(url,), correlation_id="c")]


def test_a_digest_that_is_asked_for_for_ever_is_looked_up_a_few_times_a_minute(greeted: Talk) -> None:
    looked_up = 0
    for number in range(1_000):
        for order in greeted.hear(RequestBlobUrls(digests=(BLOB,), correlation_id=f"c{number}"), f"q{number}"):
            if isinstance(order, LookUpBlobs):
                looked_up += 1
                greeted.take(greeted.talk.blobs(order, [], greeted.now()))
        greeted.mono += 100_000
    assert looked_up == 10  # 100 s are two windows of five
    assert greeted.of(Nack) == []
    assert len(greeted.of(BlobUrls)) >= 10


def test_other_digests_are_looked_up_meanwhile(greeted: Talk) -> None:
    for number in range(10):
        greeted.hear(RequestBlobUrls(digests=(BLOB,), correlation_id="c"), f"q{number}")
    other = sha256(b"other")
    orders = greeted.hear(RequestBlobUrls(digests=(other,), correlation_id="c"), "q")
    assert [type(order) for order in orders] == [LookUpBlobs]


def test_a_unit_with_much_unstored_is_not_read_until_some_is_stored() -> None:
    """I12: what waits is bounded."""
    talk = Talk(Policy(unstored_most=3))
    orders = [order for number in range(3) for order in talk.hear(DELTA, f"t{number}")]
    assert [type(order) for order in orders] == [Keep, Keep, Keep, Pause]
    assert [type(order) for order in talk.kept("t0")] == [Resume]


def test_a_flood_is_slowed_down_and_not_lost() -> None:
    policy = Policy(messages_burst=100, messages_per_s=10, unstored_most=10_000)
    talk = Talk(policy)
    stored = paused = 0
    for number in range(1_000):
        orders = talk.hear(Alerts(items=()), f"t{number}")
        stored += sum(isinstance(order, Keep) for order in orders)
        if any(isinstance(order, Pause) for order in orders):
            paused += 1
            before = talk.mono
            while not any(isinstance(order, Resume) for order in talk.wait(10_000)):
                assert talk.mono < before + 10 * SECOND
        talk.kept(f"t{number}")
    assert stored == 1_000 and paused > 100
    assert talk.mono - 1_000 * SECOND >= 89 * SECOND


def test_a_message_that_cannot_be_stored_is_refused_once(greeted: Talk) -> None:
    greeted.hear(DELTA, "a")
    for _ in range(3):
        greeted.take(greeted.talk.not_kept(Txn("a"), greeted.now(), 60_000))
    assert greeted.of(Nack) == [Nack(retry_after=60_000)]


def test_newer_variables_take_the_place_of_those_that_are_not_acknowledged(greeted: Talk) -> None:
    older, newer = OverrideEnvVars(correlation_id="1"), OverrideEnvVars(correlation_id="2")
    for variables in (older, newer):
        greeted.take(greeted.talk.tell(variables, greeted.now()))
    assert greeted.of(OverrideEnvVars) == [older, newer]
    greeted.said.clear()
    greeted.wait(MINUTE)
    assert set(greeted.of(OverrideEnvVars)) == {newer}


def test_nothing_is_said_after_the_connection_is_lost(greeted: Talk) -> None:
    greeted.hear(DELTA, "a")
    [question] = greeted.hear(RequestBlobUrls(digests=(BLOB,), correlation_id="c"), "q")
    assert isinstance(question, LookUpBlobs)
    greeted.talk.lost(greeted.now())
    assert greeted.kept("a") == []
    assert greeted.take(greeted.talk.not_kept(Txn("a"), greeted.now(), 1)) == []
    assert greeted.take(greeted.talk.blobs(question, [], greeted.now())) == []
    assert greeted.take(greeted.talk.target_changed()) == []
    assert greeted.offer(target(1)) == []
    assert greeted.hear(DELTA, "b") == []
    assert greeted.take(greeted.talk.heard_text(greeted.now())) == []
    assert greeted.said == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("status"), st.integers(0, 5)),
        st.tuples(st.just("question"), st.integers(0, 5)),
        st.tuples(st.just("ack"), st.integers(0, 20)),
        st.tuples(st.just("nack"), st.integers(0, 20)),
        st.tuples(st.just("kept"), st.integers(0, 5)),
        st.tuples(st.just("changed"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.integers(0, 70)),
        st.tuples(st.just("garbage"), st.just(0)),
    ),
    max_size=60,
)


@given(STEPS)
@settings(max_examples=200)
def test_whatever_a_unit_does_it_gets_no_nack_that_it_does_not_wait_for(steps: list[tuple[str, int]]) -> None:
    """Four of them make a real Unit deaf: never after an ack, never twice in a row, never for an answer."""
    talk = Talk(Policy(asks_most=1))
    asked: set[str] = set()
    for step, number in steps:
        match step:
            case "status":
                asked.add(f"s{number}")
                orders = talk.hear(FULL, f"s{number}")
            case "question":
                asked.add(f"q{number}")
                orders = talk.hear(RequestBlobUrls(digests=(BLOB,)), f"q{number}")
            case "ack":
                orders = talk.hear(Ack(), f"cloud-{number}")
            case "nack":
                orders = talk.hear(Nack(retry_after=number), f"cloud-{number}")
            case "kept":
                orders = talk.kept(f"s{number}")
            case "changed":
                orders = talk.take(talk.talk.target_changed())
            case "wait":
                orders = talk.wait(number * SECOND)
            case _:
                orders = talk.take(talk.talk.heard(b"garbage", talk.now()))
        for order in orders:
            if isinstance(order, LookUpTarget):
                talk.offer(target(number))
            elif isinstance(order, LookUpBlobs):
                talk.take(talk.talk.blobs(order, [], talk.now()))
    answered: set[str] = set()
    for envelope in talk.said:
        if isinstance(envelope.data, Nack):
            assert envelope.header.txn in asked - answered
        if isinstance(envelope.data, Ack | Nack):
            answered.add(envelope.header.txn)
