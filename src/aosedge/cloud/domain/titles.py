"""Titles that people give."""

from typing import Final

from aosedge.model.errors import Invalid

LONGEST: Final = 200


def checked_title(title: str) -> str:
    """The title without spaces around it; raises Invalid."""
    kept = title.strip()
    if not 0 < len(kept) <= LONGEST or not kept.isprintable():
        raise Invalid("no such title", element="title", expected=f"1..{LONGEST} printable characters", got=title[:40])
    return kept
