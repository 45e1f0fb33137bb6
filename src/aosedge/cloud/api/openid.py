"""Signing in with OpenID Connect: a browser goes to the provider and comes back; then, maybe, a choice."""

from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter
from litestar.response import Redirect

from aosedge.cloud.api.signing_in import Door, SignedInView, page_session, signed_in, visit_of
from aosedge.cloud.domain.access.roles import WIRE_NAMES
from aosedge.cloud.usecases.openid import Answer, OpenId
from aosedge.model.errors import AosError
from aosedge.model.ids import UserId

Provided: TypeAlias = NamedDependency[OpenId]
BROWSER: Final = "__Host-aos_openid"
PAGE: Final = "/sign-in"
"""The console's page: it reads `#choice=` and `#error=`."""
_MINUTES: Final = 10
_NO_STORE: Final = {"cache-control": "no-store"}


class ChoiceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token that the page `/sign-in#choice=` came with."""

    token: str


class ChosenBody(ChoiceBody, frozen=True, forbid_unknown_fields=True):
    """Whom to be."""

    user_id: str


class ChoiceView(msgspec.Struct, frozen=True):
    """One of a person's users."""

    user_id: str
    username: str
    role: str
    organization_id: str
    organization: str


class ChoicesView(msgspec.Struct, frozen=True):
    """All that they may choose from."""

    items: tuple[ChoiceView, ...]


class ChosenView(SignedInView, frozen=True):
    """You are in; `next` is the page that you wanted."""

    next: str


def _browser_cookie(secret: str, minutes: int) -> Cookie:
    """For the way there and back. Lax, since the way back begins at the provider."""
    return Cookie(
        key=BROWSER, value=secret, max_age=minutes * 60, path="/", secure=True, httponly=True, samesite="lax"
    )


def _failed(request: Request[Any, Any, Any], error: AosError) -> Response[Any]:
    """A person goes back to the sign-in page, which shows the words; a program gets the error. Raises `error`."""
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    return Redirect(f"{PAGE}#error={quote(str(error))}", status_code=302, headers=_NO_STORE)


@get(
    "/sign-in/openid/",
    operation_id="sign_in_openid_begin",
    tags=["signing in"],
    security=[{}],
    status_code=302,
)
async def leave(
    request: Request[Any, Any, Any],
    door: Door,
    openid: Provided,
    next_path: Annotated[str, QueryParameter(name="next")] = "/",
) -> Response[Any]:
    """Go to the provider to sign in; `next` is the page of ours to come back to. For a browser to be sent to."""
    try:
        address, browser = await openid.leave(next_path, visit_of(request, door))
    except AosError as error:
        return _failed(request, error)
    return Redirect(address, status_code=302, cookies=[_browser_cookie(browser, _MINUTES)], headers=_NO_STORE)


@get("/sign-in/openid/callback/", operation_id="sign_in_openid", tags=["signing in"], security=[{}], status_code=302)
async def come_back(
    request: Request[Any, Any, Any],
    door: Door,
    openid: Provided,
    said_state: Annotated[str, QueryParameter(name="state")] = "",
    code: FromQuery[str] = "",
    error: FromQuery[str] = "",
    iss: FromQuery[str | None] = None,
) -> Response[Any]:
    """Where the provider sends people back to: on to their page, or to choose which of their users to be."""
    answer = Answer(said_state, code, error, iss, request.cookies.get(BROWSER, ""))
    try:
        chosen = await openid.come_back(answer, visit_of(request, door))
    except AosError as refused:
        return _failed(request, refused)
    cookies = [_browser_cookie("", 0)]
    if chosen.begun is None:
        address = f"{PAGE}#choice={chosen.choice}"
        return Redirect(address, status_code=302, cookies=cookies, headers=_NO_STORE)
    cookies.append(page_session(chosen.begun))
    return Redirect(chosen.next, status_code=302, cookies=cookies, headers=_NO_STORE)


@post("/sign-in/choices/", operation_id="sign_in_choices", tags=["signing in"], security=[{}], status_code=200)
async def choices(
    request: Request[Any, Any, Any], door: Door, openid: Provided, data: JSONBody[ChoiceBody]
) -> ChoicesView:
    """Which of your users, in which organizations, you may be."""
    found = await openid.choices(data.token, visit_of(request, door))
    return ChoicesView(
        tuple(
            ChoiceView(user.id, user.username, WIRE_NAMES[user.role], organization.id, organization.title)
            for user, organization in found
        )
    )


@post("/sign-in/choice/", operation_id="sign_in_choose", tags=["signing in"], security=[{}], status_code=200)
async def choose(
    request: Request[Any, Any, Any], door: Door, openid: Provided, data: JSONBody[ChosenBody]
) -> Response[ChosenView]:
    """Begin a session as the chosen one."""
    chosen = await openid.choose(data.token, UserId(data.user_id), visit_of(request, door))
    assert chosen.begun is not None
    answer = signed_in(chosen.begun)
    shown = ChosenView(**msgspec.structs.asdict(answer.content), next=chosen.next)
    return Response(shown, cookies=answer.cookies, headers=_NO_STORE)
