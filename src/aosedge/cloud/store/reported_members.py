"""Members of campaigns among the Units that are reporting."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from aosedge.cloud.domain.campaigns.members import Items, Progress
from aosedge.cloud.domain.campaigns.state import ON_THE_WAY, MemberState
from aosedge.cloud.store.campaign_tables import campaign_members, campaigns
from aosedge.cloud.store.tables import versions
from aosedge.model.ids import BundleId, CampaignId, UnitId
from aosedge.model.instants import Instant

_WATCHED: Final = (*ON_THE_WAY, "soaking", "succeeded")
_LIVING: Final = ("running", "paused", "halted", "rolling_back")


class Watched(msgspec.Struct, frozen=True):
    """A member whose reports say how far it is; `wanted` is what it was offered."""

    campaign: CampaignId
    wave: int
    unit: UnitId
    state: MemberState
    reason: str
    active_at: Instant | None
    wanted: Items


class ReportedMembers:
    """Members that are among these Units: nothing here reaches another."""

    def __init__(self, connection: Connection, units: frozenset[UnitId]) -> None:
        self._connection, self._units = connection, units

    def watched(self) -> tuple[Watched, ...]:
        """Those that were offered something by a campaign that is not over."""
        m = campaign_members.c
        query = select(m.campaign, m.wave, m.unit, m.state, m.reason, m.active_at, m.before)
        query = query.add_columns(campaigns.c.bundle, campaigns.c.waves)
        query = query.join(campaigns, campaigns.c.id == m.campaign).where(campaigns.c.state.in_(_LIVING))
        found = self._connection.execute(query.where(m.unit.in_(self._units), m.state.in_(_WATCHED))).all()
        brought = self._brought({row.bundle for row in found})
        return tuple(
            Watched(
                *(row.campaign, row.wave, row.unit, row.state, row.reason, row.active_at),
                wanted=brought[row.bundle] if row.waves[row.wave].undoes is None else row.before,
            )
            for row in found
        )

    def _brought(self, bundles: set[BundleId]) -> dict[BundleId, Items]:
        brought: dict[BundleId, Items] = {bundle: {} for bundle in bundles}
        if bundles:
            query = select(versions.c.bundle, versions.c.item, versions.c.version)
            for bundle, item, version in self._connection.execute(query.where(versions.c.bundle.in_(bundles))):
                brought[bundle][item] = version
        return brought

    def put(self, moved: Sequence[tuple[Watched, Progress]], now: Instant) -> None:
        """Where these members are now."""
        m = campaign_members.c
        keys = (m.campaign == bindparam("c"), m.wave == bindparam("w"), m.unit == bindparam("u"))
        statement = update(campaign_members).where(*keys)
        values = [
            {
                "c": old.campaign,
                "w": old.wave,
                "u": old.unit,
                "state": new.state,
                "reason": new.reason.replace("\0", ""),
                "active_at": (old.active_at or now) if new.state in ("soaking", "succeeded") else None,
                "ended_at": now if new.state in ("failed", "rolled_back") else None,
            }
            for old, new in moved
        ]
        if values:
            self._connection.execute(statement, values)
        poked = {old.campaign for old, _ in moved}
        due = campaigns.c.look_at.is_(None) | (campaigns.c.look_at > 0)
        self._connection.execute(update(campaigns).where(campaigns.c.id.in_(poked), due).values(look_at=0))
