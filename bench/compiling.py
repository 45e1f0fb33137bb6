"""Targets of 10,000 Units, with and without verification asked for, by turns in one run, on SQLite and PostgreSQL.

The Units are of 200 subjects, each of which follows two of 20 services that need two layers; every item has five
versions, of which two came after the organization began to ask. `python -m bench.compiling [UNITS]`.
"""

import asyncio
import gc
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any, Final

from bench.campaign import opened, postgresql
from bench.figures import machine
from msgspec.structs import replace
from sqlalchemy import text
from tests.contract.campaign_world import Clock, crowd
from tests.contract.store_world import NOW, Counted, add_bundle, person, tenant, version

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.catalogue import Dependency
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.reconcilers.targets import CompileTargets
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import assignments
from aosedge.model.ids import ItemId, OrgId, SubjectId, UnitId
from aosedge.model.instants import MINUTE, Instant

UNITS: Final = 10_000
ROUNDS: Final = 5
SUBJECTS: Final = 200
SERVICES: Final = 20
NUMBERS: Final = ("1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0")
ASKS_SINCE: Final = Instant(NOW + MINUTE)
NEW_FROM: Final = 3
"""The first of the numbers that came later."""


async def fill(store: Store, units: int) -> None:
    """The Units, and what their subjects follow."""
    await crowd(store, units, Clock())

    def catalogue(session: Session) -> None:
        layer = Dependency("layer", ">=1.0.0", "lib-0"), Dependency("layer", "<2.0.0", "lib-1")
        for at, number in enumerate(NUMBERS):
            came = Instant(NOW + (2 * MINUTE if at >= NEW_FROM else 0))
            bundle = f"all-{number}"
            wares: list[Any] = [
                (f"lib-{n}", "layer", replace(version(f"lib-{n}", number, bundle), created_at=came)) for n in range(2)
            ]
            for n in range(SERVICES):
                made = replace(version(f"svc-{n}", number, bundle, *layer), created_at=came)
                wares.append((f"svc-{n}", "service", made))
            add_bundle(session, "sp-1", bundle, *wares)

    def subjects(session: Session) -> None:
        ids = Counted("assigned")
        for n in range(SUBJECTS):
            id = SubjectId(f"follows-{n}")
            session.subjects.add(Subject(id, OrgId("oem-1"), id, "group", NOW))
            for service in {n % SERVICES, (n + 1 + n // SERVICES) % SERVICES}:
                assignments.create(session, ids, id, item=ItemId(f"svc-{service}"))

    def join(session: Any) -> None:
        connection = session.campaign_members._connection
        numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {units})"
        joined = f"{numbers} SELECT 'follows-' || (i % {SUBJECTS}), 'u' || i FROM n"
        connection.execute(text(f"INSERT INTO subject_units (subject, unit) {joined}"))
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))

    await store.write(person("sp-1"), tenant("sp-1"), catalogue)
    await store.write(person("oem-1"), tenant("oem-1"), subjects)
    await store.write_every(person("oem-1"), join)


async def compiled_s(store: Store, targets: CompileTargets, since: Instant | None) -> float:
    """Until all Units have the target that they are to have when verification is asked for since then, or not."""

    def ask(session: Session) -> None:
        session.verification.put_since(since)
        session.verification.mark_followers()

    await store.write(person("oem-1"), tenant("oem-1"), ask)
    begun = time.perf_counter()
    while (await targets.activate()).more:
        pass
    took = time.perf_counter() - begun
    desired = await store.read(person("oem-1"), tenant("oem-1"), lambda s: s.targets.desired(UnitId("u1")))
    services = {item.version for item in desired.items if str(item.item.id).startswith(("svc", "lib"))}
    assert services == {NUMBERS[NEW_FROM - 1 if since else -1]}, services
    return took


async def measure(url: str, units: int) -> None:
    async with opened(url) as store:
        await fill(store, units)
        targets = CompileTargets(store, InProcessBus(), Clock(), Counted("bench"))
        await compiled_s(store, targets, None)
        rounds = [
            (await compiled_s(store, targets, ASKS_SINCE), await compiled_s(store, targets, None))
            for _ in range(ROUNDS)
        ]
    asked, unasked = (statistics.median(each) for each in zip(*rounds, strict=True))
    ratios = [with_it / without for with_it, without in rounds]
    print(f"  {'without verification':46} {unasked:.2f} s, {units / unasked:,.0f} Units/s", flush=True)
    print(f"  {'with verification asked for':46} {asked:.2f} s, {units / asked:,.0f} Units/s", flush=True)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"  {'ratio, median of rounds (their spread)':46} {statistics.median(ratios):.2f} ({spread})", flush=True)


def main() -> None:
    if sys.argv[1:2] == ["alone"]:
        gc.set_threshold(20_000, 20, 50)  # as the gateway has it in the server's process
        asyncio.run(measure(sys.argv[2], int(sys.argv[3])))
        return
    units = int(sys.argv[1]) if sys.argv[1:] else UNITS
    print(machine())
    with tempfile.TemporaryDirectory(prefix="aosedge-bench-") as folder:
        print(f"{units} Units, SQLite", flush=True)
        _alone(f"sqlite:///{folder}/cloud.db", units)
    with postgresql() as url:
        print(f"{units} Units, PostgreSQL", flush=True)
        _alone(url, units)


def _alone(url: str, units: int) -> None:
    subprocess.run([sys.executable, "-m", "bench.compiling", "alone", url, str(units)], check=True)


if __name__ == "__main__":
    main()
