"""The chain in order, from intent to the last error."""

from collections.abc import Iterator

from msgspec.structs import replace

from aosedge.cloud.domain.deployment import Aim, Deployment, deployment, paused_words
from aosedge.cloud.domain.explain.campaigns import campaign_steps
from aosedge.cloud.domain.explain.intent import assigned_steps, target_steps, unit_step
from aosedge.cloud.domain.explain.known import Explanation, Known, Step
from aosedge.cloud.domain.explain.reported import connection_step, reported_steps
from aosedge.cloud.domain.statuses import Actual
from aosedge.cloud.domain.targets import left_out
from aosedge.model.ids import ItemId
from aosedge.protocol.messages import DesiredStatus


def explain(known: Known) -> Explanation:
    """Why the Unit, or the one item on it, is what it is; an item is judged as if the target had no other."""
    document = _document(known)
    standing = _standing(known, document)
    return Explanation(standing.state, standing.reason, tuple(_chain(known, document, standing)))


def _chain(known: Known, document: DesiredStatus | None, standing: Deployment) -> Iterator[Step]:
    first = unit_step(known)
    yield first
    if first.outcome == "stopped":
        return
    yield from assigned_steps(known)
    yield from campaign_steps(known)
    yield from target_steps(known)
    if document is None:
        return
    problem = known.target.problem if known.target is not None else ""
    hinders = problem or paused_words(document)
    settled = standing.state == "in_sync" or (standing.state == "blocked" and not hinders)
    yield connection_step(known, settled=settled)
    said = tuple(reported_steps(known, document))
    yield from said
    if settled and not any(step.outcome == "stopped" for step in said) and known.status is not None:
        yield Step("in_sync", "done", _in_sync(known, document), "unit", known.unit.id, known.status.reported_at)


def _in_sync(known: Known, document: DesiredStatus) -> str:
    if known.item is None:
        return "everything runs as wanted"
    name = known.name(known.item)
    if not document.items:
        return f"no {name}, as wanted"
    return f"{name} {document.items[0].version} runs as wanted"


def _document(known: Known) -> DesiredStatus | None:
    """What the target says, of the one item only where one is asked about."""
    if known.document is None or known.item is None:
        return known.document
    return replace(
        known.document,
        items=tuple(item for item in known.document.items if item.item.id == known.item),
        instances=tuple(wish for wish in known.document.instances if wish.item.id == known.item),
    )


def _standing(known: Known, document: DesiredStatus | None) -> Deployment:
    """The deployment axis; of the one item by the same predicate."""
    state, reason = known.unit.standing
    if known.item is None or document is None:
        return Deployment(state, reason)
    target, status = known.target, known.status
    assert target is not None
    mine = {each.assignment.id for each in known.given if known.item in each.items}
    aim = Aim(
        document=document,
        generation=target.generation,
        problem=target.problem,
        left_out=left_out(reason for reason in target.reasons if reason.assignment in mine),
    )
    return deployment(aim, None if status is None else _only(status.actual, known.item))


def _only(actual: Actual, item: ItemId) -> Actual:
    """Actual state as if the Unit had this item alone: what it gave up is about an item that failed."""
    items = tuple(status for status in actual.items if status.item.id == item)
    update = actual.update
    if update is not None and update.state == "idle" and not any(status.state == "failed" for status in items):
        update = replace(update, error_info=None)
    return replace(
        actual,
        update=update,
        items=items,
        instances=tuple(group for group in actual.instances if group.item.id == item),
    )
