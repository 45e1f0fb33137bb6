"""The schedule in a Unit's target: what campaigns say of when their items may come, in the Unit's time zone."""

from collections.abc import Iterable

import msgspec

from aosedge.cloud.domain.campaigns.timing import Timing
from aosedge.cloud.domain.targets import CompiledTarget
from aosedge.model.digests import sha256
from aosedge.model.ids import ItemId
from aosedge.model.windows import UTC_ZONE
from aosedge.protocol.messages.from_cloud import Schedule, ScheduleRule


class Timed(msgspec.Struct, frozen=True):
    """What one campaign released to a Unit, and when it may come."""

    items: tuple[tuple[ItemId, str], ...]
    timing: Timing


class Pace(msgspec.Struct, frozen=True):
    """All that was released to a Unit with a say in when, and its time zone."""

    timed: tuple[Timed, ...] = ()
    zone: str = UTC_ZONE


def scheduled(target: CompiledTarget, pace: Pace) -> CompiledTarget:
    """The target with its schedule: rules about what it has as it was released, and nothing else."""
    there = {(item.item.id, item.version) for item in target.document.items}
    rules = tuple(_rules(there, pace.timed))
    if not rules:
        return target
    document = msgspec.structs.replace(target.document, schedule=Schedule(pace.zone, rules))
    body = msgspec.json.encode(document)
    return msgspec.structs.replace(target, document=document, body=body, digest=sha256(body))


def _rules(there: set[tuple[str | None, str]], timed: Iterable[Timed]) -> Iterable[ScheduleRule]:
    for each in timed:
        items = tuple(sorted(item for item, version in each.items if (item, version) in there))
        if items:
            timing = each.timing
            yield ScheduleRule(items, timing.download, timing.install, timing.activate, timing.precondition)
