"""What people do with the register of software identification numbers."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from aosedge.cloud.domain.access.callers import Person, tenant_of
from aosedge.cloud.domain.rxswins import (
    RegisteredItem,
    Rxswin,
    checked_items,
    checked_note,
    checked_number,
    judged,
    next_revision,
)
from aosedge.cloud.store import Session
from aosedge.model.ids import Ids, ItemId, RxswinId, SystemId, TargetSystemId, UnitId

NAMED_MOST: Final = 500
"""Units named in one answer; the others are counted."""


class Differing(msgspec.Struct, frozen=True):
    """A Unit that is not as registered."""

    unit: UnitId
    system_uid: SystemId
    matches: tuple[RxswinId, ...]
    differs: tuple[str, ...]


class Checked(msgspec.Struct, frozen=True):
    """Units of a vehicle type against the register."""

    register: tuple[Rxswin, ...]
    units: int
    silent: int
    """Units that have reported nothing yet."""
    matching: Counter[RxswinId]
    differing: tuple[Differing, ...]
    """The first of them."""
    differing_total: int


def add(
    session: Session,
    ids: Ids,
    target_system: TargetSystemId,
    number: str,
    versions: Iterable[tuple[ItemId, str]],
    note: str = "",
    *,
    revise: bool = False,
) -> Rxswin:
    """A number, or with `revise` a further revision of one. Raises Invalid, Conflict, NotFound for what it names."""
    session.target_systems.get(target_system)
    who = session.caller.who
    items = checked_items(_registered(session, item, version) for item, version in versions)
    known = session.rxswins.of(target_system, checked_number(number))
    new = Rxswin(
        id=RxswinId(ids.new()),
        tenant=tenant_of(session.caller),
        target_system=target_system,
        number=number,
        revision=next_revision(known, number, items, revise=revise),
        items=items,
        created_at=session.caller.now,
        created_by=who.user if isinstance(who, Person) else None,
        note=checked_note(note),
    )
    session.rxswins.add(new)
    return new


def _registered(session: Session, id: ItemId, version: str) -> RegisteredItem:
    item, found = session.items.get(id), session.items.version(id, version)
    return RegisteredItem(item.id, item.codename, item.type, found.version, found.index_digest)


def check(session: Session, target_system: TargetSystemId) -> Checked:
    """What Units of the type report against the register. Raises NotFound."""
    session.target_systems.get(target_system)
    register = session.rxswins.of(target_system)
    matching: Counter[RxswinId] = Counter()
    differing: list[Differing] = []
    units = silent = total = 0
    for each in session.rxswins.reporting(target_system):
        units += 1
        if each.installed is None:
            silent += 1
            continue
        found = judged(register, each.installed)
        matching.update(found.matches)
        if not found.consistent:
            total += 1
            if len(differing) < NAMED_MOST:
                differing.append(Differing(each.unit, each.system_uid, found.matches, found.differs))
    return Checked(register, units, silent, matching, tuple(differing), total)
