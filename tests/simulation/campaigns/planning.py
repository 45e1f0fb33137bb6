"""A plan over Units of all kinds, by seed, beside who should take part in it and why not, worked out another way.

And several campaigns at once under one budget: the sum of Units at risk, read from the rows, never exceeds it.
"""

import asyncio
import math
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import text
from tests.contract.campaign_world import ALL, ITEM, NEW, OLD, SUBJECT, CampaignPlace, campaign_place
from tests.contract.store_world import Counted, person
from tests.simulation.campaigns.rules import Violated

from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.campaigns.baseline import completed, usual
from aosedge.cloud.domain.campaigns.events import Pause, Resume
from aosedge.cloud.domain.campaigns.policy import Gate, Policy, WaveAsk
from aosedge.cloud.domain.campaigns.state import Counts, Selection, Wave
from aosedge.cloud.domain.catalogue import ImageOfVersion
from aosedge.cloud.domain.units import Node
from aosedge.cloud.reconcilers.campaigns import DriveCampaigns
from aosedge.cloud.store import Store, open_store
from aosedge.cloud.usecases import campaigns, subjects, units
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.model.digests import sha256
from aosedge.model.errors import Conflict
from aosedge.model.ids import CampaignId, NodeName, OrgId, Txn, UnitId
from aosedge.model.instants import MINUTE, SECOND, Instant, to_datetime
from aosedge.model.oci import Platform
from aosedge.protocol.messages.from_unit import MonitoringData, NodeMonitoring
from aosedge.protocol.messages.parts import Identity, PartitionUsage, Usage

SIZE = 16
SHARED, LACKING, RAM = 50, 40, 500
"""Bytes of a layer that Units have, of one that they lack, and what an instance needs of RAM."""
WAYS = ("fits", "fits", "fits", "hardware", "storage", "full", "ram", "lifecycle", "intent", "conflict", "overtaken")
"""What may be about a Unit; `full` has storage, but too little is free; `overtaken`: by this campaign."""
CAUSES = {"full": "storage"}
EVERYBODY = Policy(strategy="custom", waves=(WaveAsk(share=1.0),), sequential=None, gate=Gate(soak_us=5 * MINUTE))
EACH, BUDGET = 8, 5


async def change(place: CampaignPlace, statement: str, **values: object) -> None:
    def run(session: Any) -> None:
        session.campaign_members._connection.execute(text(statement), values)

    await place.store.write_every(person("oem-1", place.clock.now), run)


async def settle(place: CampaignPlace, unit: UnitId, way: str, need: int) -> None:
    """The Unit is as its way says, where so much is to be downloaded."""
    size = need - 1 if way == "storage" else 200
    info = {
        "id": "main",
        "cpus": [{"arch": "riscv64" if way == "hardware" else "amd64"}],
        "totalRam": RAM - 1 if way == "ram" else RAM,
        "partitions": [{"name": "services", "types": ["services"], "totalSize": size}],
    }
    node = Node(unit, NodeName("main"), main=True, info=msgspec.json.encode(info))
    await place.oem(lambda session: session.units.put_nodes(unit, [node]))
    if way != "storage":  # which has never said what is free
        used = PartitionUsage("services", 200 - need + (way == "full"))
        sample = Usage(to_datetime(place.clock.now), ram=0, partitions=(used,))
        told = MonitoringData(nodes=(NodeMonitoring(Identity(codename="main"), items=(sample,)),))
        await keep(place.store, [Report(unit, Txn(place.ids.new()), told, place.clock.now)], place.clock.now)
    if way == "lifecycle":
        await place.oem(lambda session: units.deprovision(session, unit))
    if way == "intent":
        await place.oem(lambda session: subjects.remove_unit(session, SUBJECT, unit))


async def planned(store: Store, chance: Random) -> None:
    """One plan, and whether everybody is where they should be."""
    place = await campaign_place(store, SIZE)
    shared = (sha256(b"shared"), SHARED)
    for bundle, layers in ((OLD, (shared,)), (NEW, (shared, (sha256(b"own"), LACKING)))):
        size = sum(each for _, each in layers)
        image = ImageOfVersion(Platform("amd64"), sha256(bundle.encode()), size, layers=layers)
        body = msgspec.json.encode((image,)).decode()
        await change(place, "UPDATE versions SET images = :v WHERE bundle = :k", k=bundle, v=body)
    await change(place, "UPDATE versions SET ram_bytes = :v WHERE bundle = :k", k=NEW, v=RAM)
    ways = {unit: chance.choice(WAYS) for unit in place.units}
    stuck = chance.random() < 0.3
    need = LACKING + (SHARED if stuck else 0)  # what is no target any more is not counted as there
    for unit, way in ways.items():
        await settle(place, unit, way, need)
    for title, way, priority in (("theirs", "conflict", 3), ("lesser", "overtaken", 1)):
        some = tuple(unit for unit in place.units if ways[unit] == way)
        if some:
            await place.begin(replace(EVERYBODY, priority=priority), Selection(units=some), title)
    if stuck:
        await change(place, "UPDATE versions SET state = 'withdrawn' WHERE bundle = :k", k=OLD)
    shares = chance.choice(((0.1, 0.4, 1.0), (0.3, 1.0), (1.0,)))
    policy = replace(
        EVERYBODY,
        waves=tuple(WaveAsk(share=share) for share in shares),
        priority=2,
        require_way_back=chance.random() < 0.5,
    )
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "mine", NEW, policy, ALL))
    outline = await place.oem(lambda s: campaigns.plan(s, made.id))
    page = await place.oem(lambda s: s.campaigns.exclusions(made.id))
    found = {each.unit: each.cause for each in page.items}
    members = {m.unit: m for m in (await place.oem(lambda s: s.campaign_plans.members(made.id))).items}
    check(ways, found, set(members), stuck=stuck and policy.require_way_back)
    for unit, member in members.items():
        offered = ways[unit] == "overtaken"  # the lesser campaign has given it what this one brings
        if offered or member.before != ({} if stuck else {ITEM: "1.0.0"}) or bool(member.no_way_back) != stuck:
            raise Violated("before", f"{unit} has {member.before}, no way back: {member.no_way_back!r}")
        if member.download_bytes != need:
            raise Violated("bytes", f"{unit} is to download {member.download_bytes}")
    reached = [math.ceil(share * len(members)) for share in shares]
    sizes = [reach - before for reach, before in zip(reached, (0, *reached), strict=False)]
    if [wave.units for wave in outline.waves] != sizes:
        raise Violated("shares", f"{[wave.units for wave in outline.waves]}, not {sizes}")
    await usually(place, chance)
    again = await place.oem(lambda s: campaigns.plan(s, made.id))
    if again.digest != outline.digest:
        raise Violated("digest", "the same plan has another digest")


async def usually(place: CampaignPlace, chance: Random) -> None:
    """What the sequential test is made of where nobody says it: the failures of a campaign that has been."""
    results, share = chance.choice(((50, 0.5), (400, 0.0), (400, 0.0025), (400, 0.1), (400, 0.9)))
    failed = round(results * share)
    been = Wave(0, state="passed", counts=Counts(succeeded=results - failed, failed=failed))
    body = msgspec.json.encode((been,)).decode()
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "before", NEW, EVERYBODY, ALL))
    await change(place, "UPDATE campaigns SET state = 'completed', waves = :v WHERE id = :k", k=made.id, v=body)
    past = await place.oem(lambda s: usual(s.campaigns.past(NEW), s.campaigns.past()))
    test = completed(None, None, 0.05, 0.05, past)
    p0 = {50: 0.001}.get(results, min(max(share, 0.001), 0.5))
    if (test.p0, test.p1) != (p0, min(max(5 * p0, 0.02), (1 + p0) / 2)) or not test.p0 < test.p1 < 1:
        raise Violated("usual", f"{failed} of {results} failed, and the test is {test}")


def check(ways: dict[UnitId, str], found: dict[UnitId, str], members: set[UnitId], *, stuck: bool) -> None:
    """Who is left out, by which rule, and who is in."""
    for unit, way in ways.items():
        cause = CAUSES.get(way, way)
        if way in ("fits", "overtaken"):
            cause = "way_back" if stuck and way == "fits" else ""
        elif stuck and way in ("storage", "full", "ram"):
            cause = "way_back"
        if found.get(unit, "") != cause:
            raise Violated(cause or "left out", f"{unit}, {way}: {found.get(unit)!r}, not {cause!r}")
        if (unit in members) != (way == "fits" and not cause):
            raise Violated(cause or "left out", f"{unit}, {way}: in a wave is {unit in members}")


async def at_risk(place: CampaignPlace, every: list[CampaignId]) -> dict[CampaignId, list[UnitId]]:
    """Of each campaign, read from the rows: whoever was offered it and is not through."""
    found: dict[CampaignId, list[UnitId]] = {}
    for id in every:
        page = await place.oem(lambda s, id=id: s.campaigns.members(id))
        through = ("pending", "succeeded", "failed", "rolled_back", "skipped", "excluded", "held")
        found[id] = [member.unit for member in page.items if member.state not in through]
    return found


async def budgeted(store: Store, chance: Random) -> None:
    """Three campaigns at once, with two drivers, to the end of all."""
    place = await campaign_place(store, 3 * EACH)
    await place.oem(lambda s: s.risk_budgets.put(OrgId("oem-1"), BUDGET))
    every = []
    for number in range(3):
        some = Selection(units=tuple(place.units[number * EACH : (number + 1) * EACH]))
        policy = replace(EVERYBODY, priority=chance.choice((0, 0, 3)))
        every.append((await place.begin(policy, some, f"campaign {number}")).id)
    drivers = [DriveCampaigns(store, place.clock, Counted(f"d{n}"), InProcessBus()) for n in range(2)]
    for _ in range(200):
        async with asyncio.TaskGroup() as group:
            for driver in drivers:
                group.create_task(driver.activate())
        await place.compile()
        under_way = await at_risk(place, every)
        if sum(map(len, under_way.values())) > BUDGET:
            raise Violated("budget", f"{under_way} are at risk")
        waiting = [unit for units in under_way.values() for unit in units]
        await place.report(chance.sample(waiting, chance.randint(0, len(waiting))))
        if chance.random() < 0.1:
            verb, id = chance.choice((Pause(), Resume())), chance.choice(every)
            try:
                await place.oem(lambda s, id=id, verb=verb: campaigns.command(s, id, verb))
            except Conflict:
                continue
        place.clock.now = Instant(place.clock.now + chance.choice((1, 20, 90)) * SECOND)
        states = [(await place.oem(lambda s, id=id: s.campaigns.get(id))).state for id in every]
        if set(states) == {"completed"}:
            return
        if "paused" in states and chance.random() < 0.5:
            paused = every[states.index("paused")]
            await place.oem(lambda s, id=paused: campaigns.command(s, id, Resume()))
    raise Violated("liveness", f"not all came to an end: {states}")


async def simulate(seed: int) -> None:
    """A plan; with every third seed campaigns under a budget. Raises Violated."""
    with tempfile.TemporaryDirectory(prefix="aosedge-planning-", dir=_fast()) as folder:
        store = open_store(f"sqlite:///{folder}/cloud.db")
        await store.migrate()
        try:
            await (budgeted if seed % 3 == 2 else planned)(store, Random(seed))
        finally:
            await store.close()


def _fast() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None
