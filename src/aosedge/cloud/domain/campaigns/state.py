"""What is kept of a campaign: its state, its waves, and how many members of each are where."""

from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.campaigns.policy import Gate, Policy
from aosedge.model.ids import BatchId, BundleId, CampaignId, FleetId, OrgId, SetId, UnitId, UserId
from aosedge.model.instants import MINUTE, SECOND, Instant

CampaignState = Literal[
    "draft",
    "planned",
    "scheduled",
    "running",
    "paused",
    "completed",
    "halted",
    "cancelled",
    "rolling_back",
    "rolled_back",
]
WaveState = Literal["waiting", "deploying", "soaking", "passed", "failed", "skipped"]
MemberState = Literal[
    "pending",
    "held",
    "offered",
    "downloading",
    "installing",
    "activating",
    "soaking",
    "succeeded",
    "failed",
    "rolled_back",
    "skipped",
    "excluded",
]

MOVING: Final = ("deploying", "soaking")
"""Wave states between its beginning and its end."""
ON_THE_WAY: Final = ("offered", "held", "downloading", "installing", "activating")
"""Member states between an offer and the new content being active. `held`: the Unit takes no step now."""
POINTS_MOST: Final = 128
"""Kept of a wave's results as they came in; beyond, every other one is forgotten."""
ENDED: Final = ("succeeded", "failed", "rolled_back", "skipped", "excluded")
OVER: Final = ("completed", "cancelled", "rolled_back")
"""Campaign states after which nothing follows by itself; `completed` may still be rolled back."""


class Counts(msgspec.Struct, frozen=True):
    """Members of a wave by state; kept with every report, equal to the sum of its rows (invariant I11)."""

    pending: int = 0
    held: int = 0
    offered: int = 0
    downloading: int = 0
    installing: int = 0
    activating: int = 0
    soaking: int = 0
    succeeded: int = 0
    failed: int = 0
    rolled_back: int = 0
    skipped: int = 0
    excluded: int = 0

    @property
    def members(self) -> int:
        """All of them."""
        return sum(msgspec.structs.astuple(self))

    @property
    def judged(self) -> int:
        """Members that the gate counts: whoever left or was left out is none."""
        return self.members - self.skipped - self.excluded

    @property
    def failures(self) -> int:
        """Those that failed here, those that went back by themselves among them."""
        return self.failed + self.rolled_back

    @property
    def results(self) -> int:
        """Judged members that are through."""
        return self.succeeded + self.failures

    @property
    def on_the_way(self) -> int:
        """Offered and not yet active. Whoever is held counts: it may go on at any moment."""
        return self.offered + self.held + self.downloading + self.installing + self.activating

    @property
    def unbegun(self) -> int:
        """Still to be offered, or to go on."""
        return self.pending + self.held

    @property
    def open(self) -> int:
        """Whoever was offered it and is not through."""
        return self.on_the_way + self.soaking


class Point(msgspec.Struct, frozen=True, array_like=True):
    """How many results a wave had at one moment, and failures among them."""

    results: int
    failures: int


class Wave(msgspec.Struct, frozen=True):
    """One wave. A wave that `undoes` another brings the touched members of that one back."""

    number: int
    gate: Gate = Gate()
    state: WaveState = "waiting"
    share: float | None = None
    sets: tuple[str, ...] = ()
    size: int = 0
    """Members by the plan."""
    bytes_each: int = 0
    """What one of them downloads at most, by the plan."""
    undoes: int | None = None
    counts: Counts | None = None
    """None before its members are known."""
    points: tuple[Point, ...] = ()
    """Its results as they came in, for the curve of the sequential test; the newest is the last."""
    alerts: int = 0
    """Open alerts on its members at or above the gate's severity, since their offers."""
    begun_at: Instant | None = None
    active_at: Instant | None = None
    """When the last member that could be was active: the soak counts from here."""
    approved_by: UserId | None = None
    overridden: bool = False
    """A person let it go on although its gate had failed: it is judged for failure no more."""
    reason: str = ""

    def with_counts(self, counts: Counts) -> "Wave":
        """After a look at its members; a new result is a new point."""
        point = Point(counts.results, counts.failures)
        points = self.points
        if point != (points[-1] if points else Point(0, 0)):
            points = (*(points if len(points) < POINTS_MOST else points[1::2]), point)
        return msgspec.structs.replace(self, counts=counts, points=points)


class Starts(msgspec.Struct, frozen=True):
    """Offers of the last minute, by second: when the last of each was made, and how many; oldest first."""

    made: tuple[tuple[Instant, int], ...] = ()
    owed_bytes: int = 0
    """What those that had started by `owed_at` had not downloaded by then, as fast as the limit lets them."""
    owed_at: Instant = Instant(0)

    def recent(self, now: Instant) -> "Starts":
        """Without those that a minute has passed since; what a clock that was turned back left ahead is none."""
        made = tuple((at, number) for at, number in self.made if now - MINUTE < at <= now)
        return msgspec.structs.replace(self, made=made)

    @property
    def number(self) -> int:
        """All of them."""
        return sum(number for _, number in self.made)

    def more(self, now: Instant, number: int) -> "Starts":
        """With these made now, put to the same second's, so that there are never many rows."""
        *before, last = self.made or ((Instant(0), 0),)
        together = last[0] // SECOND == now // SECOND
        made = (*before, (now, last[1] + number)) if together else (*self.made, (now, number))
        return msgspec.structs.replace(self, made=made)


class Share(msgspec.Struct, frozen=True):
    """Of an organization's budget of Units at risk: the most, how many are, and what is left."""

    most: int
    at_risk: int
    left: int


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which Units: those that match everything that is said."""

    fleets: tuple[FleetId, ...] = ()
    sets: tuple[SetId, ...] = ()
    selector: str | None = None
    units: tuple[UnitId, ...] = ()

    @property
    def fleet(self) -> FleetId | None:
        """The only fleet that is named."""
        return self.fleets[0] if len(self.fleets) == 1 else None


class Said(msgspec.Struct, frozen=True):
    """What people said of a campaign, as far as they may change it."""

    policy: Policy
    title: str
    purpose: str
    selection: Selection


class Campaign(msgspec.Struct, frozen=True):
    """A bundle on its way to many Units."""

    id: CampaignId
    tenant: OrgId
    title: str
    bundle: BundleId
    created_at: Instant
    created_by: UserId | None = None
    policy: Policy = Policy()
    selection: Selection = Selection()
    fleet: FleetId | None = None
    """The only fleet that it is for: its owners have a say in it."""
    state: CampaignState = "draft"
    reason: str = ""
    waves: tuple[Wave, ...] = ()
    starts: Starts = Starts()
    starts_at: Instant | None = None
    revision: int = 1
    plan_digest: str = ""
    approved_digest: str = ""
    """Of the plan that was approved: a changed plan voids it."""
    purpose: str = ""
    """What it is for, as its maker said it."""
    edited_by: UserId | None = None
    """Who changed it last after it was planned: with four eyes not the one who approves that."""
    batch: BatchId | None = None
    """The Verification Batch that it is the trial of, and people have no other say in."""

    share: Share | None = None
    """What it has of its organization's budget, as of the last look; None where there is no budget."""

    @property
    def said(self) -> Said:
        """What people said of it."""
        return Said(self.policy, self.title, self.purpose, self.selection)

    @property
    def named(self) -> frozenset[str]:
        """Ids of fleets and sets that it names."""
        of_waves = (name for wave in self.policy.waves for name in wave.sets)
        return frozenset((*self.selection.fleets, *self.selection.sets, *of_waves))

    @property
    def current(self) -> Wave | None:
        """The wave that moves: the first that has begun and not ended."""
        return next((wave for wave in self.waves if wave.state in MOVING), None)

    @property
    def following(self) -> Wave | None:
        """The next wave that has not begun."""
        return next((wave for wave in self.waves if wave.state == "waiting"), None)
