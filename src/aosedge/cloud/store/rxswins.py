"""The register of software identification numbers, and what Units of a vehicle type report."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, Text, false, select, type_coerce

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.rxswins import Rxswin
from aosedge.cloud.store import rows
from aosedge.cloud.store.rxswin_tables import rxswins
from aosedge.cloud.store.tables import statuses, units
from aosedge.cloud.store.units import within
from aosedge.model.errors import NotFound
from aosedge.model.ids import RxswinId, SystemId, TargetSystemId, UnitId
from aosedge.protocol.messages.from_unit import ItemStatus

_TOGETHER: Final = 1_000


class _Reported(msgspec.Struct, frozen=True):
    items: tuple[ItemStatus, ...] = ()


_REPORTED: Final = msgspec.json.Decoder(_Reported)


class Reporting(msgspec.Struct, frozen=True):
    """A Unit, and what it reports as installed, by item id; None: it has reported nothing."""

    unit: UnitId
    system_uid: SystemId
    installed: dict[str, frozenset[str]] | None


class RxswinRegister:
    """The register of the scope's organization. There is no way to change or to remove."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        query, scope = select(rxswins), self._scope
        match scope.reach:
            case "all":
                return query
            case "tenant" | "fleet":
                return query.where(rxswins.c.tenant == scope.tenant)
            case "own" | "none":
                return query.where(false())

    def get(self, id: RxswinId) -> Rxswin:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(rxswins.c.id == id), Rxswin)
        if found is None:
            raise NotFound("rxswin", id)
        return found

    def page(
        self,
        window: Window = Window(),
        *,
        target_system: str | None = None,
        number: str | None = None,
        search: str | None = None,
        order: str = "number",
    ) -> Page[Rxswin]:
        """Revisions that match every filter given; `search` is a part of the number, in any case."""
        query = self._mine()
        if search is not None:
            query = query.where(rxswins.c.number.icontains(search, autoescape=True))
        for column, value in ((rxswins.c.target_system, target_system), (rxswins.c.number, number)):
            if value is not None:
                query = query.where(column == value)
        return rows.page(self._connection, query, Rxswin, window, order, ("number", "created_at", "revision"))

    def of(self, target_system: TargetSystemId, number: str | None = None) -> tuple[Rxswin, ...]:
        """Every revision of a vehicle type, of one number or all."""
        query = self._mine().where(rxswins.c.target_system == target_system)
        if number is not None:
            query = query.where(rxswins.c.number == number)
        return rows.every(self._connection, query.order_by(rxswins.c.number, rxswins.c.revision), Rxswin)

    def beside(self, campaign: Campaign) -> tuple[Rxswin, ...]:
        """Every revision of every vehicle type of the campaign's organization that the scope sees."""
        query = self._mine().where(rxswins.c.tenant == campaign.tenant)
        order = rxswins.c.target_system, rxswins.c.number, rxswins.c.revision
        return rows.every(self._connection, query.order_by(*order), Rxswin)

    def add(self, new: Rxswin) -> None:
        """Raises Conflict where the revision is there, NotFound outside the scope's organization."""
        if self._scope.reach != "all" and new.tenant != self._scope.tenant:
            raise NotFound("organization", new.tenant)
        rows.add(self._connection, rxswins, rows.values_of(new), f"{new.name} is registered", "number")

    def reporting(self, target_system: TargetSystemId) -> Iterator[Reporting]:
        """The scope's Units of a vehicle type, by id, some at a time."""
        after = ""
        while True:
            body = type_coerce(statuses.c.body, Text).label("body")
            query = within(select(units.c.id, units.c.system_uid, body), self._scope)
            query = query.outerjoin(statuses, statuses.c.unit == units.c.id)
            query = query.where(units.c.target_system == target_system, units.c.id > after)
            query = query.where(units.c.lifecycle == "provisioned").order_by(units.c.id).limit(_TOGETHER)
            part = self._connection.execute(query).all()
            for row in part:
                yield Reporting(row.id, row.system_uid, None if row.body is None else _installed(row.body))
            if not part:
                return
            after = part[-1].id


def _installed(body: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for status in _REPORTED.decode(body).items:
        if status.state == "installed":
            name = status.item.id or status.item.codename or ""
            found[name] = found.get(name, frozenset()) | {status.version}
    return found
