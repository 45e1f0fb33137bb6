"""The cookie of a session: for this host alone, over TLS alone, unseen by scripts, sent by our own pages alone.

`Strict` holds for OpenID Connect too: the page that a provider sends people back to needs no cookie, and what the
page then asks for comes from here.
"""

from typing import Final

from litestar.datastructures import Cookie

from aosedge.model.instants import SECOND

SESSION: Final = "__Host-aos_session"


def session_cookie(secret: str, lasts_us: int) -> Cookie:
    """The cookie that carries a session."""
    return Cookie(
        key=SESSION, value=secret, max_age=lasts_us // SECOND, path="/", secure=True, httponly=True, samesite="strict"
    )


def gone() -> Cookie:
    """The browser forgets the cookie."""
    return session_cookie("", 0)
