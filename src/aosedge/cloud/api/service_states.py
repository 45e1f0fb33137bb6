"""State of services that follows a subject: what is kept, and the way back to the default."""

import msgspec
from litestar import Response, delete, get

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.service_states import KeptState
from aosedge.cloud.store import Session
from aosedge.model.ids import SubjectId
from aosedge.model.instants import to_rfc3339


class StateView(msgspec.Struct, frozen=True):
    """State of one instance. `is_default`: none is kept, so that a start gets the item's default state.

    `checksum` is SHA3-224; `reported_by` and `held_by` are Units' ids: who reported it, and who may report a newer
    one.
    """

    id: str
    item_id: str
    instance: int
    is_default: bool
    checksum: str
    size_bytes: int
    reported_at: str | None
    reported_by: str
    held_by: str


class StatesView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[StateView, ...]


def view(kept: KeptState) -> StateView:
    """As the API shows it."""
    return StateView(
        id=kept.name,
        item_id=kept.item,
        instance=kept.instance,
        is_default=not kept.checksum,
        checksum=kept.checksum,
        size_bytes=kept.size_bytes,
        reported_at=to_rfc3339(kept.reported_at) if kept.checksum else None,
        reported_by=kept.unit,
        held_by=kept.holder,
    )


@get("/subjects/{id:str}/states/", operation_id="subject_states_list", tags=["subjects"])
async def list_(ask: Asked, id: Name, window: Within) -> StatesView:
    """What is kept of a subject's instances, by item and instance. A group's states stay on its Units."""
    page = await ask.read(lambda session: session.service_states.page(SubjectId(id), window))
    return StatesView(page.total, tuple(map(view, page.items)))


@get(
    "/subjects/{id:str}/states/{state_id:str}/",
    operation_id="subject_states_read",
    tags=["subjects"],
    media_type="application/octet-stream",
)
async def read(ask: Asked, id: Name, state_id: Name) -> Response[bytes]:
    """The bytes of a state; none where the default applies."""

    def content(session: Session) -> bytes:
        kept = session.service_states.get(SubjectId(id), state_id)
        return session.service_states.content(kept)

    return Response(await ask.read(content), media_type="application/octet-stream")


@delete("/subjects/{id:str}/states/{state_id:str}/", operation_id="subject_states_reset", tags=["subjects"])
async def reset(ask: Asked, id: Name, state_id: Name) -> None:
    """Go back to the item's default state. An instance that runs gets it when it next reports a state or starts."""
    await ask.change(
        lambda session: session.service_states.reset(SubjectId(id), state_id),
        lambda kept: f"{kept.subject} {kept.name}",
    )
