"""API tokens: a secret with which a program acts for a user, in a part of what the user may do, for a time."""

from collections.abc import Iterable
from typing import Final

import msgspec

from aosedge.cloud.domain.access.callers import Person
from aosedge.cloud.domain.access.giving import held_by
from aosedge.cloud.domain.access.operations import PERSONAL
from aosedge.model.errors import Invalid, NotAllowed
from aosedge.model.ids import TokenId, UserId
from aosedge.model.instants import DAY, MINUTE, Instant

DAYS_MOST: Final = 365
TOUCH_US: Final = MINUTE
"""Last use is kept to the minute: a busy program does not cost a write a request."""


class ApiToken(msgspec.Struct, frozen=True):
    """Of the secret only the SHA-256 is kept; `scopes` are the operations that it may ask for."""

    id: TokenId
    user: UserId
    title: str
    token_hash: str
    scopes: tuple[str, ...]
    created_at: Instant
    expires_at: Instant
    last_used_at: Instant | None = None

    def good(self, now: Instant) -> bool:
        """Whether it still lets its user in."""
        return now < self.expires_at

    def to_touch(self, now: Instant) -> bool:
        """Whether this use is to be written down."""
        return self.last_used_at is None or now - self.last_used_at >= TOUCH_US


def expiry(now: Instant, valid_days: int) -> Instant:
    """When it ends; raises Invalid."""
    if not 1 <= valid_days <= DAYS_MOST:
        raise Invalid("no such time", element="valid_days", expected=f"1..{DAYS_MOST}", got=str(valid_days))
    return Instant(now + valid_days * DAY)


def checked_scopes(who: Person, scopes: Iterable[str]) -> tuple[str, ...]:
    """The operations in order, once each; raises Invalid for none, NotAllowed for one that the person has not."""
    named = tuple(sorted(set(scopes)))
    if not named:
        raise Invalid("a token without scopes is good for nothing", element="scopes", expected="operation ids")
    beyond = [scope for scope in named if scope not in held_by(who) - PERSONAL]
    if beyond:
        raise NotAllowed("a token cannot do more than you", element="scopes", got=", ".join(beyond[:5])[:200])
    return named
