"""Enrolment keys: one-time secrets with which Units register themselves, so many and for so long."""

from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.titles import checked_title
from aosedge.model.errors import Invalid, NotAllowed
from aosedge.model.ids import EnrolmentKeyId, FleetId, OrgId, TargetSystemId, UserId
from aosedge.model.instants import HOUR, Instant

KeyState = Literal["open", "used", "expired", "revoked"]
Policy = Literal["approve", "automatic"]
"""`approve`: a person looks at each Unit; `automatic`: whoever has the key is in."""
UNITS_MOST: Final = 10_000
HOURS_MOST: Final = 365 * 24


class EnrolmentKey(msgspec.Struct, frozen=True):
    """Of the secret only the SHA-256 is kept. `used` counts the Units that have come with it, let in or not."""

    id: EnrolmentKeyId
    tenant: OrgId
    fleet: FleetId
    title: str
    secret_hash: str
    units_most: int
    policy: Policy
    created_at: Instant
    expires_at: Instant
    created_by: UserId
    target_system: TargetSystemId | None = None
    used: int = 0
    revoked: bool = False

    def state(self, now: Instant) -> KeyState:
        """Whether another Unit may come with it, and if not why."""
        if self.revoked:
            return "revoked"
        if now >= self.expires_at:
            return "expired"
        return "used" if self.used >= self.units_most else "open"


class NewKey(msgspec.Struct, frozen=True):
    """What a person wants of a key."""

    title: str
    units_most: int
    valid_hours: int
    policy: Policy


def checked(wanted: NewKey) -> NewKey:
    """With its title as it is kept; raises Invalid naming the field."""
    title = checked_title(wanted.title)
    for element, value, most in (
        ("units", wanted.units_most, UNITS_MOST),
        ("valid_hours", wanted.valid_hours, HOURS_MOST),
    ):
        if not 1 <= value <= most:
            raise Invalid("out of range", element=element, expected=f"1..{most}", got=str(value))
    return msgspec.structs.replace(wanted, title=title)


def expiry(now: Instant, valid_hours: int) -> Instant:
    """When it ends."""
    return Instant(now + valid_hours * HOUR)


def check_usable(key: EnrolmentKey | None, now: Instant) -> EnrolmentKey:
    """The key, if one more Unit may come with it; raises NotAllowed saying why not."""
    words = "is not known here"
    if key is not None:
        state = key.state(now)
        if state == "open":
            return key
        words = {"used": "was used by as many Units as it is for", "expired": "has expired"}.get(state, "was revoked")
    raise NotAllowed(f"the enrolment key {words}", element="enrolment key", cure="aos enrolment create")
