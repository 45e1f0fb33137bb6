"""State of services that follows its user from Unit to Unit: what the cloud takes, keeps, and gives whom.

At any time at most one Unit *holds* the state of an instance: the one that was given it last, or reported it last.
Only the holder may report a newer one, and what it sent before it was given the state is late; so a Unit that lost
the subject and got it back cannot undo what another did meanwhile (invariants I6, I9). The state of a group subject
stays on the Unit: the cloud remembers that a Unit has one, and nothing of it.
"""

import re
from typing import Final

import msgspec

from aosedge.cloud.domain.statuses import is_late
from aosedge.cloud.domain.subjects import SubjectKind
from aosedge.model.digests import Digest, sha3_224_hex
from aosedge.model.ids import ItemId, SubjectId, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.service_states import MOST_BYTES

SUBJECT_MOST_BYTES: Final = 64 * 1024 * 1024
"""Of all states of one subject (invariant I12)."""


class StateKey(msgspec.Struct, frozen=True, order=True):
    """Whose state: `place` is the Unit where it stays there, and empty where it follows the subject."""

    subject: SubjectId
    item: ItemId
    instance: int
    place: str = ""


class KeptState(msgspec.Struct, frozen=True):
    """What the cloud has of a state. Without a checksum there is none yet: the item's default applies."""

    subject: SubjectId
    item: ItemId
    instance: int
    place: str = ""
    checksum: str = ""
    size_bytes: int = 0
    unit: str = ""
    """The id of the Unit that reported it."""
    reported_at: Instant = Instant(0)
    holder: str = ""
    """The id of the Unit that holds it; empty after people reset it."""
    held_at: Instant = Instant(0)
    """When the holder last asked or reported, by its own clock."""

    @property
    def key(self) -> StateKey:
        """Whose it is."""
        return StateKey(self.subject, self.item, self.instance, self.place)

    @property
    def name(self) -> str:
        """What people call it among those of its subject."""
        return f"{self.item}.{self.instance}"


class Standing(msgspec.Struct, frozen=True):
    """How a Unit stands to the state of an instance. `kind` None: the subject or the instance is not the Unit's."""

    kind: SubjectKind | None = None
    limit_bytes: int = 0
    """The version's `stateLimit`; 0: it has no state."""
    default: Digest | None = None
    """The version's default state, a blob."""
    kept: KeptState | None = None
    others_bytes: int = 0
    """Kept for other instances of the subject."""


class Told(msgspec.Struct, frozen=True):
    """A state as a Unit reported it; `created_at` by the Unit's clock (0: not known)."""

    unit: UnitId
    key: StateKey
    checksum: str
    content: bytes
    created_at: Instant


def parse_name(name: str) -> tuple[ItemId, int] | None:
    """Item and instance of a state's name; None for what is no such name."""
    item, _, number = name.rpartition(".")
    return (ItemId(item), int(number)) if item and re.fullmatch("[0-9]{1,9}", number) else None


def objection(told: Told, standing: Standing) -> str:
    """Why the reported state is not taken; empty where it is."""
    refusal = _foreign(standing)
    most = min(standing.limit_bytes, MOST_BYTES)
    kept = standing.kept
    if refusal:
        return refusal
    if sha3_224_hex(told.content) != told.checksum:
        return "the checksum is not the state's"
    if len(told.content) > most:
        return f"{len(told.content)} bytes, at most {most}"
    if standing.kind == "group":
        return ""
    if kept is not None and kept.holder != told.unit:
        return "the state was given to another Unit, or reset: ask for it"
    if kept is not None and told.created_at and is_late(told.created_at, kept.held_at):
        return "overtaken by a newer one"
    if standing.others_bytes + len(told.content) > SUBJECT_MOST_BYTES:
        return f"the subject has {standing.others_bytes} bytes of state, at most {SUBJECT_MOST_BYTES}"
    return ""


def taken(told: Told, standing: Standing, now: Instant) -> KeptState:
    """The state after it was taken. The same once more changes nothing but when its holder was heard of (I6)."""
    before = standing.kept or _none(told.key)
    held_at = told.created_at or before.held_at
    if before.checksum == told.checksum:
        return msgspec.structs.replace(before, holder=told.unit, held_at=held_at)
    return msgspec.structs.replace(
        before,
        checksum=told.checksum,
        size_bytes=len(told.content),
        unit=told.unit,
        reported_at=now,
        holder=told.unit,
        held_at=held_at,
    )


def given(unit: UnitId, key: StateKey, default: bool, asked_at: Instant, standing: Standing) -> KeptState | None:
    """What is kept after a Unit asked for the state, which it holds from now on; None: it is given nothing.

    Without a checksum it is given the default. A group's is given once, as its Unit has newer since.
    """
    if _foreign(standing):
        return None
    kept = standing.kept
    if standing.kind == "group" and (kept is not None or standing.default is None):
        return None
    before = _none(key) if kept is None or default else kept
    return msgspec.structs.replace(before, holder=unit, held_at=asked_at)


def reset(kept: KeptState) -> KeptState:
    """After people put it back to the default: nobody holds it, so that its Unit has to ask."""
    return _none(kept.key)


def _none(key: StateKey) -> KeptState:
    return KeptState(key.subject, key.item, key.instance, key.place)


def _foreign(standing: Standing) -> str:
    if standing.kind is None:
        return "the subject or the instance is not on this Unit"
    return "" if standing.limit_bytes else "the item has no state"
