"""Certificates of Units and their renewals, and the passwords of their nodes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.people import Certificate, CertificateState
from aosedge.cloud.domain.renewals import Renewal
from aosedge.cloud.store import rows
from aosedge.cloud.store.renewal_tables import renewals, unit_secrets
from aosedge.cloud.store.tables import certificates, effects, units
from aosedge.cloud.store.units import within
from aosedge.model.errors import NotFound
from aosedge.model.ids import NodeName, UnitId
from aosedge.model.instants import Instant


class UnitCertificates:
    """Of the scope's Units, by an id that `Units.get` or `named` gave; a foreign one has none."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _units(self) -> Select[Any]:
        return within(select(units.c.id), self._scope)

    def _of(self, unit: UnitId) -> Select[Any]:
        return self._units().where(units.c.id == unit)

    def set_state(self, unit: UnitId, serials: Iterable[str], state: CertificateState) -> int:
        """How many it changed."""
        mine = update(certificates).where(certificates.c.kind == "unit", certificates.c.owner.in_(self._of(unit)))
        mine = mine.where(certificates.c.serial.in_(set(serials)), certificates.c.state != state)
        return self._connection.execute(mine.values(state=state)).rowcount

    def let_leave(self, unit: UnitId, serial: str, until: Instant) -> None:
        """The certificate opens the door for a farewell alone, and no longer than this."""
        mine = update(certificates).where(certificates.c.kind == "unit", certificates.c.owner.in_(self._of(unit)))
        self._connection.execute(mine.where(certificates.c.serial == serial).values(state="leaving", not_after=until))

    def ending(self, before: Instant, after: Instant, window: Window, order: str) -> Page[Certificate]:
        """Certificates in use that end in `after .. before`, of all types."""
        query = select(certificates).where(certificates.c.kind == "unit", certificates.c.state != "revoked")
        query = query.where(certificates.c.owner.in_(self._units().where(units.c.lifecycle == "provisioned")))
        query = query.where(certificates.c.not_after <= before, certificates.c.not_after > after)
        return rows.page(self._connection, query, Certificate, window, order, ("not_after", "created_at", "owner"))

    def renewals(self, unit: UnitId) -> tuple[Renewal, ...]:
        """One of each type and node at most."""
        return self.renewals_of((unit,)).get(unit, ())

    def renewals_of(self, ids: Iterable[UnitId]) -> dict[UnitId, tuple[Renewal, ...]]:
        """Of each of these Units that the scope has, one of each type and node at most."""
        mine = self._units().where(units.c.id.in_(set(ids)))
        query = select(renewals).where(renewals.c.unit.in_(mine)).order_by(renewals.c.type, renewals.c.node)
        found: dict[UnitId, list[Renewal]] = {}
        for renewal in rows.every(self._connection, query, Renewal):
            found.setdefault(renewal.unit, []).append(renewal)
        return {unit: tuple(each) for unit, each in found.items()}

    def put_renewals(self, unit: UnitId, changed: Iterable[Renewal]) -> None:
        """Each in place of the one before it; raises NotFound for a foreign Unit."""
        if self._connection.execute(self._of(unit)).first() is None:
            raise NotFound("unit", unit)
        for renewal in changed:
            _put(self._connection, renewal)

    def replace(self, renewal: Renewal) -> None:
        """The new certificate is the one; others of its type and node open no door any more."""
        if self._connection.execute(self._of(renewal.unit)).first() is not None:
            _replace(self._connection, renewal)

    def announce(self, unit: UnitId, key: str) -> None:
        """Leave an effect: whoever holds the Unit's channel is to look for renewals."""
        value = {"key": f"renewal/{unit}/{key}", "topic": f"unit.{unit}.renewal", "payload": unit}
        self._connection.execute(rows.insert_into(self._connection, effects).on_conflict_do_nothing(), [value])

    def secrets(self, unit: UnitId) -> dict[NodeName, str]:
        """The nodes' passwords, sealed."""
        query = select(unit_secrets.c.node, unit_secrets.c.secret).where(unit_secrets.c.unit.in_(self._of(unit)))
        return {NodeName(node): secret for node, secret in self._connection.execute(query)}

    def put_secrets(self, unit: UnitId, sealed: Mapping[NodeName, str]) -> None:
        """In place of those before; raises NotFound for a foreign Unit."""
        if self._connection.execute(self._of(unit)).first() is None:
            raise NotFound("unit", unit)
        self._connection.execute(delete(unit_secrets).where(unit_secrets.c.unit == unit))
        if sealed:
            values = [{"unit": unit, "node": node, "secret": secret} for node, secret in sealed.items()]
            self._connection.execute(insert(unit_secrets), values)


class EveryRenewal:
    """All renewals: for signing Units in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, ids: Iterable[UnitId]) -> tuple[Renewal, ...]:
        """Those of these Units."""
        return rows.every(self._connection, select(renewals).where(renewals.c.unit.in_(set(ids))), Renewal)

    def going_on_since(self, before: Instant, most: int) -> tuple[Renewal, ...]:
        """Those under way that were begun at `before` or earlier, the oldest first."""
        query = select(renewals).where(renewals.c.state.in_(("requested", "issued")), renewals.c.asked_at <= before)
        return rows.every(self._connection, query.order_by(renewals.c.asked_at).limit(most), Renewal)

    def put(self, renewal: Renewal) -> None:
        """In place of the one before it."""
        _put(self._connection, renewal)

    def replace(self, renewal: Renewal) -> None:
        """The new certificate is the one; others of its type and node open no door any more."""
        _replace(self._connection, renewal)


def _put(connection: Connection, renewal: Renewal) -> None:
    values = rows.values_of(renewal)
    keys = ("unit", "type", "node")
    changed = {name: value for name, value in values.items() if name not in keys}
    statement = rows.insert_into(connection, renewals).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))


def _replace(connection: Connection, renewal: Renewal) -> None:
    mine = certificates.c.kind == "unit", certificates.c.owner == renewal.unit, certificates.c.state != "revoked"
    place = certificates.c.type == renewal.type, certificates.c.node == renewal.node
    is_new = certificates.c.serial == renewal.new_serial
    connection.execute(update(certificates).where(*mine, *place, is_new).values(state="active"))
    connection.execute(update(certificates).where(*mine, *place, ~is_new).values(state="revoked"))
