"""A plan beside what happened: wave by wave, with what came out otherwise and who could not go back."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from aosedge.cloud.domain.campaigns.outline import Outline
from aosedge.cloud.domain.campaigns.state import Campaign, Counts, MemberState
from aosedge.model.ids import SystemId, UnitId
from aosedge.model.instants import Instant


class Tally(msgspec.Struct, frozen=True):
    """What became of a wave's members: `fetched_bytes` are those planned for whoever was active with them."""

    wave: int
    joined: int = 0
    """Members that were not planned."""
    fetched_bytes: int = 0
    ended_at: Instant | None = None
    """When the last of those who succeeded was through its soak."""


class Outcome(msgspec.Struct, frozen=True):
    """How many members came to one end that is no success, for one reason."""

    state: MemberState
    reason: str
    units: int


class Stuck(msgspec.Struct, frozen=True):
    """A Unit that was to go back and did not, and why."""

    unit: UnitId
    system_uid: SystemId
    reason: str


class WaveCompared(msgspec.Struct, frozen=True):
    """A wave as planned and as it went. `took_us`: from its beginning through its soak; None before that."""

    number: int
    state: str
    planned_units: int
    counts: Counts
    joined: int
    planned_bytes: int
    fetched_bytes: int
    expected_us: int | None
    took_us: int | None


class Comparison(msgspec.Struct, frozen=True):
    """The plan beside the result; `stuck` are the first of `not_back`."""

    outline: Outline
    as_planned: bool
    """Whether the campaign is still the one that this plan was of."""
    waves: tuple[WaveCompared, ...]
    outcomes: tuple[Outcome, ...]
    not_back: int
    stuck: tuple[Stuck, ...]

    @property
    def took_us(self) -> int | None:
        """All waves together, as far as they took place."""
        known = [wave.took_us for wave in self.waves if wave.took_us is not None]
        return sum(known) if known else None


def compared(
    outline: Outline,
    campaign: Campaign,
    tallies: Iterable[Tally],
    outcomes: Sequence[Outcome],
    not_back: int,
    stuck: Sequence[Stuck],
) -> Comparison:
    """What was planned beside what the campaign's waves have come to."""
    of: Mapping[int, Tally] = {tally.wave: tally for tally in tallies}
    waves = []
    for planned, wave in zip(outline.waves, campaign.waves, strict=False):
        tally = of.get(wave.number, Tally(wave.number))
        took = None
        if tally.ended_at is not None and wave.begun_at is not None:
            took = max(tally.ended_at - wave.begun_at, 0)
        waves.append(
            WaveCompared(
                number=wave.number,
                state=wave.state,
                planned_units=planned.units,
                counts=wave.counts or Counts(),
                joined=tally.joined,
                planned_bytes=planned.download_bytes,
                fetched_bytes=tally.fetched_bytes,
                expected_us=planned.expected_us,
                took_us=took,
            )
        )
    return Comparison(
        outline=outline,
        as_planned=campaign.plan_digest == outline.digest,
        waves=tuple(waves),
        outcomes=tuple(outcomes),
        not_back=not_back,
        stuck=tuple(stuck),
    )
