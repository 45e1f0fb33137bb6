"""The audit trail: append-only, each line bound to the one before it."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final, Literal

import msgspec

from aosedge.model.instants import Instant

Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
FaultKind = Literal["changed", "removed", "inserted"]


class Change(msgspec.Struct, frozen=True):
    """One row that a change touched: which, and what it held before and after. None: it was not there."""

    of: str
    key: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


_CHANGES: Final = msgspec.json.Decoder(tuple[Change, ...])


class AuditLine(msgspec.Struct, frozen=True):
    """Who did what, when, from where, to what, and how it went; one chain an organization."""

    chain: str
    number: int
    at: Instant
    who: str
    operation: str
    request_id: str
    outcome: str
    origin: str = ""
    target: str = ""
    detail: str = ""
    changes: str = ""
    """What was changed, before and after: an array of Change as JSON text, kept to the letter; empty without any."""
    previous: str = ""
    hash: str = ""

    def changed(self) -> tuple[Change, ...]:
        """The changes read again."""
        return _CHANGES.decode(self.changes) if self.changes else ()


class Chain(msgspec.Struct, frozen=True):
    """The ends of one organization's chain, kept apart from its lines: what begins and ends it cannot go unseen.

    `before` is the hash of the line before `first`, which retention let go of: it anchors what is left. A chain
    whose lines are all gone has `first` = `last` + 1.
    """

    chain: str
    first: int
    before: str
    last: int
    hash: str


class Fault(msgspec.Struct, frozen=True):
    """A row of the trail that is not as it was written."""

    chain: str
    number: int
    kind: FaultKind


def sealed(line: AuditLine, previous: str) -> AuditLine:
    """The line with the hash of the one before it and its own: SHA-256 (hex) of its other fields as JSON, in order.

    `changes` is left out where it is empty.
    """
    bound: dict[str, Any] = msgspec.structs.asdict(msgspec.structs.replace(line, previous=previous, hash=""))
    if not line.changes:
        del bound["changes"]
    return msgspec.structs.replace(
        line, previous=previous, hash=hashlib.sha256(msgspec.json.encode(bound)).hexdigest()
    )


class Along(msgspec.Struct, frozen=True):
    """How far somebody has gone along a chain, and what they need to know to go on.

    `next` is the number that is to come; `shift`: by how much those who inserted or removed rows renumbered what came
    after; `before` and `hash` are of the last line but one, and of the last; `sound`: whether the last one agrees
    with its own hash; `read` is the number of the last row looked at, none at the beginning.
    """

    next: Number
    hash: str
    before: str = ""
    shift: int = 0
    sound: bool = False
    read: Number | None = None


def beginning(chain: Chain) -> Along:
    """Nothing is looked at yet."""
    return Along(chain.first, chain.before)


def faults(chain: Chain, lines: Iterable[AuditLine]) -> Iterator[Fault]:
    """Every row that was changed, removed or inserted since it was written.

    `lines` are all there are of the chain, by number. Who changes a row and then every later row and the end of the
    chain goes unseen: for that, compare the chain's `hash` with one kept elsewhere.
    """
    follower = Follower(chain)
    for line in lines:
        yield from follower.follow(line)
    yield from follower.end()


class Follower:
    """Goes along a chain, from the beginning or from where somebody has come to."""

    def __init__(self, chain: Chain, along: Along | None = None) -> None:
        gone = along is not None and along.next < chain.first  # what came before was let go of meanwhile
        if along is None or gone or abs(along.shift) > chain.last:
            along = beginning(chain)
        self._chain, self._read = chain, along.read
        self._next, self._shift = along.next, along.shift
        self._before, self._hash, self._sound = along.before, along.hash, along.sound

    @property
    def along(self) -> Along:
        """Where it is."""
        return Along(self._next, self._hash, self._before, self._shift, self._sound, self._read)

    def follow(self, line: AuditLine) -> Iterator[Fault]:
        """What this line, the next there is, shows to be wrong."""
        self._read = line.number
        if line.number < self._next or line.number > self._chain.last + self._shift:
            yield self._fault(line.number, "inserted")
            return
        for number in range(self._next, line.number):
            yield self._fault(number - self._shift, "removed")
            self._sound = False
        whole = line.number == self._next
        found = self._judged(line, whole)
        if found is not None:
            yield found
        self._next = line.number + 1
        self._before, self._hash = self._hash, line.hash

    def end(self) -> Iterator[Fault]:
        """What it shows that no further line is there."""
        for number in range(self._next, self._chain.last + self._shift + 1):
            yield self._fault(number - self._shift, "removed")
            self._sound = False
        if self._sound and self._hash != self._chain.hash:
            yield self._fault(self._next - 1, "changed")

    def _judged(self, line: AuditLine, whole: bool) -> Fault | None:
        """What is wrong with this line, or with the one before it; `whole`: none is missing between them."""
        found, sound = None, True
        if self._agrees(line, self._shift):
            if whole and line.previous != self._hash and (self._sound or line.number == self._chain.first):
                found = self._fault(max(line.number - 1, self._chain.first), "changed")
        elif whole and self._agrees(line, self._shift + 1) and line.previous == self._before:
            self._shift += 1
            found = self._fault(line.number - 1, "inserted")
        elif whole and self._agrees(line, self._shift - 1) and line.previous != self._hash:
            self._shift -= 1
            found = self._fault(line.number, "removed")
        else:
            found, sound = self._fault(line.number, "changed"), False
        self._sound = sound
        return found

    def _agrees(self, line: AuditLine, shift: int) -> bool:
        """Whether the line's hash is that of its content, had it the number that it was written with."""
        written = msgspec.structs.replace(line, number=line.number - shift)
        return sealed(written, line.previous).hash == line.hash

    def _fault(self, number: int, kind: FaultKind) -> Fault:
        return Fault(self._chain.chain, number, kind)
