"""Enrolment keys, and Units that wait for approval."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, false, func, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.enrolment import EnrolmentKey
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.waiting import WaitingKind, WaitingState, WaitingUnit
from aosedge.cloud.store import rows
from aosedge.cloud.store.waiting_tables import enrolment_keys, waiting_units
from aosedge.model.errors import NotFound
from aosedge.model.ids import EnrolmentKeyId, FleetId, OrgId, SystemId, WaitingId
from aosedge.model.instants import Instant


def _within(table: Table, scope: Scope) -> Select[Any]:
    query = select(table)
    match scope.reach:
        case "all":
            return query
        case "tenant":
            return query.where(table.c.tenant == scope.tenant)
        case "fleet":
            return query.where(table.c.tenant == scope.tenant, table.c.fleet.in_(scope.fleets or ()))
        case "own" | "none":
            return query.where(false())


def _inside(scope: Scope, tenant: OrgId, fleet: FleetId) -> None:
    match scope.reach:
        case "all":
            return
        case "tenant" if tenant == scope.tenant:
            return
        case "fleet" if tenant == scope.tenant and fleet in (scope.fleets or ()):
            return
        case _:
            raise NotFound("fleet", fleet)


class EnrolmentKeys:
    """The keys of the scope's fleets."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def get(self, id: EnrolmentKeyId) -> EnrolmentKey:
        """Raises NotFound, for a foreign one too."""
        query = _within(enrolment_keys, self._scope).where(enrolment_keys.c.id == id)
        found = rows.one(self._connection, query, EnrolmentKey)
        if found is None:
            raise NotFound("enrolment", id)
        return found

    def page(
        self, window: Window = Window(), *, fleet: FleetId | None = None, order: str = "-created_at"
    ) -> Page[EnrolmentKey]:
        """Keys, of one fleet or all."""
        query = _within(enrolment_keys, self._scope)
        if fleet is not None:
            query = query.where(enrolment_keys.c.fleet == fleet)
        return rows.page(self._connection, query, EnrolmentKey, window, order, ("created_at", "expires_at", "title"))

    def add(self, key: EnrolmentKey) -> None:
        """Raises NotFound outside the scope's organization and fleets."""
        _inside(self._scope, key.tenant, key.fleet)
        rows.add(self._connection, enrolment_keys, rows.values_of(key), "the key exists", "id")

    def use(self, id: EnrolmentKeyId) -> None:
        """One more Unit has come with it; raises NotFound."""
        used = self.get(id).used + 1
        self._connection.execute(update(enrolment_keys).where(enrolment_keys.c.id == id).values(used=used))

    def revoke(self, id: EnrolmentKeyId) -> EnrolmentKey:
        """No further Unit comes with it; again is free. Raises NotFound."""
        self.get(id)
        self._connection.execute(update(enrolment_keys).where(enrolment_keys.c.id == id).values(revoked=True))
        return self.get(id)


class WaitingUnits:
    """Those of the scope's fleets."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def get(self, id: WaitingId) -> WaitingUnit:
        """Raises NotFound, for a foreign one too."""
        query = _within(waiting_units, self._scope).where(waiting_units.c.id == id)
        found = rows.one(self._connection, query, WaitingUnit)
        if found is None:
            raise NotFound("waiting unit", id)
        return found

    def page(
        self,
        window: Window = Window(),
        *,
        now: Instant,
        kind: WaitingKind | None = None,
        state: WaitingState | None = None,
        system_uid: str | None = None,
        order: str = "-created_at",
    ) -> Page[WaitingUnit]:
        """Those that match every filter given."""
        query = _within(waiting_units, self._scope)
        if state is not None:
            query = query.where(_in_state(state, now))
        for column, value in ((waiting_units.c.kind, kind), (waiting_units.c.system_uid, system_uid)):
            if value is not None:
                query = query.where(column == value)
        return rows.page(self._connection, query, WaitingUnit, window, order, ("created_at", "expires_at", "kind"))

    def count(self, now: Instant) -> int:
        """How many wait."""
        query = _within(waiting_units, self._scope).where(_in_state("waiting", now))
        return self._connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()

    def add(self, applied: WaitingUnit) -> None:
        """Raises Conflict where this challenge was answered before, NotFound outside the scope's fleets."""
        _inside(self._scope, applied.tenant, applied.fleet)
        words = "this proof has counted already"
        rows.add(self._connection, waiting_units, rows.values_of(applied), words, "challenge")

    def decide(self, id: WaitingId, state: WaitingState, reason: str = "") -> WaitingUnit:
        """Raises NotFound."""
        self.get(id)
        mine = update(waiting_units).where(waiting_units.c.id == id)
        self._connection.execute(mine.values(decided=state, reason=reason))
        return self.get(id)


class EveryEnrolment:
    """All keys and waiting Units: for Units at the door, and for what lets go of old ones."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def key_hashed(self, secret_hash: str) -> EnrolmentKey | None:
        """The key whose secret has this hash."""
        query = select(enrolment_keys).where(enrolment_keys.c.secret_hash == secret_hash)
        return rows.one(self._connection, query, EnrolmentKey)

    def find(self, id: WaitingId) -> WaitingUnit | None:
        """The one with this id."""
        return rows.one(self._connection, select(waiting_units).where(waiting_units.c.id == id), WaitingUnit)

    def newest_as(self, system_uid: SystemId) -> WaitingUnit | None:
        """The newest application under this name, in any organization."""
        query = select(waiting_units).where(waiting_units.c.system_uid == system_uid)
        newest = query.order_by(waiting_units.c.created_at.desc(), waiting_units.c.id).limit(1)
        return rows.one(self._connection, newest, WaitingUnit)

    def drop(self, before: Instant) -> int:
        """Forget those that ended at `before` or earlier; how many."""
        gone = delete(waiting_units).where(waiting_units.c.expires_at <= before)
        return self._connection.execute(gone).rowcount


def _in_state(state: WaitingState, now: Instant) -> ColumnElement[bool]:
    """`WaitingUnit.state` as SQL."""
    decided, in_time = waiting_units.c.decided, waiting_units.c.expires_at > now
    match state:
        case "waiting":
            return (decided == "waiting") & in_time
        case "expired":
            return (decided == "expired") | (decided == "waiting") & ~in_time
        case _:
            return decided == state
