"""`python -m tests.simulation SEED ...`: these worlds again, with what happened last; `everywhere`: every crash."""

import sys
import time

from tests.simulation import test_moving
from tests.simulation.test_crash_everywhere import everywhere
from tests.simulation.workload import simulate
from tests.simulation.world.world import Violated


def main() -> int:
    """Replay; 0 if all is well."""
    if sys.argv[1:] == ["everywhere"]:
        everywhere()
        test_moving.everywhere()
        return 0
    bad = 0
    for seed in [int(argument) for argument in sys.argv[1:]]:
        begun = time.monotonic()
        try:
            world = simulate(seed, is_watched=True)
        except Violated as violated:
            bad += 1
            print(*violated.__notes__, f"seed {seed}: {type(violated).__name__}: {violated}", sep="\n")
        else:
            print(f"seed {seed}: well, {world.timeline.count} events in {time.monotonic() - begun:.2f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
