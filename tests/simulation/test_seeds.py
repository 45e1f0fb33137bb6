"""Worlds by seed: the same 200 always, then fresh ones as long as there is time.

Quotes I1 to I13 of the invariants; each checker says its own. A seed that fails is replayed with the command in the
message.
"""

import time
from random import SystemRandom

import pytest
from tests.simulation.workload import simulate
from tests.simulation.world.world import Violated

pytestmark = pytest.mark.slow

FIXED = 200
FRESH_S = 10.0
"""For seeds that nobody has tried before."""


def tried(seed: int) -> None:
    try:
        simulate(seed)
    except Violated as violated:
        pytest.fail(f"{violated}\nreplay with: .venv/bin/python -m tests.simulation {seed}", pytrace=False)


@pytest.mark.parametrize("first", range(0, FIXED, 20))
def test_fixed_seeds(first: int) -> None:
    for seed in range(first, first + 20):
        tried(seed)


def test_fresh_seeds() -> None:
    until = time.monotonic() + FRESH_S
    while time.monotonic() < until:
        tried(SystemRandom().randrange(10**6, 10**12))


def test_a_seed_is_one_world_and_no_other() -> None:
    """Without this no failure could be replayed."""
    first, again, other = simulate(5), simulate(5), simulate(6)
    assert (first.timeline.count, first.timeline.now_us) == (again.timeline.count, again.timeline.now_us)
    assert {n: u.disk.paths() for n, u in first.units.items()} == {n: u.disk.paths() for n, u in again.units.items()}
    assert first.timeline.count != other.timeline.count
