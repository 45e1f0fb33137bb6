"""People."""

import msgspec
from litestar import get

from aosedge.cloud.api.asking import Asked
from aosedge.cloud.domain.access.operations import effective_permissions
from aosedge.cloud.domain.access.roles import GROUPS, WIRE_NAMES
from aosedge.cloud.usecases import people


class Titled(msgspec.Struct, frozen=True):
    """Something by its title."""

    id: str
    title: str


class MeView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who you are, as AosEdge's tools read it; the organization is under its kind's name."""

    id: str
    username: str
    email: str
    role: str
    effective_permissions: tuple[str, ...]
    permission_groups: tuple[str, ...]
    permissions: tuple[str, ...]
    """Beyond those of the groups."""
    oem: Titled | None = None
    service_provider: Titled | None = None
    fleets: tuple[Titled, ...] | None = None


@get("/users/me/", operation_id="users_me_read", tags=["people"])
async def read_me(ask: Asked) -> MeView:
    """Who you are and what you may do."""
    me = await ask.read(lambda session: people.me(session, ask.caller))
    organization = Titled(me.organization.id, me.organization.title)
    role = me.user.role
    return MeView(
        id=me.user.id,
        username=me.user.username,
        email=me.user.email,
        role=WIRE_NAMES[role],
        effective_permissions=effective_permissions(role),
        permission_groups=(GROUPS[role],),
        permissions=(),
        oem=organization if me.organization.kind == "oem" else None,
        service_provider=organization if me.organization.kind == "sp" else None,
        fleets=tuple(Titled(f.id, f.title) for f in me.fleets) if role in ("oem", "fleet_owner") else None,
    )
