"""How many members a campaign's limits let start now, and what holds the others."""

import msgspec

from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.model.instants import MINUTE, Instant


class Room(msgspec.Struct, frozen=True):
    """For so many more; None for all. `reason`: why not for more, and from when time alone may make more of it."""

    most: int | None
    reason: str = ""
    look_again_at: Instant | None = None


def room(campaign: Campaign, now: Instant) -> Room:
    """What the limits leave: Units on the way at once, over all waves, and starts in the last minute."""
    limits = campaign.policy.limits
    found = Room(None)
    if limits.at_once is not None:
        under_way = sum(wave.counts.on_the_way for wave in campaign.waves if wave.counts is not None)
        left = max(limits.at_once - under_way, 0)
        found = Room(left, f"{under_way} of at most {limits.at_once} at once are on the way")
    if limits.starts_per_minute is not None:
        starts = campaign.starts.recent(now)
        left = max(limits.starts_per_minute - starts.number, 0)
        if found.most is None or left < found.most:
            again = Instant(starts.made[0][0] + MINUTE) if starts.made else None
            words = f"{starts.number} of at most {limits.starts_per_minute} in a minute have started"
            found = Room(left, words, again)
    return found
