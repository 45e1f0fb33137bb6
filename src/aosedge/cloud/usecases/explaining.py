"""Why a Unit runs what it runs: what is recorded of it, put together for the chain of reasons."""

from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.state import OVER
from aosedge.cloud.domain.campaigns.stepping import BEFORE
from aosedge.cloud.domain.explain.chain import explain as chain
from aosedge.cloud.domain.explain.known import Explanation, Known, Part
from aosedge.cloud.domain.statuses import name_of
from aosedge.cloud.domain.targets import UnitTarget
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.domain.verification.gating import Hindrance, hindrance
from aosedge.cloud.store import Session
from aosedge.cloud.usecases.gating import hindrance_of
from aosedge.model.errors import Invalid, NotFound
from aosedge.model.ids import BundleId, ItemId
from aosedge.model.instants import Instant


def explain(session: Session, unit: Unit, item: ItemId | None = None) -> Explanation:
    """The chain for the Unit, or for one item on it."""
    return chain(known(session, unit, item))


def known(session: Session, unit: Unit, item: ItemId | None) -> Known:
    """All that is recorded."""
    subjects = session.explaining.subjects(unit.id)
    given = session.explaining.given(subjects)
    parts = tuple(
        _gated(session, part) for part in session.explaining.parts(unit.id) if _concerned(session, unit, part)
    )
    document, status = session.targets.desired(unit.id), session.statuses.find(unit.id)
    target = session.targets.find(unit.id)
    ids = {id for each in given for id in each.items} | {id for part in parts for id in part.brought}
    ids |= {ItemId(name_of(each.item)) for each in (document.items if document is not None else ())}
    ids |= {ItemId(name_of(each.item)) for each in (status.actual.items if status is not None else ())}
    ids |= {item} if item is not None else set()
    return Known(
        now=session.caller.now,
        unit=unit,
        item=item,
        names=session.explaining.names(ids),
        subjects=subjects,
        given=given,
        parts=parts,
        held=_held(session, unit, target),
        target=target,
        document=document,
        status=status,
        nodes=session.units.nodes(unit.id),
        downloads=session.explaining.downloads(unit.id, target.compiled_at if target is not None else Instant(0)),
    )


def _gated(session: Session, part: Part) -> Part:
    """With what keeps it from starting, if it has not."""
    campaign = part.campaign
    if campaign.state not in BEFORE:
        return part
    of = session.verification.of(campaign)
    return replace(part, hindrance=hindrance_of(of, campaign.bundle, campaign.fleet))


def _held(session: Session, unit: Unit, target: UnitTarget | None) -> dict[BundleId, tuple[str, Hindrance]]:
    """Bundles that the Unit would follow, and what keeps each from it by now."""
    bundles = (
        {reason.bundle for reason in target.reasons if reason.bundle is not None} if target is not None else set()
    )
    of, names = session.verification.of(unit), session.explaining.bundle_names(bundles)
    found = ((id, hindrance(None, of.of_bundle(id))) for id in bundles)
    return {id: (names[id], why) for id, why in found if why is not None}


def _concerned(session: Session, unit: Unit, part: Part) -> bool:
    """Whether the campaign has the Unit in its plan, or selects it and may still change."""
    if part.member is not None or part.back is not None or part.excluded:
        return True
    living = part.campaign.state not in OVER
    return living and session.campaign_candidates.includes(part.campaign, unit.id)


def item_named(session: Session, name: str) -> ItemId:
    """An item by id or codename; raises NotFound, and Invalid where several are called so."""
    try:
        return session.items.get(ItemId(name)).id
    except NotFound:
        found = session.items.page(codename=name).items
    if not found:
        raise NotFound("item", name)
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        raise Invalid(f"several are called {name}", element="item", got=ids, cure="name it by its id")
    return found[0].id
