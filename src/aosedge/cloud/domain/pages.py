"""A part of a list: how many there are in all, and those asked for."""

from typing import Final, Generic, TypeVar

import msgspec

from aosedge.model.errors import Invalid

T = TypeVar("T")
MOST_ROWS: Final = 1000


class Page(msgspec.Struct, Generic[T], frozen=True):
    """`total` counts every match; `items` are those of the window."""

    total: int
    items: tuple[T, ...]


class Window(msgspec.Struct, frozen=True):
    """Which part of a list: at most `limit` rows after the first `offset`."""

    limit: int = 100
    offset: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.limit <= MOST_ROWS:
            raise Invalid("no such window", element="limit", expected=f"0..{MOST_ROWS}", got=str(self.limit))
        if not 0 <= self.offset < 2**31:
            raise Invalid("no such window", element="offset", expected="0 or more", got=str(self.offset))
