"""Fleets."""

import msgspec
from litestar import Response, get, post, put
from litestar import delete as delete_
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Unchanged, Within, marked
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.marks import check_mark
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import fleets
from aosedge.model.ids import FleetId
from aosedge.model.instants import to_rfc3339


class FleetView(msgspec.Struct, frozen=True):
    """A fleet; each Unit belongs to one."""

    id: str
    title: str
    created_at: str
    timezone: str | None
    """Of its Units whose label `timezone` names none; null is UTC."""


class FleetDetailView(FleetView, frozen=True):
    """The fleet, and the names of its owners: users who see this fleet and no other of the organization."""

    owners: tuple[str, ...]


class FleetsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[FleetView, ...]


class FleetBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person says of a fleet. `timezone`: an IANA name, null for UTC; unsaid it stays as it is."""

    title: str
    timezone: str | msgspec.UnsetType | None = msgspec.UNSET

    @property
    def zone(self) -> str | None:
        """None where it was not said."""
        return None if self.timezone is msgspec.UNSET else self.timezone or ""


def view(fleet: Fleet) -> FleetView:
    """As the API shows it."""
    return FleetView(fleet.id, fleet.title, to_rfc3339(fleet.created_at), fleet.timezone or None)


@get("/fleets/", operation_id="fleets_list", tags=["fleets"])
async def list_(
    ask: Asked,
    window: Within,
    title: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "title",
) -> FleetsView:
    """Fleets; `search` is a part of the title."""
    page = await ask.read(lambda session: session.fleets.page(window, title=title, search=search, order=ordering))
    return FleetsView(page.total, tuple(map(view, page.items)))


@post("/fleets/", operation_id="fleets_create", tags=["fleets"])
async def create(ask: Asked, data: JSONBody[FleetBody]) -> FleetView:
    """Make a fleet."""
    return await ask.change(
        lambda session: view(fleets.create(session, ask.ids, data.title, data.zone or "")), lambda fleet: fleet.id
    )


@get("/fleets/{id:str}/", operation_id="fleets_read", tags=["fleets"])
async def read(ask: Asked, id: Name) -> Response[FleetDetailView]:
    """One fleet."""

    def find(session: Session) -> tuple[Fleet, tuple[str, ...]]:
        return session.fleets.get(FleetId(id)), session.fleets.owners(FleetId(id))

    fleet, owners = await ask.read(find)
    return marked(FleetDetailView(**msgspec.structs.asdict(view(fleet)), owners=owners), fleet)


@put("/fleets/{id:str}/", operation_id="fleets_update", tags=["fleets"])
async def update(ask: Asked, id: Name, data: JSONBody[FleetBody], if_match: Unchanged = None) -> Response[FleetView]:
    """Give a fleet another title, or another time zone."""

    def change(session: Session) -> Fleet:
        check_mark(if_match, session.fleets.get(FleetId(id)))
        return fleets.change(session, FleetId(id), data.title, data.zone)

    changed = await ask.change(change, lambda fleet: fleet.id)
    return marked(view(changed), changed)


@delete_("/fleets/{id:str}/", operation_id="fleets_delete", tags=["fleets"])
async def delete(ask: Asked, id: Name) -> None:
    """Remove an empty fleet."""
    await ask.change(lambda session: fleets.delete(session, FleetId(id)), lambda _: id)
