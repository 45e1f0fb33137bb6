"""Target systems: kinds of hardware."""

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Unchanged, Within, marked
from aosedge.cloud.domain.marks import check_mark
from aosedge.cloud.domain.target_systems import Limits, NodeKind, TargetSystem
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import target_systems
from aosedge.model.ids import TargetSystemId
from aosedge.model.instants import to_rfc3339


class TargetSystemView(msgspec.Struct, frozen=True):
    """A kind of hardware. `revision` is in its Units' configuration version, and goes up when `nodes` change."""

    id: str
    title: str
    nodes: tuple[NodeKind, ...]
    limits: Limits
    revision: int
    created_at: str


class TargetSystemsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[TargetSystemView, ...]


class TargetSystemBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person says of a kind of hardware."""

    title: str
    nodes: tuple[NodeKind, ...] = ()
    limits: Limits | None = None


def view(system: TargetSystem) -> TargetSystemView:
    """As the API shows it."""
    return TargetSystemView(
        id=system.id,
        title=system.title,
        nodes=system.nodes,
        limits=system.limits,
        revision=system.revision,
        created_at=to_rfc3339(system.created_at),
    )


@get("/target-systems/", operation_id="target_systems_list", tags=["sets"])
async def list_(
    ask: Asked,
    window: Within,
    title: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "title",
) -> TargetSystemsView:
    """Target systems; `search` is a part of the title."""
    page = await ask.read(
        lambda session: session.target_systems.page(window, title=title, search=search, order=ordering)
    )
    return TargetSystemsView(page.total, tuple(map(view, page.items)))


@post("/target-systems/", operation_id="target_systems_create", tags=["sets"])
async def create(ask: Asked, data: JSONBody[TargetSystemBody]) -> TargetSystemView:
    """Make a target system."""
    limits = data.limits or Limits()
    return await ask.change(
        lambda session: view(target_systems.create(session, ask.ids, data.title, data.nodes, limits)),
        lambda system: system.id,
    )


@get("/target-systems/{id:str}/", operation_id="target_systems_read", tags=["sets"])
async def read(ask: Asked, id: Name) -> Response[TargetSystemView]:
    """One target system."""
    system = await ask.read(lambda session: session.target_systems.get(TargetSystemId(id)))
    return marked(view(system), system)


@put("/target-systems/{id:str}/", operation_id="target_systems_update", tags=["sets"])
async def update(
    ask: Asked, id: Name, data: JSONBody[TargetSystemBody], if_match: Unchanged = None
) -> Response[TargetSystemView]:
    """Replace title, nodes and limits; its Units get the new configuration."""

    def change(session: Session) -> TargetSystem:
        check_mark(if_match, session.target_systems.get(TargetSystemId(id)))
        return target_systems.change(session, TargetSystemId(id), data.title, data.nodes, data.limits or Limits())

    changed = await ask.change(change, lambda system: system.id)
    return marked(view(changed), changed)


@delete("/target-systems/{id:str}/", operation_id="target_systems_delete", tags=["sets"])
async def remove(ask: Asked, id: Name) -> None:
    """Remove a target system that no Unit is of."""
    await ask.change(lambda session: target_systems.delete(session, TargetSystemId(id)), lambda _: id)
