"""What people do with sessions: see them, and end them."""

from aosedge.cloud.domain.access.giving import check_covers
from aosedge.cloud.domain.sessions import WebSession
from aosedge.cloud.store import Session
from aosedge.cloud.usecases.users import asker
from aosedge.model.errors import Conflict
from aosedge.model.ids import SessionId


def sign_out(session: Session) -> WebSession:
    """End the session that is asked in; raises Conflict for one who came without."""
    return session.web_sessions.delete(_this(session))


def revoke(session: Session, id: SessionId) -> WebSession:
    """It lets nobody in any more; raises NotFound, and NotAllowed for that of somebody who may do more."""
    ended = session.web_sessions.delete(id)
    if ended.user != asker(session).user:
        owner = session.users.get(ended.user)
        check_covers(asker(session), owner.role, owner.effective)
    return ended


def revoke_all(session: Session, *, but_this: bool) -> int:
    """End all of the asker's own, or all but the one that is asked in; how many. Raises Conflict as `sign_out`."""
    kept = _this(session) if but_this else None
    return session.web_sessions.delete_all(asker(session).user, but=kept)


def _this(session: Session) -> SessionId:
    if session.caller.session is None:
        raise Conflict("you came without a session", element="session", cure="closing the connection is enough")
    return session.caller.session
