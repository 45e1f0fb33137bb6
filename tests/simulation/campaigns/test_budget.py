"""Several campaigns at once under one budget: by seed, two drivers at a time, and the sum never exceeds it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace
from tests.contract.campaign_world import CampaignPlace, campaign_place
from tests.contract.store_world import Counted

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.campaigns.events import Pause, Resume
from aosedge.cloud.domain.campaigns.policy import Gate, Policy, WaveAsk
from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.reconcilers.campaigns import DriveCampaigns
from aosedge.cloud.store import Store, open_store
from aosedge.cloud.usecases import campaigns
from aosedge.model.errors import Conflict
from aosedge.model.ids import CampaignId, OrgId, UnitId
from aosedge.model.instants import MINUTE, SECOND, Instant

EVERYBODY = Policy(strategy="custom", waves=(WaveAsk(share=1.0),), sequential=None, gate=Gate(soak_us=5 * MINUTE))
SIZE, EACH, BUDGET = 24, 8, 5


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = open_store(f"sqlite:///{tmp_path}/cloud.db")
    await made.migrate()
    yield made
    await made.close()


async def at_risk(place: CampaignPlace, every: list[CampaignId]) -> dict[CampaignId, list[UnitId]]:
    """Of each campaign, read from the rows: whoever was offered it and is not through."""
    found: dict[CampaignId, list[UnitId]] = {}
    for id in every:
        page = await place.oem(lambda s, id=id: s.campaigns.members(id))
        through = ("pending", "succeeded", "failed", "rolled_back", "skipped", "excluded", "held")
        found[id] = [member.unit for member in page.items if member.state not in through]
    return found


@pytest.mark.parametrize("seed", range(6))
async def test_the_sum_never_exceeds_the_budget_and_all_come_to_their_end(store: Store, seed: int) -> None:
    chance = Random(seed)
    place = await campaign_place(store, SIZE)
    await place.oem(lambda s: s.risk_budgets.put(OrgId("oem-1"), BUDGET))
    every = []
    for number in range(3):
        some = Selection(units=tuple(place.units[number * EACH : (number + 1) * EACH]))
        policy = replace(EVERYBODY, priority=chance.choice((0, 0, 3)))
        every.append((await place.begin(policy, some, f"campaign {number}")).id)
    drivers = [DriveCampaigns(store, place.clock, Counted(f"d{n}"), InProcessBus()) for n in range(2)]
    for _ in range(200):
        async with asyncio.TaskGroup() as group:
            for driver in drivers:
                group.create_task(driver.activate())
        await place.compile()
        under_way = await at_risk(place, every)
        assert sum(map(len, under_way.values())) <= BUDGET
        waiting = [unit for units in under_way.values() for unit in units]
        await place.report(chance.sample(waiting, chance.randint(0, len(waiting))))
        if chance.random() < 0.1:
            verb, id = chance.choice((Pause(), Resume())), chance.choice(every)
            try:
                await place.oem(lambda s, id=id, verb=verb: campaigns.command(s, id, verb))
            except Conflict:
                continue
        place.clock.now = Instant(place.clock.now + chance.choice((1, 20, 90)) * SECOND)
        states = [(await place.oem(lambda s, id=id: s.campaigns.get(id))).state for id in every]
        if set(states) == {"completed"}:
            return
        if "paused" in states and chance.random() < 0.5:
            paused = every[states.index("paused")]
            await place.oem(lambda s, id=paused: campaigns.command(s, id, Resume()))
    pytest.fail(f"not all came to an end: {states}")


async def test_the_more_urgent_has_what_becomes_free(store: Store) -> None:
    place = await campaign_place(store, SIZE)
    await place.oem(lambda s: s.risk_budgets.put(OrgId("oem-1"), BUDGET))
    first, second = Selection(units=tuple(place.units[:EACH])), Selection(units=tuple(place.units[EACH:]))
    older = (await place.begin(EVERYBODY, first, "older")).id
    assert len((await at_risk(place, [older]))[older]) == BUDGET
    urgent = await place.begin(replace(EVERYBODY, priority=1), second, "urgent")
    assert urgent.share is not None
    assert (urgent.share.at_risk, urgent.share.left) == (BUDGET, 0)
    await place.told((await at_risk(place, [older]))[older])
    await place.pass_time(6 * MINUTE)
    await place.drive()
    found = await at_risk(place, [older, urgent.id])
    assert [len(units) for units in found.values()] == [0, BUDGET]
    await place.oem(lambda s: s.risk_budgets.put(OrgId("oem-1"), None))
    await place.pass_time(61 * SECOND)
    await place.drive()
    found = await at_risk(place, [older, urgent.id])
    assert [len(units) for units in found.values()] == [EACH - BUDGET, SIZE - EACH]
