"""What Units report, through the use case, on both databases: once, durable, in order, and nobody else's."""

import asyncio
import itertools
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.contract.store_world import NOW, TASK, person, settle, tenant, unit

from aosedge.cloud.domain.statuses import Actual, Status
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import Session, Store, open_store
from aosedge.cloud.usecases.statuses import LARGEST_KEPT_BYTES, Report, keep
from aosedge.model.ids import Txn, UnitId
from aosedge.model.instants import SECOND, Instant
from aosedge.protocol.messages import Alerts, FromUnit, MonitoringData, PushLog, UnitStatus
from aosedge.protocol.messages.from_unit import (
    ItemStatus,
    NodeMonitoring,
    SystemAlert,
    UpdateStatus,
)
from aosedge.protocol.messages.parts import ErrorInfo, Generation, Identity, Usage

ONE = UnitId("unit-oem-1")
MOMENT = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
async def world(store: Store) -> Store:
    return await settle(store)


def item(id: str, state: str = "installed", message: str = "") -> ItemStatus:
    error = ErrorInfo(message=message) if message else None
    return ItemStatus(Identity(id=id), "1.0.0", state, error)  # type: ignore[arg-type]


def full(*items: ItemStatus, update: UpdateStatus | None = None) -> UnitStatus:
    return UnitStatus(
        unit_config=(), nodes=(), items=items, instances=(), subjects=(), update=update, is_delta_info=False
    )


def delta(*items: ItemStatus) -> UnitStatus:
    return UnitStatus(is_delta_info=True, items=items)


def told(txn: str, message: FromUnit, at: int = 1, unit: UnitId = ONE) -> Report:
    return Report(unit, Txn(txn), message, Instant(NOW + at * SECOND))


async def status(store: Store, unit: UnitId = ONE) -> Status | None:
    org = "oem-2" if unit == "unit-oem-2" else "oem-1"
    return await store.read(person(org), tenant(org), lambda session: session.statuses.find(unit))


async def found_unit(store: Store) -> Unit:
    return await store.read(person("oem-1"), tenant("oem-1"), lambda session: session.units.get(ONE))


async def test_reports_of_many_units_are_kept_in_one_go(world: Store) -> None:
    reports = [
        told("1", full(item("a"))),
        told("2", full(item("b")), unit=UnitId("unit-oem-2")),
        told("3", delta(item("c"))),
    ]
    assert await keep(world, reports, NOW) == [True, True, True]
    mine, other = await status(world), await status(world, UnitId("unit-oem-2"))
    assert mine == Status(Actual(whole=True, items=(item("a"), item("c"))), reports[2].created_at, NOW)
    assert other is not None and other.actual.items == (item("b"),)


async def test_a_delta_is_merged_into_what_was_there(world: Store) -> None:
    await keep(world, [told("1", full(item("a"), item("b")))], NOW)
    await keep(world, [told("2", delta(item("b", "failed")), 2)], NOW)
    found = await status(world)
    assert found is not None and found.actual.items == (item("a"), item("b", "failed"))


async def test_what_comes_twice_counts_once(world: Store) -> None:
    """I6."""
    log = PushLog(node=Identity(codename="n"), part=1, parts_count=1, status="ok")
    alerts = Alerts(items=(SystemAlert(timestamp=MOMENT, node=Identity(codename="n"), message="m"),) * 2)
    for _ in range(3):
        batch = [
            told("1", full(item("a"))), told("1", full(item("z"))), told("l", log), told("l", log),
            told("a", alerts), told("a", alerts),
        ]  # fmt: skip
        assert all(await keep(world, batch, NOW))
        await keep(world, [told("2", delta(item("b")), 2)], NOW)
        found = await status(world)
        assert found is not None and found.actual.items == (item("a"), item("b"))
    page = await world.read(person("oem-1"), tenant("oem-1"), lambda session: session.statuses.alerts(ONE))
    assert page.total == 2
    assert page.items[0].alert == alerts.items[0]
    assert await world.write(
        person("oem-1"), tenant("oem-1"), lambda s: s.received.take(ONE, Txn("l"), "PushLog", "{}", NOW)
    ) is False  # fmt: skip


async def test_what_comes_late_counts_for_nothing(world: Store) -> None:
    """I10: what is shown never goes back to what was true before."""
    await keep(world, [told("new", full(item("new")), 60)], NOW)
    assert (
        await keep(world, [told("old", full(item("old")), 30), told("older", delta(item("x")), 20)], NOW)
        == [True] * 2
    )
    found = await status(world)
    assert found is not None and found.actual.items == (item("new"),)
    usage = [
        MonitoringData(nodes=(NodeMonitoring(Identity(codename="n"), items=(Usage(MOMENT, ram=ram),)),))
        for ram in (1, 2)
    ]
    await keep(world, [told("u2", usage[1], 60), told("u1", usage[0], 30)], NOW)
    await keep(world, [told("u1", usage[0], 40)], NOW)
    latest = await world.read(person("oem-1"), tenant("oem-1"), lambda session: session.statuses.usage(ONE))
    assert latest == usage[1]
    assert await world.read(person("oem-2"), tenant("oem-2"), lambda session: session.statuses.usage(ONE)) is None


async def test_a_full_report_on_an_open_channel_brings_the_unit_online(world: Store) -> None:
    await keep(world, [told("1", full())], NOW)
    assert (await found_unit(world)).connectivity == "Offline"
    await world.write_every(TASK, lambda session: session.units.connect([(ONE, "main/1")], NOW))
    await keep(world, [told("2", delta(item("a")), 2)], NOW)
    assert (await found_unit(world)).connectivity == "Connected"
    await keep(world, [told("3", full(), 3)], NOW)
    found = await found_unit(world)
    assert (found.connectivity, found.deployment, found.reason) == ("Online", "unknown", "no target was compiled yet")


async def test_messages_of_a_unit_that_is_no_more_harm_nobody(world: Store) -> None:
    gone = UnitId("gone")
    log = PushLog(node=Identity(codename="n"), part=1, parts_count=1, status="ok")
    alerts = Alerts(items=(SystemAlert(timestamp=MOMENT, node=Identity(codename="n"), message="m"),))
    reports = [told("1", full(), unit=gone), told("2", log, unit=gone), told("3", alerts, unit=gone)]
    reports += [told("4", MonitoringData(), unit=gone), told("5", full(item("a")))]
    assert await keep(world, reports, NOW) == [True] * 5
    found = await status(world)
    assert found is not None and found.actual.items == (item("a"),)


@pytest.mark.parametrize(
    "text", ["\0", "\ud7ff", '"quoted" \\ and \n', "ünïcödé 💡", "'; drop table units; --", "\x7f\x1b"]
)
async def test_whatever_text_a_unit_sends_harms_nobody(world: Store, text: str) -> None:
    strange = full(
        item(f"id{text}", "failed", f"message {text}"), update=UpdateStatus("idle", error_info=ErrorInfo(1, 2, text))
    )
    reports = [told("1", strange), told("2", full(item("b")), unit=UnitId("unit-oem-2"))]
    assert await keep(world, reports, NOW) == [True, True]
    found, other = await status(world), await status(world, UnitId("unit-oem-2"))
    [kept] = found.actual.items if found else ()
    assert kept == item(f"id{text}".replace("\0", "\ufffd"), "failed", f"message {text}".replace("\0", "\ufffd"))
    assert other is not None and other.actual.items == (item("b"),)


async def test_what_can_never_be_stored_is_said_and_the_rest_is_stored(world: Store) -> None:
    huge = PushLog(node=Identity(codename="n"), part=1, parts_count=1, status="ok", content="x" * LARGEST_KEPT_BYTES)
    reports = [told("x" * 129, full()), told("a\0b", full()), told("big", huge), told("1", full(item("a")))]
    assert await keep(world, reports, NOW) == [False, False, False, True]
    found = await status(world)
    assert found is not None and found.actual.items == (item("a"),)
    assert await keep(world, reports[:2], NOW) == [False, False]
    assert await keep(world, [], NOW) == []


async def test_what_breaks_the_transaction_harms_its_own_unit_only(world: Store) -> None:
    """A lone surrogate can't be written; it can't be read either, so no Unit can send one: a fault of ours can."""
    poison = full(item("\ud800"))
    reports = [told("1", full(item("a"))), told("2", poison, unit=UnitId("unit-oem-2")), told("3", delta(item("b")))]
    assert await keep(world, reports, NOW) == [True, False, True]
    found = await status(world)
    assert found is not None and found.actual.items == (item("a"), item("b"))
    assert await status(world, UnitId("unit-oem-2")) is None


async def test_a_transaction_of_units_reaches_these_units_only(world: Store) -> None:
    """I9."""
    rows = [(UnitId("unit-oem-2"), "Online", "in_sync", "")]
    with pytest.raises(KeyError):
        await world.write_units(frozenset((ONE,)), lambda session: session.reported.put_axes(rows))
    loaded = await world.read_units(frozenset((ONE,)), lambda session: session.reported.load(frozenset()))
    assert loaded.keys() == {ONE}


async def test_a_generation_ahead_of_ours_raises_the_floor(world: Store) -> None:
    """I2, after a back-up was restored."""
    signals: list[str] = []
    world.on_signal(signals.append)
    ahead = UpdateStatus("idle", Generation(9_000_000_000, 5))
    await keep(world, [told("1", full(update=ahead))], NOW)
    assert signals == ["targets"]
    dirty = await world.read_every(TASK, lambda session: session.compiling.dirty(10))
    assert {each.unit: each.floor for each in dirty}[ONE] == ahead.generation


async def test_batches_that_meet_in_the_same_units_all_count(world: Store) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number in range(12):
            tasks.create_task(keep(world, [told(f"{number}", delta(item(f"i{number}")), 1)], NOW))
    found = await status(world)
    assert found is not None
    assert {each.item.id for each in found.actual.items} == {f"i{number}" for number in range(12)}


WRITER = """
import asyncio, sys
from tests.contract.test_store_reports import write_for_ever
asyncio.run(write_for_ever(sys.argv[1], int(sys.argv[2])))
"""


async def write_for_ever(url: str, first: int) -> None:
    """In a process of its own: report, and say so once it is acknowledged."""
    store = open_store(url)

    async def reporter(name: str) -> None:
        for number in itertools.count(first):
            await keep(store, [told(f"{number}", full(item(f"{number}")), number, UnitId(name))], NOW)
            sys.stdout.write(f"{name} {number}\n")
            sys.stdout.flush()

    async with asyncio.TaskGroup() as tasks:
        for name in UNITS:
            tasks.create_task(reporter(name))


UNITS = [f"u{number}" for number in range(8)]


async def test_what_was_acknowledged_is_there_after_kill_9(world: Store, store_url: str) -> None:
    """I4: in the middle of many writes the process is killed; nothing that it acknowledged is lost."""

    def add(session: Session) -> None:
        for name in UNITS:
            session.units.add(unit(name))

    await world.write(person("oem-1"), tenant("oem-1"), add)
    for first in (1, 10_000, 20_000):
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, store_url, str(first),
            stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert writer.stdout is not None
        acknowledged: dict[str, int] = {}
        lines = 0
        while lines < 60:
            name, number = (await writer.stdout.readline()).decode().split()
            acknowledged[name] = int(number)
            lines += 1
        os.kill(writer.pid, signal.SIGKILL)
        rest = (await writer.stdout.read()).decode().split("\n")
        await writer.wait()
        for line in rest[:-1]:
            name, text = line.split()
            acknowledged[name] = int(text)
        for name, number in acknowledged.items():
            found = await world.read(
                person("oem-1"), tenant("oem-1"), lambda session, name=name: session.statuses.find(UnitId(name))
            )
            assert found is not None
            assert int(found.actual.items[0].item.id or 0) >= number
