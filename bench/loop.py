"""The loop: from an accepted API call to a healthy container, beside a bare OCI runtime. Needs root.

    python -m bench.loop [--rounds 100] [--runtime auto]

A real AosCloud, a real AosCore and the sample server, whose image is on the Unit: a second instance comes and goes.
Absolutes depend on the machine: trust the ratios.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import msgspec
from bench.figures import machine
from bench.loop_bare import Bare
from bench.loop_place import STEPS, Place, Round

MEDIAN_MOST_MS, P99_MOST_MS = 500.0, 2_000.0
"""The aims, from the accepted call to the healthy container."""


class Figures(msgspec.Struct, frozen=True):
    """Milliseconds, one a round."""

    runtime: str
    rounds: list[Round]
    bare: list[float]


def measure(rounds: int, runtime: str) -> Figures:
    """Rounds of the whole loop and of the bare runtime in turn."""
    with tempfile.TemporaryDirectory(prefix="aosedge-bench-") as name, Place(Path(name), runtime) as place:
        place.grow()
        place.shrink()
        figures = Figures(place.kind, [], [])
        with Bare(place.kind, Path(name) / "bare", place.bundle()) as bare:
            for _ in range(rounds):
                figures.rounds.append(place.grow())
                place.shrink()
                figures.bare.append(bare.answer_ms())
        return figures


def percentile(values: list[float], part: float) -> float:
    """The value that this part of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def _line(name: str, values: list[float], more: str = "") -> None:
    median, slow = statistics.median(values), percentile(values, 0.99)
    print(f"  {name:44} {median:7.1f} ms ({slow:.1f}){more}")


def show(found: Figures) -> bool:
    """Print; whether the aims are met."""
    healthy = [one.healthy_ms for one in found.rounds]
    print(
        f"{found.runtime}: from the accepted API call to a healthy container, median (p99) of {len(healthy)} rounds"
    )
    bare, median = statistics.median(found.bare), statistics.median(healthy)
    _line(f"bare {found.runtime} run to its first HTTP answer", found.bare)
    _line("accepted call to healthy", healthy, f"  x{median / bare:.2f}  +{median - bare:.1f} ms")
    _line("accepted call to the cloud knowing it", [one.known_ms for one in found.rounds])
    print("  where the time goes, step after step:")
    for step in STEPS:
        _line(f"  {step}", [one.steps[step] for one in found.rounds])
    met = median <= MEDIAN_MOST_MS and percentile(healthy, 0.99) <= P99_MOST_MS
    words = "met" if met else "MISSED"
    print(f"  aim: {MEDIAN_MOST_MS:.0f} ms or less at the median, p99 {P99_MOST_MS:.0f} ms or less: {words}")
    return met


def main() -> None:
    """Exits 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--runtime", choices=("auto", "crun", "runc"), default="auto")
    options = parser.parse_args()
    print(machine())
    sys.exit(0 if show(measure(options.rounds, options.runtime)) else 1)


if __name__ == "__main__":
    main()
