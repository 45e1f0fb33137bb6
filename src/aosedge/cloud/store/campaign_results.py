"""What became of a campaign's members, a few statements however many there are."""

from typing import Any, Final

from sqlalchemy import Connection, Select, and_, case, func, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.campaigns.comparison import Outcome, Stuck, Tally
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.domain.pages import Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.campaign_tables import campaign_members
from aosedge.cloud.store.tables import units
from aosedge.cloud.store.units import within

OUTCOMES_MOST: Final = 20
STUCK_MOST: Final = 100
_M: Final = campaign_members.c
_NO_SUCCESS: Final = ("failed", "rolled_back", "skipped", "excluded")


class CampaignResults:
    """Results of campaigns that were found within the scope; Units are those of the scope."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def tallies(self, of: Campaign) -> tuple[Tally, ...]:
        """Of each wave."""
        active = _M.active_at.is_not(None)
        query = select(
            _M.wave,
            func.sum(case((_M.planned, 0), else_=1)).label("joined"),
            func.sum(case((active, _M.download_bytes), else_=0)).label("fetched_bytes"),
            func.max(_M.ended_at).filter(_M.state == "succeeded").label("ended_at"),
        )
        found = self._connection.execute(query.where(_M.campaign == of.id).group_by(_M.wave))
        return tuple(Tally(r.wave, int(r.joined), int(r.fetched_bytes), r.ended_at) for r in found)

    def outcomes(self, of: Campaign) -> tuple[Outcome, ...]:
        """Ends that are no success, on the way out, the most frequent first."""
        out = [wave.number for wave in of.waves if wave.undoes is None]
        number = func.count().label("units")
        query = select(_M.state, _M.reason, number).group_by(_M.state, _M.reason)
        query = query.where(_M.campaign == of.id, _M.wave.in_(out), _M.state.in_(_NO_SUCCESS))
        query = query.order_by(number.desc(), _M.state, _M.reason).limit(OUTCOMES_MOST)
        return rows.every(self._connection, query, Outcome)

    def stuck(self, of: Campaign) -> tuple[int, tuple[Stuck, ...]]:
        """Who was to go back and could not: how many, and the first of them."""
        back = [wave.number for wave in of.waves if wave.undoes is not None]
        query: Select[Any] = select(_M.unit, units.c.system_uid, _M.reason).join(units, units.c.id == _M.unit)
        query = within(query, self._scope)
        query = query.where(and_(_M.campaign == of.id, _M.wave.in_(back), _M.state.in_(_NO_SUCCESS)))
        page = rows.page(self._connection, query, Stuck, Window(STUCK_MOST), "system_uid", ("system_uid",))
        return page.total, page.items
