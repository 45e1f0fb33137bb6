"""Drives campaigns: whatever is due is looked at, one transaction each."""

from functools import partial
from typing import Final

from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.reconcilers.driver import Report
from aosedge.cloud.store import EverySession, Store
from aosedge.cloud.usecases.campaigns import count, go_on, recounted
from aosedge.model.ids import CampaignId, Ids
from aosedge.model.instants import Clock

TOGETHER_MOST: Final = 20


class DriveCampaigns:
    """A task of the driver."""

    name = "campaigns"
    wakes_on = frozenset(("campaigns",))
    period_s = 1.0

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    async def activate(self) -> Report:
        """Look at every campaign that is due; one that fails keeps no other waiting."""
        caller = Caller(Task(self.name), self._ids.new(), self._clock.wall())
        due = await self._store.read_every(caller, lambda s: s.campaign_members.due(caller.now, TOGETHER_MOST))
        for campaign in due:
            await self._store.write_every(caller, partial(drive, id=campaign.id))
        return Report(f"looked at {len(due)} campaigns", more=len(due) == TOGETHER_MOST)


def drive(session: EverySession, id: CampaignId) -> None:
    """Let one campaign go as far as it can now."""
    members, now = session.campaign_members, session.caller.now
    campaign = next((c for c in members.due(now, TOGETHER_MOST) if c.id == id), None)
    if campaign is None:
        return  # somebody else was faster
    campaign = recounted(members, campaign)
    new, look_at = go_on(members, campaign, count(members, campaign, now), now)
    members.put(new, look_at)
    session.signal("targets")
