"""What people do with deployable items."""

from aosedge.cloud.domain.access.callers import tenant_of
from aosedge.cloud.domain.catalogue import Item, ItemVersion
from aosedge.cloud.domain.uses import refuse_in_use
from aosedge.cloud.store import Session
from aosedge.model.errors import NotAllowed, NotFound
from aosedge.model.ids import ItemId


def delete(session: Session, id: ItemId) -> Item:
    """Forget an item of the caller's organization with its versions; what it was.

    Bundles that brought a version of it are no longer whole and cannot be assigned. Raises NotFound; NotAllowed for
    the item of an owner that only granted it, and Conflict naming the subjects that it is assigned to and the items
    that need it.
    """
    item = session.items.get(id)
    if item.owner != tenant_of(session.caller):
        raise NotAllowed("only its owner removes an item", element="item", cure="take back the grant instead")
    refuse_in_use("item", "item", session.items.uses(id), "unassign it, and remove what needs it, first")
    session.items.delete(id)
    return item


def version(session: Session, id: ItemId, version: str | None) -> ItemVersion:
    """This version of an item, or the ready one uploaded last; raises NotFound."""
    if version is None:
        version = session.items.newest((session.items.get(id).id,)).get(id)
    if version is None:
        raise NotFound("version")
    return session.items.version(id, version)
