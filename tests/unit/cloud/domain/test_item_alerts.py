"""What a Service Provider sees of an alert."""

from datetime import UTC, datetime

from aosedge.cloud.domain.item_alerts import InstanceAlert, SeenAlert, item_of, seen_alert
from aosedge.cloud.domain.organizations import Grant
from aosedge.model.ids import OrgId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.from_unit import (
    CoreAlert,
    InstanceQuotaAlert,
    ResourceAllocateAlert,
    UpdateItemInstanceAlert,
)
from aosedge.protocol.messages.parts import Identity

GRANT = Grant(OrgId("oem"), OrgId("sp"), secret="known to nobody")
THEN, NODE = datetime(2026, 1, 1, tzinfo=UTC), Identity(codename="node")


def of(item: Identity) -> dict[str, object]:
    return {"timestamp": THEN, "item": item, "subject": Identity(id="subject of the OEM"), "instance": 2}


APP = of(Identity(id="app"))
QUOTA = InstanceQuotaAlert(**APP, parameter="cpu", value=99)  # type: ignore[arg-type]
DEVICE = ResourceAllocateAlert(**APP, node=NODE, device_id="camera", message="taken at the unit")  # type: ignore[arg-type]
NEWS = UpdateItemInstanceAlert(**APP, version="1.0.0", message="of the unit")  # type: ignore[arg-type]


def test_an_alert_is_of_an_item_where_it_is_about_an_instance_of_one() -> None:
    assert {item_of(alert) for alert in (QUOTA, DEVICE, NEWS)} == {"app"}
    assert item_of(CoreAlert(timestamp=THEN, node=NODE, core_component="SM", message="m")) is None
    assert item_of(InstanceQuotaAlert(**of(Identity(codename="app")), parameter="cpu", value=9)) is None  # type: ignore[arg-type]


def test_what_went_wrong_is_seen_and_nothing_of_the_unit() -> None:
    def seen(alert: InstanceAlert) -> SeenAlert:
        return seen_alert(GRANT, "unit", Instant(1), "error", alert)

    first = (GRANT.alias("unit"), OrgId("oem"), Instant(1), "error")
    assert seen(QUOTA) == SeenAlert(*first, "quota", 2, about="cpu", value=99)
    assert seen(DEVICE) == SeenAlert(*first, "device", 2, about="camera")
    assert seen(NEWS) == SeenAlert(*first, "instance", 2, version="1.0.0")
