"""Invitations: a one-time token with which one user, in one role, gets a certificate."""

from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.access.callers import Role
from aosedge.cloud.domain.access.roles import WIRE_NAMES
from aosedge.cloud.domain.people import User
from aosedge.model.errors import Invalid, NotAllowed
from aosedge.model.ids import InvitationId, UserId
from aosedge.model.instants import HOUR, Instant

InvitationState = Literal["open", "used", "expired", "withdrawn"]
HOURS_MOST: Final = 30 * 24
_NEW: Final = "ask whoever invited you for a new one"


class Invitation(msgspec.Struct, frozen=True):
    """Of the token only the SHA-256 is kept. `role` is the user's when it was made: in another it lets nobody in."""

    id: InvitationId
    user: UserId
    role: Role
    token_hash: str
    created_at: Instant
    expires_at: Instant
    created_by: UserId
    used_at: Instant | None = None
    withdrawn: bool = False

    def state(self, now: Instant) -> InvitationState:
        """Whether it still lets somebody in, and if not why."""
        if self.used_at is not None:
            return "used"
        if self.withdrawn:
            return "withdrawn"
        return "expired" if now >= self.expires_at else "open"


def expiry(now: Instant, valid_hours: int) -> Instant:
    """When it ends; raises Invalid."""
    if not 1 <= valid_hours <= HOURS_MOST:
        raise Invalid("no such time", element="valid_hours", expected=f"1..{HOURS_MOST}", got=str(valid_hours))
    return Instant(now + valid_hours * HOUR)


def check_redeemable(
    invitation: Invitation, user: User, *, organization_active: bool, role: Role | None, now: Instant
) -> None:
    """Raise NotAllowed unless the token lets this user in now, in the role that the asker names, if they name one."""
    state = invitation.state(now)
    if state != "open":
        words = {"used": "was used already", "expired": "has expired", "withdrawn": "was withdrawn"}[state]
        raise NotAllowed(f"the token {words}", element="token", cure=_NEW)
    if invitation.role != user.role or role not in (None, invitation.role):
        raise NotAllowed(
            "the token is for another role", element="token", expected=WIRE_NAMES[invitation.role], cure=_NEW
        )
    if not (user.active and organization_active):
        raise NotAllowed("the account is suspended", element="token", cure="ask whoever invited you")
