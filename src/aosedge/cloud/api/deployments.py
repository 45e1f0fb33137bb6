"""Where items run: on one's own Units, and one's own items on Units of OEMs that let it be seen."""

import msgspec
from litestar import get
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.api.unit_views import UnitView
from aosedge.cloud.api.unit_views import views as unit_views
from aosedge.cloud.domain.deployments import SeenInstance, SeenUnit, counted
from aosedge.cloud.store import Session
from aosedge.model.ids import ItemId, OrgId


class InstanceResultView(msgspec.Struct, frozen=True):
    """An instance as its Unit last said; codes are 0 without an error."""

    instance: int
    version: str
    state: str
    error_code: int
    exit_code: int


class DeploymentView(msgspec.Struct, frozen=True):
    """A Unit where the item is to run. `unit` names it under the OEM's grant only; without instances it has said
    nothing of the item yet."""

    unit: str
    oem_id: str
    oem_title: str
    instances: tuple[InstanceResultView, ...]


class DeploymentsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[DeploymentView, ...]


class DeploymentCountView(msgspec.Struct, frozen=True):
    """How many instances are of a version and in a state."""

    oem_id: str
    oem_title: str
    version: str
    state: str
    instances: int


class DeploymentCountsView(msgspec.Struct, frozen=True):
    """Instances by OEM, version and state."""

    items: tuple[DeploymentCountView, ...]


def _instance(seen: SeenInstance) -> InstanceResultView:
    return InstanceResultView(seen.instance, seen.version, seen.state, seen.error_code, seen.exit_code)


def _view(unit: SeenUnit, titles: dict[OrgId, str]) -> DeploymentView:
    return DeploymentView(unit.alias, unit.oem, titles[unit.oem], tuple(map(_instance, unit.instances)))


@get("/items/{id:str}/deployments/", operation_id="item_deployments_list", tags=["items"])
async def list_(
    ask: Asked,
    id: Name,
    window: Within,
    oem_id: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "oem_title",
) -> DeploymentsView:
    """Units where an item of yours is to run, of OEMs whose grant lets you see deployment results."""
    oem = None if oem_id is None else OrgId(oem_id)

    def find(session: Session) -> DeploymentsView:
        item = session.items.get(ItemId(id)).id
        page = session.deployments.page(item, window, oem=oem, order=ordering)
        titles = session.organizations.titles(unit.oem for unit in page.items)
        return DeploymentsView(page.total, tuple(_view(unit, titles) for unit in page.items))

    return await ask.read(find)


@get("/items/{id:str}/deployment-counts/", operation_id="item_deployment_counts_read", tags=["items"])
async def read_counts(ask: Asked, id: Name, oem_id: FromQuery[str | None] = None) -> DeploymentCountsView:
    """How many instances of an item of yours are of which version and in which state, of the same OEMs."""
    oem = None if oem_id is None else OrgId(oem_id)

    def find(session: Session) -> DeploymentCountsView:
        item = session.items.get(ItemId(id)).id
        counts = counted(session.deployments.all(item, oem=oem))
        titles = session.organizations.titles(each.oem for each in counts)
        return DeploymentCountsView(
            tuple(
                DeploymentCountView(each.oem, titles[each.oem], each.version, each.state, each.instances)
                for each in counts
            )
        )

    return await ask.read(find)


class VersionUnitsView(msgspec.Struct, frozen=True):
    """How many Units have a version in a state, as they last said."""

    version: str
    state: str
    units: int


class ItemUnitCountsView(msgspec.Struct, frozen=True):
    """Units by version and state."""

    items: tuple[VersionUnitsView, ...]


class ItemUnitsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[UnitView, ...]


@get("/items/{id:str}/unit-counts/", operation_id="item_unit_counts_read", tags=["items"])
async def read_unit_counts(ask: Asked, id: Name) -> ItemUnitCountsView:
    """How many Units that you see have which version of the item, and in which state."""

    def find(session: Session) -> ItemUnitCountsView:
        counts = session.item_units.counts(session.items.get(ItemId(id)).id)
        return ItemUnitCountsView(tuple(VersionUnitsView(each.version, each.state, each.units) for each in counts))

    return await ask.read(find)


@get("/items/{id:str}/units/", operation_id="item_units_list", tags=["items"])
async def list_units(
    ask: Asked,
    id: Name,
    window: Within,
    version: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "system_uid",
) -> ItemUnitsView:
    """Units that you see which have the item, or one version of it."""

    def find(session: Session) -> ItemUnitsView:
        item = session.items.get(ItemId(id)).id
        page = session.item_units.page(item, window, version=version, order=ordering)
        return ItemUnitsView(page.total, unit_views(session, page.items))

    return await ask.read(find)
