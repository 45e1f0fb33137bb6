"""An organization's blast radius: Units at risk at the same time over all its campaigns, by priority, then age.

At risk is whoever was offered a bundle and is not through its soak. Going back is no risk: it takes Units out of it.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.pacing import room
from aosedge.cloud.domain.campaigns.state import Campaign, Share
from aosedge.model.instants import Instant


def at_risk(campaign: Campaign) -> int:
    """Its Units that were offered the bundle and are not through the soak."""
    return sum(w.counts.open for w in campaign.waves if w.undoes is None and w.counts is not None)


def share_of(campaign: Campaign, others: Sequence[Campaign], most: int, now: Instant) -> Share:
    """What is left of the budget for this campaign when those before it have what they can start now."""
    risked = at_risk(campaign) + sum(map(at_risk, others))
    first = sum(_wants(other, now) for other in others if _rank(other) < _rank(campaign))
    return Share(most, risked, max(most - risked - first, 0))


def _wants(campaign: Campaign, now: Instant) -> int:
    wave = campaign.current
    if campaign.state != "running" or wave is None or wave.counts is None:
        return 0
    left = room(replace(campaign, share=None), now).most
    return wave.counts.pending if left is None else min(wave.counts.pending, left)


def _rank(campaign: Campaign) -> tuple[int, Instant, str]:
    return -campaign.policy.priority, campaign.created_at, campaign.id
