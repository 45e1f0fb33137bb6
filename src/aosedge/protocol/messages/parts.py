"""Pieces that several messages share."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

IdentityType = Literal[
    "service", "component", "layer", "subject", "oem", "sp", "fleet", "node", "node-subject", "runtime"
]
ItemType = Literal["service", "component", "layer"]
NodeState = Literal["unprovisioned", "provisioned", "paused", "error"]
ItemState = Literal["unknown", "downloading", "pending", "installing", "installed", "removing", "removed", "failed"]
InstanceState = Literal["activating", "active", "inactive", "failed"]
CertificateType = Literal["online", "offline", "iam", "cm", "sm"]


class Part(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A piece of a message: frozen, camelCase on the wire, absent where it has its default."""


class Identity(Part, frozen=True):
    """Who or what: cloud objects by `id`, nodes, runtimes and pre-installed items by `codename`."""

    id: str | None = None
    codename: str | None = None
    type: IdentityType | None = None
    title: str | None = None


class ErrorInfo(Part, frozen=True, omit_defaults=False):
    """What went wrong on a Unit. Real Units cut `message` at 64 characters."""

    aos_code: int = 0
    exit_code: int = 0
    message: str = ""


class ArchInfo(Part, frozen=True):
    """A processor architecture in OCI's names."""

    architecture: str
    variant: str | None = None


class OsInfo(Part, frozen=True):
    """An operating system in OCI's names."""

    os: str
    version: str | None = None
    features: tuple[str, ...] = ()


class InstanceOf(Part, frozen=True):
    """An instance by item, subject and number from 0."""

    item: Identity
    subject: Identity
    instance: int


class AlertRule(Part, frozen=True):
    """Raise above `max_threshold` for `min_timeout`, fall below `min_threshold`; in percent."""

    min_threshold: float
    max_threshold: float
    min_timeout: timedelta | float | None = None


class PartitionAlertRule(Part, frozen=True):
    """An alert rule of one partition, in percent."""

    name: str
    min_threshold: float
    max_threshold: float
    min_timeout: timedelta | float | None = None


class PointsAlertRule(Part, frozen=True):
    """An alert rule in absolute points (bytes)."""

    min_threshold: int
    max_threshold: int
    min_timeout: timedelta | float | None = None


class AlertRules(Part, frozen=True):
    """When a node's or an instance's figures become alerts."""

    ram: AlertRule | None = None
    cpu: AlertRule | None = None
    partitions: tuple[PartitionAlertRule, ...] = ()
    download: PointsAlertRule | None = None
    upload: PointsAlertRule | None = None


class ResourceRatios(Part, frozen=True):
    """What share of a node instances may take, in percent."""

    cpu: float | None = None
    ram: float | None = None
    storage: float | None = None
    state: float | None = None


class PartitionUsage(Part, frozen=True):
    """Bytes used on one partition."""

    name: str
    used_size: int


class Usage(Part, frozen=True, omit_defaults=False):
    """One sample: ram, download and upload in bytes, cpu in DMIPS."""

    timestamp: datetime
    ram: int = 0
    cpu: int = 0
    download: int = 0
    upload: int = 0
    partitions: tuple[PartitionUsage, ...] = ()


class Generation(Part, frozen=True, order=True):
    """Order of target states: never goes down, over deletion and restored back-ups (`epoch`). Our addition."""

    epoch: int
    number: int
