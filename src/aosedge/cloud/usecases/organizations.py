"""What an Admin does with organizations, and an OEM with its grants."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from aosedge.cloud.domain.access.callers import tenant_of
from aosedge.cloud.domain.organizations import (
    Grant,
    Organization,
    OrgKind,
    Sight,
    changeable,
    checked_sights,
    in_use,
    narrowed,
)
from aosedge.cloud.domain.titles import checked_title
from aosedge.cloud.store import Session
from aosedge.model.errors import Conflict, Invalid, NotFound
from aosedge.model.ids import Ids, ItemId, OrgId

_NAMED_MOST: Final = 5


def create(session: Session, ids: Ids, kind: OrgKind, title: str) -> Organization:
    """A new OEM or Service Provider; raises Invalid, and Conflict where one has the title."""
    if kind == "platform":
        raise Invalid("there is one installation", element="kind", expected="oem or sp", got=kind)
    made = Organization(OrgId(ids.new()), kind, _free_title(session, title), session.caller.now)
    session.organizations.add(made)
    return made


def rename(session: Session, id: OrgId, title: str) -> Organization:
    """Raises Invalid, NotFound, and Conflict where another has the title."""
    organization = session.organizations.get(id)
    renamed = msgspec.structs.replace(organization, title=_free_title(session, title, organization))
    session.organizations.put(renamed)
    return renamed


def set_active(session: Session, id: OrgId, *, active: bool) -> Organization:
    """Suspend: its users are out with their next request, its Units run on. Raises NotFound and Conflict."""
    changed = msgspec.structs.replace(changeable(session.organizations.get(id)), active=active)
    session.organizations.put(changed)
    return changed


def remove(session: Session, id: OrgId) -> Organization:
    """Raises NotFound, and Conflict naming what belongs to it."""
    organization = changeable(session.organizations.get(id))
    in_use("organization", session.organizations.uses(id), "remove these first, or suspend the organization")
    session.organizations.delete(id)
    return organization


def grant(session: Session, ids: Ids, sp: OrgId, services: Sequence[str] | None, sees: Sequence[str]) -> Grant:
    """Let the Service Provider's services, by id or codename or all, be assigned in the caller's organization.

    Raises Invalid naming the field, NotFound and Conflict.
    """
    if not session.grants.may_be_granted(sp):
        raise NotFound("organization", sp)
    made = Grant(tenant_of(session.caller), sp, session.caller.now, secret=ids.new())
    session.grants.add(made)  # from here on its items are in reach
    return _put(session, made, services, checked_sights(sees))


def change_grant(
    session: Session,
    sp: OrgId,
    services: Sequence[str] | UnsetType | None = UNSET,
    sees: Sequence[str] | UnsetType = UNSET,
) -> Grant:
    """Let more or less be used and seen; both at once, from the next request on.

    Raises Invalid naming the field, NotFound, and Conflict naming what uses a service that would be left out.
    """
    known = session.grants.get(sp)
    sights = known.sees if sees is UNSET else checked_sights(sees)
    return _put(session, known, known.services if services is UNSET else services, sights)


def _put(session: Session, grant: Grant, services: Sequence[str] | None, sees: tuple[Sight, ...]) -> Grant:
    named = None if services is None else tuple(sorted({_service(session, grant, said) for said in services}))
    changed = msgspec.structs.replace(grant, services=named, sees=sees)
    session.grants.put(narrowed(changed, session.grants.assigned(grant.sp)))
    return changed


def _service(session: Session, grant: Grant, said: str) -> ItemId:
    if grant.services and said in grant.services:
        return ItemId(said)  # the item may have been removed since
    found = session.items.find(grant.sp, said, "service")
    try:
        item = found or session.items.get(ItemId(said))
    except NotFound:
        item = None
    if item is None or item.owner != grant.sp or item.type != "service":
        expected = "codenames or ids of services of the Service Provider"
        raise Invalid("no such service", element="services", expected=expected, got=said[:80])
    return item.id


def withdraw(session: Session, sp: OrgId) -> None:
    """Take a grant back; raises NotFound, and Conflict naming the subjects that have something of the provider."""
    used = session.grants.uses(sp)
    if used:
        more = f" and {len(used) - _NAMED_MOST} more" if len(used) > _NAMED_MOST else ""
        raise Conflict(
            "the grant is in use: items of the Service Provider are assigned",
            element="grant",
            got="subjects " + ", ".join(used[:_NAMED_MOST]) + more,
            cure="remove these assignments first",
        )
    session.grants.delete(sp)


def _free_title(session: Session, title: str, itself: Organization | None = None) -> str:
    kept = checked_title(title)
    others = [other for other in session.organizations.page(title=kept).items if other != itself]
    if others:
        raise Conflict("an organization with this title exists", element="title")
    return kept
