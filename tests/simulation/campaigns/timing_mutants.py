"""A fault for each rule of when Units take a campaign's steps, planted on purpose; each is found by the rule named.

`python -m tests.simulation.campaigns.timing_mutants NAME` looks for the first seed that does.
"""

import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from msgspec.structs import replace
from tests.simulation.campaigns.clocks import simulate
from tests.simulation.campaigns.hunting import Mutant, main

from aosedge.cloud.domain import schedules
from aosedge.cloud.domain.campaigns import state
from aosedge.cloud.store import campaign_members, paces, reported_members
from aosedge.cloud.usecases import targets
from aosedge.core.domain import consent
from aosedge.model import preconditions, windows
from aosedge.model.instants import HOUR, Instant, from_datetime


def zones_ignored() -> None:
    """Everybody has UTC."""
    paces.Pace = lambda timed, zone: schedules.Pace(timed, "UTC")  # type: ignore[misc,assignment]


def fixed_offsets() -> None:
    """A zone is its offset in January: no daylight saving."""
    zone_named = windows.zone_named

    def fixed(name: str, element: str) -> Any:
        return timezone(datetime(2027, 1, 15, tzinfo=zone_named(name, element)).utcoffset() or timedelta())

    consent.zone_named = fixed  # type: ignore[attr-defined]


def second_pass() -> None:
    """In an hour that a night has twice, clocks count as they show: what was over opens again."""
    windows._instant = lambda local, zone: from_datetime(local.replace(tzinfo=zone, fold=1).astimezone(UTC))


def no_end() -> None:
    """What was open stays so for another hour."""
    opening = windows.opening

    def late(some: Any, zone: Any, at: Any) -> Any:
        found = opening(some, zone, at)
        before = opening(some, zone, Instant(at - HOUR))
        return found if found.open or not before.open else replace(before, until=Instant(at + 1))

    consent.opening = late  # type: ignore[attr-defined]


def every_day() -> None:
    """A window that goes past midnight is none of the next morning's."""
    opening = windows.opening

    def of_one_day(some: Any, zone: Any, at: Any) -> Any:
        kept = [window for window in some if window.from_ < window.to]
        return opening(kept, zone, at) if kept else windows.Opening(False, Instant(at + HOUR))

    consent.opening = of_one_day  # type: ignore[attr-defined]


def any_time_to_activate() -> None:
    """Activating without windows of its own waits for none."""
    hold_back = consent._windows

    def eager(state: Any, update: Any, step: Any, now: Any) -> Any:
        own = [rule for rule in (state.target.schedule.rules if state.target.schedule else ()) if rule.activate]
        return hold_back(state, update, step, now) if step != "activate" or own else iter(())

    consent._windows = eager


def download_any_time() -> None:
    """Downloads know no windows."""
    hold_back = consent._windows
    consent._windows = lambda s, u, step, now: iter(()) if step == "download" else hold_back(s, u, step, now)


def asked_once() -> None:
    """Preconditions are asked before installing alone."""
    ask = consent._preconditions
    consent._preconditions = lambda s, u, step, known: iter(()) if step == "activate" else ask(s, u, step, known)


def missing_is_true() -> None:
    """Of a signal that nobody gave, the best is thought."""
    holds = preconditions._holds
    preconditions._holds = lambda part, known: True if (found := holds(part, known)) is None else found


def hold_ignored() -> None:
    """Whoever is at the Unit is not asked."""
    consent._hold = lambda state, step, now: iter(())


def hold_for_ever() -> None:
    """A hold ends by being released alone."""
    hold = consent._hold
    consent._hold = lambda s, step, now: hold(
        s if s.hold is None else replace(s, hold=replace(s.hold, until=None)), step, now
    )


def held_is_failed() -> None:
    """A Unit that waits has failed."""
    progress = reported_members.progress

    def harsh(*arguments: Any, **named: Any) -> Any:
        found = progress(*arguments, **named)
        return replace(found, state="failed") if found.state == "held" else found

    reported_members.progress = harsh


def held_without_end() -> None:
    """A Unit that waits may do so past its deadline."""
    patient = tuple(name for name in state.ON_THE_WAY if name != "held")
    campaign_members.ON_THE_WAY = patient  # type: ignore[misc]


def hold_survives_a_halt() -> None:
    """What waits on a Unit is not taken back."""
    campaign_members._NOT_BEGUN = ("offered", "downloading")  # type: ignore[misc]


def nothing_told() -> None:
    """Units are not told when."""
    targets.scheduled = lambda target, pace: target  # type: ignore[attr-defined]


MUTANTS = [
    Mutant("zones ignored", ("told",), zones_ignored),
    Mutant("fixed offsets", ("window", "goes on", "until"), fixed_offsets),
    Mutant("second pass of an hour", ("window", "goes on", "until"), second_pass),
    Mutant("windows without an end", ("window",), no_end),
    Mutant("no window past midnight", ("goes on",), every_day),
    Mutant("activates at any time", ("window",), any_time_to_activate),
    Mutant("downloads at any time", ("window",), download_any_time),
    Mutant("precondition asked once", ("precondition",), asked_once),
    Mutant("missing signal is true", ("precondition",), missing_is_true),
    Mutant("hold ignored", ("hold",), hold_ignored),
    Mutant("hold without an end", ("goes on",), hold_for_ever),
    Mutant("held is failed", ("held", "withdrawn", "liveness"), held_is_failed),
    Mutant("held without a deadline", ("deadline", "liveness"), held_without_end),
    Mutant("held through a halt", ("withdrawn",), hold_survives_a_halt),
    Mutant("nothing told of when", ("told",), nothing_told),
]

if __name__ == "__main__":
    sys.exit(main(MUTANTS, simulate))
