"""A campaign rehearsed: the real `step` against simulated Units that take, fail and stay away as others were seen to.

Looked at each second something happens, as the driver does. A run ends with the campaign, or when it stops going out;
going back is not played. People who must let a wave pass do so at once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Final, Literal, Protocol

import msgspec
from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.events import Approve, Counted, Event, Looked, Offer, OpenWave, Start
from aosedge.cloud.domain.campaigns.gate import WAITS_FOR_APPROVAL
from aosedge.cloud.domain.campaigns.state import Campaign, CampaignState, Counts, Starts, Wave
from aosedge.cloud.domain.campaigns.stepping import step
from aosedge.cloud.domain.campaigns.timing import Doors
from aosedge.model.ids import UserId
from aosedge.model.instants import DAY, SECOND, Instant
from aosedge.model.windows import UTC_ZONE

LONGEST_US: Final = 400 * DAY
"""A run that is not over by then has no end."""
STEPS_MOST: Final = 100
_PERSON: Final = UserId("rehearsal")


class Chance(Protocol):
    """What a run draws from."""

    def random(self) -> float:
        """Evenly from 0 to below 1."""


class Conditions(msgspec.Struct, frozen=True):
    """What the simulated Units are drawn from.

    `takes_us`: from the offer until active, each as likely, beside what windows add; `away`: members of each wave
    that are offline, and `absences_us` for how long such are; None in it: for ever.
    """

    failing: float
    takes_us: tuple[int, ...]
    away: tuple[int, ...] = ()
    absences_us: tuple[int | None, ...] = ()
    zones: tuple[tuple[str, ...], ...] = ()
    """Of members of each wave, each as likely; UTC where none is given."""


class Run(msgspec.Struct, frozen=True):
    """How one run ended and after what time; `touched` members were offered it, `failed` of them failed."""

    ended: CampaignState
    took_us: int
    touched: int
    failed: int


class Spread(msgspec.Struct, frozen=True):
    """Of runs: a tenth has at most `p10`, half at most `p50`, all but a tenth at most `p90`."""

    p10: float
    p50: float
    p90: float


def spread(values: Iterable[float]) -> Spread | None:
    """By the nearest rank; None of nothing."""
    known = sorted(values)
    if not known:
        return None
    return Spread(*(known[max(-(-len(known) * share // 10), 1) - 1] for share in (1, 5, 9)))


def rehearsed(campaign: Campaign, conditions: Conditions, chance: Chance, now: Instant) -> Run:
    """One run of the planned campaign, begun now."""
    waves = tuple(
        Wave(w.number, campaign.policy.gate, share=w.share, sets=w.sets, size=w.size, bytes_each=w.bytes_each)
        for w in campaign.waves
        if w.undoes is None
    )
    fresh = replace(campaign, state="planned", waves=waves, starts=Starts(), starts_at=None, reason="")
    fresh = replace(fresh, approved_digest=fresh.plan_digest)
    world = _World(conditions, fresh, chance, now)
    world.play(Start())
    while world.campaign.state == "running" and world.now - now < LONGEST_US:
        world.go_on()
    return Run(world.campaign.state, world.now - now, world.touched, world.failed)


_State = Literal["pending", "offered", "soaking", "succeeded", "rolled_back", "failed", "excluded"]


class _World:
    """Members as counts by wave, and what is to happen to single ones, in order."""

    def __init__(self, conditions: Conditions, campaign: Campaign, chance: Chance, now: Instant) -> None:
        self._conditions, self._chance = conditions, chance
        self.campaign, self.now = campaign, now
        self._members = [Counter[str]() for _ in campaign.waves]
        self._pending: list[list[Instant | None]] = [[] for _ in campaign.waves]
        """When each pending member is there: now for those that are, None for those that never come."""
        self._coming: list[tuple[Instant, int, int, _State, _State]] = []
        self._look_at: Instant | None = None
        self._order = 0
        self.touched, self.failed = 0, 0
        self._doors = Doors(campaign.policy.timing)

    def go_on(self) -> None:
        """To the next second in which something happens; beyond every run's end where nothing does."""
        nexts = [at for at in (self._coming[0][0] if self._coming else None, self._look_at) if at is not None]
        upcoming = min(nexts, default=Instant(self.now + LONGEST_US))
        self.now = max(Instant(-(-upcoming // SECOND) * SECOND), self.now)
        while self._coming and self._coming[0][0] <= self.now:
            _, _, wave, was, becomes = heappop(self._coming)
            self._members[wave][was] -= 1
            self._members[wave][becomes] += 1
            self.failed += becomes in ("failed", "rolled_back")
        self.play(self._counted())

    def play(self, event: Event) -> None:
        """The event and all that follows at this moment."""
        self._look_at = None
        for _ in range(STEPS_MOST):
            self.campaign = self._settled()
            found = step(self.campaign, event, self.now)
            self.campaign, self._look_at = found.campaign, found.look_again_at
            if self.campaign.state != "running":
                return
            for effect in found.effects:
                if isinstance(effect, OpenWave):
                    self._open(effect.wave)
                else:
                    assert isinstance(effect, Offer)  # whatever else there is goes with an end
                    self._offer(effect)
            wave = self.campaign.current
            if wave is not None and wave.reason == WAITS_FOR_APPROVAL:
                event = Approve(_PERSON)
            elif found.effects:
                self.campaign = self._settled()
                event = self._counted()
            else:
                return
        self._look_at = self.now

    def _settled(self) -> Campaign:
        waves = tuple(
            replace(wave, counts=Counts(**self._members[wave.number])) if wave.begun_at is not None else wave
            for wave in self.campaign.waves
        )
        return replace(self.campaign, waves=waves)

    def _counted(self) -> Event:
        wave = self.campaign.current
        return Looked() if wave is None else Counted(wave.number, Counts(**self._members[wave.number]))

    def _open(self, number: int) -> None:
        size, away = self.campaign.waves[number].size, self._conditions.away
        many = min(away[number], size) if number < len(away) else 0
        there: list[Instant | None] = [self.now] * (size - many)
        for _ in range(many):
            absence = self._drawn(self._conditions.absences_us)
            there.insert(
                int(self._chance.random() * (len(there) + 1)),
                None if absence is None else Instant(self.now + absence),
            )
        self._pending[number] = there
        self._members[number]["pending"] = size

    def _offer(self, offer: Offer) -> None:
        waiting = self._pending[offer.wave]
        some = len(waiting) if offer.most is None else offer.most
        chosen, self._pending[offer.wave] = waiting[:some], waiting[some:]
        self._members[offer.wave]["pending"] -= len(chosen)
        self._members[offer.wave]["offered"] += len(chosen)
        self.touched += len(chosen)
        for there in chosen:
            self._begin(offer.wave, there)

    def _begin(self, number: int, there: Instant | None) -> None:
        """What becomes of a member that is offered it now."""
        policy, wave = self.campaign.policy, self.campaign.waves[number]
        given_up = Instant((wave.begun_at or self.now) + policy.offline.after_us)
        if there is None or there > given_up:
            gone: _State = "excluded" if policy.offline.then == "exclude" else "failed"
            self._later(max(given_up, self.now), number, "offered", gone)
            return
        begins, takes = max(there, self.now), self._drawn(self._conditions.takes_us) or 0
        _, active = self._doors.through(self._zone(number), begins, takes)
        if active - begins > policy.unit_deadline_us:
            self._later(Instant(begins + policy.unit_deadline_us), number, "offered", "failed")
        elif self._chance.random() < self._conditions.failing:
            self._later(active, number, "offered", "rolled_back")
        else:
            self._later(active, number, "offered", "soaking")
            self._later(Instant(active + wave.gate.soak_us), number, "soaking", "succeeded")

    def _zone(self, number: int) -> str:
        zones = self._conditions.zones[number] if number < len(self._conditions.zones) else ()
        return zones[int(self._chance.random() * len(zones))] if zones else UTC_ZONE

    def _later(self, at: Instant, wave: int, was: _State, becomes: _State) -> None:
        self._order += 1
        heappush(self._coming, (at, self._order, wave, was, becomes))

    def _drawn(self, values: Sequence[int | None]) -> int | None:
        return values[int(self._chance.random() * len(values))] if values else None
