"""What holds an update on the Unit: windows in its zone, preconditions, its own hold; asked before each step."""

from datetime import UTC, datetime

import pytest
from tests.unit.core.playbook import START, Play, digest, running, target

from aosedge.core.domain.consent import SIGNALS_MOST, check_signals, own_hold
from aosedge.core.domain.effects import CancelFetch, Fetch, Install
from aosedge.core.domain.events import Connected, ContentReady, HoldSet, SignalsSaid
from aosedge.core.domain.state import OwnHold
from aosedge.model.errors import Invalid, TooLarge
from aosedge.model.instants import HOUR, MINUTE, SECOND, Instant, Monotonic, Now, to_datetime
from aosedge.model.windows import Window
from aosedge.protocol.messages.from_cloud import Schedule, ScheduleRule
from aosedge.protocol.messages.from_unit import CoreAlert
from aosedge.protocol.messages.parts import Waiting

# START is 2027-01-15 08:00 UTC, a Friday: 09:00 in Berlin


def rule(item: str = "a", **said: object) -> ScheduleRule:
    return ScheduleRule((item,), **said)  # type: ignore[arg-type]


def offered(*rules: ScheduleRule, zone: str = "Europe/Berlin", number: int | None = None) -> Play:
    """A Unit that runs a1 and is offered a2 under these rules."""
    play = running("a1").on(Connected())
    return play.receive(target("a2", number=number, schedule=Schedule(zone, rules))).settle()


def waiting(play: Play) -> Waiting | None:
    return next(status.update.held for status in reversed(play.statuses()) if status.update is not None)


def runs(play: Play) -> dict[str, str]:
    return {k.item: s.version for k, s in play.running.items()}


def again(play: Play) -> Play:
    """The same Unit after a power cut: what ran still does, and the clock went on."""
    from aosedge.core.domain.instances import Found

    other = Play(play.state, play.policy)
    other.now, other.configs, other.running = play.now, play.configs, play.running
    found = tuple(Found(k, s.digest(), alive=True) for k, s in play.running.items())
    return other.booted(*found).on(Connected()).settle()


@pytest.mark.parametrize(
    ("step", "phase"), [("download", "downloading"), ("install", "pending"), ("activate", "installing")]
)
def test_each_step_waits_for_its_window_in_the_units_zone(step: str, phase: str) -> None:
    play = offered(rule(**{step: (Window("22:00", "05:00"),)}))
    held = waiting(play)
    assert held is not None
    assert (play.phase(), held.cause, held.step, held.until) == (
        phase,
        "window",
        step,
        datetime(2027, 1, 15, 21, tzinfo=UTC),
    )
    assert "22:00-05:00 Europe/Berlin" in held.reason
    play.pass_time(12 * 3600)
    assert (play.phase(), runs(play)) == (phase, {"a": "1.0.0"})
    play.pass_time(3600 + 60)
    assert (play.phase(), runs(play), waiting(play)) == ("idle", {"a": "2.0.0"}, None)


def test_the_same_rule_in_another_zone_is_open_now() -> None:
    assert runs(offered(rule(install=(Window("22:00", "05:00"),)), zone="Pacific/Auckland").pass_time(10)) == {
        "a": "1.0.0"
    }
    assert runs(offered(rule(install=(Window("20:00", "05:00"),)), zone="Pacific/Auckland").pass_time(10)) == {
        "a": "2.0.0"
    }


def test_activation_without_windows_of_its_own_waits_for_those_of_installing() -> None:
    play = running("a1").on(Connected())
    play.receive(target("a2", schedule=Schedule("UTC", (rule(install=(Window("07:00", "08:30"),)),)))).settle(Install)
    assert play.phase() == "installing"
    play.later(30 * 60).settle()
    held = waiting(play)
    assert held is not None
    assert (play.phase(), held.step, runs(play)) == ("installing", "activate", {"a": "1.0.0"})


def test_a_download_stops_at_the_end_of_its_window_and_goes_on_in_the_next() -> None:
    play = running("a1").on(Connected())
    play.receive(target("a2", schedule=Schedule("UTC", (rule(download=(Window("07:00", "08:30"),)),)))).settle(Fetch)
    assert play.phase() == "downloading"
    assert play.engine.due() is not None
    play.later(29 * 60)
    assert not play.of(CancelFetch)
    play.later(60)
    assert [e.index_digest for e in play.of(CancelFetch)] == [digest("a2")]
    play.open.clear()
    from tests.unit.core.playbook import content

    play.on(ContentReady(content("a2")))  # too late: it was stopped
    assert play.phase() == "downloading"
    play.pass_time(24 * 3600)
    assert runs(play) == {"a": "2.0.0"}


def test_unpacking_begins_nothing_after_the_end_of_its_window() -> None:
    play = running("a1", "b1").on(Connected())
    play.receive(target("a2", "b1", schedule=Schedule("UTC", (rule(install=(Window("08:00", "08:30"),)),)))).settle(
        Install
    )
    assert play.phase() == "installing"
    restarted = Play(play.state, play.policy)
    restarted.now = Now(Instant(play.now.wall + HOUR), Monotonic(play.now.mono + HOUR))
    restarted.configs, restarted.running = play.configs, play.running
    restarted.booted().on(Connected()).settle()
    assert not [e for e in restarted.all if isinstance(e, Install)]
    held = waiting(restarted)
    assert held is not None
    assert (held.step, held.cause) == ("install", "window")


def test_a_rule_holds_only_what_it_is_about() -> None:
    play = running("a1", "b1").on(Connected())
    closed = rule("b", install=(Window("22:00", "05:00"),))
    play.receive(target("a2", "b1", schedule=Schedule("UTC", (closed,)))).pass_time(10)
    assert runs(play) == {"a": "2.0.0", "b": "1.0.0"}


def test_all_rules_hold_together() -> None:
    open_now, closed = rule(install=(Window("07:00", "12:00"),)), rule(install=(Window("10:00", "11:00"),))
    play = offered(open_now, closed, zone="UTC").pass_time(10)
    assert play.phase() == "pending"
    assert runs(play.pass_time(2 * 3600)) == {"a": "2.0.0"}


@pytest.mark.parametrize("jump", [-3 * HOUR, 14 * HOUR])
def test_a_clock_that_is_set_while_a_window_is_waited_for_is_noticed_within_a_minute(jump: int) -> None:
    play = offered(rule(install=(Window("22:00", "05:00"),)), zone="UTC")
    play.now = Now(Instant(play.now.wall + jump), play.now.mono)
    due = play.engine.due()
    assert due is not None
    assert due - play.now.mono <= MINUTE
    play.pass_time(70)
    assert play.phase() == ("pending" if jump < 0 else "idle")


def test_a_precondition_that_does_not_hold_holds_the_update_until_the_signal_changes() -> None:
    play = offered(rule(precondition='battery >= 50 and ignition == "off"'))
    held = waiting(play)
    assert held is not None
    assert (play.phase(), held.cause, held.step) == ("pending", "precondition", "install")
    assert held.reason == "installing waits for its precondition: battery >= 50: nobody said what battery is"
    play.on(SignalsSaid({"battery": 80.0, "ignition": "on"})).pass_time(3600)
    assert (play.phase(), runs(play)) == ("pending", {"a": "1.0.0"})
    play.on(SignalsSaid({"ignition": "off"})).pass_time(10)
    assert runs(play) == {"a": "2.0.0"}


def test_a_precondition_is_asked_again_between_the_steps() -> None:
    play = running("a1").on(Connected(), SignalsSaid({"parked": True}))
    play.receive(target("a2", schedule=Schedule("UTC", (rule(precondition="parked"),)))).settle(Install)
    assert play.phase() == "installing"
    play.on(SignalsSaid({"parked": False})).settle()
    held = waiting(play)
    assert held is not None
    assert (play.phase(), held.step, held.cause, runs(play)) == (
        "installing",
        "activate",
        "precondition",
        {"a": "1.0.0"},
    )
    play.on(SignalsSaid({"parked": None})).pass_time(100)
    assert play.engine.signals == {}
    assert play.phase() == "installing"
    assert runs(play.on(SignalsSaid({"parked": True})).pass_time(10)) == {"a": "2.0.0"}


def test_what_is_launched_is_not_held_any_more() -> None:
    play = offered(rule(precondition="parked")).on(SignalsSaid({"parked": True})).settle()
    assert play.phase() == "waiting_active"
    play.on(SignalsSaid({"parked": False}), HoldSet(OwnHold("carrying a load"))).pass_time(10)
    assert (play.phase(), runs(play)) == ("idle", {"a": "2.0.0"})


def test_signals_are_unknown_after_a_power_cut() -> None:
    play = running("a1").on(Connected(), SignalsSaid({"parked": True}))
    play.receive(target("a2", schedule=Schedule("UTC", (rule(precondition="parked"),)))).settle(Install)
    assert again(play).pass_time(60).phase() == "installing"


def test_a_hold_lets_content_come_and_nothing_begin_over_a_power_cut_until_it_ends() -> None:
    play = running("a1").on(Connected(), HoldSet(OwnHold("carrying a load", Instant(START.wall + 2 * HOUR))))
    play.receive(target("a2")).settle()
    held = waiting(play)
    assert held is not None
    assert (play.phase(), held.cause, held.reason) == ("pending", "hold", "held on the Unit: carrying a load")
    assert held.until == to_datetime(Instant(START.wall + 2 * HOUR))
    play = again(play.pass_time(3600)).pass_time(60)
    assert (play.phase(), runs(play)) == ("pending", {"a": "1.0.0"})
    assert runs(play.pass_time(3600)) == {"a": "2.0.0"}


def test_a_hold_without_an_end_is_over_when_it_is_released() -> None:
    play = running("a1").on(Connected(), HoldSet(OwnHold("winter")))
    play.receive(target("a2")).pass_time(40 * 24 * 3600)
    held = waiting(play)
    assert held is not None
    assert (play.phase(), held.until) == ("pending", None)
    assert runs(play.on(HoldSet(None)).pass_time(10)) == {"a": "2.0.0"}


def test_going_back_by_itself_is_not_held() -> None:
    play = running("a1")
    play.sick.add(digest("a2"))
    from tests.unit.core.playbook import CHECK

    from aosedge.model.oci import ItemConfig

    play.configs[digest("a2")] = ItemConfig(health_check=CHECK)
    play.receive(target("a2")).settle().on(HoldSet(OwnHold("carrying a load")))
    assert play.phase() == "waiting_active"
    assert runs(play.pass_time(200)) == {"a": "1.0.0"}


def test_another_schedule_alone_gives_up_no_update() -> None:
    play = offered(rule(install=(Window("22:00", "05:00"),)), zone="UTC", number=1)
    play.all.clear()
    open_ = Schedule("UTC", (rule(install=(Window("07:00", "12:00"),)),))
    play.receive(target("a2", number=2, schedule=open_)).pass_time(10)
    assert runs(play) == {"a": "2.0.0"}
    assert not [e for e in play.all if isinstance(e, Fetch)]


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        (Schedule("Mars/Olympus"), "schedule.zone"),
        (
            Schedule("UTC", (rule(), rule(install=(Window("22:00", "05:00", ()),)))),
            "schedule.rules[1].install[0].days",
        ),
        (Schedule("UTC", (rule(precondition="battery >"),)), "schedule.rules[0].precondition"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused_naming_the_field(schedule: Schedule, field: str) -> None:
    play = running("a1").on(Connected()).receive(target("a2", schedule=schedule)).pass_time(10)
    assert runs(play) == {"a": "1.0.0"}
    assert [a for a in play.alerts() if isinstance(a, CoreAlert) and field in a.message]


def test_a_hold_says_why_and_how_long() -> None:
    assert own_hold(" winter ", None, START.wall) == OwnHold("winter")
    assert own_hold("x", 60.0, START.wall).until == START.wall + 60 * SECOND


@pytest.mark.parametrize(
    ("reason", "for_s", "field"),
    [(" ", None, "reason"), ("x" * 201, None, "reason"), ("x", 0, "for"), ("x", 1e9, "for")],
)
def test_a_hold_without_reason_or_for_no_time_is_refused(reason: str, for_s: float | None, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        own_hold(reason, for_s, START.wall)
    assert refused.value.element == field


def test_a_unit_remembers_so_many_signals() -> None:
    check_signals({f"s{number}": None for number in range(SIGNALS_MOST)})
    with pytest.raises(TooLarge):
        check_signals({f"s{number}": 1.0 for number in range(SIGNALS_MOST + 1)})
