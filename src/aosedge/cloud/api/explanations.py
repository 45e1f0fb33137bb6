"""Why a Unit runs what it runs, and what it waits for."""

from typing import Literal

import msgspec
from litestar import get
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Name
from aosedge.cloud.domain.deployment import DeploymentState
from aosedge.cloud.domain.explain.known import Explanation, Step
from aosedge.cloud.domain.explain.rules import Code
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import explaining
from aosedge.model.ids import ItemId
from aosedge.model.instants import Instant, to_rfc3339


class StepView(msgspec.Struct, frozen=True):
    """A link of the chain.

    `outcome`: `done` holds nothing up, `waiting` goes on by itself, `stopped` needs somebody. `id` names an object of
    `kind`. `rule` is what decided; `next` what would change it, `command` how, `until` when time alone does.
    """

    code: Code
    outcome: Literal["done", "waiting", "stopped"]
    reason: str
    kind: Literal["unit", "subject", "assignment", "campaign", "target", "item", "instance"]
    id: str
    at: str | None
    until: str | None
    rule: str
    next: str
    command: str


class ExplanationView(msgspec.Struct, frozen=True):
    """The chain from intent to the last error, of a Unit or of one item on it; empty `item_id` where of all.

    `deployment` and `reason` are where it stands by the predicate of the Unit's deployment axis.
    """

    unit_id: str
    system_uid: str
    item_id: str
    item: str
    deployment: DeploymentState
    reason: str
    steps: tuple[StepView, ...]


def _at(instant: Instant | None) -> str | None:
    return None if instant is None else to_rfc3339(instant)


def _step(step: Step) -> StepView:
    return StepView(
        code=step.code,
        outcome=step.outcome,
        reason=step.reason,
        kind=step.kind,
        id=step.id,
        at=_at(step.at),
        until=_at(step.until),
        rule=step.rule,
        next=step.next,
        command=step.command,
    )


def _view(unit: Unit, item: ItemId | None, codename: str, found: Explanation) -> ExplanationView:
    return ExplanationView(
        unit_id=unit.id,
        system_uid=unit.system_uid,
        item_id=item or "",
        item=codename,
        deployment=found.state,
        reason=found.reason,
        steps=tuple(map(_step, found.steps)),
    )


@get("/units/{id:str}/explanation/", operation_id="units_explain", tags=["units"])
async def read(ask: Asked, id: Name, item: FromQuery[str | None] = None) -> ExplanationView:
    """Why a Unit, by system id or id, is what it is: reasons in order, with what would change each.

    `item` by codename or id: of that item alone.
    """

    def find(session: Session) -> ExplanationView:
        unit = session.units.named(id)
        chosen = explaining.item_named(session, item) if item is not None else None
        codename = session.items.get(chosen).codename if chosen is not None else ""
        return _view(unit, chosen, codename, explaining.explain(session, unit, chosen))

    return await ask.read(find)
