"""What a bus must do."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.ports import Bus, Subscription
from aosedge.model.errors import Invalid

BUSES: list[Callable[[int], Bus]] = [InProcessBus]


@pytest.fixture(params=BUSES)
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """Each kind, whose listeners may be four payloads behind."""
    bus: Bus = request.param(4)
    yield bus
    await bus.close()


async def heard(subscription: Subscription, count: int) -> list[bytes]:
    found: list[bytes] = []
    async with asyncio.timeout(5):
        async for payload in subscription:
            found.append(payload)
            if len(found) == count:
                return found
    return found


async def test_listeners_hear_their_topic_in_order(bus: Bus) -> None:
    one, other = bus.subscribe("unit.1.target"), bus.subscribe("unit.2.target")
    for payload in (b"a", b"b"):
        await bus.publish("unit.1.target", payload)
    await bus.publish("unit.2.target", b"c")
    assert await heard(one, 2) == [b"a", b"b"]
    assert await heard(other, 1) == [b"c"]


@pytest.mark.parametrize(
    ("pattern", "hears"),
    [
        ("unit.*.target", ["unit.1.target"]),
        ("unit.>", ["unit.1.target", "unit.1.status", "unit.x"]),
        (">", ["unit.1.target", "unit.1.status", "unit.x", "other"]),
        ("unit.*", ["unit.x"]),
        ("*", ["other"]),
        ("unit.1.target.>", []),
    ],
)
async def test_a_star_is_one_word_and_an_angle_the_rest(bus: Bus, pattern: str, hears: list[str]) -> None:
    listening = bus.subscribe(pattern)
    for topic in ("unit.1.target", "unit.1.status", "unit.x", "other"):
        await bus.publish(topic, topic.encode())
    listening.close()
    assert await heard(listening, 10) == [topic.encode() for topic in hears]


async def test_who_falls_behind_loses_the_oldest_and_knows_it(bus: Bus) -> None:
    slow = bus.subscribe("t")
    for number in range(4):
        await bus.publish("t", b"%d" % number)
    assert not slow.missed
    await bus.publish("t", b"4")
    assert slow.missed
    assert await heard(slow, 4) == [b"1", b"2", b"3", b"4"]


async def test_a_waiting_listener_is_woken(bus: Bus) -> None:
    listening = bus.subscribe("t")
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(heard(listening, 1))
        await asyncio.sleep(0)
        await bus.publish("t", b"now")
    assert waiting.result() == [b"now"]


async def test_who_closed_hears_no_more_and_others_do(bus: Bus) -> None:
    for pattern in ("t", "*"):
        gone, there = bus.subscribe(pattern), bus.subscribe(pattern)
        gone.close()
        gone.close()
        await bus.publish("t", b"x")
        assert await heard(gone, 1) == []
        assert await heard(there, 1) == [b"x"]
        there.close()
        await bus.publish("t", b"y")


async def test_closing_the_bus_lets_everybody_go(bus: Bus) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(heard(bus.subscribe(pattern), 1)) for pattern in ("t", "t.>")]
        await asyncio.sleep(0)
        await bus.close()
    assert [task.result() for task in waiting] == [[], []]


@pytest.mark.parametrize("pattern", ["", "a..b", ">.a", "a.>.b"])
async def test_patterns_that_cannot_match_are_refused(bus: Bus, pattern: str) -> None:
    with pytest.raises(Invalid):
        bus.subscribe(pattern)
