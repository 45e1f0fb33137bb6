"""OpenID Connect: whom a provider's signed answer is about, and where people may be sent back to.

Rules of OpenID Connect Core 1.0, section 3.1.3.7, and RFC 9207 for `iss` in the answer.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from aosedge.cloud.domain.access.callers import Role
from aosedge.model.errors import Invalid, Untrusted
from aosedge.model.ids import OrgId, UserId
from aosedge.model.instants import SECOND, Instant

SKEW_US: Final = 60 * SECOND
"""By how much the provider's clock and ours may differ."""
PATH_LETTERS_MOST: Final = 500
_TEXT_LETTERS_MOST: Final = 255


class ClaimNames(msgspec.Struct, frozen=True):
    """Which claims tell what. An empty `verified`: the provider only tells addresses that it has verified."""

    email: str = "email"
    verified: str = "email_verified"
    username: str = "preferred_username"


class Newcomers(msgspec.Struct, frozen=True):
    """What becomes of somebody with a verified address that nobody here has: a user of this organization."""

    org: OrgId
    role: Role


class Policy(msgspec.Struct, frozen=True):
    """What the installation says about people of the provider."""

    names: ClaimNames
    newcomers: Newcomers | None = None


class Expected(msgspec.Struct, frozen=True):
    """What the answer to one request must have."""

    issuer: str
    client_id: str
    nonce: str


class Identity(msgspec.Struct, frozen=True):
    """Who somebody is at the provider. `email` is empty unless it is verified."""

    issuer: str
    subject: str
    email: str
    username: str


class Linked(msgspec.Struct, frozen=True):
    """A user whom somebody of the provider has signed in as."""

    issuer: str
    subject: str
    user: UserId
    created_at: Instant


class Waiting(msgspec.Struct, frozen=True):
    """What a ticket keeps while somebody is at the provider; `browser` is the hash of what is in their cookie."""

    nonce: str
    verifier: str
    browser: str
    next: str


class Choice(msgspec.Struct, frozen=True):
    """What a ticket keeps while somebody chooses which of their users to be."""

    identity: Identity
    users: tuple[UserId, ...]
    next: str


def identity_of(claims: Mapping[str, Any], expected: Expected, mapping: ClaimNames, now: Instant) -> Identity:
    """Whom the claims of a token, whose signature holds, are about; raises Untrusted."""
    _check(claims.get("iss") == expected.issuer, "iss", expected.issuer)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    _check(expected.client_id in audiences, "aud", expected.client_id)
    if len(audiences) > 1 or "azp" in claims:
        _check(claims.get("azp") == expected.client_id, "azp", expected.client_id)
    _check(_instant(claims, "exp") > now - SKEW_US, "exp", "an instant to come")
    _check(_instant(claims, "iat") < now + SKEW_US, "iat", "an instant past")
    _check(claims.get("nonce") == expected.nonce, "nonce", "that of the request")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _TEXT_LETTERS_MOST:
        raise Untrusted("the provider does not say who it is", element="sub")
    verified = not mapping.verified or claims.get(mapping.verified) is True
    email = _text(claims, mapping.email) if verified else ""
    return Identity(expected.issuer, subject, email, _text(claims, mapping.username))


def safe_path(path: str) -> str:
    """Where to go after signing in: a page of ours. Raises Invalid for anything that leads elsewhere."""
    plain = path.isprintable() and "\\" not in path and len(path) <= PATH_LETTERS_MOST
    if not plain or not path.startswith("/") or path.startswith("//"):
        raise Invalid("leads elsewhere", element="next", expected="a path, such as /units", got=path[:100])
    return path


def _check(holds: bool, element: str, expected: str) -> None:
    if not holds:
        raise Untrusted("the provider's answer does not hold", element=element, expected=expected)


def _instant(claims: Mapping[str, Any], name: str) -> int:
    said = claims.get(name)
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said < 1e11:
        raise Untrusted("the provider's answer does not hold", element=name, expected="seconds since 1970")
    return int(said * SECOND)


def _text(claims: Mapping[str, Any], name: str) -> str:
    said = claims.get(name)
    return said.strip() if isinstance(said, str) and len(said) <= _TEXT_LETTERS_MOST else ""
