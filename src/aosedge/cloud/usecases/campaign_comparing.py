"""A campaign's plan beside what happened."""

from aosedge.cloud.domain.campaigns.comparison import Comparison, compared
from aosedge.cloud.store import Session
from aosedge.model.ids import CampaignId


def compare(session: Session, id: CampaignId) -> Comparison:
    """What was planned beside what came of it until now. Raises NotFound, for a campaign without a plan too."""
    campaign = session.campaigns.get(id)
    results = session.campaign_results
    not_back, stuck = results.stuck(campaign)
    return compared(
        session.campaign_plans.get(id),
        campaign,
        results.tallies(campaign),
        results.outcomes(campaign),
        not_back,
        stuck,
    )
