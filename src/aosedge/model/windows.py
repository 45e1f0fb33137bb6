"""Weekly windows by the clock on the wall of a zone: when they are open, and when that changes.

A window begins on its days at `from` and ends at the next `to`, after midnight where that is not later. It opens once
a day, daylight saving or not: an hour that a night has twice counts from its first `from` to its first `to`, and a
time that a night skips is the moment of the jump. A window that lies within the skipped hour stays closed that night.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from aosedge.model.errors import Invalid
from aosedge.model.instants import DAY, SECOND, Instant, from_datetime, to_datetime

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: Final[tuple[Weekday, ...]] = get_args(Weekday)
WINDOWS_MOST: Final = 16
"""Of one step."""
UTC_ZONE: Final = "UTC"

_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_ZONE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
_DAYS_AHEAD: Final = 16
"""A week and one more, should the only window of this one lie in a skipped hour."""


class Window(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """From `from` to `to`, as `22:00`, beginning on these days; `to` may be `24:00`."""

    from_: str
    to: str
    days: tuple[Weekday, ...] = WEEK

    def __str__(self) -> str:
        """`mon,tue 22:00-05:00`, as people type it."""
        days = "" if set(self.days) == set(WEEK) else f"{','.join(self.days)} "
        return f"{days}{self.from_}-{self.to}"


class Opening(msgspec.Struct, frozen=True):
    """Whether windows are open, and until when it stays so."""

    open: bool
    until: Instant


def zone_named(name: str, element: str) -> ZoneInfo:
    """The zone of this IANA name; raises Invalid."""
    try:
        if _ZONE.fullmatch(name):
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    expected = "an IANA name, as Europe/Berlin or UTC"
    raise Invalid("no such time zone", element=element, expected=expected, got=name[:63])


def checked_windows(windows: Sequence[Window], element: str) -> None:
    """Raises Invalid naming the field of a window that makes no sense or never opens."""
    if len(windows) > WINDOWS_MOST:
        expected, got = f"at most {WINDOWS_MOST}", str(len(windows))
        raise Invalid("too many windows", element=element, expected=expected, got=got)
    for number, window in enumerate(windows):
        where = f"{element}[{number}]"
        for name, text in (("from", window.from_), ("to", window.to)):
            if not _CLOCK.fullmatch(text) or (name, text) == ("from", "24:00"):
                expected = "00:00 to 23:59" if name == "from" else "00:00 to 24:00"
                raise Invalid("no time of day", element=f"{where}.{name}", expected=expected, got=text[:20])
        if not window.days:
            raise Invalid("the window never opens", element=f"{where}.days", expected=", ".join(WEEK), got="no day")
        if window.from_ == window.to:
            expected = "another time than from; the whole day is 00:00 to 24:00"
            raise Invalid("the window never opens", element=f"{where}.to", expected=expected, got=window.to)


def parse_window(text: str, element: str) -> Window:
    """`22:00-05:00`, or `sat,sun 00:00-24:00`; raises Invalid naming the element."""
    *said, hours = text.lower().split() or [""]
    opens, _, closes = hours.partition("-")
    days = tuple(day for day in WEEK if not said or day in said[0].split(","))
    unknown = [day for day in (said[0].split(",") if said else ()) if day not in WEEK]
    if len(said) > 1 or unknown or not closes:
        expected = "such as 22:00-05:00 or sat,sun 00:00-24:00"
        raise Invalid("not a window", element=element, expected=expected, got=text[:60])
    window = Window(opens, closes, days)
    checked_windows((window,), element)
    return window


def opening(windows: Iterable[Window], zone: ZoneInfo, at: Instant) -> Opening:
    """Whether any of these windows, all checked, is open at this instant; at its end it no longer is."""
    ends = at
    for begin, end in sorted(_spans(windows, zone, at)):
        if end <= ends:
            continue
        if begin > ends:
            return Opening(True, ends) if ends > at else Opening(False, begin)
        ends = end
    return Opening(ends > at, ends)


def longest_closed_us(windows: Sequence[Window]) -> int:
    """How long these windows stay closed at most in a week without daylight saving; 0 for none, which are never."""
    if not windows:
        return 0
    at, monday = Instant(4 * DAY), Instant(18 * DAY)  # both are Mondays, from 1970 on
    zone, longest = ZoneInfo(UTC_ZONE), 0
    while at < monday:
        found = opening(windows, zone, at)
        longest = longest if found.open else max(longest, found.until - at)
        at = found.until
    return longest


def _spans(windows: Iterable[Window], zone: ZoneInfo, at: Instant) -> list[tuple[Instant, Instant]]:
    """All openings from the day before yesterday on."""
    today = to_datetime(at).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    found = []
    for window in windows:
        opens, closes = _time_of_day(window.from_), _time_of_day(window.to)
        length = closes - opens if closes > opens else closes - opens + timedelta(days=1)
        for ahead in range(-2, _DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            if WEEK[day.weekday()] in window.days:
                found.append((_instant(day + opens, zone), _instant(day + opens + length, zone)))
    return [(begin, end) for begin, end in found if begin < end]


def _time_of_day(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _instant(local: datetime, zone: ZoneInfo) -> Instant:
    """The first moment at which clocks show this time, or that at which they jump over it."""
    first = local.replace(tzinfo=zone)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local:
        return from_datetime(first)
    before, after = from_datetime(first.replace(fold=1)), from_datetime(first)
    offset = to_datetime(before).astimezone(zone).utcoffset()
    while after - before > SECOND:
        between = Instant((before + after) // 2 // SECOND * SECOND)
        if to_datetime(between).astimezone(zone).utcoffset() == offset:
            before = between
        else:
            after = between
    return after
