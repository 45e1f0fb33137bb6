"""Titles and other words that people give."""

from typing import Final

from aosedge.model.errors import Invalid

LONGEST: Final = 200
PURPOSE_MOST: Final = 4_000


def checked_title(title: str) -> str:
    """The title without spaces around it; raises Invalid."""
    kept = title.strip()
    if not 0 < len(kept) <= LONGEST or not kept.isprintable():
        raise Invalid("no such title", element="title", expected=f"1..{LONGEST} printable characters", got=title[:40])
    return kept


def checked_purpose(purpose: str) -> str:
    """What something is for: lines of text without spaces around them; raises Invalid."""
    kept = purpose.strip()
    if len(kept) > PURPOSE_MOST or not all(letter.isprintable() or letter == "\n" for letter in kept):
        expected = f"at most {PURPOSE_MOST} printable characters"
        raise Invalid("no such purpose", element="purpose", expected=expected, got=f"{len(kept)} characters")
    return kept
