"""Whom it would shut out if a root certificate were not trusted any more."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec


class Holder(msgspec.Struct, frozen=True, order=True):
    """A person or a Unit, by its id."""

    kind: Literal["user", "unit"]
    id: str


class Reliance:
    """Which roots the certificates lead to that let each holder in."""

    def __init__(self) -> None:
        self._roots: dict[Holder, set[str]] = {}

    def add(self, holder: Holder, root: str) -> None:
        """A certificate in use, and the serial of the root that it is by."""
        self._roots.setdefault(holder, set()).add(root)

    def shut_out(self, root: str) -> list[Holder]:
        """Who would have no certificate left without this root."""
        return sorted(holder for holder, roots in self._roots.items() if roots == {root})

    def counts(self, roots: Iterable[str]) -> Mapping[str, int]:
        """How many holders have a certificate by each of these roots."""
        return {root: sum(root in found for found in self._roots.values()) for root in roots}
