"""Campaigns over simulated fleets, by seed: I5, I11 and every rule of campaigns after every event, and liveness."""

import time
from random import SystemRandom

import pytest
from tests.simulation.campaigns.rules import Violated
from tests.simulation.campaigns.world import simulate

FIXED, FRESH_S = 12, 6.0


async def tried(seed: int, size: int | None = None) -> None:
    try:
        await simulate(seed, size)
    except Violated as violated:
        words = f"{violated}\nreplay with: .venv/bin/python -m tests.simulation.campaigns {seed} {size or ''}"
        pytest.fail(words, pytrace=False)


@pytest.mark.parametrize("seed", range(FIXED))
async def test_fixed_seeds(seed: int) -> None:
    await tried(seed)


@pytest.mark.parametrize("seed", (1_000, 1_001))
async def test_hundreds_of_units(seed: int) -> None:
    await tried(seed, 300)


async def test_fresh_seeds() -> None:
    until = time.monotonic() + FRESH_S
    while time.monotonic() < until:
        await tried(SystemRandom().randrange(10**6, 10**12))
