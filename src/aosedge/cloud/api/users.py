"""People: oneself, and the users that one manages."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post, put
from litestar import delete as delete_
from litestar.params import FromQuery, JSONBody, QueryParameter

from aosedge.cloud.api.asking import Asked, Name, Unchanged, Within, marked
from aosedge.cloud.api.sessions import OwnSessionView, own_session_view
from aosedge.cloud.domain.access.roles import GROUPS, WIRE_NAMES, role_named
from aosedge.cloud.domain.marks import check_mark
from aosedge.cloud.domain.people import User
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import people, users
from aosedge.cloud.usecases.users import Wanted
from aosedge.model.ids import FleetId, OrgId, UserId
from aosedge.model.instants import to_rfc3339


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
    organization: Titled
    signed_in_by: Literal["certificate", "token", "session"]
    session: OwnSessionView | None = None
    """Where you came in a session."""
    oem: Titled | None = None
    service_provider: Titled | None = None
    fleets: tuple[Titled, ...] | None = None


class UserView(msgspec.Struct, frozen=True):
    """A user; `fleet_ids` are those of a fleet owner."""

    id: str
    username: str
    email: str
    role: str
    organization_id: str
    active: bool
    fleet_ids: tuple[str, ...]
    permission_groups: tuple[str, ...]
    permissions: tuple[str, ...]
    """Beyond those of the groups."""
    effective_permissions: tuple[str, ...]
    created_at: str


class UsersView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[UserView, ...]


class UserBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody wants a user to be. Without `permission_groups` the role's own; permissions are operation ids."""

    role: str
    email: str = ""
    fleet_ids: tuple[str, ...] = ()
    permission_groups: tuple[str, ...] | None = None
    permissions: tuple[str, ...] = ()


class NewUserBody(UserBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new user; without `organization_id` of your own organization."""

    username: str
    organization_id: str | None = None


def view(user: User) -> UserView:
    """As the API shows it."""
    return UserView(
        id=user.id,
        username=user.username,
        email=user.email,
        role=WIRE_NAMES[user.role],
        organization_id=user.org,
        active=user.active,
        fleet_ids=tuple(sorted(user.fleets)),
        permission_groups=_groups(user),
        permissions=user.permissions,
        effective_permissions=tuple(sorted(user.effective)),
        created_at=to_rfc3339(user.created_at),
    )


def _marked(shown: UserView) -> Response[UserView]:
    """Under the mark of what is shown: a set of fleets has no order that the user itself could be marked by."""
    return marked(shown, shown)


def _groups(user: User) -> tuple[str, ...]:
    return (GROUPS[user.role],) if user.groups is None else user.groups


def _wanted(body: UserBody) -> Wanted:
    return Wanted(
        role=role_named(body.role),
        email=body.email,
        fleets=frozenset(map(FleetId, body.fleet_ids)),
        groups=body.permission_groups,
        permissions=body.permissions,
    )


@get("/users/me/", operation_id="users_me_read", tags=["people"])
async def read_me(ask: Asked) -> MeView:
    """Who you are and what you may do, with the credential that you came with."""
    me = await ask.read(lambda session: people.me(session, ask.caller))
    organization = Titled(me.organization.id, me.organization.title)
    role = me.user.role
    return MeView(
        id=me.user.id,
        username=me.user.username,
        email=me.user.email,
        role=WIRE_NAMES[role],
        effective_permissions=tuple(sorted(ask.person.permissions or ())),
        permission_groups=_groups(me.user),
        permissions=me.user.permissions,
        organization=organization,
        signed_in_by="token" if ask.credential.bearer else "session" if me.session else "certificate",
        session=None if me.session is None else own_session_view(me.session, ask.credential.session or ""),
        oem=organization if me.organization.kind == "oem" else None,
        service_provider=organization if me.organization.kind == "sp" else None,
        fleets=tuple(Titled(f.id, f.title) for f in me.fleets) if role in ("oem", "fleet_owner") else None,
    )


@get("/users/", operation_id="users_list", tags=["people"])
async def list_(
    ask: Asked,
    window: Within,
    username: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    of_role: Annotated[str | None, QueryParameter(name="role")] = None,
    organization_id: FromQuery[str | None] = None,
    active: FromQuery[bool | None] = None,
    ordering: FromQuery[str] = "username",
) -> UsersView:
    """Users that you manage; `search` is a part of the name."""
    role = None if of_role is None else role_named(of_role)
    org = None if organization_id is None else OrgId(organization_id)
    page = await ask.read(
        lambda session: session.users.page(
            window, username=username, search=search, role=role, org=org, active=active, order=ordering
        )
    )
    return UsersView(page.total, tuple(map(view, page.items)))


@post("/users/", operation_id="users_create", tags=["people"])
async def create(ask: Asked, data: JSONBody[NewUserBody]) -> UserView:
    """Make a user, who can sign in once they are invited."""
    org = None if data.organization_id is None else OrgId(data.organization_id)
    made = await ask.change(
        lambda session: users.create(session, ask.ids, data.username, org, _wanted(data)), lambda user: user.id
    )
    return view(made)


@get("/users/{id:str}/", operation_id="users_read", tags=["people"])
async def read(ask: Asked, id: Name) -> Response[UserView]:
    """One user."""
    return _marked(view(await ask.read(lambda session: session.users.get(UserId(id)))))


@put("/users/{id:str}/", operation_id="users_update", tags=["people"])
async def update(ask: Asked, id: Name, data: JSONBody[UserBody], if_match: Unchanged = None) -> Response[UserView]:
    """Give a user another role, address, fleets or permissions; in force with their next request."""

    def change(session: Session) -> User:
        check_mark(if_match, view(session.users.get(UserId(id))))
        return users.change(session, UserId(id), _wanted(data))

    return _marked(view(await ask.change(change, lambda user: user.id)))


@post("/users/{id:str}/suspend/", operation_id="users_suspend", tags=["people"], status_code=200)
async def suspend(ask: Asked, id: Name) -> UserView:
    """Let a user in no more, from their next request on."""
    changed = await ask.change(
        lambda session: users.set_active(session, UserId(id), active=False), lambda user: user.id
    )
    return view(changed)


@post("/users/{id:str}/activate/", operation_id="users_activate", tags=["people"], status_code=200)
async def activate(ask: Asked, id: Name) -> UserView:
    """Let a suspended user in again."""
    changed = await ask.change(
        lambda session: users.set_active(session, UserId(id), active=True), lambda user: user.id
    )
    return view(changed)


@delete_("/users/{id:str}/", operation_id="users_delete", tags=["people"])
async def remove(ask: Asked, id: Name) -> None:
    """Remove a user, with their certificates, invitations and API tokens."""
    await ask.change(lambda session: users.remove(session, UserId(id)), lambda user: f"{user.id} {user.username}")
