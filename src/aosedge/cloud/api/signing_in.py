"""Signing in to a session: for pages in a browser. Programs come with a certificate or an API token instead."""

from typing import Any, TypeAlias

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody

from aosedge.cloud.api.asking import certificate_of, origin_of, provenance_of
from aosedge.cloud.api.cookies import SESSION, session_cookie
from aosedge.cloud.api.sessions import OwnSessionView, own_session_view
from aosedge.cloud.domain.sessions import check_from_here
from aosedge.cloud.usecases.signing_in import Begun, Sessions, Visit


class SignIns(msgspec.Struct, frozen=True):
    """What the handlers need."""

    sessions: Sessions
    origins: frozenset[str]
    openid_title: str = ""
    """What the OpenID Connect provider is called; empty where there is none."""

    @property
    def openid(self) -> bool:
        """Whether people can sign in with OpenID Connect."""
        return bool(self.openid_title)


Door: TypeAlias = NamedDependency[SignIns]


class SignInWaysView(msgspec.Struct, frozen=True):
    """How people can sign in here."""

    certificate: bool = True
    link: bool = True
    passkey: bool = True
    openid: str | None = None
    """What the OpenID Connect provider is called, where there is one: send the browser to `sign-in/openid/`."""


class SignedInView(msgspec.Struct, frozen=True):
    """You are in: the cookie came with this."""

    user_id: str
    username: str
    session: OwnSessionView


class LinkBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token of a one-time link."""

    token: str


def visit_of(request: Request[Any, Any, Any], door: SignIns) -> Visit:
    """The request of somebody who wants in; raises NotAllowed where another site's page asks."""
    check_from_here(provenance_of(request), door.origins)
    return Visit(
        request.scope["state"]["request_id"],
        origin_of(request),
        request.headers.get("user-agent", ""),
        request.cookies.get(SESSION),
    )


def page_session(begun: Begun) -> Cookie:
    """The cookie of a session that began."""
    return session_cookie(begun.secret, begun.session.expires_at - begun.session.created_at)


def signed_in(begun: Begun) -> Response[SignedInView]:
    """The answer with the cookie."""
    shown = SignedInView(begun.user.id, begun.user.username, own_session_view(begun.session, begun.secret))
    return Response(shown, cookies=[page_session(begun)], headers={"cache-control": "no-store"})


@get("/sign-in/", operation_id="sign_in_ways", tags=["signing in"], security=[{}])
async def ways(door: Door) -> SignInWaysView:
    """How people can sign in here."""
    return SignInWaysView(openid=door.openid_title or None)


@post(
    "/sign-in/certificate/",
    operation_id="sign_in_certificate",
    tags=["signing in"],
    security=[{"certificate": []}],
    status_code=200,
)
async def by_certificate(request: Request[Any, Any, Any], door: Door) -> Response[SignedInView]:
    """Begin a session with the client certificate of this connection; it ends with the certificate."""
    return signed_in(await door.sessions.by_certificate(certificate_of(request), visit_of(request, door)))


@post("/sign-in/link/", operation_id="sign_in_link", tags=["signing in"], security=[{}], status_code=200)
async def by_link(request: Request[Any, Any, Any], door: Door, data: JSONBody[LinkBody]) -> Response[SignedInView]:
    """Begin a session with the token of a one-time link (`aoscloud sign-in-link USER`)."""
    return signed_in(await door.sessions.by_link(data.token, visit_of(request, door)))
