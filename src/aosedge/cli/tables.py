"""How tables and instants look to a person at a terminal of some width."""

import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import Final

_GAP: Final = "  "
SPARE: Final = ("id",)
"""Columns that a narrow terminal does without, the first first; `show` and `--json` have them."""


def laid_out(
    columns: Sequence[str], rows: Sequence[Sequence[str]], width: int, spare: Sequence[str] = SPARE
) -> list[str]:
    """Heading and rows as lines of at most `width` characters, where words allow it.

    Columns without any content are left out, then those in `spare` while there is no room; what is still too wide is
    folded between words. Nothing is cut: names and ids can be copied.
    """
    kept = [at for at, _ in enumerate(columns) if any(row[at] for row in rows)] or [0]
    widths = {at: max(len(columns[at]), *(len(row[at]) for row in rows)) for at in kept}
    for name in spare:
        if _total([widths[at] for at in kept]) > width:
            kept = [at for at in kept if columns[at] != name]
    _fold(widths, kept, rows, width)
    lines = [_line([columns[at].upper() for at in kept], [widths[at] for at in kept])]
    for row in rows:
        cells = [textwrap.wrap(row[at], widths[at], break_long_words=False, break_on_hyphens=False) for at in kept]
        for number in range(max(1, *map(len, cells))):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            lines.append(_line(parts, [widths[at] for at in kept]))
    return lines


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _fold(widths: dict[int, int], kept: Sequence[int], rows: Sequence[Sequence[str]], width: int) -> None:
    """Narrow the widest columns that have spaces to fold at."""
    while (over := _total([widths[at] for at in kept]) - width) > 0:
        least = {at: max((len(word) for row in rows for word in row[at].split()), default=0) for at in kept}
        room = {at: widths[at] - max(least[at], 8) for at in kept}
        widest = max(kept, key=lambda at: (room[at] > 0, widths[at]))
        if room[widest] <= 0:
            return
        widths[widest] -= min(over, room[widest])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def folded(text: str, width: int, indent: int) -> str:
    """Text folded between words, with all lines but the first moved in; words are never cut."""
    if " " not in text[indent:]:
        return text
    moved = " " * indent
    return "\n".join(
        textwrap.wrap(text, width, subsequent_indent=moved, break_long_words=False, break_on_hyphens=False)
    )


def ending(states: Sequence[str], detail: str, width: int) -> str:
    """`downloading > installing 40 %`; of what is longer than one line, the last states."""
    last = f"{states[-1]} {detail}".rstrip()
    for first in range(len(states)):
        begun = "... > " if first else ""
        line = begun + " > ".join([*states[first:-1], last])
        if len(line) <= width:
            return line
    return last


def minute(instant: str | None) -> str:
    """An instant of the API in the viewer's zone, to the minute, for tables; `-` for none."""
    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M") if instant else "-"


def day(instant: str) -> str:
    """The day of an instant of the API in the viewer's zone."""
    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d")


def second(instant: str | None) -> str:
    """An instant of the API in the viewer's zone, to the second and with the zone."""
    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z") if instant else "-"


def size(count: int) -> str:
    """A number of bytes, as `2.1 MB`, which is 2,100,000."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if unit != "B" else f"{count} B"
