"""Whose state is taken, what is kept, and who is given it."""

import msgspec
import pytest

from aosedge.cloud.domain.service_states import (
    SUBJECT_MOST_BYTES,
    KeptState,
    Standing,
    StateKey,
    Told,
    given,
    objection,
    parse_name,
    reset,
    taken,
)
from aosedge.cloud.domain.statuses import LATE_AT_MOST_US
from aosedge.model.digests import sha3_224_hex, sha256
from aosedge.model.ids import ItemId, SubjectId, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.service_states import MOST_BYTES

A, B = UnitId("a"), UnitId("b")
KEY = StateKey(SubjectId("s"), ItemId("i"), 0)
NOW = Instant(10**15)


def told(content: bytes = b"2", unit: UnitId = A, at: int = 100, checksum: str = "") -> Told:
    return Told(unit, KEY, checksum or sha3_224_hex(content), content, Instant(at and NOW + at))


def kept(content: bytes = b"1", holder: str = A, at: int = 50) -> KeptState:
    checksum = sha3_224_hex(content)
    return KeptState(
        *(KEY.subject, KEY.item, 0, ""), checksum, len(content), "a", NOW, holder, Instant(NOW + at)
    )  # fmt: skip


def user(**values: object) -> Standing:
    return msgspec.structs.replace(Standing("user", 10), **values)


def test_the_holder_s_newer_state_is_taken() -> None:
    standing = user(kept=kept())
    assert objection(told(), standing) == ""
    after = taken(told(), standing, Instant(7))
    assert after.checksum == sha3_224_hex(b"2")
    assert (after.size_bytes, after.unit, after.reported_at, after.holder) == (1, "a", 7, "a")
    assert after.held_at == NOW + 100
    assert after.key == KEY


def test_a_first_state_is_taken_of_whoever_has_the_subject() -> None:
    assert objection(told(), user()) == ""
    assert taken(told(at=0), user(), NOW).holder == "a"


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing(), "not on this Unit"),
        (user(limit_bytes=0), "no state"),
        (user(kept=kept(holder="b")), "ask for it"),
        (user(kept=kept(holder="")), "ask for it"),
        (user(kept=kept(at=101)), "overtaken"),
        (user(others_bytes=SUBJECT_MOST_BYTES), "at most"),
    ],
)
def test_a_state_that_is_not_the_unit_s_to_report_is_rejected_with_the_reason(standing: Standing, words: str) -> None:
    """I6, I9: foreign, of a Unit that lost the subject, late."""
    assert words in objection(told(), standing)


def test_a_wrong_checksum_and_too_many_bytes_are_rejected() -> None:
    assert "checksum" in objection(told(checksum="0"), user())
    assert objection(told(b"12345678901"), user()) == "11 bytes, at most 10"
    assert str(MOST_BYTES) in objection(told(bytes(MOST_BYTES + 1)), user(limit_bytes=10**9))


def test_a_clock_that_was_set_back_is_not_late() -> None:
    assert objection(told(), user(kept=kept(at=100 + LATE_AT_MOST_US))) == ""
    assert objection(told(at=0), user(kept=kept())) == ""


def test_the_same_state_twice_counts_once() -> None:
    """I6."""
    once = taken(told(), user(), Instant(7))
    again = taken(told(at=200), user(kept=once), Instant(9))
    assert again == msgspec.structs.replace(once, held_at=NOW + 200)


def test_who_asks_holds_it_from_then_on() -> None:
    after = given(B, KEY, False, Instant(3), user(kept=kept()))
    assert after == msgspec.structs.replace(kept(), holder="b", held_at=3)
    assert "ask for it" in objection(told(), user(kept=after))


def test_a_first_start_and_who_asks_for_it_get_the_default() -> None:
    for default, standing in ((False, user()), (True, user(kept=kept()))):
        after = given(A, KEY, default, Instant(3), standing)
        assert after is not None and (after.checksum, after.size_bytes, after.holder) == ("", 0, "a")


def test_a_foreign_unit_is_given_nothing() -> None:
    """I9."""
    assert given(A, KEY, False, NOW, Standing()) is None
    assert given(A, KEY, False, NOW, user(limit_bytes=0)) is None


def test_a_group_s_state_stays_on_the_unit_and_its_default_is_given_once() -> None:
    group = Standing("group", 10)
    default = msgspec.structs.replace(group, default=sha256(b"d"))
    assert objection(told(), msgspec.structs.replace(group, kept=kept(holder="b"))) == ""
    assert given(A, KEY, False, NOW, group) is None
    assert given(A, KEY, False, NOW, default) is not None
    assert given(A, KEY, False, NOW, msgspec.structs.replace(default, kept=kept())) is None


def test_after_a_reset_the_unit_has_to_ask() -> None:
    after = reset(kept())
    assert (after.checksum, after.holder, after.key) == ("", "", KEY)
    assert "reset" in objection(told(), user(kept=after))


def test_a_state_has_a_name_among_those_of_its_subject() -> None:
    assert parse_name(kept().name) == (KEY.item, 0)
    assert [parse_name(name) for name in ("i", ".0", "i.x", "i.", "i.-1")] == [None] * 5
