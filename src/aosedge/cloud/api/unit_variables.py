"""Environment variables that are set on a Unit for a while. Their values are told to the Unit and to nobody else."""

from datetime import datetime

import msgspec
from litestar import delete, get, post
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name
from aosedge.cloud.domain.unit_variables import EVERY, Variable, VariableState, Wish
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import unit_variables
from aosedge.model.errors import Invalid
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.instants import from_datetime, to_rfc3339


class VariableView(msgspec.Struct, frozen=True):
    """A variable. Without a subject or an instance it is for all of the item's. `state`: `waiting` for the Unit's
    answer, `applied` to so many `instances`, or `failed`; `error`: what the Unit says against it."""

    item_id: str
    subject_id: str | None
    instance: int | None
    name: str
    until: str
    set_at: str
    state: VariableState
    instances: int
    error: str


class VariablesView(msgspec.Struct, frozen=True):
    """All of a Unit, which has few."""

    total: int
    items: tuple[VariableView, ...]


class VariablesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names with values for an item's instances, until an instant; of one subject, or one instance, where said."""

    item_id: str
    values: dict[str, str]
    until: datetime
    subject_id: str | None = None
    instance: int | None = None


@get("/units/{id:str}/variables/", operation_id="unit_variables_list", tags=["units"])
async def list_(ask: Asked, id: Name) -> VariablesView:
    """What is in force, without values, and what the Unit says of it."""
    return await ask.read(lambda session: _views(session, session.units.named(id)))


@post("/units/{id:str}/variables/", operation_id="unit_variables_set", tags=["units"], status_code=200)
async def set_(ask: Asked, id: Name, data: JSONBody[VariablesBody]) -> VariablesView:
    """Set variables, beside those that are set; instances that get another value are started anew."""
    if data.until.tzinfo is None:
        raise Invalid("an instant has a time zone", element="until", got=data.until.isoformat())
    if data.instance is not None and data.instance < 0:
        raise Invalid("no instance", element="instance", expected="0 or more", got=str(data.instance))
    instance = EVERY if data.instance is None else data.instance
    until = from_datetime(data.until)
    wish = Wish(ItemId(data.item_id), SubjectId(data.subject_id or ""), instance, data.values, until)

    def work(session: Session) -> tuple[Unit, VariablesView]:
        unit = session.units.named(id)
        unit_variables.set_(session, unit, wish)
        return unit, _views(session, unit)

    _, view = await ask.change(work, lambda done: f"{done[0].id} {wish.item} {' '.join(sorted(wish.values))}")
    return view


@delete("/units/{id:str}/variables/", operation_id="unit_variables_clear", tags=["units"])
async def clear(
    ask: Asked, id: Name, item_id: FromQuery[str | None] = None, name: FromQuery[str | None] = None
) -> None:
    """Take all back, or those of an item, or of a name; a Unit that is away hears of it when it comes."""

    def work(session: Session) -> Unit:
        unit = session.units.named(id)
        unit_variables.clear(session, unit, ItemId(item_id) if item_id is not None else None, name)
        return unit

    await ask.change(work, lambda unit: f"{unit.id} {unit.system_uid}")


def _views(session: Session, unit: Unit) -> VariablesView:
    items = tuple(map(_view, unit_variables.in_force(session, unit)))
    return VariablesView(len(items), items)


def _view(one: Variable) -> VariableView:
    return VariableView(
        item_id=one.item,
        subject_id=one.subject or None,
        instance=None if one.instance == EVERY else one.instance,
        name=one.name,
        until=to_rfc3339(one.until),
        set_at=to_rfc3339(one.set_at),
        state=one.state,
        instances=one.instances,
        error=one.error,
    )
