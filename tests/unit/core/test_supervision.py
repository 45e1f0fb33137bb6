"""Instances kept as they shall be: adoption, replacement, restart with back-off, health, offline TTL."""

from datetime import timedelta

import msgspec
import pytest
from tests.unit.core.playbook import CHECK, POLICY, Play, digest, given, key, running, target

from aosedge.core.domain.effects import Arrange, Probe, Start, Stop
from aosedge.core.domain.events import (
    Arranged,
    ArrangeFailed,
    Connected,
    Disconnected,
    FoundInstances,
    InstanceExited,
    InstanceStarted,
    InstanceStopped,
    ProbeAnswered,
    StartFailed,
    StopFailed,
    TimePassed,
)
from aosedge.core.domain.instances import Found
from aosedge.core.domain.state import State
from aosedge.model.digests import Digest
from aosedge.model.instants import MINUTE, SECOND
from aosedge.model.oci import HealthCheck, ItemConfig, RunParameters

CHECKED = ItemConfig(health_check=CHECK)


def spec_digest(play: Play, item: str = "a") -> Digest:
    return play.running[key(item)].digest()


def exit_of(play: Play, item: str = "a", code: int | None = 1, oom: bool = False) -> InstanceExited:
    return InstanceExited(key(item), spec_digest(play, item), code, oom)


def boot(state: State, *found: Found) -> Play:
    play = Play(state)
    play.on(FoundInstances(found))
    return play


def instance_words(play: Play) -> str:
    play.on(Connected())
    return str(play.statuses()[-1].instances)


# boot is ordinary reconciling


def test_what_runs_as_wanted_is_adopted_without_a_restart() -> None:
    play = running("a1", "b1")
    found = tuple(Found(k, s.digest(), alive=True) for k, s in play.running.items())
    again = boot(play.state, *found).settle()
    assert [type(e) for e in again.all] == [Arrange]


def test_what_is_dead_starts_what_is_old_is_replaced_and_what_is_unknown_stops() -> None:
    play = running("a1", "b1", "c1")
    again = boot(
        play.state,
        Found(key("a"), spec_digest(play, "a"), alive=False, exit_code=1),
        Found(key("b"), digest("old"), alive=True),
        Found(key("z"), digest("z"), alive=True),
    )
    assert [e.key for e in again.of(Stop)] == [key("b"), key("z")]
    again.settle()
    assert [e.spec.key for e in again.all if isinstance(e, Start)] == [key("a"), key("b"), key("c")]


def test_a_second_look_at_the_runtime_finds_what_ended_unheard() -> None:
    play = running("a1", "b1")
    play.on(FoundInstances((Found(key("a"), spec_digest(play), alive=True),)))
    play.later(1.0)
    assert [e.spec.key for e in play.of(Start)] == [key("b")]


def test_nothing_is_done_before_the_runtime_has_said_what_it_has() -> None:
    play = Play(running("a1").state)
    play.on(Connected())
    assert not play.of(Start)
    assert not play.of(Stop)


# one version at a time


def test_no_instance_of_a_new_version_starts_while_one_of_the_old_is_there() -> None:
    """I3."""
    play = given().booted().settle()
    play.receive(target("a1", counts={"a": 2})).pass_time(5)
    play.receive(target("a2", counts={"a": 2})).settle(Stop)
    stops = [e for e in play.open if isinstance(e, Stop)]
    assert [e.key for e in stops] == [key("a"), key("a", 1)]
    play.on(InstanceStopped(key("a")))
    assert not play.of(Arrange)
    assert not play.of(Start)
    play.on(InstanceStopped(key("a", 1)))
    assert play.of(Arrange)


def test_an_instance_that_can_not_be_stopped_blocks_its_item_only() -> None:
    """I3, and liveness of the others."""
    play = running("a1", "b1")
    play.receive(target("a2", "b1", "c1")).settle(Stop)
    play.on(StopFailed(key("a"), "device busy")).settle(Stop)
    assert {k.item: s.version for k, s in play.running.items()} == {"a": "1.0.0", "b": "1.0.0", "c": "1.0.0"}
    assert "not stopped: device busy" in str(play.alerts())
    play.later(1.0)
    assert [e.key for e in play.of(Stop)] == [key("a")]
    play.on(StopFailed(key("a"), "device busy"))
    assert not play.later(1.0).of(Stop)
    assert play.later(1.0).of(Stop)
    play.pass_time(10)
    assert {k.item: s.version for k, s in play.running.items()} == {"a": "2.0.0", "b": "1.0.0", "c": "1.0.0"}


def test_a_start_under_way_is_given_up_when_it_is_no_longer_wanted() -> None:
    play = given().booted().settle()
    play.receive(target("a1")).settle(Start)
    spec = next(e.spec for e in play.open if isinstance(e, Start))
    play.receive(target("b1"))
    assert [e.key for e in play.of(Stop)] == [key("a")]
    play.on(InstanceStarted(spec.key, spec.digest()))
    assert not play.of(Stop)
    play.on(InstanceStopped(spec.key)).pass_time(5)
    assert set(play.running) == {key("b")}


def test_an_instance_that_starts_although_nobody_wants_it_is_stopped() -> None:
    play = running("a1").on(InstanceStarted(key("z"), digest("z")))
    assert [e.key for e in play.of(Stop)] == [key("z")]
    play.on(InstanceStopped(key("z"))).on(InstanceStopped(key("z")))
    assert play.effects == []


# restarts


def test_a_crash_loop_backs_off_from_a_second_to_five_minutes() -> None:
    play = running("a1")
    delays = []
    for _ in range(11):
        play.on(exit_of(play)).expect(*[type(e) for e in play.effects])
        due = play.engine.due()
        assert due is not None
        delays.append((due - play.now.mono) // SECOND)
        play.later((due - play.now.mono) / SECOND)
        assert play.of(Start)
        play.settle()
    assert delays == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_ten_healthy_minutes_reset_the_back_off() -> None:
    play = running("a1")
    for _ in range(5):
        play.on(exit_of(play)).pass_time(40)
    play.pass_time(601).on(exit_of(play))
    assert play.engine.due() == play.now.mono + SECOND


def test_an_end_is_told_with_its_cause() -> None:
    play = running("a1").on(exit_of(play := running("a1"), code=3))
    play.on(exit_of(play, code=3)).settle()
    assert "exited with 3" in str(play.alerts())
    play.pass_time(2).on(exit_of(play, code=None))
    assert play.alerts()[-1].message == "exited"  # type: ignore[union-attr]
    play.pass_time(3).on(exit_of(play, oom=True))
    assert play.alerts()[-1].message == "out of memory"  # type: ignore[union-attr]


def test_a_failed_start_is_tried_again_and_late_answers_count_for_nothing() -> None:
    play = running("a1").on(exit_of(play := running("a1")))
    play.on(exit_of(play)).later(1.0)
    digest_ = play.of(Start)[0].spec.digest()
    play.on(StartFailed(key("a"), digest("other"), "late"))
    play.on(StartFailed(key("a"), digest_, "no such file"))
    assert "not started: no such file" in instance_words(play)
    play.on(StartFailed(key("a"), digest_, "again"), InstanceStarted(key("a"), digest_), exit_of(play))
    play.later(2.0)
    assert play.of(Start)


def test_an_end_heard_of_before_the_start_counts() -> None:
    play = running("a1").on(exit_of(play := running("a1")))
    play.on(exit_of(play)).later(1.0)
    spec = play.of(Start)[0].spec
    play.on(InstanceExited(spec.key, spec.digest(), 1), InstanceStarted(spec.key, spec.digest())).later(2.0)
    assert play.of(Start)


def test_too_many_starts_in_a_row_end_in_failed_until_a_person_or_a_target_says_otherwise() -> None:
    burst = ItemConfig(run_parameters=RunParameters(timedelta(minutes=5), 3, timedelta(seconds=2)))
    play = running("a1", configs={"a1": burst})
    for _ in range(2):
        play.on(exit_of(play)).pass_time(10)
    play.on(exit_of(play)).pass_time(3600)
    assert not [e for e in play.open if isinstance(e, Start)]
    assert "3 starts in a row" in instance_words(play)
    assert "'failed'" in instance_words(play)
    play.receive(target("a1", "b1")).pass_time(10)
    assert play.statuses()[-1].instances[0].instances[0].state == "active"  # type: ignore[index]


def test_the_items_own_restart_interval_is_where_the_back_off_begins() -> None:
    slow = ItemConfig(run_parameters=RunParameters(restart_interval=timedelta(seconds=7)))
    play = running("a1", configs={"a1": slow}).on(exit_of(play := running("a1", configs={"a1": slow})))
    play.on(exit_of(play))
    assert play.engine.due() == play.now.mono + 7 * SECOND


# the network


def test_starts_wait_for_the_network_and_its_failure_is_tried_again() -> None:
    play = given().booted().settle().receive(target("a1", "b1")).settle(Arrange)
    [arrange] = [e for e in play.open if isinstance(e, Arrange)]
    digests = tuple(s.digest() for s in arrange.specs)
    play.on(ArrangeFailed(digests, "no bridge"))
    assert "no network: no bridge" in str(play.alerts())
    assert play.engine.due() == play.now.mono + SECOND
    play.later(0.5)
    assert not play.of(Arrange)
    play.later(0.5)
    assert play.of(Arrange)
    play.on(Arranged(()), ArrangeFailed((), "late"))
    assert not play.of(Start)
    play.on(Arranged(digests))
    assert len(play.of(Start)) == 2


def test_a_network_that_fails_beside_running_instances_is_no_news_about_those() -> None:
    play = running("a1").receive(target("a1", "b1")).settle(Arrange)
    [arrange] = [e for e in play.open if isinstance(e, Arrange)]
    play.all.clear()
    play.on(ArrangeFailed(tuple(s.digest() for s in arrange.specs), "no bridge"))
    assert [a.item.id for a in play.alerts()] == ["b"]  # type: ignore[union-attr]


def test_higher_priority_starts_first() -> None:
    play = given().booted().settle()
    wanted = target("a1", "b1")
    first = msgspec.structs.replace(wanted.instances[1], priority=9)
    play.receive(msgspec.structs.replace(wanted, instances=(wanted.instances[0], first))).settle(Start)
    assert [e.spec.key.item for e in play.open if isinstance(e, Start)] == ["b", "a"]


# health


def test_probes_begin_quickly_and_slow_down_to_the_interval() -> None:
    play = given().booted()
    play.configs[digest("a1")] = CHECKED
    play.sick.add(digest("a1"))
    play.receive(target("a1")).settle()
    gaps, last = [], play.now.mono
    for _ in range(8):
        due = play.engine.due()
        assert due is not None
        gaps.append((due - last) // 1000)
        last = due
        play.later((due - play.now.mono) / SECOND).settle()
    assert gaps == [25, 50, 100, 200, 400, 800, 1000, 1000]


def test_a_healthy_instance_is_probed_at_its_interval_and_again_after_failures() -> None:
    play = running("a1", configs={"a1": CHECKED})
    play.sick.add(digest("a1"))
    spec = spec_digest(play)
    play.pass_time(1.0)
    assert "active" in instance_words(play)
    play.pass_time(3.0)
    assert "unhealthy: status 500" in str(play.alerts())
    assert [e.key for e in play.all if isinstance(e, Stop)] == [key("a")]
    play.sick.clear()
    play.pass_time(5)
    assert play.running[key("a")].digest() == spec
    assert "'active'" in instance_words(play)


def test_a_long_healthy_life_lets_an_unhealthy_restart_begin_at_once_again() -> None:
    play = running("a1", configs={"a1": CHECKED})
    for _ in range(4):
        play.on(exit_of(play)).pass_time(10)
    play.pass_time(700)
    play.sick.add(digest("a1"))
    play.pass_time(3.5)
    starts = len([e for e in play.all if isinstance(e, Start)])
    play.sick.clear()
    play.pass_time(1.0)
    assert len([e for e in play.all if isinstance(e, Start)]) == starts + 1


def test_failures_in_the_start_period_do_not_count() -> None:
    slow = HealthCheck(
        type="tcp", port=1, interval=timedelta(seconds=1), start_period=timedelta(seconds=30), retries=2
    )
    play = given().booted()
    play.configs[digest("a1")] = ItemConfig(health_check=slow)
    play.sick.add(digest("a1"))
    play.receive(target("a1")).pass_time(31)
    assert not [e for e in play.all if isinstance(e, Stop)]
    play.pass_time(3)
    assert [e for e in play.all if isinstance(e, Stop)]


@pytest.mark.parametrize("what", ["unknown", "other digest", "no check", "not running"])
def test_a_probe_answer_that_is_not_about_what_runs_counts_for_nothing(what: str) -> None:
    play = running("a1", "b1", configs={"a1": CHECKED})
    play.sick.add(digest("a1"))
    item, spec = ("a", spec_digest(play, "a"))
    match what:
        case "unknown":
            item = "z"
        case "other digest":
            spec = digest("?")
        case "no check":
            item, spec = "b", spec_digest(play, "b")
        case _:
            play.on(exit_of(play))
    before = play.engine.due()
    play.on(ProbeAnswered(key(item), spec, False, "x")).expect()
    assert play.engine.due() == before


def test_one_probe_at_a_time() -> None:
    play = running("a1", configs={"a1": CHECKED}).later(1.0)
    assert play.of(Probe)
    play.later(5.0)
    assert not play.of(Probe)


# offline


def test_an_instance_rests_when_the_cloud_is_away_for_too_long_and_starts_when_it_is_back() -> None:
    """I13, offline TTL aside."""
    short = ItemConfig(offline_ttl=timedelta(minutes=5))
    play = given().booted().on(Connected())
    play.configs[digest("a1")] = short
    play.receive(target("a1", "b1")).pass_time(10)
    play.on(Disconnected()).pass_time(299)
    assert set(play.running) == {key("a"), key("b")}
    play.pass_time(2)
    assert set(play.running) == {key("b")}
    play.on(Connected()).settle()
    assert set(play.running) == {key("a"), key("b")}


def test_time_offline_counts_over_a_restart_of_the_agent() -> None:
    short = ItemConfig(offline_ttl=timedelta(minutes=5))
    play = given().booted().on(Connected())
    play.configs[digest("a1")] = short
    play.receive(target("a1")).pass_time(10).on(Disconnected())
    assert play.state.offline_since == play.now.wall
    found = Found(key("a"), spec_digest(play), alive=True)
    again = Play(play.state)
    again.now = play.later(200).now
    again.running = dict(play.running)
    again.on(FoundInstances((found,))).pass_time(90)
    assert again.running
    again.pass_time(11)
    assert not again.running


def test_the_engine_asks_to_be_woken_only_for_what_is_to_come() -> None:
    play = Play()
    assert play.engine.due() is None
    play.on(TimePassed())
    assert play.engine.due() is None
    assert running("a1").engine.due() is None


def test_an_instance_that_is_stuck_is_tried_for_ever_but_not_often() -> None:
    play = running("a1").receive(target()).settle(Stop)
    for _ in range(12):
        play.on(StopFailed(key("a"), "busy"))
        due = play.engine.due()
        assert due is not None
        assert due - play.now.mono <= POLICY.restart_most_us == 5 * MINUTE
        play.later((due - play.now.mono) / SECOND)
    play.on(InstanceStopped(key("a")))
    play.on(StopFailed(key("a"), "late"))
    assert play.effects == []
