"""What campaigns do with their members: each a few statements, however many Units there are."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Connection,
    Select,
    Table,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)

from aosedge.cloud.domain.alerts import Severity, severities_from
from aosedge.cloud.domain.campaigns.plan import Placed, Plan
from aosedge.cloud.domain.campaigns.state import MOVING, ON_THE_WAY, Campaign, Share, Wave
from aosedge.cloud.store.campaign_counts import counts_of
from aosedge.cloud.store.campaign_records import CampaignRecords
from aosedge.cloud.store.campaign_tables import campaign_exclusions, campaign_members, campaigns, unit_releases
from aosedge.cloud.store.campaigns import put_campaign
from aosedge.cloud.store.risk_budgets import look_at_others, share
from aosedge.cloud.store.rows import insert_into, one
from aosedge.cloud.store.tables import alerts, units, versions
from aosedge.model.ids import CampaignId, UnitId
from aosedge.model.instants import HOUR, Instant

_M: Final = campaign_members.c
_OPEN: Final = (*ON_THE_WAY, "soaking")
_TOUCHED: Final = (*ON_THE_WAY, "soaking", "succeeded", "failed", "rolled_back")
_NOT_BEGUN: Final = ("offered", "held", "downloading")
_RELEASED: Final = (
    select(unit_releases.c.unit)
    .where(unit_releases.c.unit == _M.unit, unit_releases.c.campaign == _M.campaign)
    .correlate(campaign_members)
    .exists()
)
"""Of members that have the campaign's bundle among what was released to them."""
_NOT_BACK: Final = (
    select(units.c.id)
    .where(units.c.id == _M.unit, units.c.connectivity == "Offline")
    .where(func.coalesce(units.c.last_seen, 0) <= _M.ended_at)
    .correlate(campaign_members)
    .exists()
)
"""Of members that have not been there since they ended."""
_LIVING: Final = ("scheduled", "running", "paused", "halted", "rolling_back")
ROWS_TOGETHER: Final = 500
_JOIN: Final = {
    "sqlite": """
        INSERT INTO campaign_members (campaign, wave, unit, place, state, reason, before,
            no_way_back, away_since, download_bytes, planned)
        SELECT ?1, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
            'pending', '', json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'),
            json_extract(value, '$[6]'), json_extract(value, '$[7]') FROM json_each(?2)""",
    "postgresql": """
        INSERT INTO campaign_members (campaign, wave, unit, place, state, reason, before,
            no_way_back, away_since, download_bytes, planned)
        SELECT $1::text, (r->>0)::integer, r->>1, (r->>2)::bigint, 'pending', '', r->>3,
            r->>4, (r->>5)::bigint, (r->>6)::bigint, (r->>7)::boolean
        FROM json_array_elements($2::json) r""",
}
"""Thousands of members from one JSON text."""
_EXCLUDE: Final = {
    "sqlite": """
        INSERT INTO campaign_exclusions (campaign, unit, reason, cause, detail)
        SELECT ?1, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
            json_extract(value, '$[3]') FROM json_each(?2)""",
    "postgresql": """
        INSERT INTO campaign_exclusions (campaign, unit, reason, cause, detail)
        SELECT $1::text, r->>0, r->>1, r->>2, r->>3 FROM json_array_elements($2::json) r""",
}
FARTHEST_LOOK: Final = HOUR
"""No look is put off for longer; one that is due later was so before the clock was turned back."""


class CampaignMembers:
    """The members of campaigns, wave by wave. Whoever has one has found the campaign within their scope."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.records = CampaignRecords(connection)

    def due(self, now: Instant, most: int) -> tuple[CampaignId, ...]:
        """Campaigns to look at, the longest due first."""
        query = select(campaigns.c.id).where(_is_due(now)).order_by(campaigns.c.look_at).limit(most)
        return tuple(self._connection.execute(query).scalars())

    def due_one(self, id: CampaignId, now: Instant) -> Campaign | None:
        """This campaign, if it is still to be looked at."""
        query = select(*(column for column in campaigns.c if column.name != "look_at"))
        return one(self._connection, query.where(campaigns.c.id == id, _is_due(now)), Campaign)

    def look_at_those_of(self, unit: UnitId) -> None:
        """Something became of a Unit that no report tells: its campaigns are due."""
        mine = select(_M.campaign).where(_M.unit == unit)
        self._connection.execute(update(campaigns).where(campaigns.c.id.in_(mine)).values(look_at=0))

    def put(self, campaign: Campaign, look_at: Instant | None) -> None:
        """Keep what has changed."""
        put_campaign(self._connection, campaign, look_at)

    def open_back(self, campaign: Campaign, wave: int, undoes: int) -> None:
        """Whoever was offered anything in the wave `undoes` is a member of the wave that undoes it."""
        before = select(literal(campaign.id), literal(wave), _M.unit, _M.place, literal("pending"), _M.before)
        touched = or_(_M.state.in_(_TOUCHED), and_(_M.state == "excluded", _RELEASED))
        before = before.where(_M.campaign == campaign.id, _M.wave == undoes, touched, _stayed(campaign))
        columns = ["campaign", "wave", "unit", "place", "state", "before"]
        self._connection.execute(insert(campaign_members).from_select(columns, before))

    def offer(self, campaign: Campaign, wave: Wave, most: int | None, now: Instant) -> None:
        """Offer the wave's content to pending members, in their order."""
        mine = and_(_M.campaign == campaign.id, _M.wave == wave.number)
        pending = and_(mine, _M.state == "pending", _stayed(campaign))
        chosen = and_(pending, self._within_the_first(most, pending))
        if wave.undoes is not None:
            self._give_up(campaign.id, wave.undoes, select(_M.unit).where(chosen), now)
        statement = update(campaign_members).where(chosen)
        fresh = {"active_at": None, "downloading_at": None, "installing_at": None}
        self._connection.execute(statement.values(state="offered", offered_at=now, reason="", **fresh))
        self._turn(campaign, wave, and_(mine, _M.state == "offered", _M.offered_at == now), now)

    def _turn(self, campaign: Campaign, wave: Wave, which: Any, now: Instant) -> None:
        """Have the targets of these members be what the wave is for."""
        if wave.undoes is None:
            given = select(_M.unit, literal(campaign.id), literal(campaign.bundle), literal(now)).where(which)
            releases = insert_into(self._connection, unit_releases)
            releases = releases.from_select(["unit", "campaign", "bundle", "at"], given)
            self._connection.execute(releases.on_conflict_do_nothing())
            self._counted_anew(unit_releases)
        else:
            self._take_releases(campaign.id, select(_M.unit).where(which))
        self._mark_dirty(select(_M.unit).where(which))

    def _within_the_first(self, most: int | None, which: Any) -> Any:
        """Whether a member is one of the first so many of these: a bound on its place, not a list of Units."""
        if most is None:
            return true()
        query = select(_M.place, _M.unit).where(which).order_by(_M.place, _M.unit).offset(most).limit(1)
        beyond = self._connection.execute(query).first()
        return true() if beyond is None else tuple_(_M.place, _M.unit) < tuple_(beyond.place, beyond.unit)

    def put_plan(self, id: CampaignId, plan: Plan) -> None:
        """Keep who is in which wave and who takes no part, in the place of what was planned before."""
        for table in (campaign_members, campaign_exclusions):
            self._connection.execute(delete(table).where(table.c.campaign == id))
        self.add(id, plan.members, planned=True)
        self._insert(_EXCLUDE, id, [(e.unit, e.reason, e.cause, e.detail) for e in plan.exclusions])
        self._counted_anew(campaign_members)

    def _counted_anew(self, table: Table) -> None:
        """Have PostgreSQL hear at once how many rows there are.

        By itself it would only in a minute, and until then go through all of them for each.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text(f"ANALYZE {table.name}"))

    def join(self, id: CampaignId, members: Sequence[Placed]) -> None:
        """Units that match since it was planned."""
        names = [member.unit for member in members]
        for first in range(0, len(names), ROWS_TOGETHER):
            some = campaign_exclusions.c.unit.in_(names[first : first + ROWS_TOGETHER])
            self._connection.execute(delete(campaign_exclusions).where(campaign_exclusions.c.campaign == id, some))
        self.add(id, members)

    def add(self, campaign: CampaignId, members: Sequence[Placed], *, planned: bool = False) -> None:
        """Pending members, in one statement, in the order of their ids; equal Units share what they had before."""
        texts: dict[int, str] = {}
        for m in members:
            if id(m.before) not in texts:
                texts[id(m.before)] = msgspec.json.encode(m.before).decode()
        rows = [
            (m.wave, m.unit, m.place, texts[id(m.before)], m.no_way_back, m.away_since, m.download_bytes, planned)
            for m in sorted(members, key=attrgetter("unit"))
        ]
        self._insert(_JOIN, campaign, rows)

    def _insert(self, statement: dict[str, str], id: CampaignId, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            values = (id, msgspec.json.encode(rows).decode())
            self._connection.exec_driver_sql(statement[self._connection.dialect.name], values)

    def _give_up(self, campaign: CampaignId, wave: int, chosen: Select[Any], now: Instant) -> None:
        """Whoever goes back before being through is through with the wave that is undone."""
        mine = and_(_M.campaign == campaign, _M.wave == wave, _M.state.in_(_OPEN), _M.unit.in_(chosen))
        self._end(mine, "skipped", "taken back before it was through", now)

    def overtaken(self, campaign: Campaign, wave: int, now: Instant) -> None:
        """Pending members that a campaign of higher priority has are skipped, naming it."""
        c, mine, theirs = campaigns.c, versions.alias().c, versions.alias().c
        living = select(c.id, c.title, c.bundle, c.policy).where(c.tenant == campaign.tenant, c.id != campaign.id)
        for row in self._connection.execute(living.where(c.state.in_(_LIVING))).all():
            same = select(mine.item).where(mine.bundle == campaign.bundle, theirs.bundle == row.bundle)
            same = same.where(mine.item == theirs.item).limit(1)
            if row.policy.priority <= campaign.policy.priority or self._connection.execute(same).first() is None:
                continue
            others = select(_M.unit).where(_M.campaign == row.id, _M.state != "skipped")
            which = and_(_M.campaign == campaign.id, _M.wave == wave, _M.state == "pending", _M.unit.in_(others))
            self._end(which, "skipped", f"the campaign {row.title} brings the same items", now)

    def skip_pending(self, campaign: CampaignId, reason: str, now: Instant) -> None:
        """The campaign is over: whoever was not offered anything will not be."""
        self._end(and_(_M.campaign == campaign, _M.state == "pending"), "skipped", reason, now)

    def withdraw(self, campaign: Campaign) -> None:
        """Offers that have not begun to install are taken back, from whoever was left out too; going back is not."""
        out = [wave.number for wave in campaign.waves if wave.undoes is None]
        mine = and_(_M.campaign == campaign.id, _M.wave.in_(out), _M.state.in_(_NOT_BEGUN), _stayed(campaign))
        self._mark_dirty(select(_M.unit).where(mine))
        self._take_releases(campaign.id, select(_M.unit).where(mine))
        self._withdraw_from_absent(campaign, out)
        back = {"state": "pending", "offered_at": None, "reason": ""}
        self._connection.execute(update(campaign_members).where(mine).values(back))

    def _withdraw_from_absent(self, campaign: Campaign, waves: Sequence[int]) -> None:
        """Whoever was away for too long and has not come back since has not begun either."""
        mine = and_(_M.campaign == campaign.id, _M.wave.in_(waves), _M.state.in_(("excluded", "failed")))
        absent = select(_M.unit).where(mine, _RELEASED, _NOT_BACK, _stayed(campaign))
        self._mark_dirty(absent)
        self._take_releases(campaign.id, absent)

    def try_again(self, campaign: Campaign, wave: int) -> None:
        """Failed members become pending."""
        failed = _M.state.in_(("failed", "rolled_back"))
        mine = and_(_M.campaign == campaign.id, _M.wave == wave, failed, _stayed(campaign))
        self._mark_dirty(select(_M.unit).where(mine))
        self._take_releases(campaign.id, select(_M.unit).where(mine))
        cleared = {"state": "pending", "offered_at": None, "active_at": None, "ended_at": None, "reason": ""}
        self._connection.execute(update(campaign_members).where(mine).values(cleared))

    def counted(self, campaign: Campaign) -> Campaign:
        """Its begun waves' counts equal their rows (invariant I11)."""
        return counts_of(self._connection, campaign)

    def share(self, campaign: Campaign, now: Instant) -> Share | None:
        """What its organization's budget of Units at risk leaves it."""
        return share(self._connection, campaign, now)

    def look_at_others(self, campaign: Campaign) -> None:
        """Other campaigns of its organization are due: there may be more or less room for them."""
        look_at_others(self._connection, campaign)

    def alerts(self, campaign: CampaignId, wave: int, severity: Severity) -> int:
        """Alerts of this severity or above on members since each one's offer."""
        query = select(func.count()).select_from(alerts.join(campaign_members, alerts.c.unit == _M.unit))
        query = query.where(_M.campaign == campaign, _M.wave == wave, alerts.c.at >= _M.offered_at)
        query = query.where(alerts.c.severity.in_(severities_from(severity)))
        return int(self._connection.execute(query).scalar_one())

    def sweep(self, campaign: Campaign, wave: Wave, now: Instant) -> bool:
        """What time alone does to members: soaked, silent, gone or away for too long. Whether it did anything.

        Nobody is seen healthy through a soak at whose end they are offline: that may be the failure.
        """
        policy = campaign.policy
        mine = and_(_M.campaign == campaign.id, _M.wave == wave.number)
        self._turn_back(mine, now)
        unit = select(units.c.id).where(units.c.id == _M.unit)
        waiting = _M.state.in_(("pending", *_OPEN) if wave.state in MOVING else _OPEN)
        gone = unit.where(units.c.lifecycle != "provisioned").exists()
        stays = unit.where(units.c.lifecycle == "provisioned", _in_fleet(campaign)).exists()
        why = case((gone, "decommissioned"), else_="in another fleet now")
        moved = self._end(and_(mine, waiting, ~stays), "skipped", why, now)
        seen = or_(units.c.connectivity != "Offline", units.c.last_seen >= _M.active_at + wave.gate.soak_us)
        soaked = and_(_M.state == "soaking", _M.active_at <= now - wave.gate.soak_us, unit.where(seen).exists())
        moved += self._end(and_(mine, soaked), "succeeded", "", now)
        # a Unit that is connected was last seen when it connected: its time counts from there
        since = now - policy.unit_deadline_us
        there = unit.where(units.c.connectivity != "Offline", func.coalesce(units.c.last_seen, 0) <= since).exists()
        silent = and_(_M.state.in_(ON_THE_WAY), _M.offered_at <= since, there)
        moved += self._end(and_(mine, silent), "failed", "no progress by its deadline", now)
        limit = now - policy.offline.after_us
        if wave.begun_at is not None and wave.begun_at <= limit:
            long_ago = or_(units.c.last_seen.is_(None), units.c.last_seen <= limit)
            away = unit.where(units.c.connectivity == "Offline", long_ago).exists()
            moved += self._leave_out(campaign, wave, and_(mine, waiting, away), now)
        return moved > 0

    def _leave_out(self, campaign: Campaign, wave: Wave, absent: Any, now: Instant) -> int:
        """Who is away for too long. Where that is no failure they find what the wave is for when they come back.

        A paused campaign leaves nobody out to whom nothing was offered.
        """
        unasked = and_(absent, _M.state == "pending")
        if campaign.state == "paused":
            absent = and_(absent, _M.state != "pending")
        elif campaign.policy.offline.then == "exclude":
            self._turn(campaign, wave, unasked, now)
        state = "excluded" if campaign.policy.offline.then == "exclude" else "failed"
        return self._end(absent, state, "offline for too long", now)

    def _turn_back(self, mine: Any, now: Instant) -> None:
        """The clock may have been turned back: what would lie ahead begins now."""
        for column, states in ((_M.active_at, ("soaking",)), (_M.offered_at, ON_THE_WAY)):
            ahead = and_(mine, _M.state.in_(states), column > now)
            self._connection.execute(update(campaign_members).where(ahead).values({column.name: now}))

    def next_look(self, campaign: Campaign, wave: Wave) -> Instant | None:
        """When time alone may change a member of the wave next; what is overdue waits for a Unit to connect."""
        query = select(
            func.min(_M.active_at).filter(_M.state == "soaking"),
            func.min(_M.offered_at).filter(_M.state.in_(ON_THE_WAY)),
            func.count().filter(_M.state.in_(("pending", *ON_THE_WAY, "soaking"))),
        )
        query = query.where(_M.campaign == campaign.id, _M.wave == wave.number)
        active, offered, waiting = self._connection.execute(query).one()
        ends = [
            *([active + wave.gate.soak_us] if active is not None else ()),
            *([offered + campaign.policy.unit_deadline_us] if offered is not None else ()),
            *([wave.begun_at + campaign.policy.offline.after_us] if waiting and wave.begun_at is not None else ()),
        ]
        return Instant(min(ends)) if ends else None

    def _end(self, which: Any, state: str, reason: Any, now: Instant) -> int:
        ended = {"state": state, "reason": reason, "ended_at": now}
        return self._connection.execute(update(campaign_members).where(which).values(ended)).rowcount

    def _take_releases(self, campaign: CampaignId, chosen: Select[Any]) -> None:
        mine = and_(unit_releases.c.campaign == campaign, unit_releases.c.unit.in_(chosen))
        self._connection.execute(delete(unit_releases).where(mine))

    def _mark_dirty(self, chosen: Select[Any]) -> None:
        clean = and_(units.c.id.in_(chosen), not_(units.c.target_dirty))
        self._connection.execute(update(units).where(clean).values(target_dirty=True))


def _is_due(now: Instant) -> Any:
    return or_(campaigns.c.look_at <= now, campaigns.c.look_at > now + FARTHEST_LOOK)


def _in_fleet(campaign: Campaign) -> Any:
    """Of Units that have not been moved out of the campaign's only fleet, whose owners have no say in any other."""
    return true() if campaign.fleet is None else units.c.fleet == campaign.fleet


def _stayed(campaign: Campaign) -> Any:
    """The same of members."""
    if campaign.fleet is None:
        return true()
    return select(units.c.id).where(units.c.id == _M.unit, _in_fleet(campaign)).correlate(campaign_members).exists()
