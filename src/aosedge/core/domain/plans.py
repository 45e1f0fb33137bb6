"""What of a wanted set is taken, and what is held back and why. The answer to "why does it run that?" on the Unit."""

from collections.abc import Mapping

import msgspec

from aosedge.core.domain.sets import ReleaseSet, Swap, joined, swaps
from aosedge.core.domain.state import State
from aosedge.model.digests import Digest
from aosedge.model.ids import ItemId
from aosedge.protocol.messages.parts import QUARANTINED


class Held(msgspec.Struct, frozen=True):
    """A part of the wanted set that stays at its last good versions."""

    swap: Swap
    reason: str


class Plan(msgspec.Struct, frozen=True):
    """The set to bring about: the wanted one, with what is held back at its last good versions."""

    set: ReleaseSet
    taken: tuple[Swap, ...]
    held: tuple[Held, ...]

    def changed(self) -> tuple[ItemId, ...]:
        """Items of all parts that are taken."""
        return tuple(sorted(item for swap in self.taken for item in swap.items))


def plan(state: State, wanted: ReleaseSet, holds: Mapping[Digest, str]) -> Plan:
    """From the good set to `wanted`, as far as neither quarantine nor a hold (by digest of the new part) forbids."""
    taken, held, parts = [], [], []
    for swap in swaps(state.good, wanted):
        reason = _hindrance(state, swap, holds)
        parts.append(swap.old if reason else swap.new)
        if reason:
            held.append(Held(swap, reason))
        elif swap.old != swap.new:
            taken.append(swap)
    return Plan(joined(parts), tuple(taken), tuple(held))


def _hindrance(state: State, swap: Swap, holds: Mapping[Digest, str]) -> str:
    if swap.old == swap.new:
        return ""
    new, contents = swap.new.digest(), swap.new.index_digests()
    for entry in state.quarantine:
        if entry.digest == new or entry.digest in contents:
            return f"{QUARANTINED}{entry.message}"
    return holds.get(new, "")


def still_quarantined(state: State, wanted: ReleaseSet) -> State:
    """The state without quarantine of content that the wanted set has no more (I7: a newer target says otherwise)."""
    named = set(wanted.index_digests())
    named.update(swap.new.digest() for swap in swaps(state.good, wanted))
    left = tuple(q for q in state.quarantine if q.digest in named)
    return msgspec.structs.replace(state, quarantine=left)
