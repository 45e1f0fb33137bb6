"""The independent checks find what they are for."""

import msgspec
import pytest
from tests.unit.core.playbook import UNIT, content, digest, key, running, target

from aosedge.core.domain.sets import ReleaseSet, SetItem, Wish
from aosedge.core.domain.soundness import running_is_sound, state_is_sound, step_is_sound
from aosedge.core.domain.state import LOG_REQUESTS_MOST, Quarantined, Question, State, Target, Update
from aosedge.model.ids import ItemId, SubjectId, SystemId, Txn
from aosedge.model.instants import Instant
from aosedge.protocol.messages import RequestLog
from aosedge.protocol.messages.from_cloud import LogFilter
from aosedge.protocol.messages.parts import Generation

A = SetItem(ItemId("a"), "1.0.0", digest("a1"))
A2 = SetItem(ItemId("a"), "2.0.0", digest("a2"))
SET = ReleaseSet((A,), (Wish(ItemId("a"), SubjectId("s"), 1),))
GOOD = State(unit=UNIT, good=SET, contents=(content("a1"),))
ASKED = Question("c", RequestLog(correlation_id="c", log_type="instanceLog", filter=LogFilter()))
TARGET = Target(digest("t"), SET, Generation(1, 3))


def test_what_the_engine_makes_is_sound() -> None:
    play = running("a1", "b1", bundles=["ab"]).receive(target("a2", number=2)).settle()
    assert state_is_sound(play.state) == []
    assert running_is_sound(play.state, {k: s.index_digest for k, s in play.running.items()}) == []


@pytest.mark.parametrize(
    ("invariant", "changes"),
    [
        ("I2", {"target": TARGET, "floor": Generation(1, 2)}),
        ("I6", {"settled": (Txn("x"), Txn("x"))}),
        ("I12", {"questions": (ASKED,) * (LOG_REQUESTS_MOST + 1)}),
        ("I8", {"contents": ()}),
        ("I7", {"quarantine": (Quarantined(digest("a1"), "bad", Instant(0)),)}),
        ("I3", {"good": ReleaseSet((A, A2)), "contents": (content("a1"), content("a2"))}),
        ("I8", {"good": ReleaseSet((A,), (Wish(ItemId("z"), SubjectId("s"), 1),))}),
        ("I5", {"good": ReleaseSet((A,), (), ((ItemId("a"), ItemId("b")),))}),
        ("I12", {"good": ReleaseSet((A,), (Wish(ItemId("a"), SubjectId("s"), 9999),))}),
        ("I1", {"update": Update("installing", ReleaseSet((A2,)), ())}),
        (
            "I7",
            {
                "update": Update("downloading", ReleaseSet((A2,)), ()),
                "quarantine": (Quarantined(digest("a2"), "bad", Instant(0)),),
            },
        ),
    ],
)
def test_each_unsound_state_is_named_by_its_invariant(invariant: str, changes: dict[str, object]) -> None:
    assert [u.invariant for u in state_is_sound(msgspec.structs.replace(GOOD, **changes))] == [invariant]


@pytest.mark.parametrize(
    ("invariant", "before", "after"),
    [
        ("I9", {}, {"unit": SystemId("other")}),
        ("I2", {"floor": Generation(1, 3)}, {"floor": Generation(1, 2)}),
        ("I2", {"floor": Generation(1, 3)}, {}),
        ("I2", {"target": TARGET}, {"target": msgspec.structs.replace(TARGET, digest=digest("other"))}),
        ("I3", {}, {"good": ReleaseSet()}),
        ("I3", {}, {"good": ReleaseSet(), "update": Update("downloading", SET, ())}),
    ],
)
def test_each_unsound_step_is_named(invariant: str, before: dict[str, object], after: dict[str, object]) -> None:
    found = step_is_sound(msgspec.structs.replace(GOOD, **before), msgspec.structs.replace(GOOD, **after))
    assert [u.invariant for u in found] == [invariant]


def test_sound_steps_are_none() -> None:
    done = msgspec.structs.replace(GOOD, good=ReleaseSet(), update=Update("finalizing", ReleaseSet(), ()))
    assert step_is_sound(GOOD, done) == []
    lifted = msgspec.structs.replace(GOOD, floor=Generation(1, 3), target=TARGET)
    assert step_is_sound(lifted, msgspec.structs.replace(lifted, floor=Generation(2, 1))) == []
    assert step_is_sound(lifted, lifted) == []


def test_two_versions_at_once_and_unverified_content_are_seen() -> None:
    both = {key("a"): digest("a1"), key("a", 1): digest("a2")}
    assert {u.invariant for u in running_is_sound(GOOD, both)} == {"I1", "I3"}
