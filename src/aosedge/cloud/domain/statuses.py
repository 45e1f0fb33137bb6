"""What a Unit last said of itself: full reports replace, deltas change single entries."""

from collections.abc import Iterable
from typing import Final

import msgspec

from aosedge.cloud.domain.alerts import Severity
from aosedge.cloud.domain.downloads import Coming
from aosedge.model.instants import MINUTE, Instant
from aosedge.protocol.messages.from_unit import (
    AnyAlert,
    InstancesStatus,
    InstanceStatus,
    ItemStatus,
    NodeStatus,
    UnitConfigStatus,
    UnitStatus,
    UpdateStatus,
)
from aosedge.protocol.messages.parts import Identity, Waiting

RECENT_MOST: Final = 16
"""Reports of a Unit that are known again when they come twice; a Unit repeats one for 40 s at most."""
LATE_AT_MOST_US: Final = 10 * MINUTE
"""A report this much older than the last one is no late one: the Unit's clock was set back."""


class Actual(msgspec.Struct, frozen=True, omit_defaults=True):
    """Actual state as of the last report. `whole`: a full status was among the reports, so nothing is unknown."""

    whole: bool = False
    unit_config: tuple[UnitConfigStatus, ...] = ()
    nodes: tuple[NodeStatus, ...] = ()
    items: tuple[ItemStatus, ...] = ()
    instances: tuple[InstancesStatus, ...] = ()
    subjects: tuple[Identity, ...] = ()
    update: UpdateStatus | None = None
    download: Coming | None = None


class Status(msgspec.Struct, frozen=True):
    """Actual state and when: `created_at` by the Unit's clock, `reported_at` by ours."""

    actual: Actual
    created_at: Instant
    reported_at: Instant


class AlertLine(msgspec.Struct, frozen=True):
    """An alert as it came; `at` is by the Unit's clock."""

    at: Instant
    severity: Severity
    alert: AnyAlert


def is_late(created_at: Instant, last: Instant) -> bool:
    """Whether a report was overtaken by one made after it; then it counts for nothing (invariant I10)."""
    return last - LATE_AT_MOST_US < created_at < last


def merge(actual: Actual, report: UnitStatus) -> Actual:
    """Actual state after a report.

    A full one replaces everything. In a delta an absent section is unchanged; a node comes whole; an entry that is
    `removed` goes; an instance of another version takes the place of the one with its number (REALUNITS, Timing).
    """
    if not report.is_delta_info:
        return Actual(
            whole=True,
            unit_config=report.unit_config or (),
            nodes=report.nodes or (),
            items=_without_removed(report.items or ()),
            instances=report.instances or (),
            subjects=report.subjects or (),
            update=report.update,
        )
    return Actual(
        whole=actual.whole,
        unit_config=actual.unit_config if report.unit_config is None else report.unit_config,
        nodes=actual.nodes if report.nodes is None else _merge_nodes(actual.nodes, report.nodes),
        items=actual.items if report.items is None else _merge_items(actual.items, report.items),
        instances=(
            actual.instances if report.instances is None else _merge_instances(actual.instances, report.instances)
        ),
        subjects=actual.subjects if report.subjects is None else report.subjects,
        update=actual.update if report.update is None else report.update,
    )


def waiting_words(held: Waiting) -> str:
    """What a Unit waits for before the next step of its update, and until when if time alone changes it."""
    return held.reason if held.until is None else f"{held.reason}, until {held.until:%Y-%m-%d %H:%M} UTC"


def name_of(identity: Identity) -> str:
    """The id of a cloud object, or the codename of what the Unit has of its own."""
    return identity.id or identity.codename or ""


def _without_removed(items: tuple[ItemStatus, ...]) -> tuple[ItemStatus, ...]:
    if any([item.state == "removed" for item in items]):  # noqa: C419 - faster than a generator, and almost never so
        return tuple(item for item in items if item.state != "removed")
    return items


# Deltas are most of what Units send: below, names are written out where a call would cost more than the work.


def _merge_nodes(old: Iterable[NodeStatus], new: Iterable[NodeStatus]) -> tuple[NodeStatus, ...]:
    merged = {name_of(node.identity): node for node in old}
    merged.update((name_of(node.identity), node) for node in new)
    return tuple(merged.values())


def _merge_items(old: tuple[ItemStatus, ...], new: tuple[ItemStatus, ...]) -> tuple[ItemStatus, ...]:
    merged = {(status.item.id or status.item.codename, status.version): status for status in old}
    for status in new:
        merged[status.item.id or status.item.codename, status.version] = status
    return _without_removed(tuple(merged.values()))


def _merge_instances(
    old: tuple[InstancesStatus, ...], new: tuple[InstancesStatus, ...]
) -> tuple[InstancesStatus, ...]:
    groups = list(old)
    places = {_group(group): place for place, group in enumerate(old)}
    for group in new:
        place = places.get(_group(group))
        if place is None:
            return _merge_instances_apart(old, new)
        there = {instance.instance: instance for instance in groups[place].instances}
        known = len(there)
        for instance in group.instances:
            there[instance.instance] = instance
        if len(there) != known:  # it may have run under another version until now
            return _merge_instances_apart(old, new)
        groups[place] = msgspec.structs.replace(groups[place], instances=tuple(there.values()))
    return tuple(groups)


def _group(group: InstancesStatus) -> tuple[str | None, str | None, str]:
    return group.item.id or group.item.codename, group.subject.id or group.subject.codename, group.version


def _merge_instances_apart(
    old: Iterable[InstancesStatus], new: Iterable[InstancesStatus]
) -> tuple[InstancesStatus, ...]:
    """Instance by instance."""
    merged: dict[tuple[str, str, int], tuple[InstancesStatus, InstanceStatus]] = {}
    for groups in (old, new):
        for group in groups:
            for instance in group.instances:
                merged[name_of(group.item), name_of(group.subject), instance.instance] = group, instance
    together: dict[tuple[str, str, str], tuple[InstancesStatus, list[InstanceStatus]]] = {}
    for (item, subject, _), (group, instance) in merged.items():
        together.setdefault((item, subject, group.version), (group, []))[1].append(instance)
    return tuple(
        InstancesStatus(item=group.item, subject=group.subject, version=group.version, instances=tuple(found))
        for group, found in together.values()
    )
