"""Instants as people say them: `2h` ago, a day, a time of the day, in the viewer's zone."""

import re
from datetime import datetime, timedelta
from typing import Final

from aosedge.model.errors import Invalid

_AGO: Final = re.compile(r"(\d{1,6})([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def said(words: str | None, option: str) -> str | None:
    """The instant for the API: `90m`, `2h`, `7d` before now; a day or an instant in ISO 8601, in the viewer's zone
    where none is named. Raises Invalid naming the option."""
    if words is None:
        return None
    try:
        if ago := _AGO.fullmatch(words):
            return (now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).isoformat()
        return datetime.fromisoformat(words).astimezone().isoformat()
    except (ValueError, OverflowError) as error:
        expected = "such as 2h, 7d, 2026-01-31 or 2026-01-31T12:00"
        raise Invalid("no instant", element=option, expected=expected, got=words[:40]) from error


def now() -> datetime:
    """This moment, UTC."""
    from aosedge.clock import SystemClock  # msgspec behind it costs 40 ms that other commands do not pay
    from aosedge.model.instants import to_datetime

    return to_datetime(SystemClock().wall())
