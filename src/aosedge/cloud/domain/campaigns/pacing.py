"""How many members a campaign's limits let start now, and what holds the others."""

from collections.abc import Iterator
from typing import Final

import msgspec

from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.domain.campaigns.state import Campaign, Starts, Wave
from aosedge.model.instants import MINUTE, SECOND, Instant

BURST_S: Final = 10
"""What the limit of bytes has yet to let through is at most what it does in so many seconds; or what one Unit has."""


class Room(msgspec.Struct, frozen=True):
    """For so many more; None for all. `reason`: why not for more, and from when time alone may make more of it."""

    most: int | None
    reason: str = ""
    look_again_at: Instant | None = None
    budget: bool = False
    """Whether it is the organization's budget, and not the campaign's own limits."""


def room(campaign: Campaign, now: Instant) -> Room:
    """What the limits leave: Units on the way at once, starts in the last minute, bytes; and the budget."""
    return min(_rooms(campaign, now), key=lambda each: each.most or 0, default=Room(None))


def started(campaign: Campaign, number: int, now: Instant) -> Starts:
    """The campaign's starts after so many more of the wave that moves, as far as a limit asks for them."""
    limits, starts = campaign.policy.limits, campaign.starts
    if limits.starts_per_minute is not None:
        starts = starts.recent(now).more(now, number)
    if limits.bytes_per_second is not None:
        owed = _owed(starts, limits.bytes_per_second, now) + number * _bytes_each(campaign)
        starts = msgspec.structs.replace(starts, owed_bytes=owed, owed_at=now)
    return starts


def _rooms(campaign: Campaign, now: Instant) -> Iterator[Room]:
    limits, wave, share = campaign.policy.limits, campaign.current, campaign.share
    if share is not None and (wave is None or wave.undoes is None):
        words = f"{share.at_risk} of at most {share.most} Units of the organization are at risk"
        yield Room(share.left, words, budget=True)
    if limits.at_once is not None:
        under_way = sum(wave.counts.on_the_way for wave in campaign.waves if wave.counts is not None)
        reason = f"{under_way} of at most {limits.at_once} at once are on the way"
        yield Room(max(limits.at_once - under_way, 0), reason)
    if limits.starts_per_minute is not None:
        yield _minute(campaign, limits, limits.starts_per_minute, now)
    if limits.bytes_per_second is not None and _bytes_each(campaign):
        yield _bytes(campaign, limits.bytes_per_second, now)


def _minute(campaign: Campaign, limits: Limits, full: int, now: Instant) -> Room:
    starts, allowed, grows_at = campaign.starts.recent(now), full, None
    if limits.ramp is not None:
        begun = min((wave.begun_at for wave in campaign.waves if wave.begun_at is not None), default=now)
        steps, span = full - limits.ramp.first, limits.ramp.over_us
        reached = max(now - begun, 0) * steps // span
        if reached < steps:
            allowed, grows_at = limits.ramp.first + reached, Instant(begun - (-(reached + 1) * span // steps))
    again = [at for at in (grows_at, Instant(starts.made[0][0] + MINUTE) if starts.made else None) if at is not None]
    words = f"{starts.number} of at most {allowed} in a minute have started"
    if grows_at is not None:
        words += f", on the way to {full} in a minute"
    return Room(max(allowed - starts.number, 0), words, min(again, default=None))


def _bytes(campaign: Campaign, per_second: int, now: Instant) -> Room:
    each, owed = _bytes_each(campaign), _owed(campaign.starts, per_second, now)
    most = max((BURST_S * per_second - owed) // each, 0) if owed else max(BURST_S * per_second // each, 1)
    too_much = owed - max(BURST_S * per_second - each, 0)
    words = f"{owed} bytes are being downloaded, by the limit of {per_second} in a second"
    return Room(most, words, Instant(now - (-too_much * SECOND // per_second)) if too_much > 0 else None)


def _owed(starts: Starts, per_second: int, now: Instant) -> int:
    """Bytes of those that started which the limit has not let through; what a clock turned back leaves is none."""
    if now < starts.owed_at:
        return 0
    return max(starts.owed_bytes - (now - starts.owed_at) * per_second // SECOND, 0)


def _bytes_each(campaign: Campaign) -> int:
    """What a member of the wave that moves downloads at most, by the plan; going back as much as coming."""
    wave: Wave | None = campaign.current
    if wave is None:
        return 0
    return wave.bytes_each if wave.undoes is None else campaign.waves[wave.undoes].bytes_each
