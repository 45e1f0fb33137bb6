"""What people do with fleets."""

from aosedge.cloud.domain.access.callers import tenant_of
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.pages import Window
from aosedge.cloud.domain.titles import checked_title
from aosedge.cloud.domain.uses import NAMED_MOST, Use, refuse_in_use
from aosedge.cloud.store import Session
from aosedge.model.ids import FleetId, Ids


def create(session: Session, ids: Ids, title: str) -> Fleet:
    """A new fleet of the caller's organization; raises Invalid, and Conflict where the title is taken."""
    tenant = tenant_of(session.caller)
    fleet = Fleet(FleetId(ids.new()), tenant, checked_title(title), session.caller.now)
    session.fleets.add(fleet)
    return fleet


def rename(session: Session, id: FleetId, title: str) -> Fleet:
    """Raises Invalid, NotFound, and Conflict where the title is taken."""
    return session.fleets.rename(id, checked_title(title))


def delete(session: Session, id: FleetId) -> None:
    """Raises NotFound, and Conflict naming the Units, sets, fleet owners and campaigns that it has."""
    session.fleets.get(id)
    some = Window(NAMED_MOST)
    units, sets = session.units.page(some, fleet=id), session.unit_sets.page(some, fleet=id)
    owners, coming = session.fleets.owners(id), session.campaigns.that_are_for(id)
    uses = (
        Use("Units", units.total, [unit.system_uid for unit in units.items]),
        Use("sets", sets.total, [each.title for each in sets.items]),
        Use("fleet owners", len(owners), owners),
        Use("campaigns", len(coming), coming),
    )
    refuse_in_use("fleet", "fleet", uses, "move or remove these first")
    session.fleets.delete(id)
