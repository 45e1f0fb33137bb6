"""Sessions: one's own, and those of the users that one manages."""

import msgspec
from litestar import Response, get, post
from litestar import delete as delete_
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.api.cookies import gone
from aosedge.cloud.domain.pages import Page
from aosedge.cloud.domain.sessions import How, WebSession
from aosedge.cloud.usecases import sessions
from aosedge.model.ids import SessionId, UserId
from aosedge.model.instants import to_rfc3339
from aosedge.trust.secrets import csrf_token_of


class SessionView(msgspec.Struct, frozen=True):
    """A session in a browser. `last_used_at` is to the minute; it ends at the first of the last two, or before."""

    id: str
    user_id: str
    how: How
    device: str
    address: str
    created_at: str
    last_used_at: str
    idle_expires_at: str
    expires_at: str
    current: bool
    """Whether it is the one that you ask in."""


class OwnSessionView(SessionView, frozen=True):
    """The session that you ask in. Send `csrf_token` as `X-CSRF-Token` with each change."""

    csrf_token: str


class SessionsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[SessionView, ...]


class RevokedView(msgspec.Struct, frozen=True):
    """How many sessions ended."""

    revoked: int


def view(session: WebSession, current: SessionId | None) -> SessionView:
    """As the API shows it."""
    return SessionView(
        id=session.id,
        user_id=session.user,
        how=session.how,
        device=session.device,
        address=session.address,
        created_at=to_rfc3339(session.created_at),
        last_used_at=to_rfc3339(session.last_used_at),
        idle_expires_at=to_rfc3339(session.idle_expires_at),
        expires_at=to_rfc3339(session.expires_at),
        current=session.id == current,
    )


def own_session_view(session: WebSession, secret: str) -> OwnSessionView:
    """As the API shows it to whoever is in it."""
    return OwnSessionView(**msgspec.structs.asdict(view(session, session.id)), csrf_token=csrf_token_of(secret))


def _views(page: Page[WebSession], current: SessionId | None) -> SessionsView:
    return SessionsView(page.total, tuple(view(session, current) for session in page.items))


@get("/users/me/sessions/", operation_id="own_sessions_list", tags=["signing in"])
async def list_own(ask: Asked, window: Within, ordering: FromQuery[str] = "-last_used_at") -> SessionsView:
    """Your own sessions, the last used first."""
    now, user = ask.caller.now, ask.person.user
    page = await ask.read(lambda s: s.web_sessions.page(window, now=now, user=user, order=ordering))
    return _views(page, ask.caller.session)


@delete_("/users/me/sessions/", operation_id="own_sessions_revoke_all", tags=["signing in"], status_code=200)
async def revoke_all_own(ask: Asked, but_this: FromQuery[bool] = False) -> RevokedView:
    """End all your sessions, or all but the one that you ask in."""
    ended = await ask.change(lambda s: sessions.revoke_all(s, but_this=but_this), lambda count: f"{count} sessions")
    return RevokedView(ended)


@delete_("/users/me/sessions/{id:str}/", operation_id="own_sessions_revoke", tags=["signing in"])
async def revoke_own(ask: Asked, id: Name) -> None:
    """End one of your sessions: it lets nobody in from the next request on."""
    await ask.change(lambda s: sessions.revoke(s, SessionId(id)), lambda ended: ended.id)


@get("/sessions/", operation_id="sessions_list", tags=["signing in"])
async def list_(
    ask: Asked, window: Within, user_id: FromQuery[str | None] = None, ordering: FromQuery[str] = "-last_used_at"
) -> SessionsView:
    """Sessions of the users that you manage, the last used first."""
    now, user = ask.caller.now, None if user_id is None else UserId(user_id)
    page = await ask.read(lambda s: s.web_sessions.page(window, now=now, user=user, order=ordering))
    return _views(page, ask.caller.session)


@delete_("/sessions/{id:str}/", operation_id="sessions_revoke", tags=["signing in"])
async def revoke(ask: Asked, id: Name) -> None:
    """End a session of a user that you manage."""
    await ask.change(lambda s: sessions.revoke(s, SessionId(id)), lambda ended: f"{ended.id} of {ended.user}")


@post("/sign-out/", operation_id="sign_out", tags=["signing in"], status_code=204)
async def sign_out(ask: Asked) -> Response[None]:
    """End the session that you ask in."""
    await ask.change(sessions.sign_out, lambda ended: ended.id)
    return Response(None, cookies=[gone()])
