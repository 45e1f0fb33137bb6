"""What people do with Unit Sets, and how sets follow their selectors."""

from typing import Final

from aosedge.cloud.domain.access.callers import tenant_of
from aosedge.cloud.domain.pages import MOST_ROWS, Window
from aosedge.cloud.domain.selectors import matches, parse_selector
from aosedge.cloud.domain.titles import checked_title
from aosedge.cloud.domain.unit_sets import UnitSet, picked_by_hand
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.domain.uses import NAMED_MOST, Use, refuse_in_use
from aosedge.cloud.store import Session
from aosedge.cloud.usecases.gating import ask_followers
from aosedge.model.errors import Conflict, TooLarge
from aosedge.model.ids import FleetId, Ids, SetId, UnitId

SETS_MOST: Final = 200
"""Of one fleet: each change of labels looks at all of them."""


def create(
    session: Session, ids: Ids, fleet: FleetId, title: str, selector: str | None = None, *, verification: bool = False
) -> UnitSet:
    """A new set of a fleet, with the Units that its selector finds.

    Raises NotFound for the fleet, Invalid with where the selector does not parse, Conflict where the title is taken.
    """
    parsed = None if selector is None else parse_selector(selector)
    of = session.fleets.get(fleet)
    if session.unit_sets.page(Window(0), fleet=fleet).total >= SETS_MOST:
        raise TooLarge("the fleet has too many sets", element="fleet_id", expected=f"at most {SETS_MOST}")
    made = UnitSet(
        id=SetId(ids.new()),
        tenant=tenant_of(session.caller),
        fleet=of.id,
        title=checked_title(title),
        created_at=session.caller.now,
        selector=selector,
        verification=verification,
    )
    session.unit_sets.add(made)
    ask_followers(session)
    if parsed is not None:
        session.unit_sets.fill(made.id, parsed)
    return made


def change(session: Session, id: SetId, title: str, selector: str | None, *, verification: bool) -> UnitSet:
    """Another title, selector and flag. Without a selector the Units of now stay, and are picked by hand from then.

    Raises NotFound, Invalid and Conflict as `create` does.
    """
    parsed = None if selector is None else parse_selector(selector)
    known = session.unit_sets.get(id)
    new = UnitSet(
        id=known.id,
        tenant=known.tenant,
        fleet=known.fleet,
        title=checked_title(title),
        created_at=known.created_at,
        selector=selector,
        verification=verification,
    )
    session.unit_sets.put(new)
    ask_followers(session)
    if parsed is not None and selector != known.selector:
        session.unit_sets.fill(id, parsed)
    return new


def delete(session: Session, id: SetId) -> None:
    """Raises NotFound, and Conflict while a campaign names it or it verifies: its Units would silently take no new
    bundle first any more.
    """
    known = session.unit_sets.get(id)
    members = session.unit_sets.units(id, Window(NAMED_MOST))
    if known.verification:
        names = [unit.system_uid for unit in members.items]
        uses = (Use("verification on Units", members.total, names),)
        refuse_in_use("set", "unit_set", uses, "make it no verification set first")
    coming = session.campaigns.that_are_for(id)
    refuse_in_use("set", "unit_set", (Use("campaigns", len(coming), coming),), "let these end, or cancel them, first")
    session.unit_sets.delete(id)


def add_unit(session: Session, id: SetId, unit: UnitId) -> bool:
    """Pick a Unit by hand; false if it was in. Raises NotFound for either, Conflict where the set has a selector."""
    picked_by_hand(session.unit_sets.get(id))
    if session.units.get(unit).lifecycle == "deprovisioned":
        raise Conflict("a deprovisioned Unit is in no set", element="unit", cure="provision it again first")
    return session.unit_sets.join(id, unit)


def remove_unit(session: Session, id: SetId, unit: UnitId) -> bool:
    """Take out a Unit; false if it was not in. Raises NotFound for either, Conflict where the set has a selector."""
    picked_by_hand(session.unit_sets.get(id))
    return session.unit_sets.part(id, unit)


def follow(session: Session, unit: Unit) -> None:
    """After the Unit's labels, fleet or lifecycle changed: it is in each set of its fleet that selects it."""
    labels = session.labels.of(unit.id)
    inside = {each.id for each in session.unit_sets.page(Window(MOST_ROWS), unit=unit.id).items}
    for each in session.unit_sets.following(unit.fleet):
        assert each.selector is not None
        belongs = unit.lifecycle != "deprovisioned" and matches(parse_selector(each.selector), labels)
        if belongs and each.id not in inside:
            session.unit_sets.join(each.id, unit.id)
        elif each.id in inside and not belongs:
            session.unit_sets.part(each.id, unit.id)
