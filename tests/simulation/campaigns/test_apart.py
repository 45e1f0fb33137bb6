"""No campaign waits for another, by seed."""

import pytest
from tests.simulation.campaigns.apart import simulate
from tests.simulation.campaigns.rules import Violated


@pytest.mark.parametrize("seed", range(4))
async def test_a_campaign_that_cannot_be_looked_at_holds_up_no_other(seed: int) -> None:
    try:
        await simulate(seed)
    except Violated as violated:
        pytest.fail(str(violated), pytrace=False)
