"""Alerts of a Unit: what it raised, in its own words."""

import msgspec
from litestar import get
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.api.unit_views import Names
from aosedge.cloud.domain.alerts import KINDS, AlertKind, Severity, words_of
from aosedge.cloud.domain.statuses import AlertLine
from aosedge.cloud.store import Session
from aosedge.model.instants import instant_said, to_rfc3339
from aosedge.protocol.messages.parts import Identity


class UnitAlertView(msgspec.Struct, frozen=True):
    """An alert, `at` by the Unit's clock. Of an instance it names the item, of a node the node.

    `kind`: a line of a node's log (`system`) or of AosCore (`core`), a device that an instance did not get, a
    `download`, a figure of a node (`node_quota`) or of an instance (`quota`) over its rule, or news of an `instance`.
    """

    at: str
    severity: Severity
    kind: AlertKind
    words: str
    node: str
    item_id: str | None
    codename: str
    instance: int | None
    version: str


class UnitAlertsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[UnitAlertView, ...]


@get("/units/{id:str}/alerts/", operation_id="unit_alerts_list", tags=["units"])
async def list_(
    ask: Asked,
    id: Name,
    window: Within,
    severity: FromQuery[Severity] = "info",
    since: FromQuery[str | None] = None,
) -> UnitAlertsView:
    """What the Unit raised, newest first. `severity` is the least one; `since` is an instant, by the Unit's clock."""
    begin = None if since is None else instant_said(since, "since")

    def find(session: Session) -> UnitAlertsView:
        unit = session.units.named(id).id
        page = session.statuses.alerts(unit, window, least=severity, since=begin)
        names = Names(session)
        return UnitAlertsView(page.total, tuple(_view(line, names) for line in page.items))

    return await ask.read(find)


def _view(line: AlertLine, names: Names) -> UnitAlertView:
    alert = line.alert
    item: Identity | None = getattr(alert, "item", None)
    node: Identity | None = getattr(alert, "node", None)
    return UnitAlertView(
        at=to_rfc3339(line.at),
        severity=line.severity,
        kind=KINDS[type(alert)],
        words=words_of(alert),
        node=(node.codename or node.id or "") if node is not None else "",
        item_id=item.id if item is not None else None,
        codename=names.item(item) if item is not None else "",
        instance=getattr(alert, "instance", None),
        version=getattr(alert, "version", ""),
    )
