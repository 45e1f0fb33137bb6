"""Organizations: one's own, and those tied to it by a grant."""

from typing import Literal

import msgspec
from litestar import get
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.organizations import Organization
from aosedge.model.ids import OrgId
from aosedge.model.instants import to_rfc3339


class OrganizationView(msgspec.Struct, frozen=True):
    """An OEM, a Service Provider, or the installation."""

    id: str
    kind: Literal["oem", "sp", "platform"]
    title: str
    created_at: str


class OrganizationsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[OrganizationView, ...]


def view(organization: Organization) -> OrganizationView:
    """As the API shows it."""
    return OrganizationView(
        organization.id, organization.kind, organization.title, to_rfc3339(organization.created_at)
    )


@get("/organizations/", operation_id="organizations_list", tags=["organizations"])
async def list_(
    ask: Asked,
    window: Within,
    kind: FromQuery[Literal["oem", "sp", "platform"] | None] = None,
    ordering: FromQuery[str] = "title",
) -> OrganizationsView:
    """Organizations that you may know of."""
    page = await ask.read(lambda session: session.organizations.page(window, kind=kind, order=ordering))
    return OrganizationsView(page.total, tuple(map(view, page.items)))


@get("/organizations/{id:str}/", operation_id="organizations_read", tags=["organizations"])
async def read(ask: Asked, id: Name) -> OrganizationView:
    """One organization."""
    return view(await ask.read(lambda session: session.organizations.get(OrgId(id))))
