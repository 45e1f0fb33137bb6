"""What a rehearsal foretells, beside fleets of the same rates that were simulated with store and reconcilers."""

import tempfile
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace
from tests.simulation.campaigns.fleet import Faults
from tests.simulation.campaigns.seen import look
from tests.simulation.campaigns.world import World

from aosedge.cloud.domain.campaigns.policy import Gate, Policy, WaveAsk
from aosedge.cloud.domain.campaigns.rehearsal import Conditions, rehearsed
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.model.instants import MINUTE, SECOND

pytestmark = pytest.mark.slow

WORLDS, RUNS, UNITS, FAILING = 10, 400, 20, 0.1
POLICY = Policy(
    strategy="custom",
    waves=(WaveAsk(share=0.5), WaveAsk(share=1.0)),
    gate=Gate(soak_us=2 * MINUTE, failed_share=0.05, min_sample=1),
    sequential=None,
)


async def simulated(seed: int) -> tuple[Campaign, str]:
    """The planned campaign over one fleet, and how it ended: in which wave it halted, or completed."""
    with tempfile.TemporaryDirectory(prefix="aosedge-rehearsal-") as folder:
        world = World(seed, Path(folder), UNITS)
        world.faults = replace(Faults(**dict.fromkeys(Faults.__struct_fields__, 0.0)), bad_share=FAILING)
        world.policy = POLICY
        world.units = {name: world._unit(unit.name) for name, unit in world.units.items()}
        world.judge.__init__(world.units)  # type: ignore[misc]
        try:
            await world.begin()
            planned: Campaign = await world.oem(lambda s: s.campaigns.get(world.campaign))
            while not world.is_over():
                await world.tick()
            seen = look(world.path, world.campaign)
            begun = sum(wave["begun_at"] is not None for wave in seen.waves[: len(POLICY.waves)])
            return planned, "completed" if seen.state == "completed" else f"halted in wave {begun}"
        finally:
            await world.store.close()


async def test_it_halts_as_often_and_as_early_as_simulated_fleets_do() -> None:
    worlds = [await simulated(seed) for seed in range(WORLDS)]
    planned, _ = worlds[0]
    conditions = Conditions(FAILING, (30 * SECOND, 5 * MINUTE))
    runs = [rehearsed(planned, conditions, Random(seed), planned.created_at) for seed in range(RUNS)]
    ends = Counter(
        "completed" if run.ended == "completed" else f"halted in wave {run.touched * len(POLICY.waves) // UNITS}"
        for run in runs
    )
    seen = Counter(end for _, end in worlds)
    for end in ("completed", "halted in wave 1", "halted in wave 2"):
        assert abs(seen[end] / WORLDS - ends[end] / RUNS) < 0.3, (end, seen, ends)
