"""What people do with fleets."""

from aosedge.cloud.domain.access.callers import tenant_of
from aosedge.cloud.domain.fleets import Fleet, checked_timezone
from aosedge.cloud.domain.pages import Window
from aosedge.cloud.domain.titles import checked_title
from aosedge.cloud.domain.uses import NAMED_MOST, Use, refuse_in_use
from aosedge.cloud.store import Session
from aosedge.model.ids import FleetId, Ids


def create(session: Session, ids: Ids, title: str, timezone: str = "") -> Fleet:
    """A new fleet of the caller's organization; raises Invalid, and Conflict where the title is taken."""
    tenant, zone = tenant_of(session.caller), checked_timezone(timezone)
    fleet = Fleet(FleetId(ids.new()), tenant, checked_title(title), session.caller.now, zone)
    session.fleets.add(fleet)
    return fleet


def change(session: Session, id: FleetId, title: str | None = None, timezone: str | None = None) -> Fleet:
    """Another title or time zone; None leaves it. Raises Invalid, NotFound, and Conflict where the title is taken."""
    fleet = session.fleets.get(id)
    named = fleet.title if title is None else checked_title(title)
    zone = fleet.timezone if timezone is None else checked_timezone(timezone)
    changed = session.fleets.change(id, named, zone)
    session.signal("targets")
    return changed


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
