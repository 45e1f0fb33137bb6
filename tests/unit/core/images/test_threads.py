"""Blocking work is never left behind."""

import asyncio
import threading

import pytest

from aosedge.core.images.threads import in_thread


async def test_what_work_returns_and_raises_comes_through() -> None:
    assert await in_thread(sum, [1, 2]) == 3
    with pytest.raises(ZeroDivisionError):
        await in_thread(divmod, 1, 0)


async def test_a_cancelled_caller_waits_for_the_end_of_the_work() -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(10)
        ended.set()
        raise ValueError("nobody hears this")

    async with asyncio.TaskGroup() as group:
        task = group.create_task(in_thread(work))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        await asyncio.sleep(0.01)
        assert not task.done()
        go_on.set()
    assert task.cancelled()
    assert ended.is_set()
