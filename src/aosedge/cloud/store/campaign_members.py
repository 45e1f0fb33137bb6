"""What campaigns do with their members: each a few statements, however many Units there are."""

from typing import Any, Final

from sqlalchemy import Connection, Select, and_, delete, func, insert, literal, or_, select, update

from aosedge.cloud.domain.alerts import Severity, severities_from
from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.cloud.domain.campaigns.state import ON_THE_WAY, Campaign, Counts, Wave
from aosedge.cloud.store.campaign_tables import campaign_members, campaigns, unit_releases
from aosedge.cloud.store.campaigns import put_campaign
from aosedge.cloud.store.rows import every, insert_into
from aosedge.cloud.store.tables import alerts, units
from aosedge.model.ids import CampaignId
from aosedge.model.instants import Instant

_M: Final = campaign_members.c
_TOUCHED: Final = (*ON_THE_WAY, "soaking", "succeeded", "failed", "rolled_back")
_BEFORE_INSTALLING: Final = ("offered", "downloading")
_WAITING: Final = ("pending", "held")


class CampaignMembers:
    """The members of campaigns, wave by wave. Whoever has one has found the campaign within their scope."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, now: Instant, most: int) -> tuple[Campaign, ...]:
        """Campaigns to look at, the longest due first."""
        query = select(*(column for column in campaigns.c if column.name != "look_at"))
        query = query.where(campaigns.c.look_at <= now).order_by(campaigns.c.look_at).limit(most)
        return every(self._connection, query, Campaign)

    def next_due(self) -> Instant | None:
        """When the next campaign is to be looked at."""
        found: Instant | None = self._connection.execute(select(func.min(campaigns.c.look_at))).scalar_one()
        return found

    def put(self, campaign: Campaign, look_at: Instant | None) -> None:
        """Keep what has changed."""
        put_campaign(self._connection, campaign, look_at)

    def open_back(self, campaign: CampaignId, wave: int, undoes: int) -> None:
        """Whoever was offered anything in the wave `undoes` is a member of the wave that undoes it."""
        before = select(literal(campaign), literal(wave), _M.unit, _M.place, literal("pending"), _M.before)
        before = before.where(_M.campaign == campaign, _M.wave == undoes, _M.state.in_(_TOUCHED))
        columns = ["campaign", "wave", "unit", "place", "state", "before"]
        self._connection.execute(insert(campaign_members).from_select(columns, before))

    def offer(self, campaign: Campaign, wave: Wave, most: int | None, now: Instant) -> None:
        """Offer the wave's content to pending members, in their order."""
        chosen = select(_M.unit).where(_M.campaign == campaign.id, _M.wave == wave.number, _M.state == "pending")
        if most is not None:
            chosen = chosen.order_by(_M.place, _M.unit).limit(most)
        taken = chosen.subquery()
        mine = and_(_M.campaign == campaign.id, _M.wave == wave.number)
        statement = update(campaign_members).where(mine, _M.unit.in_(select(taken.c.unit)))
        self._connection.execute(statement.values(state="offered", offered_at=now, reason="", active_at=None))
        new = select(_M.unit).where(mine, _M.state == "offered", _M.offered_at == now)
        if wave.undoes is None:
            given = select(_M.unit, literal(campaign.id), literal(campaign.bundle), literal(now)).where(
                mine, _M.state == "offered", _M.offered_at == now
            )
            releases = insert_into(self._connection, unit_releases)
            releases = releases.from_select(["unit", "campaign", "bundle", "at"], given)
            self._connection.execute(releases.on_conflict_do_nothing())
        else:
            self._take_releases(campaign.id, new)
        self._mark_dirty(new)

    def withdraw(self, campaign: Campaign) -> None:
        """Offers that have not begun to install are taken back; going back is not."""
        out = [wave.number for wave in campaign.waves if wave.undoes is None]
        mine = and_(_M.campaign == campaign.id, _M.wave.in_(out), _M.state.in_(_BEFORE_INSTALLING))
        self._mark_dirty(select(_M.unit).where(mine))
        self._take_releases(campaign.id, select(_M.unit).where(mine))
        self._connection.execute(update(campaign_members).where(mine).values(state="pending", offered_at=None))

    def try_again(self, campaign: CampaignId, wave: int) -> None:
        """Failed members become pending."""
        mine = and_(_M.campaign == campaign, _M.wave == wave, _M.state.in_(("failed", "rolled_back")))
        self._mark_dirty(select(_M.unit).where(mine))
        self._take_releases(campaign, select(_M.unit).where(mine))
        cleared = {"state": "pending", "offered_at": None, "active_at": None, "ended_at": None, "reason": ""}
        self._connection.execute(update(campaign_members).where(mine).values(cleared))

    def counts(self, campaign: CampaignId, wave: int) -> Counts:
        """The wave's members by state."""
        query = select(_M.state, func.count()).where(_M.campaign == campaign, _M.wave == wave).group_by(_M.state)
        return Counts(**{row[0]: row[1] for row in self._connection.execute(query)})

    def alerts(self, campaign: CampaignId, wave: int, severity: Severity) -> int:
        """Alerts of this severity or above on members since each one's offer."""
        query = select(func.count()).select_from(alerts.join(campaign_members, alerts.c.unit == _M.unit))
        query = query.where(_M.campaign == campaign, _M.wave == wave, alerts.c.at >= _M.offered_at)
        query = query.where(alerts.c.severity.in_(severities_from(severity)))
        return int(self._connection.execute(query).scalar_one())

    def sweep(self, campaign: Campaign, wave: Wave, now: Instant) -> None:
        """What time alone does to members: soaked, silent, gone or away for too long."""
        policy = campaign.policy
        mine = and_(_M.campaign == campaign.id, _M.wave == wave.number)
        soaked = and_(mine, _M.state == "soaking", _M.active_at <= now - wave.gate.soak_us)
        self._end(soaked, "succeeded", "", now)
        gone = select(units.c.id).where(units.c.id == _M.unit, units.c.lifecycle != "provisioned")
        self._end(and_(mine, _M.state.in_((*_WAITING, *ON_THE_WAY)), gone.exists()), "skipped", "decommissioned", now)
        there = select(units.c.id).where(units.c.id == _M.unit, units.c.connectivity != "Offline")
        silent = and_(_M.state.in_(ON_THE_WAY), _M.offered_at <= now - policy.unit_deadline_us, there.exists())
        self._end(and_(mine, silent), "failed", "no progress by its deadline", now)
        self._away(mine, wave, policy, now)

    def _away(self, mine: Any, wave: Wave, policy: Policy, now: Instant) -> None:
        limit = now - policy.offline.after_us
        if wave.begun_at is None or wave.begun_at > limit:
            return
        seen_long_ago = or_(units.c.last_seen.is_(None), units.c.last_seen <= limit)
        away = select(units.c.id).where(units.c.id == _M.unit, units.c.connectivity == "Offline", seen_long_ago)
        state = "excluded" if policy.offline.then == "exclude" else "failed"
        waiting = _M.state.in_((*_WAITING, *ON_THE_WAY))
        self._end(and_(mine, waiting, away.exists()), state, "offline for too long", now)

    def next_look(self, campaign: Campaign, wave: Wave) -> Instant | None:
        """When time alone may change a member next, but for those that are offline."""
        query = select(
            func.min(_M.active_at).filter(_M.state == "soaking"),
            func.min(_M.offered_at).filter(_M.state.in_(ON_THE_WAY)),
            func.count().filter(_M.state.in_((*_WAITING, *ON_THE_WAY))),
        )
        query = query.where(_M.campaign == campaign.id, _M.wave == wave.number)
        active, offered, waiting = self._connection.execute(query).one()
        ends = [
            *([active + wave.gate.soak_us] if active is not None else ()),
            *([offered + campaign.policy.unit_deadline_us] if offered is not None else ()),
            *([wave.begun_at + campaign.policy.offline.after_us] if waiting and wave.begun_at is not None else ()),
        ]
        return Instant(min(ends)) if ends else None

    def _end(self, which: Any, state: str, reason: str, now: Instant) -> None:
        ended = {"state": state, "reason": reason, "ended_at": now}
        self._connection.execute(update(campaign_members).where(which).values(ended))

    def _take_releases(self, campaign: CampaignId, chosen: Select[Any]) -> None:
        mine = and_(unit_releases.c.campaign == campaign, unit_releases.c.unit.in_(chosen))
        self._connection.execute(delete(unit_releases).where(mine))

    def _mark_dirty(self, chosen: Select[Any]) -> None:
        self._connection.execute(update(units).where(units.c.id.in_(chosen)).values(target_dirty=True))
