"""Alerts of a Service Provider's instances, as far as grants let it see them."""

from typing import Final

from sqlalchemy import Connection, func, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.alerts import Severity, severities_from
from aosedge.cloud.domain.item_alerts import SeenAlert, seen_alert
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.deployments import seeing, where_assigned
from aosedge.cloud.store.tables import alerts, units
from aosedge.model.ids import ItemId, OrgId
from aosedge.model.instants import Instant

ORDERS: Final = ("at",)


class ItemAlerts:
    """Alerts on Units of OEMs that let the scope's organization see them, where items of its own are assigned."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def page(
        self,
        item: ItemId,
        window: Window = Window(),
        *,
        oem: OrgId | None = None,
        least: Severity = "info",
        since: Instant | None = None,
        order: str = "-at",
    ) -> Page[SeenAlert]:
        """Of the item's instances, of this severity or above, from then on; nothing for a foreign item."""
        known = seeing(self._connection, self._scope, "alerts", oem)
        query = (
            select(alerts.c.at, units.c.id, units.c.tenant, alerts.c.severity, alerts.c.alert)
            .join(units, units.c.id == alerts.c.unit)
            .where(alerts.c.item == item, alerts.c.severity.in_(severities_from(least)))
            .where(where_assigned(item, self._scope, known))
        )
        if since is not None:
            query = query.where(alerts.c.at >= since)
        total = self._connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        by = rows.ordered(alerts.c, order, ORDERS)
        cut = query.order_by(by, alerts.c.unit, alerts.c.txn, alerts.c.number)
        found = self._connection.execute(cut.limit(window.limit).offset(window.offset))
        return Page(total, tuple(seen_alert(known[of], unit, at, how, alert) for at, unit, of, how, alert in found))
