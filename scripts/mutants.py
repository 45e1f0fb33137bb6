"""`make mutants`: plant each known fault and see that the simulation finds it within 1,000 seeds.

Each in a process of its own; prints a table and ends with 1 if one survives.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.simulation.mutants import MUTANTS, SEEDS_MOST  # noqa: E402 - the tests lie beside, not in the package


def hunted(name: str) -> tuple[bool, str]:
    """Whether it was found, and the line that says where."""
    command = [sys.executable, "-m", "tests.simulation.mutants", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout.strip() or f"{name:26} broke: {done.stderr.strip()[-300:]}"


def main() -> int:
    """All of them, as many at a time as there are processors."""
    print(f"{'planted fault':26} {'caught':6} {'by':10} {'after':>8}")
    survivors = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for found, line in pool.map(hunted, [mutant.name for mutant in MUTANTS]):
            survivors += not found
            print(line, flush=True)
    print(f"{len(MUTANTS) - survivors} of {len(MUTANTS)} found within {SEEDS_MOST} seeds")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
