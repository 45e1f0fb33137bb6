"""How planted faults are hunted: world after world, until one breaks a rule that should notice."""

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

import msgspec
from tests.simulation.campaigns.rules import Violated

SEEDS_MOST = 60

Simulate = Callable[[int], Coroutine[Any, Any, Any]]


class Mutant(msgspec.Struct, frozen=True):
    """What is broken, the rules of which one must catch it, and how to break it."""

    name: str
    caught_by: tuple[str, ...]
    plant: Callable[[], None]


def hunt(simulate: Simulate, seeds: Iterable[int], caught_by: tuple[str, ...]) -> tuple[int, str] | None:
    """The first seed whose world finds the fault by a rule that should, and its words."""
    for seed in seeds:
        try:
            asyncio.run(simulate(seed))
        except Violated as violated:
            if violated.rule in caught_by:
                return seed, str(violated)
        except Exception as broken:  # noqa: BLE001 - a mutant may break the store's own rules first
            print(f"seed {seed}: {type(broken).__name__}", file=sys.stderr)
    return None


def main(mutants: Sequence[Mutant], simulate: Simulate) -> int:
    """Plant the mutant that the command line names and look for it; one line, 0 if it was found."""
    mutant = next(m for m in mutants if m.name == sys.argv[1])
    mutant.plant()
    begun = time.monotonic()
    found = hunt(simulate, range(SEEDS_MOST), mutant.caught_by)
    where = "survived" if found is None else f"seed {found[0]}"
    words = "" if found is None else found[1]
    print(
        f"{mutant.name:26} {'rules' if found else '':6} {where:10} {time.monotonic() - begun:6.1f} s  {words[:150]}"
    )
    return 0 if found else 1
