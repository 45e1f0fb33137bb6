"""A halt while 100,000 Units are being offered a bundle: whoever has not heard of it by then never does."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.contract.campaign_world import FLEET, ITEM, NEW, Clock, crowd
from tests.contract.store_world import TASK, Counted, person, tenant

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.campaigns.events import Cancel, Event, Halt
from aosedge.cloud.domain.campaigns.policy import Policy, WaveAsk
from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.reconcilers.targets import CompileTargets
from aosedge.cloud.store import Session, Store, open_store
from aosedge.cloud.usecases import campaigns
from aosedge.cloud.usecases.targets import bring_up_to_date
from aosedge.model.ids import UnitId

pytestmark = pytest.mark.slow

SIZE, TOGETHER, HEARD = 100_000, 1_000, 1_500
"""Units; those that ask at once; those whose targets had been compiled before the halt."""
EVERYBODY = Policy(strategy="custom", waves=(WaveAsk(share=1.0),), sequential=None)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = open_store(f"sqlite:///{tmp_path}/cloud.db")
    await made.migrate()
    yield made
    await made.close()


@pytest.mark.parametrize(("size", "verb"), [(SIZE, Halt("enough")), (3_000, Cancel())])
async def test_whoever_had_not_heard_of_it_by_a_halt_never_does(store: Store, size: int, verb: Event) -> None:
    clock, ids = Clock(), Counted("campaign")

    async def oem(work: Callable[[Session], Any]) -> Any:
        return await store.write(person("oem-1", clock.now), tenant("oem-1"), work)

    await crowd(store, size, clock)
    targets = CompileTargets(store, InProcessBus(), clock, ids)
    for _ in range(3):
        await targets.activate()
    made = await oem(lambda s: campaigns.create(s, ids, "spring", NEW, EVERYBODY, Selection(fleets=(FLEET,))))
    await oem(lambda s: campaigns.plan(s, made.id))
    await oem(lambda s: campaigns.start(s, made.id, None))
    for _ in range(3):
        await targets.activate()
    everybody = [UnitId(f"u{number + 1}") for number in range(size)]
    assert len(await _new(store, everybody, ask=False)) == HEARD
    await oem(lambda s: campaigns.command(s, made.id, verb))
    assert await _new(store, everybody, ask=True) == set()


async def _new(store: Store, everybody: list[UnitId], *, ask: bool) -> set[UnitId]:
    """Who is to have the new version; with `ask` as it is handed out, which waits for no reconciler."""
    found = set()
    for first in range(0, len(everybody), TOGETHER):
        some = frozenset(everybody[first : first + TOGETHER])
        if ask:
            await bring_up_to_date(store, TASK, some)
        known = await store.read_units(some, lambda session: session.reported.load(frozenset()))
        for each in known.values():
            items = each.aim.document.items if each.aim.document is not None else ()
            found |= {each.unit for item in items if (item.item.id, item.version) == (ITEM, "2.0.0")}
    return found
