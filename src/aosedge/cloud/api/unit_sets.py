"""Unit Sets and who is in them."""

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Unchanged, Within, marked
from aosedge.cloud.api.unit_views import UnitView
from aosedge.cloud.api.unit_views import view as unit_view
from aosedge.cloud.api.unit_views import views as unit_views
from aosedge.cloud.api.units import UnitsView
from aosedge.cloud.domain.marks import check_mark
from aosedge.cloud.domain.unit_sets import UnitSet
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import unit_sets
from aosedge.model.ids import FleetId, SetId
from aosedge.model.instants import to_rfc3339


class UnitSetView(msgspec.Struct, frozen=True):
    """Some Units of one fleet. With a `selector` it has those whose labels match, else those picked by hand.

    The Units of a `verification` set take a new bundle first. `units`: how many are in it.
    """

    id: str
    title: str
    fleet_id: str
    selector: str | None
    verification: bool
    units: int
    created_at: str


class UnitSetsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[UnitSetView, ...]


class NewUnitSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A set to make; without `selector` its Units are picked by hand."""

    title: str
    fleet_id: str
    selector: str | None = None
    verification: bool = False


class UnitSetBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of a set can change, all at once. Taking the selector away leaves the Units of now."""

    title: str
    selector: str | None = None
    verification: bool = False


def views(session: Session, sets: tuple[UnitSet, ...]) -> tuple[UnitSetView, ...]:
    """As the API shows them."""
    sizes = session.unit_sets.sizes(tuple(each.id for each in sets))
    return tuple(
        UnitSetView(
            id=each.id,
            title=each.title,
            fleet_id=each.fleet,
            selector=each.selector,
            verification=each.verification,
            units=sizes[each.id],
            created_at=to_rfc3339(each.created_at),
        )
        for each in sets
    )


@get("/unit-sets/", operation_id="unit_sets_list", tags=["sets"])
async def list_(
    ask: Asked,
    window: Within,
    title: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    fleet_id: FromQuery[str | None] = None,
    unit_id: FromQuery[str | None] = None,
    verification: FromQuery[bool | None] = None,
    ordering: FromQuery[str] = "title",
) -> UnitSetsView:
    """Sets that match every filter given; `unit_id`, a system id or id: those that this Unit is in.

    `search` is a part of the title.
    """

    def find(session: Session) -> UnitSetsView:
        page = session.unit_sets.page(
            window,
            title=title,
            search=search,
            fleet=FleetId(fleet_id) if fleet_id is not None else None,
            unit=session.units.named(unit_id).id if unit_id is not None else None,
            verification=verification,
            order=ordering,
        )
        return UnitSetsView(page.total, views(session, page.items))

    return await ask.read(find)


@post("/unit-sets/", operation_id="unit_sets_create", tags=["sets"])
async def create(ask: Asked, data: JSONBody[NewUnitSet]) -> UnitSetView:
    """Make a set; one with a selector has its Units at once."""

    def make(session: Session) -> UnitSetView:
        fleet = FleetId(data.fleet_id)
        made = unit_sets.create(session, ask.ids, fleet, data.title, data.selector, verification=data.verification)
        return views(session, (made,))[0]

    return await ask.change(make, lambda made: made.id)


@get("/unit-sets/{id:str}/", operation_id="unit_sets_read", tags=["sets"])
async def read(ask: Asked, id: Name) -> Response[UnitSetView]:
    """One set."""

    def find(session: Session) -> tuple[UnitSetView, UnitSet]:
        known = session.unit_sets.get(SetId(id))
        return views(session, (known,))[0], known

    return marked(*await ask.read(find))


@put("/unit-sets/{id:str}/", operation_id="unit_sets_update", tags=["sets"])
async def update(
    ask: Asked, id: Name, data: JSONBody[UnitSetBody], if_match: Unchanged = None
) -> Response[UnitSetView]:
    """Give a set another title, selector and flag."""

    def change(session: Session) -> tuple[UnitSetView, UnitSet]:
        check_mark(if_match, session.unit_sets.get(SetId(id)))
        changed = unit_sets.change(session, SetId(id), data.title, data.selector, verification=data.verification)
        return views(session, (changed,))[0], changed

    return marked(*await ask.change(change, lambda changed: changed[0].id))


@delete("/unit-sets/{id:str}/", operation_id="unit_sets_delete", tags=["sets"])
async def remove(ask: Asked, id: Name) -> None:
    """Remove a set; its Units stay. Refused while it verifies."""
    await ask.change(lambda session: unit_sets.delete(session, SetId(id)), lambda _: id)


@get("/unit-sets/{id:str}/units/", operation_id="unit_set_units_list", tags=["sets"])
async def list_units(ask: Asked, id: Name, window: Within, ordering: FromQuery[str] = "system_uid") -> UnitsView:
    """The Units in a set."""

    def find(session: Session) -> UnitsView:
        page = session.unit_sets.units(SetId(id), window, order=ordering)
        return UnitsView(page.total, unit_views(session, page.items))

    return await ask.read(find)


@put("/unit-sets/{id:str}/units/{unit_id:str}/", operation_id="unit_set_units_add", tags=["sets"])
async def add_unit(ask: Asked, id: Name, unit_id: Name) -> UnitView:
    """Pick a Unit of the set's fleet by hand, by system id or id; again is no error."""

    def join(session: Session) -> UnitView:
        session.unit_sets.get(SetId(id))
        unit = session.units.named(unit_id)
        unit_sets.add_unit(session, SetId(id), unit.id)
        return unit_view(session, unit)

    return await ask.change(join, lambda unit: f"{id} {unit.id}")


@delete("/unit-sets/{id:str}/units/{unit_id:str}/", operation_id="unit_set_units_remove", tags=["sets"])
async def remove_unit(ask: Asked, id: Name, unit_id: Name) -> None:
    """Take out a Unit that was picked by hand, by system id or id; again is no error."""

    def part(session: Session) -> str:
        session.unit_sets.get(SetId(id))
        unit = session.units.named(unit_id)
        unit_sets.remove_unit(session, SetId(id), unit.id)
        return unit.id

    await ask.change(part, lambda unit: f"{id} {unit}")
