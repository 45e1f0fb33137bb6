"""Units: what they should be beside what they are."""

from typing import Literal

import msgspec
from litestar import delete, get
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.api.unit_views import UnitDetailView, UnitView, detail, views
from aosedge.cloud.domain.deployment import DeploymentState
from aosedge.cloud.domain.selectors import parse_selector
from aosedge.cloud.domain.units import Connectivity
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import units
from aosedge.model.errors import NotFound
from aosedge.model.ids import FleetId, TargetSystemId


class UnitsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[UnitView, ...]


@get("/units/", operation_id="units_list", tags=["units"])
async def list_(
    ask: Asked,
    window: Within,
    system_uid: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    fleet_id: FromQuery[str | None] = None,
    target_system_id: FromQuery[str | None] = None,
    selector: FromQuery[str | None] = None,
    status: FromQuery[Literal["new", "provisioned", "deprovisioned"] | None] = None,
    online_status: FromQuery[Literal["Offline", "Connected", "Online"] | None] = None,
    deployment: FromQuery[Literal["in_sync", "updating", "blocked", "degraded", "failed", "unknown"] | None] = None,
    clone: FromQuery[bool | None] = None,
    ordering: FromQuery[str] = "system_uid",
) -> UnitsView:
    """Units that match every filter given.

    `search` is a part of the system id; `selector` is over labels, as in `site=north,fw>=1.2.0`;
    `clone` finds those that look like two devices.
    """
    parsed = parse_selector(selector) if selector is not None else None

    def find(session: Session) -> UnitsView:
        page = session.units.page(
            window,
            system_uid=system_uid,
            search=search,
            fleet=FleetId(fleet_id) if fleet_id is not None else None,
            lifecycle=status,
            connectivity=online_status,
            deployment=deployment,
            target_system=TargetSystemId(target_system_id) if target_system_id is not None else None,
            selector=parsed,
            clone=clone,
            order=ordering,
        )
        return UnitsView(page.total, views(session, page.items))

    return await ask.read(find)


class UnitCountsView(msgspec.Struct, frozen=True):
    """How many Units there are, by state; each figure is the `total` of `units_list` with that filter."""

    total: int
    deployment: dict[DeploymentState, int]
    online_status: dict[Connectivity, int]
    clones: int


@get("/unit-counts/", operation_id="unit_counts_read", tags=["units"])
async def read_counts(
    ask: Asked,
    fleet_id: FromQuery[str | None] = None,
    status: FromQuery[Literal["new", "provisioned", "deprovisioned"] | None] = None,
) -> UnitCountsView:
    """How many Units there are in each state: of a fleet and a lifecycle, or of all that you see."""
    fleet = FleetId(fleet_id) if fleet_id is not None else None
    counts = await ask.read(lambda session: session.units.counts(fleet=fleet, lifecycle=status))
    return UnitCountsView(counts.total, counts.deployment, counts.connectivity, counts.clones)


@get("/units/{id:str}/", operation_id="units_read", tags=["units"])
async def read(ask: Asked, id: Name) -> UnitDetailView:
    """One Unit by system id or id: nodes, items and instances, target beside actual."""
    return await ask.read(lambda session: detail(session, session.units.named(id)))


@delete("/units/{id:str}/", operation_id="units_delete", tags=["units"])
async def remove(ask: Asked, id: Name) -> None:
    """Forget a Unit, by system id or id: its certificates open no door any more."""
    await ask.change(
        lambda session: units.delete(session, session.units.named(id).id), lambda unit: f"{unit.id} {unit.system_uid}"
    )


@get("/units/{id:str}/target/", operation_id="unit_target_read", tags=["units"])
async def read_target(ask: Asked, id: Name) -> msgspec.Raw:
    """The target state as it is sent to the Unit: PROTOCOL's desiredStatus."""

    def find(session: Session) -> msgspec.Raw:
        desired = session.targets.desired(session.units.named(id).id)
        if desired is None:
            raise NotFound("target")
        return msgspec.Raw(msgspec.json.encode(desired))

    return await ask.read(find)
