"""Who takes part in a campaign and why not, and campaigns under one budget, by seed."""

import pytest
from tests.simulation.campaigns.planning import simulate
from tests.simulation.campaigns.rules import Violated


@pytest.mark.parametrize("seed", range(12))
async def test_everybody_is_where_they_should_be_and_no_more_are_at_risk_than_may(seed: int) -> None:
    try:
        await simulate(seed)
    except Violated as violated:
        pytest.fail(str(violated), pytrace=False)
