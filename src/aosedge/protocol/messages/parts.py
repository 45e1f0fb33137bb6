"""Pieces that several messages share."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from aosedge.model.digests import Digest

Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""RFC 3339 with its offset: a time without one could not be compared."""
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A number of things or bytes that every store can keep."""
Number = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A number that may be negative."""
ContentDigest = Annotated[Digest, msgspec.Meta(pattern=r"^sha256:[0-9a-f]{64}\Z")]
"""A digest that came off the wire: safe as a file's name."""
Timeout = timedelta | Annotated[float, msgspec.Meta(ge=0, le=10**9)]
"""A duration: ISO 8601, or seconds on the way in."""

IdentityType = Literal[
    "service", "component", "layer", "subject", "oem", "sp", "fleet", "node", "node-subject", "runtime"
]
ItemType = Literal["service", "component", "layer"]
NodeState = Literal["unprovisioned", "provisioned", "paused", "error"]
ItemState = Literal["unknown", "downloading", "pending", "installing", "installed", "removing", "removed", "failed"]
InstanceState = Literal["activating", "active", "inactive", "failed"]
AlertState = Literal["raise", "continue", "fall"]
CertificateType = Literal["online", "offline", "iam", "cm", "sm"]


class Part(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A piece of a message: frozen, camelCase on the wire, absent where it has its default."""


def written(value: Any) -> Any:
    """A default that is written all the same, because peers look for the field."""
    return msgspec.field(default_factory=lambda: value)


class Identity(Part, frozen=True):
    """Who or what: cloud objects by `id`, nodes, runtimes and pre-installed items by `codename`."""

    id: str | None = None
    codename: str | None = None
    type: IdentityType | None = None
    title: str | None = None


class ErrorInfo(Part, frozen=True, omit_defaults=False):
    """What went wrong on a Unit. Real Units cut `message` at 64 characters."""

    aos_code: Number = 0
    exit_code: Number = 0
    message: str = ""


class Waiting(Part, frozen=True):
    """Why a Unit does not take the next step of its update, and until when if time alone changes it. Our addition."""

    cause: Literal["window", "precondition", "hold"]
    step: Literal["download", "install", "activate"]
    reason: str
    until: Time | None = None


class ItemProgress(Part, frozen=True):
    """Bytes of one item that are on the Unit, of how many."""

    item: Identity
    downloaded_bytes: Count
    total_bytes: Count


QUARANTINED = "quarantined: "
"""What the message of an item begins with that failed once and is not tried again. Our addition."""
NOT_PLACED = "not placed: "
"""What the message of an item begins with that no node takes; the filter follows. Our addition."""


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
    instance: Count


class Patient(Part, frozen=True, kw_only=True):
    """Something that must last for `min_timeout` before it counts."""

    min_timeout: Timeout | None = None

    def __post_init__(self) -> None:
        if isinstance(self.min_timeout, int | float):
            msgspec.structs.force_setattr(self, "min_timeout", timedelta(seconds=self.min_timeout))


class AlertRule(Patient, frozen=True):
    """Raise above `max_threshold` for `min_timeout`, fall below `min_threshold`; in percent."""

    min_threshold: float
    max_threshold: float


class PartitionAlertRule(Patient, frozen=True):
    """An alert rule of one partition, in percent."""

    name: str
    min_threshold: float
    max_threshold: float


class PointsAlertRule(Patient, frozen=True):
    """An alert rule in absolute points (bytes)."""

    min_threshold: Count
    max_threshold: Count


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
    used_size: Count


class Usage(Part, frozen=True, omit_defaults=False):
    """One sample: ram, download and upload in bytes, cpu in DMIPS."""

    timestamp: Time
    ram: Count = 0
    cpu: Count = 0
    download: Count = 0
    upload: Count = 0
    partitions: tuple[PartitionUsage, ...] = ()


class Generation(Part, frozen=True, order=True):
    """Order of target states: never goes down, over deletion and restored back-ups (`epoch`). Our addition."""

    epoch: Count
    number: Count
