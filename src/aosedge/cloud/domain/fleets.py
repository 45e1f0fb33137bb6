"""Fleets: an OEM's Units belong to one each."""

import msgspec

from aosedge.model.ids import FleetId, OrgId
from aosedge.model.instants import Instant
from aosedge.model.windows import zone_named


class Fleet(msgspec.Struct, frozen=True):
    """A fleet of one OEM."""

    id: FleetId
    tenant: OrgId
    title: str
    created_at: Instant
    timezone: str = ""
    """Of its Units that name none themselves, as Europe/Berlin; UTC where it is empty."""


def checked_timezone(name: str) -> str:
    """Raises Invalid for what is no IANA name."""
    if name:
        zone_named(name, "timezone")
    return name
