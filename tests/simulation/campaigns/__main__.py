"""`python -m tests.simulation.campaigns SEED [UNITS]`: one world again, and how it ended."""

import asyncio
import sys

from tests.simulation.campaigns.world import simulate

world = asyncio.run(simulate(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None))
print(f"{len(world.units)} Units, {world.faults}\n{world.policy}")
