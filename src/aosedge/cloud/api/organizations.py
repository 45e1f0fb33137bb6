"""Organizations: one's own, and those tied to it by a grant; an Admin's work is to make and keep them."""

from typing import Literal

import msgspec
from litestar import delete as delete_
from litestar import get, post, put
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.organizations import Organization
from aosedge.cloud.usecases import organizations
from aosedge.model.ids import OrgId
from aosedge.model.instants import to_rfc3339


class OrganizationView(msgspec.Struct, frozen=True):
    """An OEM, a Service Provider, or the installation."""

    id: str
    kind: Literal["oem", "sp", "platform"]
    title: str
    active: bool
    created_at: str


class OrganizationsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[OrganizationView, ...]


class NewOrganizationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an Admin says of a new organization."""

    title: str
    kind: Literal["oem", "sp"]


class OrganizationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be changed."""

    title: str


def view(organization: Organization) -> OrganizationView:
    """As the API shows it."""
    return OrganizationView(
        id=organization.id,
        kind=organization.kind,
        title=organization.title,
        active=organization.active,
        created_at=to_rfc3339(organization.created_at),
    )


@get("/organizations/", operation_id="organizations_list", tags=["organizations"])
async def list_(
    ask: Asked,
    window: Within,
    kind: FromQuery[Literal["oem", "sp", "platform"] | None] = None,
    title: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    active: FromQuery[bool | None] = None,
    ordering: FromQuery[str] = "title",
) -> OrganizationsView:
    """Organizations that you may know of; `search` is a part of the title."""
    page = await ask.read(
        lambda session: session.organizations.page(
            window, kind=kind, title=title, search=search, active=active, order=ordering
        )
    )
    return OrganizationsView(page.total, tuple(map(view, page.items)))


@post("/organizations/", operation_id="organizations_create", tags=["organizations"])
async def create(ask: Asked, data: JSONBody[NewOrganizationBody]) -> OrganizationView:
    """Make an OEM or a Service Provider."""
    made = await ask.change(
        lambda session: organizations.create(session, ask.ids, data.kind, data.title), lambda made: made.id
    )
    return view(made)


@get("/organizations/{id:str}/", operation_id="organizations_read", tags=["organizations"])
async def read(ask: Asked, id: Name) -> OrganizationView:
    """One organization."""
    return view(await ask.read(lambda session: session.organizations.get(OrgId(id))))


@put("/organizations/{id:str}/", operation_id="organizations_update", tags=["organizations"])
async def update(ask: Asked, id: Name, data: JSONBody[OrganizationBody]) -> OrganizationView:
    """Give an organization another title."""
    changed = await ask.change(
        lambda session: organizations.rename(session, OrgId(id), data.title), lambda changed: changed.id
    )
    return view(changed)


@post(
    "/organizations/{id:str}/suspend/", operation_id="organizations_suspend", tags=["organizations"], status_code=200
)
async def suspend(ask: Asked, id: Name) -> OrganizationView:
    """Let an organization's users in no more, from their next request on; its Units run on."""
    changed = await ask.change(
        lambda session: organizations.set_active(session, OrgId(id), active=False), lambda changed: changed.id
    )
    return view(changed)


@post(
    "/organizations/{id:str}/activate/",
    operation_id="organizations_activate",
    tags=["organizations"],
    status_code=200,
)
async def activate(ask: Asked, id: Name) -> OrganizationView:
    """Let a suspended organization's users in again."""
    changed = await ask.change(
        lambda session: organizations.set_active(session, OrgId(id), active=True), lambda changed: changed.id
    )
    return view(changed)


@delete_("/organizations/{id:str}/", operation_id="organizations_delete", tags=["organizations"])
async def remove(ask: Asked, id: Name) -> None:
    """Remove an organization to which nothing belongs any more."""
    await ask.change(
        lambda session: organizations.remove(session, OrgId(id)), lambda removed: f"{removed.id} {removed.title}"
    )
