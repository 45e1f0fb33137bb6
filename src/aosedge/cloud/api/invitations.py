"""Invitations: the way from nobody to a certificate."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar import delete as delete_
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from aosedge.cloud.api.asking import Asked, Name, Within, origin_of
from aosedge.cloud.domain.access.roles import WIRE_NAMES, role_named
from aosedge.cloud.domain.invitations import Invitation, InvitationState
from aosedge.cloud.usecases import users
from aosedge.cloud.usecases.admission import Admission
from aosedge.model.errors import Unauthenticated
from aosedge.model.ids import InvitationId, UserId
from aosedge.model.instants import Instant, to_rfc3339
from aosedge.trust import secrets


class InvitationView(msgspec.Struct, frozen=True):
    """An invitation without its token, which nobody is shown again."""

    id: str
    user_id: str
    role: str
    state: InvitationState
    created_at: str
    expires_at: str
    created_by: str


class NewInvitationView(InvitationView, frozen=True):
    """An invitation as it is made: `token` is shown this once."""

    token: str


class InvitationsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[InvitationView, ...]


class InvitationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For how long."""

    valid_hours: int = 7 * 24


class CsrBody(msgspec.Struct, frozen=True):
    """A PKCS#10 request, PEM, with an empty subject. `role` is ours: which role the asker takes the token for."""

    csr: str
    role: str | None = None


class ChainView(msgspec.Struct, frozen=True):
    """The certificate with its chain down to the root, PEM."""

    certificate: str


def view(invitation: Invitation, now: Instant) -> InvitationView:
    """As the API shows it."""
    return InvitationView(
        id=invitation.id,
        user_id=invitation.user,
        role=WIRE_NAMES[invitation.role],
        state=invitation.state(now),
        created_at=to_rfc3339(invitation.created_at),
        expires_at=to_rfc3339(invitation.expires_at),
        created_by=invitation.created_by,
    )


def token_of(request: Request[Any, Any, Any]) -> str:
    """The one-time token of `Authorization: Token`; raises Unauthenticated without one."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "token" or not token.strip():
        raise Unauthenticated(
            "no token came", element="Authorization", expected="Token and the one-time token", cure="ask for one"
        )
    return token.strip()


@get("/invitations/", operation_id="invitations_list", tags=["people"])
async def list_(
    ask: Asked,
    window: Within,
    user_id: FromQuery[str | None] = None,
    in_state: Annotated[InvitationState | None, QueryParameter(name="state")] = None,
    ordering: FromQuery[str] = "-created_at",
) -> InvitationsView:
    """Invitations of the users that you manage, newest first."""
    now, user = ask.caller.now, None if user_id is None else UserId(user_id)
    page = await ask.read(
        lambda session: session.invitations.page(window, now=now, user=user, state=in_state, order=ordering)
    )
    return InvitationsView(page.total, tuple(view(invitation, now) for invitation in page.items))


@post("/users/{id:str}/invitations/", operation_id="invitations_create", tags=["people"])
async def create(ask: Asked, id: Name, data: JSONBody[InvitationBody]) -> NewInvitationView:
    """Invite a user: a one-time token for a certificate in their role; it ends open ones that they had."""
    token = secrets.new_secret(secrets.INVITATION)
    hashed = secrets.hash_of(token)
    made = await ask.change(
        lambda session: users.invite(session, ask.ids, UserId(id), hashed, data.valid_hours),
        lambda invitation: f"{invitation.id} {invitation.user}",
    )
    return NewInvitationView(**msgspec.structs.asdict(view(made, ask.caller.now)), token=token)


@delete_("/invitations/{id:str}/", operation_id="invitations_delete", tags=["people"])
async def remove(ask: Asked, id: Name) -> None:
    """Withdraw an invitation that was not used."""
    await ask.change(lambda session: users.withdraw(session, InvitationId(id)), lambda _: id)


@post("/user-certificates/", operation_id="user_certificates_create", tags=["people"], security=[{"invitation": []}])
async def redeem(
    request: Request[Any, Any, Any], admission: NamedDependency[Admission], data: JSONBody[CsrBody]
) -> ChainView:
    """Exchange a one-time token, `Authorization: Token ...`, for a certificate, as aos-keys does (INTEROP)."""
    token = token_of(request)
    role = None if data.role is None else role_named(data.role)
    request_id = request.scope["state"]["request_id"]
    return ChainView(await admission.redeem(token, data.csr, role, request_id, origin_of(request)))
