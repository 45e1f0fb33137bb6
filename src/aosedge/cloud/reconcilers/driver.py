"""Runs work that nobody asked for: each task by signal and by period, never twice at once, its last run visible."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, Protocol, TypeVar

import msgspec

from aosedge.model.instants import Clock, Instant

_log = logging.getLogger("aosedge.reconcilers")
_AFTER_FAILURE_S: Final = 1.0

T = TypeVar("T")


class Report(msgspec.Struct, frozen=True):
    """What a run did; `more`: there is more to do, so run again at once."""

    words: str
    more: bool = False


class Task(Protocol):
    """A piece of work without input, that may be run at any time and any number of times."""

    name: str
    wakes_on: frozenset[str]
    """Signals of the store after which there may be work."""
    period_s: float
    """At least this often, signal or not."""

    async def activate(self) -> Report:
        """Do what there is to do now."""


async def one_by_one(some: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
    """Each by itself, so that one that fails keeps no other waiting; raises the first failure once all had a turn."""
    failures = []
    for each in some:
        try:
            await work(each)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the others are not to wait for it
            _log.warning("%s failed: %s", each, failure)
            failures.append(failure)
    if failures:
        raise failures[0]


class Run(msgspec.Struct, frozen=True):
    """A task's last run; `failure` is empty if it went well."""

    started_at: Instant
    ended_at: Instant
    words: str
    failure: str = ""


class Driver:
    """Owns the tasks; `wake` is for `Store.on_signal`."""

    def __init__(self, tasks: Sequence[Task], clock: Clock, runs: dict[str, Run] | None = None) -> None:
        self._tasks, self._clock = tuple(tasks), clock
        self._awake = {task.name: asyncio.Event() for task in tasks}
        self.runs = {} if runs is None else runs

    def wake(self, signal: str) -> None:
        """There may be work for those that wake on this."""
        for task in self._tasks:
            if signal in task.wakes_on:
                self._awake[task.name].set()

    async def run(self) -> None:
        """Until cancelled. A task that fails is tried again and keeps none of the others waiting."""
        async with asyncio.TaskGroup() as group:
            for task in self._tasks:
                group.create_task(self._repeat(task))

    async def _repeat(self, task: Task) -> None:
        awake = self._awake[task.name]
        while True:
            awake.clear()
            run, more = await self._once(task)
            self.runs[task.name] = run
            if more:
                continue
            try:
                async with asyncio.timeout(_AFTER_FAILURE_S if run.failure else task.period_s):
                    await awake.wait()
            except TimeoutError:
                continue

    async def _once(self, task: Task) -> tuple[Run, bool]:
        started = self._clock.wall()
        try:
            report = await task.activate()
        except Exception as error:  # noqa: BLE001 - whatever it was, it is shown, and tried again
            _log.exception("task %s failed; again in %.0f s", task.name, _AFTER_FAILURE_S)
            return Run(started, self._clock.wall(), "", f"{type(error).__name__}: {error}"), False
        return Run(started, self._clock.wall(), report.words), report.more
