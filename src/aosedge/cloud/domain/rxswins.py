"""The register of software identification numbers: which exact versions a number stands for on a vehicle type.

Source: UN R156, 7.1.2.3. A vehicle type is a target system; a number (RXSWIN) is what its systems are approved under.
The register only grows: what a number stands for is changed by a further revision of it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from aosedge.model.digests import Digest
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import ItemId, OrgId, RxswinId, TargetSystemId, UserId
from aosedge.model.instants import Instant

ITEMS_MOST: Final = 200
NOTE_MOST: Final = 1_000
_NUMBER: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9 ._/:+-]{0,98}[A-Za-z0-9])?")


class RegisteredItem(msgspec.Struct, frozen=True):
    """An exact version of an item."""

    item: ItemId
    codename: str
    type: str
    version: str
    index_digest: Digest


class Rxswin(msgspec.Struct, frozen=True):
    """What a number stands for on a vehicle type, in one of its revisions."""

    id: RxswinId
    tenant: OrgId
    target_system: TargetSystemId
    number: str
    revision: int
    items: tuple[RegisteredItem, ...]
    created_at: Instant
    created_by: UserId | None
    note: str = ""

    @property
    def name(self) -> str:
        """Number and revision."""
        return f"{self.number} revision {self.revision}"


class Judged(msgspec.Struct, frozen=True):
    """What a Unit reports against the register: revisions that it matches, and items that no match accounts for."""

    matches: tuple[RxswinId, ...]
    differs: tuple[str, ...]

    @property
    def consistent(self) -> bool:
        """Whether everything of it that the register names is as registered."""
        return bool(self.matches) and not self.differs


def checked_number(number: str) -> str:
    """Raises Invalid for what is no number."""
    if not _NUMBER.fullmatch(number):
        expected = "1..100 letters, digits, spaces and ._/:+- between them, such as R79 X1234"
        raise Invalid("no such RXSWIN", element="number", expected=expected, got=repr(number[:40]))
    return number


def checked_note(note: str) -> str:
    """Raises Invalid."""
    if len(note) > NOTE_MOST or not all(letter.isprintable() or letter == "\n" for letter in note):
        raise Invalid("no such note", element="note", expected=f"at most {NOTE_MOST} printable characters")
    return note


def checked_items(items: Iterable[RegisteredItem]) -> tuple[RegisteredItem, ...]:
    """By codename; raises Invalid for none, too many, or one item twice."""
    kept = tuple(sorted(items, key=lambda item: (item.codename, item.item)))
    if not 0 < len(kept) <= ITEMS_MOST:
        raise Invalid("a number stands for items", element="items", expected=f"1..{ITEMS_MOST}", got=str(len(kept)))
    for one, other in pairwise(kept):
        if one.item == other.item:
            raise Invalid("a number stands for one version of an item", element="items", got=one.codename)
    return kept


def next_revision(known: Sequence[Rxswin], number: str, items: Sequence[RegisteredItem], *, revise: bool) -> int:
    """The revision under which these items come to the number, of which `known` are those that there are.

    Raises Conflict for a number that is there, unless it is to be revised; for one to be revised that is not there or
    stands for the same already.
    """
    if not known:
        if revise:
            raise Conflict(f"{number} is not registered for this vehicle type", element="number", cure="register it")
        return 1
    newest = max(known, key=lambda each: each.revision)
    if not revise:
        cure = "nothing is changed in the register: add a further revision, on its page or with --revise"
        raise Conflict(f"{number} is registered for this vehicle type", element="number", got=newest.name, cure=cure)
    if newest.items == tuple(items):
        raise Conflict(f"{newest.name} stands for exactly that", element="items", got=newest.name)
    return newest.revision + 1


def judged(register: Sequence[Rxswin], installed: Mapping[str, frozenset[str]]) -> Judged:
    """What a Unit has, by item id and versions that it reports as installed, against all revisions of its type."""
    matching = [each for each in register if _matches(each, installed)]
    accounted = {item.item for each in matching for item in each.items}
    named = {item.item: item.codename for each in register for item in each.items}
    differs = [
        f"{codename} {', '.join(sorted(installed[item]))}"
        for item, codename in sorted(named.items(), key=lambda pair: (pair[1], pair[0]))
        if item in installed and item not in accounted
    ]
    return Judged(tuple(each.id for each in matching), tuple(differs))


def _matches(each: Rxswin, installed: Mapping[str, frozenset[str]]) -> bool:
    return all(installed.get(item.item) == frozenset((item.version,)) for item in each.items)
