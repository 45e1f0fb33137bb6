"""People who have a say in a campaign, and Units that raise alerts, by seed."""

import pytest
from tests.simulation.campaigns.people import simulate
from tests.simulation.campaigns.rules import Violated


@pytest.mark.parametrize("seed", range(8))
async def test_a_campaign_does_what_people_say_and_nothing_that_nobody_said(seed: int) -> None:
    try:
        await simulate(seed)
    except Violated as violated:
        pytest.fail(str(violated), pytrace=False)
