"""What is kept of a plan as a whole, beside its members and exclusions, to be read back and compared with."""

from collections.abc import Iterator

import msgspec

from aosedge.cloud.domain.campaigns.expected import Rates, expected_us
from aosedge.cloud.domain.campaigns.plan import Left, Plan, Share
from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.cloud.domain.campaigns.timing import Doors
from aosedge.model.digests import Digest
from aosedge.model.instants import Instant


class OutlinedWave(msgspec.Struct, frozen=True):
    """A wave as planned. `expected_us`: how long it is likely to take; None where nothing was measured.

    `begins_at`: when the first of its Units may begin by their windows, none without windows. Waves before it take as
    long as is expected of them; where that is not known, no time.
    """

    number: int
    share: float | None
    sets: tuple[str, ...]
    units: int
    download_bytes: int
    expected_us: int | None
    begins_at: Instant | None = None


class Outline(msgspec.Struct, frozen=True):
    """A plan without its lists."""

    planned_at: Instant
    digest: Digest
    waves: tuple[OutlinedWave, ...]
    satisfied: int
    left: tuple[Left, ...]
    platforms: tuple[Share, ...]
    download_bytes: int
    offline: int
    offline_too_long: int
    """Of those offline, by now longer than the policy waits for."""
    no_way_back: int
    rates: Rates

    @property
    def members(self) -> int:
        """Of all waves."""
        return sum(wave.units for wave in self.waves)

    @property
    def excluded(self) -> dict[str, int]:
        """Units left out, by reason."""
        found: dict[str, int] = {}
        for left in self.left:
            found[left.reason] = found.get(left.reason, 0) + left.units
        return found

    @property
    def expected_us(self) -> int | None:
        """How long all waves are likely to take, one after the other."""
        spans = [wave.expected_us for wave in self.waves]
        return None if None in spans else sum(span for span in spans if span is not None)


def _waves(plan: Plan, policy: Policy, rates: Rates, now: Instant) -> Iterator[OutlinedWave]:
    doors, at = Doors(policy.timing), now
    for wave, size, zones in zip(plan.waves, plan.wave_bytes, plan.wave_zones, strict=True):
        expected, begins_at = expected_us(policy, rates, wave.size, size), None
        if zones and policy.timing.has_windows:
            takes = rates.one_us(size // wave.size) or 0
            found = [doors.through(zone, at, takes) for zone in zones]
            begins_at = min(begins for begins, _ in found)
            waits = max(active for _, active in found) - at - takes
            expected = None if expected is None else expected + waits
        yield OutlinedWave(wave.number, wave.share, wave.sets, wave.size, size, expected, begins_at)
        at = Instant(at + (expected or 0))


def outlined(plan: Plan, policy: Policy, rates: Rates, now: Instant) -> Outline:
    """What is kept of the plan."""
    long_ago = now - policy.offline.after_us
    gone = [member.away_since for member in plan.members if member.away_since is not None]
    return Outline(
        planned_at=now,
        digest=plan.digest,
        waves=tuple(_waves(plan, policy, rates, now)),
        satisfied=plan.satisfied,
        left=plan.left,
        platforms=plan.platforms,
        download_bytes=plan.download_bytes,
        offline=plan.offline,
        offline_too_long=sum(since <= long_ago for since in gone),
        no_way_back=sum(bool(member.no_way_back) for member in plan.members),
        rates=rates,
    )
