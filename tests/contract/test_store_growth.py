"""What the database does for one batch of Units or one report does not grow with the fleet, nor with its campaign."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool
from tests.contract.campaign_world import ALL, HALVES, NEW, CampaignPlace, crowd

from aosedge.cloud.store import open_store
from aosedge.cloud.usecases import campaigns
from aosedge.model.ids import UnitId

SMALL, LARGE = 1_000, 4_000
INTERVAL = 10
PARTS = ("first batch", "batch that is offered something", "report of a member", "look at the campaign after it")


class Steps:
    """Tens of instructions of SQLite's machine, on all connections that are opened while it counts."""

    def __init__(self) -> None:
        self.number = 0

    def opened(self, connection: sqlite3.Connection, _record: object) -> None:
        connection.set_progress_handler(self._seen, INTERVAL)

    def _seen(self) -> int:
        self.number += 1
        return 0

    async def of(self, work: Callable[[], Awaitable[Any]]) -> int:
        before = self.number
        await work()
        return self.number - before


@contextmanager
def counting() -> Iterator[Steps]:
    steps = Steps()
    event.listen(Pool, "connect", steps.opened)
    yield steps
    event.remove(Pool, "connect", steps.opened)


async def costs(database: Path, size: int) -> dict[str, int]:
    """Tens of instructions for parts of a campaign over a fleet of this size, half of which is offered something."""
    with counting() as steps:
        store = open_store(f"sqlite:///{database}")
        place = CampaignPlace(store, [UnitId(f"u{number}") for number in range(1, size + 1)])
        await crowd(store, size, place.clock)
        first = await steps.of(place.targets.activate)
        await place.compile()
        made = await place.oem(lambda s: campaigns.create(s, place.ids, "spring", NEW, HALVES, ALL))
        place.campaign = made.id
        await place.oem(lambda session: campaigns.plan(session, made.id))
        await place.oem(lambda session: campaigns.start(session, made.id, None))
        offered = await steps.of(place.targets.activate)
        await place.compile()
        (unit, *_) = await place.members("offered")
        reported = await steps.of(lambda: place.report([unit]))
        looked = await steps.of(place.driver.activate)
        await store.close()
    return dict(zip(PARTS, (first, offered, reported, looked), strict=True))


@pytest.fixture(scope="module")
def by_size(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, int]]:
    folder = tmp_path_factory.mktemp("growth")
    found = {}
    for size in (SMALL, LARGE):
        database = folder / f"{size}.db"
        shutil.copyfile(migrated, database)
        found[size] = asyncio.run(costs(database, size))
    return found


@pytest.mark.parametrize("part", PARTS[:-1])
def test_what_one_batch_or_report_costs_does_not_grow_with_the_fleet(
    by_size: dict[int, dict[str, int]], part: str
) -> None:
    small, large = by_size[SMALL][part], by_size[LARGE][part]
    assert large < 1.2 * small + 10, f"{part}: {small} and {large} tens of instructions"


def test_a_look_at_a_campaign_costs_no_more_than_its_members(by_size: dict[int, dict[str, int]]) -> None:
    small, large = by_size[SMALL][PARTS[-1]], by_size[LARGE][PARTS[-1]]
    assert large < 1.2 * small * LARGE / SMALL, f"{small} and {large} tens of instructions"
