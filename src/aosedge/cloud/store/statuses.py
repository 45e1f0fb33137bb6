"""Actual state of Units, and their messages that count once."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, func, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.alerts import Severity, severities_from
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.statuses import Actual, AlertLine, Status
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import alerts, received, statuses, units, usages
from aosedge.cloud.store.units import within
from aosedge.model.errors import NotFound
from aosedge.model.ids import Txn, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages import MonitoringData


class Statuses:
    """Actual state of the scope's Units."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self, unit: UnitId) -> Select[Any]:
        return within(select(units.c.id), self._scope).where(units.c.id == unit)

    def find(self, unit: UnitId) -> Status | None:
        """What the Unit last said; nothing if it never did, or is foreign."""
        query = select(statuses.c.body.label("actual"), statuses.c.created_at, statuses.c.reported_at)
        return rows.one(self._connection, query.where(statuses.c.unit.in_(self._mine(unit))), Status)

    def actual(self, ids: Iterable[UnitId]) -> dict[UnitId, Actual]:
        """What each of these Units in the scope last said, if it ever did."""
        mine = within(select(units.c.id), self._scope).where(units.c.id.in_(set(ids)))
        query = select(statuses.c.unit, statuses.c.body).where(statuses.c.unit.in_(mine))
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def alerts(
        self, unit: UnitId, window: Window = Window(), *, least: Severity = "info", since: Instant | None = None
    ) -> Page[AlertLine]:
        """The Unit's alerts of this severity or above, from then on, newest first; none for a foreign Unit."""
        query = select(alerts.c.at, alerts.c.severity, alerts.c.alert).where(alerts.c.unit.in_(self._mine(unit)))
        query = query.where(alerts.c.severity.in_(severities_from(least)))
        if since is not None:
            query = query.where(alerts.c.at >= since)
        total = self._connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        newest = query.order_by(alerts.c.at.desc(), alerts.c.txn, alerts.c.number)
        found = newest.limit(window.limit).offset(window.offset)
        return Page(total, rows.every(self._connection, found, AlertLine))

    def usage(self, unit: UnitId) -> MonitoringData | None:
        """The Unit's newest figures; nothing if there are none, or it is foreign."""
        query = select(usages.c.body).where(usages.c.unit.in_(self._mine(unit)))
        found: MonitoringData | None = self._connection.execute(query).scalar_one_or_none()
        return found


class ReceivedMessages:
    """Messages of the scope's Units that no report table has: each is kept once, however often it comes."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def take(self, unit: UnitId, txn: Txn, type: str, body: str, now: Instant) -> bool:
        """Keep a message, its JSON; whether this is the first time. Raises NotFound for a foreign Unit."""
        mine = within(select(units.c.id), self._scope).where(units.c.id == unit)
        if self._connection.execute(mine).first() is None:
            raise NotFound("unit", unit)
        values = {"unit": unit, "txn": txn, "at": now, "type": type, "body": body}
        statement = rows.insert_into(self._connection, received).values(values)
        return self._connection.execute(statement.on_conflict_do_nothing()).rowcount == 1
