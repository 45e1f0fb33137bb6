"""Passkeys: one's own, those of the users that one manages, and ways in with them."""

from typing import Any, TypeAlias

import msgspec
from litestar import Request, Response, get, post, put
from litestar import delete as delete_
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.api.invitations import token_of
from aosedge.cloud.api.signing_in import Door, SignedInView, signed_in, visit_of
from aosedge.cloud.domain.pages import Page
from aosedge.cloud.domain.passkeys import Passkey
from aosedge.cloud.usecases import passkeys
from aosedge.model.ids import PasskeyId, UserId
from aosedge.model.instants import to_rfc3339

Doing: TypeAlias = NamedDependency[passkeys.Passkeys]


class PasskeyView(msgspec.Struct, frozen=True):
    """A passkey. `synced`: more than one device may have it; `aaguid` names the kind of authenticator."""

    id: str
    user_id: str
    title: str
    aaguid: str
    synced: bool
    created_at: str
    last_used_at: str | None


class PasskeysView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[PasskeyView, ...]


class PasskeyTitleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to call it."""

    title: str


class NewPasskeyBody(PasskeyTitleBody, frozen=True, forbid_unknown_fields=True):
    """What the authenticator made: `PublicKeyCredential.toJSON()`, and what to call it."""

    credential: dict[str, Any]


class PasskeyAnswerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the authenticator showed: `PublicKeyCredential.toJSON()`."""

    credential: dict[str, Any]


def view(passkey: Passkey) -> PasskeyView:
    """As the API shows it."""
    return PasskeyView(
        id=passkey.id,
        user_id=passkey.user,
        title=passkey.title,
        aaguid=passkey.aaguid,
        synced=passkey.synced,
        created_at=to_rfc3339(passkey.created_at),
        last_used_at=None if passkey.last_used_at is None else to_rfc3339(passkey.last_used_at),
    )


def _views(page: Page[Passkey]) -> PasskeysView:
    return PasskeysView(page.total, tuple(map(view, page.items)))


@get("/users/me/passkeys/", operation_id="own_passkeys_list", tags=["signing in"])
async def list_own(ask: Asked, window: Within, ordering: FromQuery[str] = "-created_at") -> PasskeysView:
    """Your own passkeys, newest first."""
    user = ask.person.user
    return _views(await ask.read(lambda session: session.passkeys.page(window, user=user, order=ordering)))


@post("/users/me/passkeys/options/", operation_id="own_passkeys_begin", tags=["signing in"], status_code=200)
async def begin_own(ask: Asked, passkeys_: Doing) -> dict[str, Any]:
    """Begin to enrol a passkey: for `PublicKeyCredential.parseCreationOptionsFromJSON`; good once, for 5 minutes."""
    return await ask.change(passkeys_.offer, lambda options: str(options["user"]["name"]))


@post("/users/me/passkeys/", operation_id="own_passkeys_create", tags=["signing in"])
async def create_own(ask: Asked, passkeys_: Doing, data: JSONBody[NewPasskeyBody]) -> PasskeyView:
    """Enrol the passkey that was made for the options."""
    await ask.allowed()
    made = await passkeys_.enrolled(ask.caller, ask.operation, ask.person.user, data.credential)
    added = await ask.change(lambda session: passkeys.add(session, ask.ids, data.title, made), lambda one: one.id)
    return view(added)


@put("/users/me/passkeys/{id:str}/", operation_id="own_passkeys_rename", tags=["signing in"])
async def rename_own(ask: Asked, id: Name, data: JSONBody[PasskeyTitleBody]) -> PasskeyView:
    """Call a passkey something else."""
    return view(await ask.change(lambda s: passkeys.rename(s, PasskeyId(id), data.title), lambda one: one.id))


@delete_("/users/me/passkeys/{id:str}/", operation_id="own_passkeys_delete", tags=["signing in"])
async def remove_own(ask: Asked, id: Name, door: Door) -> None:
    """Remove a passkey, and end the sessions that it began; not your last way in."""
    await ask.change(lambda s: passkeys.remove_own(s, PasskeyId(id), openid=door.openid), lambda one: one.id)


@get("/passkeys/", operation_id="passkeys_list", tags=["signing in"])
async def list_(
    ask: Asked, window: Within, user_id: FromQuery[str | None] = None, ordering: FromQuery[str] = "-created_at"
) -> PasskeysView:
    """Passkeys of the users that you manage, newest first."""
    user = None if user_id is None else UserId(user_id)
    return _views(await ask.read(lambda session: session.passkeys.page(window, user=user, order=ordering)))


@delete_("/passkeys/{id:str}/", operation_id="passkeys_delete", tags=["signing in"])
async def remove(ask: Asked, id: Name) -> None:
    """Remove a passkey of a user that you manage, and end the sessions that it began."""
    await ask.change(lambda s: passkeys.remove(s, PasskeyId(id)), lambda one: f"{one.id} of {one.user}")


@post(
    "/sign-in/passkey/options/",
    operation_id="sign_in_passkey_begin",
    tags=["signing in"],
    security=[{}],
    status_code=200,
)
async def begin(request: Request[Any, Any, Any], door: Door, passkeys_: Doing) -> dict[str, Any]:
    """Begin to sign in: for `PublicKeyCredential.parseRequestOptionsFromJSON`; good once, for 5 minutes."""
    return await passkeys_.ask(visit_of(request, door))


@post("/sign-in/passkey/", operation_id="sign_in_passkey", tags=["signing in"], security=[{}], status_code=200)
async def sign_in(
    request: Request[Any, Any, Any], door: Door, passkeys_: Doing, data: JSONBody[PasskeyAnswerBody]
) -> Response[SignedInView]:
    """Begin a session with a passkey; it says whose it is."""
    return signed_in(await passkeys_.sign_in(data.credential, visit_of(request, door)))


@post(
    "/invitations/passkey/options/",
    operation_id="invited_passkeys_begin",
    tags=["signing in"],
    security=[{"invitation": []}],
    status_code=200,
)
async def begin_invited(request: Request[Any, Any, Any], door: Door, passkeys_: Doing) -> dict[str, Any]:
    """As `users/me/passkeys/options/`, with an invitation: `Authorization: Token ...`."""
    return await passkeys_.offer_invited(token_of(request), visit_of(request, door))


@post(
    "/invitations/passkey/",
    operation_id="invited_passkeys_create",
    tags=["signing in"],
    security=[{"invitation": []}],
    status_code=201,
)
async def accept(
    request: Request[Any, Any, Any], door: Door, passkeys_: Doing, data: JSONBody[NewPasskeyBody]
) -> Response[SignedInView]:
    """Take up an invitation with the passkey that was made for the options, and begin a session with it."""
    begun = await passkeys_.accept(token_of(request), data.title, data.credential, visit_of(request, door))
    return signed_in(begun)
