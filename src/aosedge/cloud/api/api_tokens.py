"""API tokens: what programs sign in with."""

import msgspec
from litestar import delete as delete_
from litestar import get, post
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.api_tokens import ApiToken
from aosedge.cloud.usecases import api_tokens
from aosedge.model.ids import TokenId, UserId
from aosedge.model.instants import to_rfc3339
from aosedge.trust import secrets


class ApiTokenView(msgspec.Struct, frozen=True):
    """A token without its secret, which nobody is shown again; `last_used_at` is to the minute."""

    id: str
    user_id: str
    title: str
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str
    last_used_at: str | None


class NewApiTokenView(ApiTokenView, frozen=True):
    """A token as it is made: `token` is shown this once."""

    token: str


class ApiTokensView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[ApiTokenView, ...]


class ApiTokenBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What for, which operations, for how long."""

    title: str
    scopes: tuple[str, ...]
    valid_days: int = 90


def view(token: ApiToken) -> ApiTokenView:
    """As the API shows it."""
    return ApiTokenView(
        id=token.id,
        user_id=token.user,
        title=token.title,
        scopes=token.scopes,
        created_at=to_rfc3339(token.created_at),
        expires_at=to_rfc3339(token.expires_at),
        last_used_at=None if token.last_used_at is None else to_rfc3339(token.last_used_at),
    )


@get("/api-tokens/", operation_id="api_tokens_list", tags=["people"])
async def list_(
    ask: Asked, window: Within, user_id: FromQuery[str | None] = None, ordering: FromQuery[str] = "-created_at"
) -> ApiTokensView:
    """Tokens of the users that you manage, or your own, newest first."""
    user = None if user_id is None else UserId(user_id)
    page = await ask.read(lambda session: session.api_tokens.page(window, user=user, order=ordering))
    return ApiTokensView(page.total, tuple(map(view, page.items)))


@post("/api-tokens/", operation_id="api_tokens_create", tags=["people"])
async def create(ask: Asked, data: JSONBody[ApiTokenBody]) -> NewApiTokenView:
    """Make a token of your own, for `Authorization: Bearer`: it can do what its scopes and you yourself may do."""
    secret = secrets.new_secret(secrets.API_TOKEN)
    hashed = secrets.hash_of(secret)
    made = await ask.change(
        lambda session: api_tokens.create(session, ask.ids, data.title, data.scopes, data.valid_days, hashed),
        lambda token: token.id,
    )
    return NewApiTokenView(**msgspec.structs.asdict(view(made)), token=secret)


@delete_("/api-tokens/{id:str}/", operation_id="api_tokens_delete", tags=["people"])
async def revoke(ask: Asked, id: Name) -> None:
    """Revoke a token: it lets nobody in any more, from the next request on."""
    await ask.change(
        lambda session: api_tokens.revoke(session, TokenId(id)), lambda token: f"{token.id} of {token.user}"
    )
