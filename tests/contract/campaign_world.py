"""Units that run one bundle, and a second one on its way to them by campaign; the reconcilers are run by hand."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, text
from tests.contract.store_world import NOW, Counted, add_bundle, person, settle, tenant, unit, version

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.campaigns.events import Event
from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.cloud.domain.campaigns.state import Campaign, Selection
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.reconcilers.campaigns import DriveCampaigns
from aosedge.cloud.reconcilers.targets import CompileTargets
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import assignments, campaigns, subjects
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.model.ids import BundleId, CampaignId, FleetId, ItemId, SubjectId, Txn, UnitId
from aosedge.model.instants import MINUTE, SECOND, Instant, Monotonic, to_datetime
from aosedge.protocol.messages import Alerts, DesiredStatus, UnitStatus
from aosedge.protocol.messages.from_unit import (
    InstancesStatus,
    InstanceStatus,
    ItemStatus,
    UpdateItemInstanceAlert,
    UpdateStatus,
)
from aosedge.protocol.messages.parts import ErrorInfo, Identity

ITEM, SUBJECT = ItemId("item-sp-1"), SubjectId("subject-oem-1")
OLD, NEW = BundleId("bundle-sp-1"), BundleId("bundle-2")
FLEET = FleetId("fleet-oem-1")
NODE = Identity(codename="main")
HALVES = Policy(sequential=None, strategy="blue_green")
ALL = Selection(fleets=(FLEET,))


class Clock:
    """Stands where it is put."""

    now = NOW

    def wall(self) -> Instant:
        return self.now

    def monotonic(self) -> Monotonic:
        return Monotonic(self.now)


class CampaignPlace:
    """`units` run the old bundle; `campaign` is the one under test."""

    def __init__(self, store: Store, units: Iterable[UnitId]) -> None:
        self.store, self.clock, self.ids = store, Clock(), Counted()
        self.units = list(units)
        self.targets = CompileTargets(store, InProcessBus(), self.clock, self.ids)
        self.driver = DriveCampaigns(store, self.clock, self.ids, InProcessBus())
        self.campaign = CampaignId("")

    async def oem(self, work: Callable[[Session], Any]) -> Any:
        return await self.store.write(person("oem-1", self.clock.now), tenant("oem-1"), work)

    async def compile(self) -> None:
        while (await self.targets.activate()).more:
            pass

    async def drive(self) -> Campaign:
        """Let the campaign go as far as it can, and its Units' targets be made."""
        await self.driver.activate()
        await self.compile()
        return await self.seen()

    async def seen(self) -> Campaign:
        found: Campaign = await self.oem(lambda session: session.campaigns.get(self.campaign))
        return found

    async def begin(self, policy: Policy = HALVES, selection: Selection = ALL, title: str = "spring") -> Campaign:
        """Made, planned and started."""
        made = await self.oem(lambda s: campaigns.create(s, self.ids, title, NEW, policy, selection))
        self.campaign = made.id
        await self.oem(lambda session: campaigns.plan(session, made.id))
        await self.oem(lambda session: campaigns.start(session, made.id, None))
        return await self.drive()

    async def verb(self, event: Event) -> Campaign:
        await self.oem(lambda session: campaigns.command(session, self.campaign, event))
        return await self.drive()

    async def pass_time(self, span: int = 31 * MINUTE) -> Campaign:
        self.clock.now = Instant(self.clock.now + span)
        return await self.drive()

    async def states(self, wave: int | None = None) -> dict[str, int]:
        """Members by state."""
        page = await self.oem(lambda session: session.campaigns.members(self.campaign, wave=wave))
        found: dict[str, int] = {}
        for member in page.items:
            found[member.state] = found.get(member.state, 0) + 1
        return found

    async def members(self, state: str) -> list[UnitId]:
        page = await self.oem(lambda session: session.campaigns.members(self.campaign, state=state))
        return [member.unit for member in page.items]

    async def wanted(self, unit: UnitId) -> str:
        """The version that the Unit shall have."""
        desired: DesiredStatus = await self.oem(lambda session: session.targets.desired(unit))
        return next((item.version for item in desired.items if item.item.id == ITEM), "")

    async def alert(self, unit: UnitId) -> None:
        """An instance of the new version crashes on the Unit, a second from now."""
        alert = UpdateItemInstanceAlert(
            timestamp=to_datetime(Instant(self.clock.now + SECOND)), item=Identity(id=ITEM),
            subject=Identity(id=SUBJECT), instance=0, version="2.0.0", message="crashes",
        )  # fmt: skip
        await keep(self.store, [Report(unit, Txn(self.ids.new()), Alerts(items=(alert,)))], self.clock.now)

    async def told(self, units: Iterable[UnitId], *, failed: bool = False, went_back: bool = False) -> Campaign:
        """`report`, and what the campaign makes of it."""
        await self.report(units, failed=failed, went_back=went_back)
        return await self.drive()

    async def report(self, units: Iterable[UnitId], *, failed: bool = False, went_back: bool = False) -> None:
        """These Units say that they have what they shall have; or that it failed, and they went back to 1.0.0."""
        for each in units:
            desired: DesiredStatus = await self.oem(lambda s, each=each: s.targets.desired(each))
            version_ = desired.items[0].version
            item = ItemStatus(Identity(id=ITEM), version_, "failed" if failed else "installed")
            items = (item, *([ItemStatus(Identity(id=ITEM), "1.0.0", "installed")] if went_back else ()))
            running = InstancesStatus(
                Identity(id=ITEM), Identity(id=SUBJECT), version_, (InstanceStatus(NODE, NODE, 0, "active"),)
            )
            error = ErrorInfo(1, 1, "it broke") if failed else None
            status = UnitStatus(
                unit_config=(),
                nodes=(),
                subjects=(),
                items=items,
                instances=() if failed else (running,),
                update=UpdateStatus("idle", desired.generation, error_info=error),
            )
            self.clock.now = Instant(self.clock.now + SECOND)
            report = Report(each, Txn(self.ids.new()), status, self.clock.now)
            assert await keep(self.store, [report], self.clock.now) == [True]

    async def unit(self, id: UnitId) -> Unit:
        found: Unit = await self.oem(lambda session: session.units.get(id))
        return found


async def campaign_place(store: Store, size: int = 10) -> CampaignPlace:
    await settle(store)
    names = [UnitId(f"u{number:03d}") for number in range(size)]
    place = CampaignPlace(store, names)

    def world(session: Session) -> None:
        session.units.delete(UnitId("unit-oem-1"))
        for name in names:
            session.units.add(replace(unit(name), connectivity="Online", last_seen=NOW))
            subjects.add_unit(session, SUBJECT, name)
        assignments.create(session, place.ids, SUBJECT, bundle=OLD)

    await place.oem(world)
    await store.write(
        person("sp-1"),
        tenant("sp-1"),
        lambda session: add_bundle(session, "sp-1", NEW, ("app", "service", version(ITEM, "2.0.0", NEW))),
    )
    place.clock.now = Instant(NOW + MINUTE)
    await place.compile()
    await place.report(names)
    return place


async def crowd(store: Store, size: int, clock: Clock) -> None:
    """So many Units, online, that run the old bundle: their rows are copied inside the database."""
    await settle(store)
    await store.write(
        person("sp-1"),
        tenant("sp-1"),
        lambda s: add_bundle(s, "sp-1", NEW, ("app", "service", version(ITEM, "2.0.0", NEW))),
    )
    await store.write(
        person("oem-1"), tenant("oem-1"), lambda s: assignments.create(s, Counted(), SUBJECT, bundle=OLD)
    )

    def copy(session: Any) -> None:
        connection: Connection = session.campaign_members._connection
        numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {size})"
        connection.execute(
            text(
                f"""INSERT INTO units (id, tenant, fleet, system_uid, model, created_at, lifecycle, connectivity,
                deployment, connection, last_seen) {numbers} SELECT 'u' || i, 'oem-1', 'fleet-oem-1', 's' || i, 'm',
                {NOW}, 'provisioned', 'Online', 'unknown', 'main/' || i, {NOW} FROM n"""
            )
        )
        connection.execute(
            text(f"INSERT INTO subject_units (subject, unit) {numbers} SELECT '{SUBJECT}', 'u' || i FROM n")
        )
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))

    await store.write_every(person("oem-1"), copy)
    clock.now = Instant(NOW + MINUTE)
