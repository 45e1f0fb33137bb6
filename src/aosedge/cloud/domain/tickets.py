"""Tickets: what somebody began and may finish once, within minutes: a challenge, a way to another site and back."""

from typing import Final, Literal

import msgspec

from aosedge.model.ids import UserId
from aosedge.model.instants import MINUTE, Instant

Purpose = Literal["link", "passkey registration", "passkey sign-in", "openid", "choice"]
LIFE_US: Final[dict[Purpose, int]] = {
    "link": 10 * MINUTE,
    "passkey registration": 5 * MINUTE,
    "passkey sign-in": 5 * MINUTE,
    "openid": 10 * MINUTE,
    "choice": 5 * MINUTE,
}
TICKETS_MOST: Final = 20_000
"""At a time, of all; then the oldest of the purpose go (invariant I12)."""
OF_A_USER_MOST: Final = 10


class Ticket(msgspec.Struct, frozen=True):
    """Of its secret only the SHA-256 is kept. `user`: whose it is, where known; `content` is the purpose's."""

    token_hash: str
    purpose: Purpose
    user: UserId | None
    created_at: Instant
    expires_at: Instant
    content: str = ""

    def good(self, purpose: Purpose, now: Instant) -> bool:
        """Whether it is one of this purpose that still counts."""
        return self.purpose == purpose and now < self.expires_at


def ticket(token_hash: str, purpose: Purpose, user: UserId | None, now: Instant, content: str = "") -> Ticket:
    """A fresh one."""
    return Ticket(token_hash, purpose, user, now, Instant(now + LIFE_US[purpose]), content)
