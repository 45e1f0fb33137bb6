"""Grants: whose items an OEM lets be assigned to its subjects."""

import msgspec
from litestar import delete as delete_
from litestar import get, post, put
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.organizations import Grant, Sight
from aosedge.cloud.usecases import organizations
from aosedge.model.ids import OrgId
from aosedge.model.instants import to_rfc3339


class GrantView(msgspec.Struct, frozen=True):
    """The OEM uses the Service Provider's services: all (null) or those with these ids.

    `sees`: what the Service Provider may see of its instances on the OEM's Units.
    """

    oem_id: str
    service_provider_id: str
    services: tuple[str, ...] | None
    sees: tuple[Sight, ...]
    created_at: str


class GrantsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[GrantView, ...]


class GrantBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom; the Service Provider tells its id: `aos organization list`."""

    service_provider_id: str
    services: tuple[str, ...] | None = None
    sees: tuple[str, ...] = ()


class GrantChangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be used, by id or codename or all (null), and what may be seen; what is left out stays as it is."""

    services: tuple[str, ...] | msgspec.UnsetType | None = msgspec.UNSET
    sees: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


def view(grant: Grant) -> GrantView:
    """As the API shows it."""
    return GrantView(grant.oem, grant.sp, grant.services, grant.sees, to_rfc3339(grant.created_at))


@get("/grants/", operation_id="grants_list", tags=["organizations"])
async def list_(
    ask: Asked,
    window: Within,
    oem_id: FromQuery[str | None] = None,
    service_provider_id: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "-created_at",
) -> GrantsView:
    """Grants that your organization gave or has, newest first."""
    oem = None if oem_id is None else OrgId(oem_id)
    sp = None if service_provider_id is None else OrgId(service_provider_id)
    page = await ask.read(lambda session: session.grants.page(window, oem=oem, sp=sp, order=ordering))
    return GrantsView(page.total, tuple(map(view, page.items)))


@post("/grants/", operation_id="grants_create", tags=["organizations"])
async def create(ask: Asked, data: JSONBody[GrantBody]) -> GrantView:
    """Let a Service Provider's services, all or some, be assigned to your subjects."""
    sp = OrgId(data.service_provider_id)
    return await ask.change(
        lambda session: view(organizations.grant(session, ask.ids, sp, data.services, data.sees)), lambda _: sp
    )


@get("/grants/{id:str}/", operation_id="grants_read", tags=["organizations"])
async def read(ask: Asked, id: Name) -> GrantView:
    """What you grant to a Service Provider, by its id."""
    return view(await ask.read(lambda session: session.grants.get(OrgId(id))))


@put("/grants/{id:str}/", operation_id="grants_update", tags=["organizations"])
async def update(ask: Asked, id: Name, data: JSONBody[GrantChangeBody]) -> GrantView:
    """Let a Service Provider's services be used, and let it see, more or less; refused while a service that would be
    left out is assigned."""
    changed = await ask.change(
        lambda session: organizations.change_grant(session, OrgId(id), data.services, data.sees),
        lambda grant: grant.sp,
    )
    return view(changed)


@delete_("/grants/{id:str}/", operation_id="grants_delete", tags=["organizations"])
async def remove(ask: Asked, id: Name) -> None:
    """Take a grant back, by the Service Provider's id, once nothing of theirs is assigned."""
    await ask.change(lambda session: organizations.withdraw(session, OrgId(id)), lambda _: id)
