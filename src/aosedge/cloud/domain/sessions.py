"""Sessions of people in a browser: how they began, how long they last, and what a request in one must show."""

from typing import Final, Literal

import msgspec

from aosedge.model.errors import NotAllowed
from aosedge.model.ids import SessionId, UserId
from aosedge.model.instants import MINUTE, Instant

How = Literal["certificate", "passkey", "openid", "link"]
DEVICE_LETTERS_MOST: Final = 200
OF_A_USER_MOST: Final = 50
"""Sessions of one user at a time; a further one ends the one longest unused (invariant I12)."""
TOUCH_US: Final = MINUTE
"""Last use is kept to the minute: a busy page does not cost a write a request."""
_SAFE: Final = frozenset(("GET", "HEAD", "OPTIONS"))
_FROM_HERE: Final = frozenset(("same-origin", "none"))


class Lifetimes(msgspec.Struct, frozen=True):
    """How long a session lasts without use, and at most."""

    idle_us: int
    whole_us: int


class WebSession(msgspec.Struct, frozen=True):
    """One sign-in of one user. Of the cookie's secret only the SHA-256 is kept.

    `proof` is what the user came with: a certificate's serial, a passkey's id, an OpenID Connect issuer; a session
    ends with the certificate or the passkey that it began with.
    """

    id: SessionId
    user: UserId
    token_hash: str
    how: How
    proof: str
    device: str
    address: str
    created_at: Instant
    last_used_at: Instant
    idle_expires_at: Instant
    expires_at: Instant

    def good(self, now: Instant) -> bool:
        """Whether it still lets its user in."""
        return now < min(self.idle_expires_at, self.expires_at)

    def to_touch(self, now: Instant) -> bool:
        """Whether this use is to be written down."""
        return now - self.last_used_at >= TOUCH_US


class Provenance(msgspec.Struct, frozen=True):
    """What a browser says about where a request comes from; programs say nothing."""

    method: str
    origin: str | None = None
    """The header `Origin`."""
    fetch_site: str | None = None
    """The header `Sec-Fetch-Site`."""
    csrf: str | None = None
    """The header `X-CSRF-Token`."""

    @property
    def changes(self) -> bool:
        """Whether the method may change something."""
        return self.method not in _SAFE


def device_of(user_agent: str) -> str:
    """What the browser calls itself, printable and short."""
    return "".join(letter for letter in user_agent if letter.isprintable())[:DEVICE_LETTERS_MOST]


def check_from_here(said: Provenance, origins: frozenset[str]) -> None:
    """Raise NotAllowed for a change that another site's page asks for.

    A browser sends cookies and client certificates with whatever page asks, so both need this.
    """
    if not said.changes:
        return
    if said.origin is not None:
        if said.origin not in origins:
            raise _foreign("Origin", " or ".join(sorted(origins)), said.origin)
    elif said.fetch_site is not None and said.fetch_site not in _FROM_HERE:
        raise _foreign("Sec-Fetch-Site", "same-origin", said.fetch_site)


def check_csrf(said: Provenance, token: str) -> None:
    """Raise NotAllowed for a change in a session without the session's own token in the header."""
    if said.changes and said.csrf != token:
        raise NotAllowed(
            "a change in a session needs the session's token",
            element="X-CSRF-Token",
            expected="csrf_token of users/me/",
            got="nothing" if said.csrf is None else "another",
            cure="read users/me/ again and send it in this header",
        )


def _foreign(element: str, expected: str, got: str) -> NotAllowed:
    return NotAllowed("another site asked for this", element=element, expected=expected, got=got[:100])
