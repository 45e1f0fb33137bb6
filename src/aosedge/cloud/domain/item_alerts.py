"""What a Service Provider sees of alerts of its instances on an OEM's Units: nothing of the Unit."""

from typing import Final, Literal, TypeAlias

import msgspec

from aosedge.cloud.domain.alerts import Severity
from aosedge.cloud.domain.organizations import Grant
from aosedge.model.ids import ItemId, OrgId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.from_unit import (
    AnyAlert,
    InstanceQuotaAlert,
    ResourceAllocateAlert,
    UpdateItemInstanceAlert,
)

InstanceAlert: TypeAlias = ResourceAllocateAlert | InstanceQuotaAlert | UpdateItemInstanceAlert
"""Those that are of one instance."""
InstanceAlertKind = Literal["device", "quota", "instance"]

_KINDS: Final[dict[type[InstanceAlert], InstanceAlertKind]] = {
    ResourceAllocateAlert: "device",
    InstanceQuotaAlert: "quota",
    UpdateItemInstanceAlert: "instance",
}


class SeenAlert(msgspec.Struct, frozen=True):
    """An alert of an instance: words may tell of the Unit, so there are none.

    `kind`: a device that it did not get, a figure over its quota, or news of the instance itself. `about` is the
    figure (with its `value` and `state`) or the device, by the names that the item's configuration has for them.
    """

    alias: str
    oem: OrgId
    at: Instant
    severity: Severity
    kind: InstanceAlertKind
    instance: int
    version: str = ""
    about: str = ""
    value: int | None = None
    state: str = ""


def item_of(alert: AnyAlert) -> ItemId | None:
    """Whose instance it is about; nothing of what is about a node or a download."""
    return ItemId(alert.item.id) if isinstance(alert, InstanceAlert) and alert.item.id else None


def seen_alert(grant: Grant, unit: str, at: Instant, severity: Severity, alert: InstanceAlert) -> SeenAlert:
    """The alert as the grant lets it be seen."""
    plain = SeenAlert(grant.alias(unit), grant.oem, at, severity, _KINDS[type(alert)], alert.instance)
    if isinstance(alert, ResourceAllocateAlert):
        return msgspec.structs.replace(plain, about=alert.device_id)
    if isinstance(alert, InstanceQuotaAlert):
        return msgspec.structs.replace(plain, about=alert.parameter, value=alert.value, state=alert.state or "")
    return msgspec.structs.replace(plain, version=alert.version)
