"""Whether the next step of an update may be taken now: its schedule's windows and preconditions, and the Unit's hold.

Asked again just before each step. Once a set is launched nothing holds it: it becomes healthy or goes back.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

import msgspec

from aosedge.core.domain.state import OwnHold, State, Update
from aosedge.model.errors import Invalid, TooLarge
from aosedge.model.instants import SECOND, Instant, to_datetime
from aosedge.model.preconditions import Signal, checked_signal, parse_precondition, unmet
from aosedge.model.windows import Window, checked_windows, opening, zone_named
from aosedge.protocol.messages.from_cloud import Schedule, ScheduleRule
from aosedge.protocol.messages.parts import Waiting

REASON_LONGEST: Final = 200
HOLD_LONGEST_S: Final = 366 * 86_400
SIGNALS_MOST: Final = 256

Step = Literal["download", "install", "activate"]

_SAID: Final[Mapping[Step, str]] = {"download": "downloading", "install": "installing", "activate": "activating"}


class Consent(msgspec.Struct, frozen=True):
    """What holds the step, if anything does, and when the clock on the wall alone may change the answer."""

    held: Waiting | None = None
    look_again_at: Instant | None = None


def checked(schedule: Schedule) -> None:
    """Raises Invalid naming the entry that makes no sense: it would hold an update for ever, or not at all."""
    zone_named(schedule.zone, "schedule.zone")
    for number, rule in enumerate(schedule.rules):
        for step in _SAID:
            checked_windows(_own(rule, step), f"schedule.rules[{number}].{step}")
        if rule.precondition:
            parse_precondition(rule.precondition, f"schedule.rules[{number}].precondition")


def own_hold(reason: str, for_s: float | None, now: Instant) -> OwnHold:
    """A hold for so long, or until it is released; raises Invalid naming the field."""
    reason = reason.strip()
    if not 0 < len(reason) <= REASON_LONGEST:
        expected = f"1 to {REASON_LONGEST} characters"
        raise Invalid("a hold says why", element="reason", expected=expected, got=str(len(reason)))
    if for_s is None:
        return OwnHold(reason)
    if not 0 < for_s <= HOLD_LONGEST_S:
        raise Invalid(
            "not how long a hold may be", element="for", expected="above 0, at most P366D", got=f"{for_s:g} s"
        )
    return OwnHold(reason, Instant(now + int(for_s * SECOND)))


def check_signals(signals: Mapping[str, Signal | None]) -> None:
    """Raises Invalid for one that no precondition can name, TooLarge for more than a Unit remembers."""
    for name, value in signals.items():
        checked_signal(name, "" if value is None else value)
    if len(signals) > SIGNALS_MOST:
        expected = f"at most {SIGNALS_MOST}"
        raise TooLarge("too many signals", element="signals", expected=expected, got=str(len(signals)))


def consent(state: State, update: Update, step: Step, signals: Mapping[str, Signal], now: Instant) -> Consent:
    """Whether this step of the update may be taken: first the hold is asked, then windows, then preconditions."""
    answers = [*_hold(state, step, now), *_windows(state, update, step, now)]
    answers += _preconditions(state, update, step, signals)
    looks = [answer.look_again_at for answer in answers if answer.look_again_at is not None]
    held = next((answer.held for answer in answers if answer.held is not None), None)
    return Consent(held, min(looks, default=None))


def _hold(state: State, step: Step, now: Instant) -> Iterator[Consent]:
    hold = state.hold
    if hold is None or step == "download" or (hold.until is not None and hold.until <= now):
        return
    until = None if hold.until is None else to_datetime(hold.until)
    yield Consent(Waiting("hold", step, f"held on the Unit: {hold.reason}", until), hold.until)


def _windows(state: State, update: Update, step: Step, now: Instant) -> Iterator[Consent]:
    schedule = _schedule(state)
    zone = zone_named(schedule.zone, "schedule.zone")
    for rule in _rules(schedule, state, update):
        windows = _own(rule, step) or (rule.install if step == "activate" else ())
        if not windows:
            continue
        found = opening(windows, zone, now)
        reason = f"{_SAID[step]} waits for its window: {', '.join(map(str, windows))} {schedule.zone}"
        waiting = None if found.open else Waiting("window", step, reason, to_datetime(found.until))
        yield Consent(waiting, found.until)


def _preconditions(state: State, update: Update, step: Step, signals: Mapping[str, Signal]) -> Iterator[Consent]:
    for rule in _rules(_schedule(state), state, update):
        if rule.precondition and step != "download":
            why = unmet(parse_precondition(rule.precondition, "precondition"), signals)
            if why:
                yield Consent(Waiting("precondition", step, f"{_SAID[step]} waits for its precondition: {why}"))


def _schedule(state: State) -> Schedule:
    return (state.target.schedule if state.target else None) or Schedule()


def _rules(schedule: Schedule, state: State, update: Update) -> Iterator[ScheduleRule]:
    """Rules about something that the update changes."""
    changed = {*update.changed, *(item.item for item in update.set.items if item not in state.good.items)}
    return (rule for rule in schedule.rules if not changed.isdisjoint(rule.items))


def _own(rule: ScheduleRule, step: Step) -> tuple[Window, ...]:
    return {"download": rule.download, "install": rule.install, "activate": rule.activate}[step]
