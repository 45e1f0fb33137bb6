"""`make mutants`: plant each known fault and see that the simulations find it.

Each in a process of its own; prints a table and ends with 1 if one survives.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.simulation.campaigns import apart_mutants as of_apart  # noqa: E402
from tests.simulation.campaigns import member_mutants as of_members  # noqa: E402
from tests.simulation.campaigns import mutants as of_campaigns  # noqa: E402 - the tests lie beside, not in the package
from tests.simulation.campaigns import people_mutants as of_people  # noqa: E402
from tests.simulation.campaigns import planning_mutants as of_planning  # noqa: E402
from tests.simulation.campaigns import timing_mutants as of_timing  # noqa: E402
from tests.simulation.mutants import MUTANTS  # noqa: E402
from tests.simulation.verification import mutants as of_batches  # noqa: E402

PLANTED = [
    *(("tests.simulation.mutants", mutant.name) for mutant in MUTANTS),
    *(("tests.simulation.campaigns.mutants", mutant.name) for mutant in of_campaigns.MUTANTS),
    *(("tests.simulation.campaigns.member_mutants", mutant.name) for mutant in of_members.MUTANTS),
    *(("tests.simulation.campaigns.people_mutants", mutant.name) for mutant in of_people.MUTANTS),
    *(("tests.simulation.campaigns.timing_mutants", mutant.name) for mutant in of_timing.MUTANTS),
    *(("tests.simulation.campaigns.planning_mutants", mutant.name) for mutant in of_planning.MUTANTS),
    *(("tests.simulation.campaigns.apart_mutants", mutant.name) for mutant in of_apart.MUTANTS),
    *(("tests.simulation.verification.mutants", mutant.name) for mutant in of_batches.MUTANTS),
]


def hunted(planted: tuple[str, str]) -> tuple[bool, str]:
    """Whether it was found, and the line that says where."""
    module, name = planted
    command = [sys.executable, "-m", module, name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout.strip() or f"{name:26} broke: {done.stderr.strip()[-300:]}"


def main() -> int:
    """All of them, as many at a time as there are processors."""
    print(f"{'planted fault':26} {'caught':6} {'by':10} {'after':>8}")
    survivors = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for found, line in pool.map(hunted, PLANTED):
            survivors += not found
            print(line, flush=True)
    print(f"{len(PLANTED) - survivors} of {len(PLANTED)} found")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
