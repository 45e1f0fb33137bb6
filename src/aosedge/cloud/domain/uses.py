"""What uses a thing that somebody wants to remove."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from aosedge.model.errors import Conflict

NAMED_MOST: Final = 5


class Use(msgspec.Struct, frozen=True):
    """Things of one kind that use another: how many, and some by name."""

    noun: str
    """In the plural."""
    total: int
    names: Sequence[str] = ()

    def __str__(self) -> str:
        named = ", ".join(self.names[:NAMED_MOST])
        more = self.total - min(len(self.names), NAMED_MOST)
        return f"{self.noun}: {named} and {more} more" if more and named else f"{self.noun}: {named or self.total}"


def refuse_in_use(what: str, element: str, uses: Iterable[Use], cure: str) -> None:
    """Raise Conflict that names what uses it, unless nothing does."""
    found = "; ".join(str(use) for use in uses if use.total)
    if found:
        raise Conflict(f"the {what} is in use by {found}", element=element, cure=cure)
