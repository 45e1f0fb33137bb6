"""Target systems: kinds of hardware, with what of each node's resources instances may take and when to raise alerts.

A Unit of a target system is told so in its target's unit configuration. Limits are those of Units (REALUNITS, 9).
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Final

import msgspec

from aosedge.model.errors import Invalid, TooLarge
from aosedge.model.ids import OrgId, TargetSystemId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.from_cloud import UnitConfig, UnitConfigNode
from aosedge.protocol.messages.parts import (
    AlertRule,
    AlertRules,
    Identity,
    PartitionAlertRule,
    PointsAlertRule,
    ResourceRatios,
)

NODES_MOST: Final = 16
LABELS_MOST: Final = 4
"""Of one node."""
NAME_LONGEST: Final = 64
PARTITIONS_MOST: Final = 16
FORMAT_VERSION: Final = "7"
UNIT_HOLDS: Final = {"items": 64, "instances": 256, "subjects": 64}
"""What any Unit holds; a kind of hardware may hold less, never more."""

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Bytes = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=10**9)]
Priority = Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)]


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person says, and the store keeps."""


class Ratios(Said, frozen=True):
    """What share of a node instances may take, in percent; None leaves it to the Unit."""

    cpu: Percent | None = None
    ram: Percent | None = None
    storage: Percent | None = None
    state: Percent | None = None


class PercentRule(Said, frozen=True):
    """Raise above `max_threshold` for `min_timeout_s`, fall below `min_threshold`; in percent."""

    min_threshold: Percent
    max_threshold: Percent
    min_timeout_s: Seconds = 0


class PartitionRule(Said, frozen=True):
    """The same for one partition."""

    name: str
    min_threshold: Percent
    max_threshold: Percent
    min_timeout_s: Seconds = 0


class BytesRule(Said, frozen=True):
    """The same in bytes."""

    min_threshold: Bytes
    max_threshold: Bytes
    min_timeout_s: Seconds = 0


class Alerts(Said, frozen=True):
    """When a node's figures become alerts."""

    ram: PercentRule | None = None
    cpu: PercentRule | None = None
    partitions: tuple[PartitionRule, ...] = ()
    download: BytesRule | None = None
    upload: BytesRule | None = None


class NodeKind(Said, frozen=True):
    """All nodes of one type: their ratios, alert rules, labels for placement, and priority, the higher first."""

    type: str
    resource_ratios: Ratios | None = None
    alert_rules: Alerts | None = None
    labels: tuple[str, ...] = ()
    priority: Priority = 0


class Limits(Said, frozen=True):
    """How much a Unit of this kind holds; None is as much as any Unit does."""

    items: int | None = None
    instances: int | None = None
    subjects: int | None = None


class TargetSystem(msgspec.Struct, frozen=True):
    """A kind of hardware. `revision` goes up with each change of `nodes`: it is the unit configuration's version."""

    id: TargetSystemId
    tenant: OrgId
    title: str
    created_at: Instant
    nodes: tuple[NodeKind, ...] = ()
    limits: Limits = Limits()
    revision: int = 1


def checked(nodes: Iterable[NodeKind], limits: Limits) -> tuple[tuple[NodeKind, ...], Limits]:
    """Both, if Units can have them; raises Invalid or TooLarge naming the field."""
    known = tuple(nodes)
    if len(known) > NODES_MOST:
        expected = f"at most {NODES_MOST}"
        raise TooLarge("so many nodes no Unit has", element="nodes", expected=expected, got=str(len(known)))
    for number, node in enumerate(known):
        _check_node(node, f"nodes[{number}]")
        if node.type in [other.type for other in known[:number]]:
            raise Invalid("the node type is there twice", element=f"nodes[{number}].type", got=node.type)
    for name, most in UNIT_HOLDS.items():
        limit: int | None = getattr(limits, name)
        if limit is not None and not 0 <= limit <= most:
            raise Invalid("no such limit", element=f"limits.{name}", expected=f"0..{most}", got=str(limit))
    return known, limits


def _check_node(node: NodeKind, element: str) -> None:
    _check_name(node.type, f"{element}.type")
    if len(node.labels) > LABELS_MOST:
        expected = f"at most {LABELS_MOST}"
        raise TooLarge("too many labels", element=f"{element}.labels", expected=expected, got=str(len(node.labels)))
    for label in node.labels:
        _check_name(label, f"{element}.labels")
    rules = node.alert_rules or Alerts()
    if len(rules.partitions) > PARTITIONS_MOST:
        expected = f"at most {PARTITIONS_MOST}"
        raise TooLarge("too many partitions", element=f"{element}.alert_rules.partitions", expected=expected)
    named: list[tuple[str, PercentRule | PartitionRule | BytesRule | None]] = [
        ("ram", rules.ram), ("cpu", rules.cpu), ("download", rules.download), ("upload", rules.upload),
    ]  # fmt: skip
    for partition in rules.partitions:
        _check_name(partition.name, f"{element}.alert_rules.partitions")
        named.append(("partitions", partition))
    for name, rule in named:
        if rule is not None and rule.min_threshold > rule.max_threshold:
            got = f"{rule.min_threshold:g} and {rule.max_threshold:g}"
            raise Invalid(
                "an alert falls where it rises or below",
                element=f"{element}.alert_rules.{name}",
                expected="min_threshold not above max_threshold",
                got=got,
            )


def _check_name(name: str, element: str) -> None:
    if not 0 < len(name) <= NAME_LONGEST or not name.isprintable() or name != name.strip():
        raise Invalid(
            "no such name", element=element, expected=f"1..{NAME_LONGEST} printable characters", got=name[:80]
        )


def unit_config(system: TargetSystem) -> UnitConfig:
    """The unit configuration of the system's Units. Versions only go up: Units in the field refuse an older one."""
    nodes = sorted(system.nodes, key=lambda node: node.type)
    return UnitConfig(f"1.0.{system.revision}", FORMAT_VERSION, tuple(_node(node) for node in nodes))


def _node(kind: NodeKind) -> UnitConfigNode:
    ratios, alerts = kind.resource_ratios, kind.alert_rules
    return UnitConfigNode(
        node_group_subject=Identity(codename=kind.type),
        alert_rules=None if alerts is None else _alerts(alerts),
        resource_ratios=(
            None if ratios is None else ResourceRatios(ratios.cpu, ratios.ram, ratios.storage, ratios.state)
        ),
        labels=kind.labels,
        priority=kind.priority,
    )


def _alerts(rules: Alerts) -> AlertRules:
    return AlertRules(
        ram=_percent(rules.ram),
        cpu=_percent(rules.cpu),
        partitions=tuple(
            PartitionAlertRule(
                name=rule.name,
                min_threshold=rule.min_threshold,
                max_threshold=rule.max_threshold,
                min_timeout=_lasting(rule.min_timeout_s),
            )
            for rule in rules.partitions
        ),
        download=_bytes(rules.download),
        upload=_bytes(rules.upload),
    )


def _percent(rule: PercentRule | None) -> AlertRule | None:
    if rule is None:
        return None
    lasting = _lasting(rule.min_timeout_s)
    return AlertRule(min_threshold=rule.min_threshold, max_threshold=rule.max_threshold, min_timeout=lasting)


def _bytes(rule: BytesRule | None) -> PointsAlertRule | None:
    if rule is None:
        return None
    lasting = _lasting(rule.min_timeout_s)
    return PointsAlertRule(min_threshold=rule.min_threshold, max_threshold=rule.max_threshold, min_timeout=lasting)


def _lasting(seconds: float) -> timedelta | None:
    return timedelta(seconds=seconds) if seconds else None
