"""Passkeys of people: what is kept of each, and that nobody removes their last way in."""

from typing import Final

import msgspec

from aosedge.model.errors import Conflict
from aosedge.model.ids import PasskeyId, UserId
from aosedge.model.instants import Instant

OF_A_USER_MOST: Final = 20


class Passkey(msgspec.Struct, frozen=True):
    """`credential_id` is what authenticators call it, base64url; `public_key` is COSE. `synced`: more than one device
    may have it, and then it does not count how often it signed."""

    id: PasskeyId
    user: UserId
    credential_id: str
    public_key: bytes
    sign_count: int
    title: str
    aaguid: str
    synced: bool
    created_at: Instant
    last_used_at: Instant | None = None


def check_room(known: int) -> None:
    """Raise Conflict where a user has as many as they may."""
    if known >= OF_A_USER_MOST:
        raise Conflict(
            "you have as many as you may",
            element="passkey",
            expected=f"at most {OF_A_USER_MOST}",
            cure="remove one first: aos passkey remove ID",
        )


def check_not_last(ways_left: int) -> None:
    """Raise Conflict where somebody would be left without a way in."""
    if ways_left < 1:
        raise Conflict(
            "this is your last way in",
            element="passkey",
            expected="another passkey, a certificate, or OpenID Connect",
            cure="make another passkey first",
        )
