"""Windows, preconditions and holds through nights of daylight saving and over clocks that jump, by seed."""

import pytest
from tests.simulation.campaigns.clocks import simulate
from tests.simulation.campaigns.rules import Violated


@pytest.mark.parametrize("seed", range(6))
async def test_no_step_is_taken_out_of_its_time_and_none_waits_for_longer(seed: int) -> None:
    try:
        await simulate(seed)
    except Violated as violated:
        pytest.fail(str(violated), pytrace=False)
