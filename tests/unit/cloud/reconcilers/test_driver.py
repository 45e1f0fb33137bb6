"""Tasks run by signal and by period, never twice at once, and their last run is visible."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from aosedge.clock import SystemClock
from aosedge.cloud.reconcilers import driver as driver_module
from aosedge.cloud.reconcilers.driver import Driver, Report, one_by_one


class Counting:
    """Counts its runs; what each does is given."""

    def __init__(
        self, name: str, *, period_s: float = 60.0, more: int = 0, fails: int = 0, takes_s: float = 0
    ) -> None:
        self.name, self.period_s = name, period_s
        self.wakes_on = frozenset((name,))
        self.runs, self.overlapping = 0, 0
        self._more, self._fails, self._takes_s, self._inside = more, fails, takes_s, 0

    async def activate(self) -> Report:
        self.runs += 1
        self._inside += 1
        self.overlapping = max(self.overlapping, self._inside)
        await asyncio.sleep(self._takes_s)
        self._inside -= 1
        if self.runs <= self._fails:
            raise OSError("not today")
        return Report(f"run {self.runs}", more=self.runs <= self._more)


@asynccontextmanager
async def driving(*tasks: Counting) -> AsyncIterator[Driver]:
    driver = Driver(tasks, SystemClock())
    async with asyncio.TaskGroup() as group:
        running = group.create_task(driver.run())
        yield driver
        running.cancel()


async def until(task: Counting, runs: int) -> None:
    async with asyncio.timeout(5):
        while task.runs < runs:  # noqa: ASYNC110 - the task under test must not know who waits
            await asyncio.sleep(0.001)


async def test_a_task_runs_at_the_start_and_on_its_signal() -> None:
    task, other = Counting("a"), Counting("b")
    async with driving(task, other) as driver:
        await until(task, 1)
        await asyncio.sleep(0.02)
        assert (task.runs, other.runs) == (1, 1)
        driver.wake("a")
        await until(task, 2)
        driver.wake("nobody's")
        await asyncio.sleep(0.02)
        assert (task.runs, other.runs) == (2, 1)
        assert driver.runs["a"].words == "run 2"
        assert driver.runs["a"].ended_at >= driver.runs["a"].started_at


async def test_a_task_runs_by_its_period_without_a_signal() -> None:
    task = Counting("a", period_s=0.01)
    async with driving(task):
        await until(task, 4)


async def test_a_task_with_more_to_do_goes_on_at_once() -> None:
    task = Counting("a", more=5)
    async with driving(task):
        await until(task, 6)
        await asyncio.sleep(0.02)
    assert task.runs == 6


async def test_signals_during_a_run_lead_to_one_more_and_none_overlaps() -> None:
    task = Counting("a", takes_s=0.02)
    async with driving(task) as driver:
        await until(task, 1)
        for _ in range(10):
            driver.wake("a")
        await until(task, 2)
        await asyncio.sleep(0.06)
    assert (task.runs, task.overlapping) == (2, 1)


async def test_a_failing_task_shows_it_is_tried_again_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver_module, "_AFTER_FAILURE_S", 0.01)
    bad, good = Counting("bad", fails=2), Counting("good", period_s=0.01)
    async with driving(bad, good) as driver:
        await until(bad, 1)
        await asyncio.sleep(0)
        assert driver.runs["bad"].failure == "OSError: not today"
        await until(bad, 3)
        await until(good, 3)
        await asyncio.sleep(0.01)
        assert driver.runs["bad"].failure == ""


async def test_of_several_the_one_that_fails_keeps_no_other_waiting() -> None:
    seen = []

    async def look_at(name: str) -> None:
        seen.append(name)
        if name in "bd":
            raise OSError(name)

    with pytest.raises(OSError, match="b"):
        await one_by_one("abcde", look_at)
    assert seen == [*"abcde"]
