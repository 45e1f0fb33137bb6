"""Campaigns of one organization, one of which cannot be looked at for a while: the others come to their ends."""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

from tests.contract.campaign_world import campaign_place
from tests.contract.store_world import Counted
from tests.simulation.campaigns.planning import EACH, EVERYBODY, at_risk
from tests.simulation.campaigns.rules import Violated
from tests.simulation.campaigns.world import _fast

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.reconcilers import campaigns as reconciler
from aosedge.cloud.reconcilers.campaigns import DriveCampaigns
from aosedge.cloud.store import EverySession, Store, open_store
from aosedge.model.ids import CampaignId
from aosedge.model.instants import MINUTE, Instant

ROUNDS: Final = 40


class Faulty(Exception):
    """This campaign cannot be looked at."""


@contextlib.contextmanager
def stuck(broken: CampaignId) -> Iterator[None]:
    """Whoever looks at this campaign fails."""
    sound = reconciler.drive

    def drive(session: EverySession, id: CampaignId, *, newcomers: bool) -> bool:
        if id == broken:
            raise Faulty(id)
        return sound(session, id, newcomers=newcomers)

    reconciler.drive = drive
    try:
        yield
    finally:
        reconciler.drive = sound


async def apart(store: Store, chance: Random) -> None:
    """Three campaigns with two drivers; one is stuck from some moment on, and is mended once the others are over."""
    place = await campaign_place(store, 3 * EACH)
    every = []
    for number in range(3):
        some = Selection(units=tuple(place.units[number * EACH : (number + 1) * EACH]))
        every.append((await place.begin(EVERYBODY, some, f"campaign {number}")).id)
    drivers = [DriveCampaigns(store, place.clock, Counted(f"d{n}"), InProcessBus()) for n in range(2)]

    async def look(driver: DriveCampaigns) -> None:
        with contextlib.suppress(Faulty):
            await driver.activate()

    async def completed(patience: int) -> set[CampaignId]:
        for _ in range(patience):
            await asyncio.gather(*map(look, drivers))
            await place.compile()
            waiting = [unit for units in (await at_risk(place, every)).values() for unit in units]
            await place.report(chance.sample(waiting, chance.randint(0, len(waiting))))
            place.clock.now = Instant(place.clock.now + chance.choice((1, 3)) * MINUTE)
        found = [await place.oem(lambda s, id=id: s.campaigns.get(id)) for id in every]
        return {campaign.id for campaign in found if campaign.state == "completed"}

    broken = chance.choice(every)
    await completed(chance.randint(0, 2))
    with stuck(broken):
        waits = set(every) - {broken} - await completed(ROUNDS)
    if waits:
        raise Violated("apart", f"{sorted(waits)} wait for {broken}, which cannot be looked at")
    if len(await completed(ROUNDS)) != len(every):
        raise Violated("liveness", f"{broken} was mended, and is not over")


async def simulate(seed: int) -> None:
    """One world from its beginning to its end. Raises Violated."""
    with tempfile.TemporaryDirectory(prefix="aosedge-apart-", dir=_fast()) as folder:
        store = open_store(f"sqlite:///{Path(folder)}/cloud.db")
        await store.migrate()
        try:
            await apart(store, Random(seed))
        finally:
            await store.close()
