"""A plan: what a campaign would do to whom, before anything moves; its digest is what is approved.

What each Unit would run is compiled by the real compiler on a copy of its intent; here it is only judged who takes
part, and why not.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter

import msgspec

from aosedge.cloud.domain.campaigns.fitting import Cause, Content, Figures, Lack, Needs, too_little
from aosedge.cloud.domain.campaigns.members import Items
from aosedge.cloud.domain.campaigns.outlook import Outlook
from aosedge.cloud.domain.campaigns.policy import Policy, waves_of
from aosedge.cloud.domain.campaigns.state import Selection, Wave
from aosedge.cloud.domain.campaigns.waves import place, share_out
from aosedge.cloud.domain.catalogue import ItemVersion
from aosedge.cloud.domain.units import Connectivity, Lifecycle
from aosedge.model.digests import Digest, sha256
from aosedge.model.errors import Invalid
from aosedge.model.ids import BundleId, CampaignId, SetId, UnitId
from aosedge.model.instants import Instant
from aosedge.model.windows import UTC_ZONE


def some(selection: Selection) -> Selection:
    """The selection, if it says anything; raises Invalid for one that does not."""
    if selection == Selection():
        raise Invalid("the campaign is for nobody", element="selection", expected="fleets, sets, a selector or units")
    return selection


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A selected Unit as it is known."""

    unit: UnitId
    lifecycle: Lifecycle
    connectivity: Connectivity
    outlook: Outlook
    architectures: frozenset[str] = frozenset()
    """Of its nodes, in OCI's names; empty where nobody said."""
    sets: tuple[SetId, ...] = ()
    rival: str = ""
    """The title of another campaign that brings one of these items to this Unit."""
    last_seen: Instant | None = None
    figures: Figures | Lack | None = None
    """What it has room for; or what an earlier plan found that it lacks, where that is to count."""
    zone: str = UTC_ZONE


class Exclusion(msgspec.Struct, frozen=True, gc=False):
    """A selected Unit that takes no part, and why: by which rule, in words, and what is this Unit's own of it."""

    unit: UnitId
    reason: str
    cause: Cause = ""
    detail: str = ""


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A member: its wave, its place in the order, the items that it has now, and what it is warned of."""

    unit: UnitId
    wave: int
    place: int
    before: Items
    no_way_back: str = ""
    away_since: Instant | None = None
    """Since when it is offline."""
    download_bytes: int = 0
    zone: str = UTC_ZONE


class Share(msgspec.Struct, frozen=True):
    """Members of one platform, and what they download together."""

    platform: str
    units: int
    download_bytes: int


class Left(msgspec.Struct, frozen=True):
    """How many Units are left out for one reason."""

    cause: Cause
    reason: str
    units: int


class Plan(msgspec.Struct, frozen=True):
    """Who is in which wave, who takes no part and why. Bytes count layers that a Unit lacks only."""

    waves: tuple[Wave, ...]
    members: tuple[Placed, ...]
    exclusions: tuple[Exclusion, ...]
    satisfied: int
    offline: int
    download_bytes: int
    digest: Digest
    platforms: tuple[Share, ...] = ()

    @property
    def left(self) -> tuple[Left, ...]:
        """Exclusions by reason, most Units first."""
        counts = Counter((exclusion.cause, exclusion.reason) for exclusion in self.exclusions)
        return tuple(Left(*why, number) for why, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair)))

    @property
    def wave_zones(self) -> tuple[frozenset[str], ...]:
        """Time zones of each wave's members."""
        found: list[set[str]] = [set() for _ in self.waves]
        for member in self.members:
            found[member.wave].add(member.zone)
        return tuple(map(frozenset, found))

    @property
    def wave_bytes(self) -> tuple[int, ...]:
        """What each wave downloads."""
        found = [0] * len(self.waves)
        for member in self.members:
            found[member.wave] += member.download_bytes
        return tuple(found)


class _Judge:
    """Judges candidates; what equal Units share is worked out once."""

    def __init__(self, policy: Policy, versions: Sequence[ItemVersion], content: Content) -> None:
        self._policy, self._versions, self._content = policy, versions, content
        self._groups: dict[tuple[int, frozenset[str]], tuple[Needs, Lack | None]] = {}

    def judge(self, candidate: Candidate) -> tuple[Needs, Lack | None]:
        """What the candidate's group needs, and why the candidate takes no part: the first that holds."""
        needs, why = self._group(candidate)
        seen = candidate.outlook
        if candidate.lifecycle != "provisioned":
            return needs, Lack("lifecycle", why_not_of(candidate.lifecycle))
        if seen.kind == "refused":
            return needs, Lack(seen.cause, seen.reason)
        if candidate.rival:
            return needs, Lack("conflict", f"the campaign {candidate.rival} brings the same items")
        if why is not None or seen.kind == "same" or candidate.figures is None:
            return needs, why
        return needs, candidate.figures if isinstance(candidate.figures, Lack) else too_little(
            needs, candidate.figures
        )

    def _group(self, candidate: Candidate) -> tuple[Needs, Lack | None]:
        key = (id(candidate.outlook), candidate.architectures)
        if key not in self._groups:
            seen = candidate.outlook
            needs = self._content.needs(seen.new, seen.old, seen.instances, candidate.architectures)
            self._groups[key] = needs, self._why_none(candidate)
        return self._groups[key]

    def _why_none(self, candidate: Candidate) -> Lack | None:
        """Of the whole group."""
        for version in self._versions:
            offered = {image.platform.architecture for image in version.images}
            if candidate.architectures and offered and not offered & candidate.architectures:
                has, there = ", ".join(sorted(candidate.architectures)), ", ".join(sorted(offered))
                return Lack("hardware", f"no image for {has}: there is {there}")
        if self._policy.require_way_back and candidate.outlook.kind == "changes" and candidate.outlook.no_way_back:
            return Lack("way_back", f"it could not go back: {candidate.outlook.no_way_back}")
        return None


def draw_up(
    campaign: CampaignId,
    bundle: BundleId,
    policy: Policy,
    versions: Sequence[ItemVersion],
    candidates: Iterable[Candidate],
    content: Content | None = None,
) -> Plan:
    """The plan for these candidates; `versions` are those of the bundle, `content` knows older ones too."""
    judge = _Judge(policy, versions, content or Content(versions))
    judged = [(candidate, *judge.judge(candidate)) for candidate in candidates]
    taking_part = {
        candidate.unit: (place(campaign, candidate.unit), candidate, needs)
        for candidate, needs, lack in judged
        if lack is None and candidate.outlook.kind == "changes"
    }
    ordered = [unit for _, unit in sorted((at, unit) for unit, (at, _, _) in taking_part.items())]
    asks = waves_of(policy)
    shared = share_out(asks, ordered, {unit: candidate.sets for unit, (_, candidate, _) in taking_part.items()})
    members = tuple(_placed(number, *taking_part[unit]) for number, wave in enumerate(shared) for unit in wave)
    waves = tuple(
        Wave(
            number,
            policy.gate,
            share=ask.share,
            sets=ask.sets,
            size=len(wave),
            bytes_each=max((taking_part[unit][2].download_bytes for unit in wave), default=0),
        )
        for number, (ask, wave) in enumerate(zip(asks, shared, strict=True))
    )
    left_out = ((candidate.unit, lack) for candidate, _, lack in judged if lack is not None)
    exclusions = tuple(
        Exclusion(unit, lack.reason, lack.cause, lack.detail) for unit, lack in sorted(left_out, key=itemgetter(0))
    )
    return Plan(
        waves=waves,
        members=members,
        exclusions=exclusions,
        satisfied=sum(lack is None and candidate.outlook.kind == "same" for candidate, _, lack in judged),
        offline=sum(candidate.connectivity == "Offline" for _, candidate, _ in taking_part.values()),
        download_bytes=sum(member.download_bytes for member in members),
        digest=_digest(bundle, policy, waves, members, exclusions),
        platforms=_platforms(needs for _, _, needs in taking_part.values()),
    )


def _placed(wave: int, at: int, candidate: Candidate, needs: Needs) -> Placed:
    seen = candidate.outlook
    away = candidate.last_seen if candidate.connectivity == "Offline" else None
    known = candidate.unit, wave, at, seen.before, seen.no_way_back, away
    return Placed(*known, needs.download_bytes, candidate.zone)


def _digest(
    bundle: BundleId,
    policy: Policy,
    waves: Iterable[Wave],
    members: Iterable[Placed],
    exclusions: Iterable[Exclusion],
) -> Digest:
    """Names what would happen: not who is offline at the moment, nor figures that move all the while."""
    who = [(member.unit, member.wave, member.place, member.before, member.no_way_back) for member in members]
    left = [(exclusion.unit, exclusion.reason) for exclusion in exclusions]
    return sha256(msgspec.json.encode((bundle, policy, tuple(waves), who, left)))


def _platforms(needs: Iterable[Needs]) -> tuple[Share, ...]:
    found: dict[str, tuple[int, int]] = {}
    for need in needs:
        units, size = found.get(need.platform, (0, 0))
        found[need.platform] = units + 1, size + need.download_bytes
    return tuple(Share(platform, *figures) for platform, figures in sorted(found.items()))


def why_not_of(lifecycle: Lifecycle) -> str:
    """The reason of a Unit that is not provisioned, or no more."""
    return f"the Unit is {lifecycle}"
