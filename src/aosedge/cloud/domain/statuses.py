"""What a Unit last said of itself."""

from typing import Literal

import msgspec

from aosedge.model.instants import Instant
from aosedge.protocol.messages.from_unit import (
    InstancesStatus,
    ItemStatus,
    NodeStatus,
    UnitConfigStatus,
    UpdateStatus,
)
from aosedge.protocol.messages.parts import Identity


class Actual(msgspec.Struct, frozen=True, omit_defaults=True):
    """Actual state as of the last report. `whole`: a full status was among the reports, so nothing is unknown."""

    whole: bool = False
    unit_config: tuple[UnitConfigStatus, ...] = ()
    nodes: tuple[NodeStatus, ...] = ()
    items: tuple[ItemStatus, ...] = ()
    instances: tuple[InstancesStatus, ...] = ()
    subjects: tuple[Identity, ...] = ()
    update: UpdateStatus | None = None


class Status(msgspec.Struct, frozen=True):
    """Actual state and when: `created_at` by the Unit's clock, `reported_at` by ours."""

    actual: Actual
    created_at: Instant
    reported_at: Instant


class AlertLine(msgspec.Struct, frozen=True):
    """An alert as it came; `body` is the wire's JSON."""

    at: Instant
    tag: Literal[
        "systemAlert",
        "coreAlert",
        "resourceAllocateAlert",
        "downloadProgressAlert",
        "systemQuotaAlert",
        "instanceQuotaAlert",
        "updateItemInstanceAlert",
    ]
    body: str
