"""Part of `make mutants`: leave each door of the cloud open in turn, and see that the access matrix finds it."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.system.access import mutants  # noqa: E402 - the tests lie beside, not in the package


def hunted(name: str) -> tuple[bool, str]:
    """Whether it was found, and the line that says by what, after how many seconds."""
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.system.access.mutants", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = "".join(done.stdout.strip().splitlines()[-1:]) or f"{name} broke: {done.stderr.strip()[-300:]}"
    return done.returncode == 0, f"{said} {time.monotonic() - began:.0f} s"


def main(wanted: list[str]) -> int:
    """All, or those whose names have one of the words, as many at a time as there are processors."""
    names = [name for name in mutants.names() if not wanted or any(word in name for word in wanted)]
    survivors = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for found, line in pool.map(hunted, names):
            survivors += not found
            print(line, flush=True)
    print(f"{len(names) - survivors} of {len(names)} doors left open were found")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
