"""Two fleets of one OEM, with Units to select."""

from collections.abc import Callable
from typing import Any

from tests.contract.store_world import (
    NOW,
    Counted,
    person,
    settle,
    tenant,
    unit,
)

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.access.callers import Caller, Person, Scope
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.labels import Change
from aosedge.cloud.reconcilers.targets import CompileTargets
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import (
    unit_sets,
    units,
)
from aosedge.model.ids import (
    FleetId,
    OrgId,
    SetId,
    UnitId,
    UserId,
)
from aosedge.model.instants import Instant, Monotonic

FLEET, OTHER, ONE = FleetId("fleet-oem-1"), FleetId("second"), UnitId("unit-oem-1")
NAMES = ("site", "fw", "ram", "gpu")
VALUES = (
    "north", "south", "yes", "1", "2", "10", "0.5", "-3", "1.0", "512", "1.2.0", "1.10.0", "2.0.0-rc.1", "2.0.0",
    "2.0.0-rc.1.1", "2.0.0-alpha", "2.0.0-rc-1", "2.0.0-2", "2.0.0-10", "1.2.0+b", "999999999999999", "NORTH",
)  # fmt: skip


class Clock:
    """Stands."""

    def wall(self) -> Instant:
        return NOW

    def monotonic(self) -> Monotonic:
        return Monotonic(NOW)


class Place:
    """The world with a second fleet, as its OEM."""

    def __init__(self, store: Store) -> None:
        self.store, self.ids = store, Counted("new")
        self.targets = CompileTargets(store, InProcessBus(), Clock(), self.ids)

    async def oem(self, work: Callable[[Session], Any]) -> Any:
        return await self.store.write(person("oem-1"), tenant("oem-1"), work)

    async def owner(self, work: Callable[[Session], Any]) -> Any:
        """As a fleet owner of the second fleet alone."""
        fleets_ = frozenset((OTHER,))
        caller = Caller(Person(UserId("user-oem-1"), "fleet_owner", OrgId("oem-1"), fleets_), "request", NOW)
        return await self.store.write(caller, Scope("fleet", OrgId("oem-1"), fleets_), work)

    async def label(self, name: str, *remove: str, **labels: str) -> None:
        await self.oem(lambda session: units.label(session, UnitId(name), Change(labels, remove)))

    async def made(self, title: str, selector: str | None = None, **flags: bool) -> SetId:
        made = await self.oem(lambda s: unit_sets.create(s, self.ids, FLEET, title, selector, **flags))
        found: SetId = made.id
        return found

    async def members(self, id: SetId) -> list[str]:
        page = await self.oem(lambda session: session.unit_sets.units(id))
        return [each.id for each in page.items]


async def settled(store: Store) -> Place:
    made = Place(await settle(store))

    def more(session: Session) -> None:
        session.fleets.add(Fleet(OTHER, OrgId("oem-1"), "Second", NOW))
        for name in ("a", "b"):
            session.units.add(unit(name))

    await made.oem(more)
    return made
