"""Members of campaigns among the Units that are reporting."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Connection, and_, bindparam, func, not_, or_, select, update

from aosedge.cloud.domain.campaigns.members import Items, Progress, progress, wanted_back
from aosedge.cloud.domain.campaigns.state import ON_THE_WAY, MemberState
from aosedge.cloud.domain.deployment import Aim
from aosedge.cloud.domain.statuses import Actual
from aosedge.cloud.store.campaign_tables import campaign_members, campaigns
from aosedge.cloud.store.tables import versions
from aosedge.model.ids import BundleId, CampaignId, UnitId
from aosedge.model.instants import Instant

_OPEN: Final = (*ON_THE_WAY, "soaking")
_LIVING: Final = ("running", "paused", "halted", "rolling_back")


class Watched(msgspec.Struct, frozen=True):
    """A member whose reports say how far it is; `brought` is what the campaign brings, or with `back` takes away."""

    campaign: CampaignId
    wave: int
    unit: UnitId
    state: MemberState
    reason: str
    active_at: Instant | None
    brought: Items
    back: bool

    def moved(self, aim: Aim, actual: Actual | None, *, made: bool = False) -> Progress | None:
        """Where it is now, if that is news; with `made` after its target was compiled anew."""
        wanted = wanted_back(self.brought, aim) if self.back else self.brought
        found = progress(self.state, wanted, aim, actual, made=made)
        return None if (found.state, found.reason) == (self.state, self.reason) else found


class ReportedMembers:
    """Members that are among these Units: nothing here reaches another."""

    def __init__(self, connection: Connection, units: frozenset[UnitId]) -> None:
        self._connection, self._units = connection, units

    def watched(self) -> tuple[Watched, ...]:
        """Those that are not through with what they were offered, or are while their campaign is not over.

        Of a member that goes back, only that counts.
        """
        m, later = campaign_members.c, campaign_members.alias().c
        query = select(m.campaign, m.wave, m.unit, m.state, m.reason, m.active_at)
        query = query.add_columns(campaigns.c.bundle, campaigns.c.waves)
        query = query.join(campaigns, campaigns.c.id == m.campaign).where(m.unit.in_(self._units))
        through = and_(m.state == "succeeded", campaigns.c.state.in_(_LIVING))
        back = select(later.unit).where(later.campaign == m.campaign, later.unit == m.unit, later.wave > m.wave)
        query = query.where(or_(m.state.in_(_OPEN), through), not_(back.where(later.state != "pending").exists()))
        found = self._connection.execute(query).all()
        brought = self._brought({row.bundle for row in found})
        return tuple(
            Watched(
                *(row.campaign, row.wave, row.unit, row.state, row.reason, row.active_at),
                brought=brought[row.bundle],
                back=row.waves[row.wave].undoes is not None,
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
        began = {
            f"{phase}_at": func.coalesce(m[f"{phase}_at"], bindparam(phase, type_=BigInteger))
            for phase in ("downloading", "installing")
        }
        told = ("state", "reason", "active_at", "ended_at")
        statement = update(campaign_members).where(*keys).values(**began, **{name: bindparam(name) for name in told})
        values = [
            {
                "c": old.campaign,
                "w": old.wave,
                "u": old.unit,
                "state": new.state,
                "reason": new.reason.replace("\0", ""),
                "downloading": now if new.state == "downloading" else None,
                "installing": now if new.state == "installing" else None,
                "active_at": (old.active_at or now) if new.state in ("soaking", "succeeded") else None,
                "ended_at": now if new.state in ("failed", "rolled_back", "skipped") else None,
            }
            for old, new in moved
        ]
        if values:
            self._connection.execute(statement, values)
        self._poke({old.campaign for old, _ in moved})

    def alarm(self, alarmed: Iterable[UnitId]) -> bool:
        """Have campaigns looked at whose members these are; whether there are any."""
        m = campaign_members.c
        units = self._units.intersection(alarmed)
        query = select(m.campaign).distinct().where(m.unit.in_(units), m.state.in_((*_OPEN, "succeeded")))
        found = set(self._connection.execute(query).scalars()) if units else set()
        if found:
            self._poke(found)
        return bool(found)

    def _poke(self, ids: set[CampaignId]) -> None:
        """Have them looked at. Whoever finds that said already changes nothing, so that reports wait for no other."""
        due = campaigns.c.look_at.is_(None) | (campaigns.c.look_at > 0)
        if ids:
            self._connection.execute(update(campaigns).where(campaigns.c.id.in_(ids), due).values(look_at=0))
