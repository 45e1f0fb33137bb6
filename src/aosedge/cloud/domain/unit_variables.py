"""Environment variables that people set for a while on a Unit: what may be set, what the Unit is told, what it says.

The Unit is told all of them at once, at each connection and at each change, until the last one's time is over; one
that was taken back is remembered as long, so that a Unit that is away hears of it.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import ItemId, SubjectId, UnitId
from aosedge.model.instants import DAY, Instant, to_datetime
from aosedge.protocol.messages import DesiredStatus, OverrideEnvVars, OverrideEnvVarsStatus
from aosedge.protocol.messages.from_cloud import EnvVar, EnvVarsOverride
from aosedge.protocol.messages.from_unit import EnvVarStatus
from aosedge.protocol.messages.parts import Identity
from aosedge.protocol.variables import VARIABLES_MOST, refusal

EVERY: Final = -1
"""In place of an instance's number: all of them."""
LONGEST_US: Final = 30 * DAY
VariableState = Literal["waiting", "applied", "failed"]


class Variable(msgspec.Struct, frozen=True):
    """One variable on one Unit. An empty subject means all of the item's."""

    unit: UnitId
    item: ItemId
    subject: SubjectId
    instance: int
    name: str
    secret: str
    """Its value, which the trail does not show."""
    until: Instant
    set_at: Instant
    cleared: bool = False
    """Somebody took it back, and the Unit has not said that it heard."""
    instances: int = 0
    """That have it, as the Unit said."""
    error: str = ""
    heard_at: Instant | None = None
    """When the Unit answered."""

    @property
    def place(self) -> tuple[ItemId, SubjectId, int, str]:
        """What there is one of on a Unit."""
        return self.item, self.subject, self.instance, self.name

    @property
    def state(self) -> VariableState:
        """`waiting`: the Unit has not answered, as those of AosCore 9.1.1 never do; `failed`: no instance has it."""
        if self.heard_at is None:
            return "waiting"
        return "applied" if self.instances else "failed"


class Wish(msgspec.Struct, frozen=True):
    """Variables for the instances of an item, of one subject or all, one instance or all."""

    item: ItemId
    subject: SubjectId
    instance: int
    values: Mapping[str, str]
    until: Instant


def wished(
    wish: Wish, unit: UnitId, known: Iterable[Variable], target: DesiredStatus | None, now: Instant
) -> list[Variable]:
    """The variables as they are set. Raises Invalid for what is none, Conflict where no instance could have it."""
    if not wish.values:
        raise Invalid("nothing to set", element="values", expected="names and values")
    for name, value in wish.values.items():
        if why := refusal(name, value):
            raise Invalid(why, element=f"values.{name[:40]}")
    if not now < wish.until <= now + LONGEST_US:
        raise Invalid("no such end", element="until", expected=f"from now to {LONGEST_US // DAY} days from now")
    if not any(
        _has(wish, each.item, each.subject, each.num_instances) for each in (target.instances if target else ())
    ):
        raise Conflict(
            "the Unit is to run no such instance", element="item_id", got=wish.item, cure="aos unit show UNIT"
        )
    made = [
        Variable(unit, wish.item, wish.subject, wish.instance, name, value, wish.until, now)
        for name, value in sorted(wish.values.items())
    ]
    places = {one.place for one in made}
    kept = [one for one in known if not one.cleared and one.until > now and one.place not in places]
    if len(kept) + len(made) > VARIABLES_MOST:
        raise Conflict(
            "too many variables", element=unit, expected=f"at most {VARIABLES_MOST}", cure="aos unit variable clear"
        )
    return made


def _has(wish: Wish, item: Identity, subject: Identity, count: int) -> bool:
    return item.id == wish.item and wish.subject in ("", subject.id) and wish.instance < count


def cleared(known: Iterable[Variable], item: ItemId | None, name: str | None, now: Instant) -> list[Variable]:
    """All of them, or those of an item, or of a name, taken back."""
    return [
        msgspec.structs.replace(one, cleared=True, set_at=now)
        for one in known
        if not one.cleared and item in (None, one.item) and name in (None, one.name)
    ]


def message(known: Iterable[Variable], now: Instant) -> OverrideEnvVars | None:
    """What the Unit is told: all that are in force; None where there is nothing that it could still have."""
    live = sorted((one for one in known if one.until > now), key=lambda one: one.place)
    if not live:
        return None
    entries: dict[tuple[ItemId, SubjectId, int], list[EnvVar]] = {}
    for one in live:
        if not one.cleared:
            variable = EnvVar(one.name, one.secret, to_datetime(one.until))
            entries.setdefault((one.item, one.subject, one.instance), []).append(variable)
    items = tuple(
        EnvVarsOverride(
            Identity(id=item),
            Identity(id=subject) if subject else None,
            None if instance == EVERY else instance,
            tuple(variables),
        )
        for (item, subject, instance), variables in entries.items()
    )
    return OverrideEnvVars(correlation_id=str(max(one.set_at for one in live)), items=items)


def heard(known: Iterable[Variable], answer: OverrideEnvVarsStatus, now: Instant) -> list[Variable]:
    """What the Unit's answer changes. One about an older message than a variable says nothing of it (I10)."""
    correlation = answer.correlation_id or ""
    told_at = int(correlation) if correlation.isdecimal() else 0
    return [_after(one, answer.statuses, now) for one in known if one.set_at <= told_at]


def _after(one: Variable, statuses: Iterable[EnvVarStatus], now: Instant) -> Variable:
    mine = [status for status in statuses if _is_of(status, one)]
    errors = [status.error_info.message for status in mine if status.error_info is not None]
    error = "" if one.cleared else next(iter(errors), "" if mine else "the Unit did not say")
    return msgspec.structs.replace(one, instances=len(mine) - len(errors), error=error, heard_at=now)


def _is_of(status: EnvVarStatus, one: Variable) -> bool:
    return (
        status.name == one.name
        and status.item.id == one.item
        and one.subject in ("", status.subject.id)
        and one.instance in (EVERY, status.instance)
    )
