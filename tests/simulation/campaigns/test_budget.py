"""Who has what becomes free of a budget; that its sum is never exceeded, `planning.py` looks after."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.contract.campaign_world import campaign_place
from tests.simulation.campaigns.planning import BUDGET, EACH, EVERYBODY, at_risk

from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.store import Store, open_store
from aosedge.model.ids import OrgId
from aosedge.model.instants import MINUTE, SECOND

SIZE = 24


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = open_store(f"sqlite:///{tmp_path}/cloud.db")
    await made.migrate()
    yield made
    await made.close()


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
