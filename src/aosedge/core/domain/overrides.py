"""Environment variables that the cloud sets for a while: whose instances get them, until when, and what is refused.

The newest message has them all. An instance gets what is for it when it starts; one that runs is started anew when
what is for it changes, and when its time is over. Until then they survive restarts, and are for instances that come
later too.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from aosedge.core.domain.alerts import error
from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.domain.placement import Placement
from aosedge.core.domain.state import Override
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.instants import Instant, from_datetime
from aosedge.protocol.messages import OverrideEnvVars, OverrideEnvVarsStatus
from aosedge.protocol.messages.from_cloud import EnvVar, EnvVarsOverride
from aosedge.protocol.messages.from_unit import EnvVarStatus
from aosedge.protocol.messages.parts import Identity
from aosedge.protocol.variables import VARIABLES_MOST, refusal


def taken(
    message: OverrideEnvVars, placed: Iterable[InstanceKey], now: Instant
) -> tuple[tuple[Override, ...], OverrideEnvVarsStatus]:
    """What is in force from here on, and the answer: for each instance that gets a variable, or why none does."""
    keys, kept = sorted(placed), list[Override]()
    statuses: list[EnvVarStatus] = []
    for entry in message.items:
        for variable in entry.variables:
            why = _refusal(variable, len(kept), now)
            if why:
                statuses.append(_status(entry, variable, why))
                continue
            one = _override(entry, variable)
            kept.append(one)
            mine = [key for key in keys if one.is_for(key)]
            statuses += [_reached(key, variable) for key in mine]
            if not mine:
                statuses.append(_status(entry, variable, "no such instance here yet"))
    return tuple(kept), OverrideEnvVarsStatus(correlation_id=message.correlation_id, statuses=tuple(statuses))


def in_force(overrides: tuple[Override, ...], now: Instant) -> tuple[Override, ...]:
    """Those whose time is not over."""
    left = tuple(one for one in overrides if one.until is None or now < one.until)
    return left if len(left) < len(overrides) else overrides


def next_end(overrides: Iterable[Override]) -> Instant | None:
    """When the first of them ends."""
    return min((one.until for one in overrides if one.until is not None), default=None)


def applied(overrides: Sequence[Override], placement: Placement) -> Placement:
    """The instances as they shall run with these; of two for one variable the later one counts."""
    if not overrides:
        return placement
    return msgspec.structs.replace(placement, placed=tuple(_with(overrides, spec) for spec in placement.placed))


def _with(overrides: Sequence[Override], spec: InstanceSpec) -> InstanceSpec:
    values = {one.name: one.value for one in overrides if one.is_for(spec.key)}
    if not values:
        return spec
    env = tuple(_env(spec.run.env, values))
    return msgspec.structs.replace(spec, run=msgspec.structs.replace(spec.run, env=env))


def _env(image: Iterable[str], values: dict[str, str]) -> Iterator[str]:
    yield from (entry for entry in image if entry.partition("=")[0] not in values)
    yield from (f"{name}={value}" for name, value in sorted(values.items()))


def _refusal(variable: EnvVar, taken: int, now: Instant) -> str:
    if why := refusal(variable.name, variable.value):
        return why
    if variable.ttl is not None and from_datetime(variable.ttl) <= now:
        return "its time is over"
    return "" if taken < VARIABLES_MOST else f"at most {VARIABLES_MOST} variables"


def _override(entry: EnvVarsOverride, variable: EnvVar) -> Override:
    return Override(
        ItemId(entry.item.id or entry.item.codename or ""),
        SubjectId(entry.subject.id or entry.subject.codename or "") if entry.subject is not None else None,
        entry.instance,
        variable.name,
        variable.value,
        from_datetime(variable.ttl) if variable.ttl is not None else None,
    )


def _reached(key: InstanceKey, variable: EnvVar) -> EnvVarStatus:
    return EnvVarStatus(
        item=Identity(id=key.item), subject=Identity(id=key.subject), instance=key.number, name=variable.name
    )


def _status(entry: EnvVarsOverride, variable: EnvVar, why: str) -> EnvVarStatus:
    return EnvVarStatus(
        item=entry.item,
        subject=entry.subject or Identity(),
        instance=entry.instance or 0,
        name=variable.name,
        error_info=error(why),
    )
