"""Weekly windows: nights of daylight saving both ways, midnight, ends, and what never opens."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.model.errors import Invalid
from aosedge.model.instants import HOUR, MINUTE, SECOND, Instant, from_datetime, to_datetime
from aosedge.model.windows import (
    WEEK,
    WINDOWS_MOST,
    Window,
    checked_windows,
    longest_closed_us,
    opening,
    parse_window,
    zone_named,
)

BERLIN = ZoneInfo("Europe/Berlin")
UTC = ZoneInfo("UTC")


def at(text: str) -> Instant:
    """An instant by UTC, as `2026-03-29 01:00`."""
    return from_datetime(datetime.fromisoformat(text))


def openings(window: Window, zone: ZoneInfo, begin: str, end: str) -> list[tuple[str, str]]:
    """Each opening between two times by UTC, as (begins, ends)."""
    found, now = [], at(begin)
    while now < at(end):
        one = opening((window,), zone, now)
        if one.open:
            found.append((f"{to_datetime(now):%d %H:%M}", f"{to_datetime(one.until):%d %H:%M}"))
        now = one.until
    return found


def test_a_window_past_midnight_is_one_and_belongs_to_the_day_it_begins_on() -> None:
    window = Window("22:00", "05:00", ("fri",))
    assert openings(window, UTC, "2026-01-05 00:00", "2026-01-19 00:00") == [
        ("09 22:00", "10 05:00"), ("16 22:00", "17 05:00"),
    ]  # fmt: skip
    assert opening((window,), UTC, at("2026-01-10 04:59")).open
    assert not opening((window,), UTC, at("2026-01-10 05:00")).open  # the end is enforced to the minute


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        # 2026-03-29 in Berlin: 02:00 +01:00 (01:00 UTC) becomes 03:00 +02:00
        ("01:00", "04:00", [("29 00:00", "29 02:00")]),  # an hour shorter
        ("02:30", "03:30", [("29 01:00", "29 01:30")]),  # begins at the jump
        ("01:30", "02:30", [("29 00:30", "29 01:00")]),  # ends at the jump
        ("02:00", "03:00", []),  # the night has no such hour
        ("02:10", "02:50", []),
    ],
)
def test_the_night_that_skips_an_hour(opens: str, closes: str, expected: list[tuple[str, str]]) -> None:
    assert openings(Window(opens, closes), BERLIN, "2026-03-28 12:00", "2026-03-29 12:00") == expected


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        # 2026-10-25 in Berlin: 03:00 +02:00 (01:00 UTC) becomes 02:00 +01:00
        ("01:00", "04:00", [("24 23:00", "25 03:00")]),  # an hour longer
        ("02:00", "03:00", [("25 00:00", "25 02:00")]),  # both of the doubled hours
        ("01:00", "02:30", [("24 23:00", "25 00:30")]),  # opens once: its first end is its end
        ("02:30", "03:30", [("25 00:30", "25 02:30")]),
    ],
)
def test_the_night_that_has_an_hour_twice(opens: str, closes: str, expected: list[tuple[str, str]]) -> None:
    assert openings(Window(opens, closes), BERLIN, "2026-10-24 12:00", "2026-10-25 12:00") == expected


def test_a_window_that_a_night_skips_opens_a_week_later() -> None:
    found = opening((Window("02:00", "03:00", ("sun",)),), BERLIN, at("2026-03-28 12:00"))
    assert (found.open, found.until) == (False, at("2026-04-05 00:00"))


def test_windows_that_touch_are_one_opening() -> None:
    weekend = Window("00:00", "24:00", ("sat", "sun"))
    assert openings(weekend, UTC, "2026-01-05 00:00", "2026-01-12 00:00") == [("10 00:00", "12 00:00")]
    inner = Window("10:00", "11:00")
    assert opening((weekend, inner), UTC, at("2026-01-10 09:00")).until == at("2026-01-12 00:00")
    always = opening((Window("00:00", "24:00"),), UTC, at("2026-01-05 00:00"))
    assert always.open and always.until > at("2026-01-12 00:00")


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"]),
    st.integers(0, 23), st.integers(0, 59), st.integers(1, 23 * 60), st.sets(st.sampled_from(WEEK), min_size=1),
    st.integers(0, 366 * 24 * 60),
)  # fmt: skip
def test_it_is_open_where_clocks_say_so_and_changes_only_when_it_said(
    name: str, hour: int, minute: int, long: int, days: set[str], minutes: int
) -> None:
    zone, begins = ZoneInfo(name), timedelta(hours=hour, minutes=minute)
    ends = (begins + timedelta(minutes=long)) % timedelta(days=1)
    clock = [f"{t.seconds // 3600:02}:{t.seconds // 60 % 60:02}" for t in (begins, ends)]
    window = Window(*clock, days=tuple(day for day in WEEK if day in days))
    now = Instant(at("2026-01-01 00:00") + minutes * MINUTE)
    found = opening((window,), zone, now)
    assert found.until > now
    assert opening((window,), zone, Instant(found.until - 1)).open == found.open
    assert opening((window,), zone, found.until).open != found.open
    local = to_datetime(now).astimezone(zone)
    offsets = {(local + timedelta(hours=h)).utcoffset() for h in range(-30, 31)}
    if len(offsets) == 1:  # away from daylight saving it is what a clock on the wall shows
        time = timedelta(hours=local.hour, minutes=local.minute)
        today, before = WEEK[local.weekday()], WEEK[local.weekday() - 1]
        over = begins > ends
        shown = (today in days and begins <= time and (over or time < ends)) or (
            over and before in days and time < ends
        )
        assert found.open == shown


def test_the_longest_time_that_windows_stay_closed() -> None:
    assert longest_closed_us(()) == 0
    assert longest_closed_us((Window("22:00", "05:00"),)) == 17 * HOUR
    assert longest_closed_us((Window("02:00", "03:00", ("sun",)),)) == (7 * 24 - 1) * HOUR
    assert longest_closed_us((Window("00:00", "24:00"),)) == 0


@pytest.mark.parametrize(
    ("window", "field"),
    [
        (Window("22:00", "05:00", ()), "install[0].days"),
        (Window("22:00", "22:00"), "install[0].to"),
        (Window("24:00", "05:00"), "install[0].from"),
        (Window("22:00", "24:01"), "install[0].to"),
        (Window("7:00", "09:00"), "install[0].from"),
    ],
)
def test_a_window_that_never_opens_is_refused_naming_the_field(window: Window, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_windows((window,), "install")
    assert refused.value.element == field


def test_too_many_windows_are_refused() -> None:
    with pytest.raises(Invalid, match="too many"):
        checked_windows([Window("01:00", "02:00")] * (WINDOWS_MOST + 1), "install")


@pytest.mark.parametrize("text", ["22:00-05:00", "sat,sun 00:00-24:00"])
def test_a_window_reads_as_it_is_written(text: str) -> None:
    assert str(parse_window(text, "--window")) == text


@pytest.mark.parametrize("text", ["", "22:00", "now 22:00-05:00", "mon tue 22:00-05:00", "mon, 22:00-23:00", "x-y"])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_window(text, "--window")
    assert refused.value.element.startswith("--window")


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "", "Europe", "CET+1", "Europe/Berlin\0"])
def test_no_zone_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="no such time zone"):
        zone_named(name, "timezone")


def test_seconds_of_a_jump_are_exact() -> None:
    assert opening((Window("02:30", "04:00"),), BERLIN, Instant(at("2026-03-29 01:00") - SECOND)).open is False
