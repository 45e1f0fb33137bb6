"""Pausing and resuming a node of a Unit."""

import msgspec
from litestar import post
from litestar.params import JSONBody

from aosedge.cloud.api.asking import Asked, Name
from aosedge.cloud.api.unit_views import UnitDetailView, detail
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import units


class PauseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why, for whoever wonders what has stopped."""

    reason: str


@post("/units/{id:str}/nodes/{node:str}/pause/", operation_id="unit_nodes_pause", tags=["units"], status_code=200)
async def pause(ask: Asked, id: Name, node: Name, data: JSONBody[PauseBody]) -> UnitDetailView:
    """Stop everything that runs on a node, and start nothing there, until it is resumed; updates wait meanwhile."""

    def work(session: Session) -> UnitDetailView:
        unit = session.units.named(id)
        units.pause_node(session, unit, node, data.reason)
        return detail(session, session.units.get(unit.id))

    return await ask.change(work, lambda unit: f"{unit.id} {node}")


@post("/units/{id:str}/nodes/{node:str}/resume/", operation_id="unit_nodes_resume", tags=["units"], status_code=200)
async def resume(ask: Asked, id: Name, node: Name) -> UnitDetailView:
    """Let run on a node what is wanted there."""

    def work(session: Session) -> UnitDetailView:
        unit = session.units.named(id)
        units.resume_node(session, unit, node)
        return detail(session, session.units.get(unit.id))

    return await ask.change(work, lambda unit: f"{unit.id} {node}")
