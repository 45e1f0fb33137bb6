"""`python -m tests.simulation.verification SEED`: one world again, and how its batches ended."""

import asyncio
import sys

from tests.simulation.verification.world import simulate

world = asyncio.run(simulate(int(sys.argv[1])))
print(f"tried by {world.tries}, followed: {world.follows}, four eyes: {world.four_eyes}, {world.criteria}")
