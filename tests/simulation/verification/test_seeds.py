"""Verification Batches over simulated fleets, by seed: every rule after every event, and liveness."""

import time
from random import SystemRandom

import pytest
from tests.simulation.campaigns.rules import Violated
from tests.simulation.verification.world import simulate

FIXED, FRESH_S = 10, 6.0


async def tried(seed: int) -> None:
    try:
        await simulate(seed)
    except Violated as violated:
        words = f"{violated}\nreplay with: .venv/bin/python -m tests.simulation.verification {seed}"
        pytest.fail(words, pytrace=False)


@pytest.mark.parametrize("seed", range(FIXED))
async def test_fixed_seeds(seed: int) -> None:
    await tried(seed)


async def test_fresh_seeds() -> None:
    until = time.monotonic() + FRESH_S
    while time.monotonic() < until:
        await tried(SystemRandom().randrange(10**6, 10**12))
