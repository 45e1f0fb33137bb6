"""`python -m tests.simulation SEED`: one world again, with what happened to its Units."""

import sys
import time

from tests.simulation.workload import simulate
from tests.simulation.world.world import Violated


def main() -> int:
    """Replay each seed named; 0 if all are well."""
    bad = 0
    for seed in [int(argument) for argument in sys.argv[1:]]:
        begun = time.monotonic()
        try:
            world = simulate(seed)
        except Violated as violated:
            bad += 1
            print(f"seed {seed}: {type(violated).__name__}: {violated}")
        else:
            print(f"seed {seed}: well, {world.timeline.count} events in {time.monotonic() - begun:.2f} s")
    return 1 if bad else 0


sys.exit(main())
