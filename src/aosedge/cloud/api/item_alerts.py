"""Alerts of one's own instances on Units of OEMs that let them be seen."""

import msgspec
from litestar import get
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.alerts import Severity
from aosedge.cloud.domain.item_alerts import InstanceAlertKind, SeenAlert
from aosedge.cloud.store import Session
from aosedge.model.ids import ItemId, OrgId
from aosedge.model.instants import instant_said, to_rfc3339


class ItemAlertView(msgspec.Struct, frozen=True):
    """An alert of an instance; `unit` names its Unit under the OEM's grant only.

    `kind`: a device that it did not get, a figure over its quota, or news of the instance. `about` is the device or
    the figure, with its `value`.
    """

    unit: str
    oem_id: str
    oem_title: str
    at: str
    severity: Severity
    kind: InstanceAlertKind
    instance: int
    version: str
    about: str
    value: int | None
    state: str


class ItemAlertsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[ItemAlertView, ...]


def _view(alert: SeenAlert, titles: dict[OrgId, str]) -> ItemAlertView:
    return ItemAlertView(
        unit=alert.alias,
        oem_id=alert.oem,
        oem_title=titles[alert.oem],
        at=to_rfc3339(alert.at),
        severity=alert.severity,
        kind=alert.kind,
        instance=alert.instance,
        version=alert.version,
        about=alert.about,
        value=alert.value,
        state=alert.state,
    )


@get("/items/{id:str}/alerts/", operation_id="item_alerts_list", tags=["items"])
async def list_(
    ask: Asked,
    id: Name,
    window: Within,
    oem_id: FromQuery[str | None] = None,
    severity: FromQuery[Severity] = "info",
    since: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "-at",
) -> ItemAlertsView:
    """Alerts of instances of an item of yours, on Units of OEMs whose grant lets you see alerts.

    `severity` is the least one; `since` is an instant from which on they were, by their Units' clocks.
    """
    oem = None if oem_id is None else OrgId(oem_id)
    begin = None if since is None else instant_said(since, "since")

    def find(session: Session) -> ItemAlertsView:
        item = session.items.get(ItemId(id)).id
        page = session.item_alerts.page(item, window, oem=oem, least=severity, since=begin, order=ordering)
        titles = session.organizations.titles(alert.oem for alert in page.items)
        return ItemAlertsView(page.total, tuple(_view(alert, titles) for alert in page.items))

    return await ask.read(find)
