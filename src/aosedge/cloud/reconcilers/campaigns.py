"""Drives campaigns: whatever is due is looked at, one transaction each."""

from functools import partial
from typing import Final

from aosedge.cloud.domain import events
from aosedge.cloud.domain.access.callers import Caller, Scope, Task
from aosedge.cloud.ports import Bus
from aosedge.cloud.reconcilers.driver import Report, one_by_one
from aosedge.cloud.store import EverySession, Store
from aosedge.cloud.usecases import verification
from aosedge.cloud.usecases.campaign_decisions import note
from aosedge.cloud.usecases.campaigns import counted, go_on, make_room, settled, take_in, takes_newcomers
from aosedge.cloud.usecases.gating import held_back
from aosedge.model.ids import CampaignId, Ids
from aosedge.model.instants import MINUTE, Clock, Instant

TOGETHER_MOST: Final = 20


class DriveCampaigns:
    """A task of the driver."""

    name = "campaigns"
    wakes_on = frozenset(("campaigns",))
    period_s = 1.0

    def __init__(self, store: Store, clock: Clock, ids: Ids, bus: Bus) -> None:
        self._store, self._clock, self._ids, self._bus = store, clock, ids, bus
        self._taken_in: dict[CampaignId, Instant] = {}

    async def activate(self) -> Report:
        """Look at every campaign that is due; one that fails keeps no other waiting."""
        caller = Caller(Task(self.name), self._ids.new(), self._clock.wall())
        due = await self._store.read_every(caller, lambda s: s.campaign_members.due(caller.now, TOGETHER_MOST))

        async def look_at(id: CampaignId) -> None:
            newcomers = not 0 <= caller.now - self._taken_in.get(id, Instant(-MINUTE)) < MINUTE
            if await self._store.write_every(caller, partial(drive, id=id, newcomers=newcomers)):
                self._taken_in[id] = caller.now
            await self._bus.publish(events.campaign_topic(id), events.encode(events.CampaignNews(id)))

        await one_by_one(due, look_at)
        return Report(f"looked at {len(due)} campaigns", more=len(due) == TOGETHER_MOST)


def drive(session: EverySession, id: CampaignId, *, newcomers: bool) -> bool:
    """Let one campaign go as far as it can now, and with `newcomers` take such in; whether it looked for them."""
    members, now = session.campaign_members, session.caller.now
    campaign = members.due_one(id, now)
    if campaign is None:
        return False  # somebody else was faster
    newcomers = newcomers and takes_newcomers(campaign)
    within = session.within(Scope(reach="tenant", tenant=campaign.tenant))
    if newcomers:
        take_in(within, campaign)
    before, campaign = campaign, settled(members, held_back(within, campaign), now)
    new, look_at = go_on(members, campaign, counted(campaign), now)
    members.put(new, look_at)
    make_room(members, before, new)
    note(within, before, new, asked=False)
    if new.batch is not None:
        verification.tried(within, new)
        session.signal("effects")
    session.signal("targets")
    return newcomers
