"""Fleets: an OEM's Units belong to one each."""

import msgspec

from aosedge.model.ids import FleetId, OrgId
from aosedge.model.instants import Instant


class Fleet(msgspec.Struct, frozen=True):
    """A fleet of one OEM."""

    id: FleetId
    tenant: OrgId
    title: str
    created_at: Instant
