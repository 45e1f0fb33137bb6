"""Work of many done together, with one that cannot be done and with none that can."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from aosedge.cloud.gateway.batches import Batches


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


class Store:
    """Takes numbers; `down` it takes none, and a negative one never."""

    def __init__(self) -> None:
        self.down = False
        self.taken: list[int] = []
        self.batches: list[int] = []
        self.spoiled: list[int] = []

    async def take(self, numbers: list[int]) -> None:
        await asyncio.sleep(0)
        if self.down or min(numbers) < 0:
            raise OSError("not now")
        self.taken += numbers
        self.batches.append(len(numbers))


@asynccontextmanager
async def working(store: Store, most: int = 100) -> AsyncIterator[Batches[int]]:
    batches = Batches(store.take, store.spoiled.append, most, retry_s=0.01)
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(batches.run())
        async with asyncio.timeout(5):
            yield batches
        run.cancel()


async def test_what_comes_together_is_done_together_and_in_order() -> None:
    store = Store()
    async with working(store, most=4) as batches:
        for number in range(10):
            batches.put(number)
        await batches.settle()
    assert store.taken == list(range(10)) and store.batches == [4, 4, 2]


async def test_one_that_can_never_be_done_stops_nobody_else() -> None:
    store = Store()
    async with working(store) as batches:
        for number in (1, -2, 3, -4, 5):
            batches.put(number)
        await batches.settle()
    assert store.taken == [1, 3, 5] and store.spoiled == [-2, -4]


async def test_nothing_is_given_up_while_the_store_takes_nothing() -> None:
    store = Store()
    store.down = True
    async with working(store) as batches:
        for number in (1, 2):
            batches.put(number)
        await asyncio.sleep(0.05)
        batches.put(3)
        assert store.taken == [] and store.spoiled == []
        store.down = False
        await batches.settle()
    assert store.taken == [1, 2, 3] and store.spoiled == []


async def test_one_alone_that_fails_waits_for_others_to_tell_whose_fault_it_is() -> None:
    store = Store()
    async with working(store) as batches:
        batches.put(-1)
        await asyncio.sleep(0.05)
        assert store.spoiled == []
        batches.put(2)
        await batches.settle()
    assert store.taken == [2] and store.spoiled == [-1]
