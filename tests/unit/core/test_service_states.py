"""State of services that follows its user, as the engine handles it."""

import pytest
from tests.unit.core.playbook import Play, given, target
from tests.unit.core.stateful import GROUP, KEY, USER, Stateful, at_work, begun, update

from aosedge.core.domain.effects import (
    DropState,
    Persist,
    Settle,
    Start,
    Stop,
    WriteState,
)
from aosedge.core.domain.engine import Engine
from aosedge.core.domain.events import (
    Connected,
    Disconnected,
    FoundInstances,
    InstanceExited,
    StateDropped,
    StateSeen,
    TimePassed,
)
from aosedge.core.domain.instances import Found
from aosedge.core.domain.state import KnownState
from aosedge.model.digests import sha3_224_hex
from aosedge.model.ids import SubjectId
from aosedge.protocol.messages import NewState, StateAcceptance, StateRequest
from aosedge.protocol.messages.parts import Identity


def test_a_start_waits_for_the_state_and_begins_with_it() -> None:
    play = begun()
    assert [r.default for r in play.sent(StateRequest)] == [False]
    assert KEY not in play.running
    play.give(b"one")
    assert play.files[KEY] == b"one"
    assert KEY in play.running
    assert play.known() == sha3_224_hex(b"one")
    assert [type(e) for e in play.all].count(Start) == 1
    assert play.words() == []


def test_a_start_does_not_wait_for_ever_and_asks_on() -> None:
    play = begun().pass_time(6)
    assert KEY in play.running
    play.pass_time(200)
    assert len(play.sent(StateRequest)) == 3
    play.files[KEY] = b"own"
    play.pass_time(30)
    assert play.sent(NewState) == []
    play.give(b"one")
    assert play.files[KEY] == b"one"
    assert [type(e) for e in play.all if isinstance(e, Start | Stop | WriteState)] == [Start, Stop, WriteState, Start]
    assert KEY in play.running


def test_what_the_cloud_gave_is_acknowledged_only_when_a_crash_would_ask_again() -> None:
    """I4."""
    play = at_work()
    play.receive(update(b"two"))
    kinds = [type(e) for e in play.effects]
    assert kinds.index(Persist) < kinds.index(Settle)
    assert play.of(Persist)[0].state.service_states == (KnownState(KEY, "", sha3_224_hex(b"one")),)
    again = Stateful(play.state)
    again._txn = 1000
    again.files = dict(play.files)
    spec = play.running[KEY]
    again.on(FoundInstances((Found(KEY, spec.digest(), True),))).settle().on(Connected()).settle()
    assert len(again.sent(StateRequest)) == 1


def test_a_state_that_can_not_be_read_is_asked_for_and_holds_nothing_back_for_ever() -> None:
    play = at_work()
    again = Stateful(play.state)
    again.files, again.is_unreadable = dict(play.files), True
    again.on(FoundInstances(())).settle().on(Connected()).settle()
    assert KEY not in again.running
    again.pass_time(20)
    assert len(again.sent(StateRequest)) == 1
    assert KEY in again.running


def booted(play: Stateful, *found: Found) -> Stateful:
    """The same Unit after its agent ended; what does not run any more may be found dead."""
    again = Stateful(play.state)
    again._txn = 1000
    again.files = dict(play.files)
    again.on(TimePassed())  # before it is known what runs
    again.on(FoundInstances(found)).settle().on(Connected())
    return again.settle()


def test_a_state_that_was_left_half_written_is_not_believed() -> None:
    play = at_work()
    play.files[KEY] = b"to"
    again = booted(play, Found(KEY, play.running[KEY].digest(), False))
    assert KEY not in again.running
    assert len(again.sent(StateRequest)) == 1
    again.give(b"one").pass_time(5)
    assert again.files[KEY] == b"one"
    assert KEY in again.running
    play.files.clear()
    assert len(booted(play).sent(StateRequest)) == 1


def test_a_state_that_had_settled_without_a_cloud_is_believed_and_reported() -> None:
    play = at_work().on(Disconnected())
    play.files[KEY] = b"two"
    play.pass_time(20)
    assert play.sent(NewState) == []
    again = booted(play)
    assert again.sent(StateRequest) == []
    assert KEY in again.running
    again.pass_time(20)
    assert [told.state for told in again.sent(NewState)] == ["two"]


def test_what_was_agreed_on_is_not_believed_where_the_cloud_may_have_taken_a_newer_one() -> None:
    """I6: the power took what was reported, and with it the acceptance."""
    play = at_work()
    play.files[KEY] = b"two"
    play.pass_time(20)
    assert [told.state for told in play.sent(NewState)] == ["two"]
    play.files[KEY] = b"one"
    again = booted(play)
    assert KEY not in again.running
    assert len(again.sent(StateRequest)) == 1
    again.give(b"two").pass_time(5)
    assert (again.files[KEY], again.known()) == (b"two", sha3_224_hex(b"two"))
    assert KEY in again.running


def test_what_was_agreed_on_is_believed_where_nothing_newer_was_told() -> None:
    play = at_work().on(Disconnected())
    play.files[KEY] = b"two"
    play.pass_time(20)
    play.files[KEY] = b"one"
    again = booted(play)
    assert again.sent(StateRequest) == []
    assert KEY in again.running


def test_what_an_instance_writes_while_no_agent_looks_is_reported() -> None:
    play = at_work()
    play.files[KEY] = b"two"
    again = booted(play, Found(KEY, play.running[KEY].digest(), True))
    again.pass_time(20)
    assert again.sent(StateRequest) == []
    assert [told.state for told in again.sent(NewState)] == ["two"]


def test_without_a_cloud_it_starts_with_what_is_there() -> None:
    """I13."""
    play = begun().on(Disconnected()).pass_time(6)
    assert KEY in play.running
    again = booted(at_work())
    assert KEY in again.running


def test_a_change_is_reported_once_when_it_has_settled() -> None:
    play = at_work()
    for content in (b"2", b"3", b"4"):
        play.files[KEY] = content
        play.pass_time(6)
    assert play.sent(NewState) == []
    play.pass_time(10)
    [told] = play.sent(NewState)
    assert (told.state, told.state_checksum, told.instance) == ("4", sha3_224_hex(b"4"), 0)
    play.pass_time(10)
    assert len(play.sent(NewState)) == 1
    play.judge(b"4")
    assert play.known() == sha3_224_hex(b"4")
    play.pass_time(100)
    assert len(play.sent(NewState)) == 1
    assert not play.of(Stop)


def test_what_got_lost_is_reported_again() -> None:
    play = at_work()
    play.files[KEY] = b"2"
    play.pass_time(20)
    play.pass_time(40)
    assert len(play.sent(NewState)) == 2
    play.on(Disconnected()).settle()
    play.files[KEY] = b"3"
    play.pass_time(100)
    assert len(play.sent(NewState)) == 2
    play.on(Connected())
    play.pass_time(20)
    assert [m.state for m in play.sent(NewState)] == ["2", "2", "3"]


def test_a_late_judgement_counts_for_nothing() -> None:
    """I6."""
    play = at_work()
    play.judge(b"9")
    assert play.known() == sha3_224_hex(b"one")
    play.files[KEY] = b"2"
    play.pass_time(20)
    play.judge(b"1")
    assert play.known() == sha3_224_hex(b"one")
    nobody = Identity(codename="x")
    play.receive(StateAcceptance(item=nobody, subject=nobody, instance=3, checksum="", result="accepted"))


def test_a_rejected_state_is_asked_for_at_once_then_ever_later() -> None:
    play = at_work()
    waits = []
    for number in range(3):
        play.files[KEY] = b"x%d" % number
        play.pass_time(20).judge(b"x%d" % number, "rejected")
        asked, waited = len(play.sent(StateRequest)), 0
        while number + 1 > asked:
            play.pass_time(10)
            asked, waited = len(play.sent(StateRequest)), waited + 10
        waits.append(waited)
        play.give(b"one").pass_time(5)
        assert play.files[KEY] == b"one"
    assert waits == [0, 30, 60]
    assert "the cloud did not take its state: no" in play.words()


def test_a_state_over_its_limit_is_told_and_not_sent() -> None:
    play = at_work()
    play.files[KEY] = bytes(101)
    play.pass_time(60)
    assert play.sent(NewState) == []
    assert play.words() == ["its state has 101 bytes, at most 100: not reported"]
    play.files[KEY] = bytes(100)
    play.pass_time(20)
    assert len(play.sent(NewState)) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"state_checksum": "0"},
        {"state": "x" * 101, "state_checksum": sha3_224_hex(b"x" * 101)},
        {"state_encoding": "base64"},
    ],
)
def test_a_given_state_that_is_not_right_is_not_taken(more: dict[str, object]) -> None:
    play = at_work().give(b"two!!", **more)
    assert play.files[KEY] == b"one"
    assert "not taken" in play.words()[0]
    play.give(b"x", instance=7)
    assert play.files[KEY] == b"one"


def test_what_is_there_already_needs_no_restart() -> None:
    play = at_work().give(b"one")
    assert not [e for e in play.all if isinstance(e, Stop | WriteState)]
    assert play.known() == sha3_224_hex(b"one")


def test_a_newer_one_that_comes_while_one_is_written_is_written_too() -> None:
    play = begun()
    play.receive(update(b"1"))
    assert WriteState in [type(e) for e in play.pending]
    play.give(b"2")
    assert play.files[KEY] == b"2"
    assert play.known() == sha3_224_hex(b"2")


def test_a_state_that_can_not_be_written_is_told_and_asked_for_again() -> None:
    play = begun()
    play.fails = True
    play.give(b"one")
    assert KEY in play.running
    assert play.known() == ""
    assert "can't be written" in play.words()[0]
    play.fails = False
    play.pass_time(31)
    assert len(play.sent(StateRequest)) == 2
    play.give(b"one")
    assert play.known() == sha3_224_hex(b"one")


def test_an_instance_that_ended_gets_its_state_before_it_starts_again() -> None:
    play = at_work()
    spec = play.running.pop(KEY)
    play.on(InstanceExited(KEY, spec.digest(), 1)).give(b"two")
    assert play.files[KEY] == b"two"
    play.pass_time(5)
    assert KEY in play.running


def test_a_group_s_state_stays_here() -> None:
    play = begun(GROUP)
    assert KEY in play.running
    play.files[KEY] = b"own"
    play.pass_time(60)
    play.give(b"x")
    assert play.files[KEY] == b"own"
    assert (play.sent(StateRequest), play.sent(NewState), play.state.service_states) == ([], [], ())


def test_a_state_goes_with_its_subject() -> None:
    play = at_work()
    play.receive(target())
    play.settle().pass_time(20)
    assert play.running == {}
    assert play.files == {}
    assert play.state.service_states == ()
    assert play.engine.due() is None
    play.on(StateSeen(KEY, "late"), StateDropped(KEY), TimePassed())


def test_what_is_wanted_again_before_it_was_dropped_stays_followed() -> None:
    play = at_work()
    play.receive(target())
    Play.settle(play)
    dropped = [e for e in play.pending if isinstance(e, DropState)]
    assert dropped
    play.receive(target("a1", subjects=USER))
    Play.settle(play)
    play.settle()
    play.give(b"one").pass_time(20)
    assert play.known() == sha3_224_hex(b"one")
    assert play.files[KEY] == b"one"


def test_a_status_tells_the_agreed_checksum() -> None:
    play = at_work()
    play.on(Disconnected()).on(Connected())
    [group] = play.statuses()[-1].instances or ()
    assert group.instances[0].state_checksum == sha3_224_hex(b"one")


def test_the_engine_of_an_older_ledger_knows_no_states() -> None:
    play = given()
    assert Engine(play.state, play.policy).state.service_states == ()
    assert SubjectId("s") not in (play.state.target.users if play.state.target else ())
