"""A plan: what a campaign would do to whom, before anything moves; its digest is what is approved.

What each Unit would run is compiled by the real compiler on a copy of its intent; here it is only judged who takes
part, and why not.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from aosedge.cloud.domain.campaigns.members import Items
from aosedge.cloud.domain.campaigns.policy import Policy, waves_of
from aosedge.cloud.domain.campaigns.state import Selection, Wave
from aosedge.cloud.domain.campaigns.waves import place, share_out
from aosedge.cloud.domain.catalogue import ItemVersion
from aosedge.cloud.domain.targets import CompiledTarget, Refused, left_out
from aosedge.cloud.domain.units import Connectivity, Lifecycle
from aosedge.model.digests import Digest, sha256
from aosedge.model.errors import Invalid
from aosedge.model.ids import BundleId, CampaignId, SetId, UnitId


def some(selection: Selection) -> Selection:
    """The selection, if it says anything; raises Invalid for one that does not."""
    if selection == Selection():
        raise Invalid("the campaign is for nobody", element="selection", expected="fleets, sets, a selector or units")
    return selection


class Outlook(msgspec.Struct, frozen=True):
    """What a target would be with the campaign's bundle: `same` if that is no change, or why it cannot be."""

    kind: Literal["changes", "same", "refused"]
    before: Items = {}
    reason: str = ""


class Candidate(msgspec.Struct, frozen=True):
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


class Exclusion(msgspec.Struct, frozen=True):
    """A selected Unit that takes no part, and why."""

    unit: UnitId
    reason: str


class Placed(msgspec.Struct, frozen=True):
    """A member: its wave, its place in the order, and the items that it has now."""

    unit: UnitId
    wave: int
    place: int
    before: Items


class Plan(msgspec.Struct, frozen=True):
    """Who is in which wave, who takes no part and why. `bytes_most`: if every member downloads everything."""

    waves: tuple[Wave, ...]
    members: tuple[Placed, ...]
    exclusions: tuple[Exclusion, ...]
    satisfied: int
    offline: int
    bytes_most: int
    digest: Digest

    @property
    def reasons(self) -> dict[str, int]:
        """Of exclusions, by how many Units each holds for."""
        return dict(Counter(exclusion.reason for exclusion in self.exclusions))


def outlook(new: Mapping[str, str], now: CompiledTarget | Refused, then: CompiledTarget | Refused) -> Outlook:
    """What the campaign's items, `new`, would change: from the target of now to the one with its bundle."""
    if isinstance(then, Refused):
        return Outlook("refused", reason=then.problem)
    after = {str(item.item.id): item.version for item in then.document.items}
    if not new.keys() & after.keys():
        return Outlook("refused", reason=left_out(then.reasons) or "none of its items is assigned to the Unit")
    if any(after.get(item) != version for item, version in new.items()):
        return Outlook("refused", reason=left_out(then.reasons) or "the Unit would not have all of its items")
    if isinstance(now, Refused):
        return Outlook("changes")
    before = {item.item.id: item.version for item in now.document.items if item.item.id in new}
    return Outlook("same" if now.digest == then.digest else "changes", before)  # type: ignore[arg-type]


def draw_up(
    campaign: CampaignId,
    bundle: BundleId,
    policy: Policy,
    versions: Sequence[ItemVersion],
    candidates: Iterable[Candidate],
) -> Plan:
    """The plan for these candidates."""
    known = tuple(candidates)
    why = {candidate.unit: _why_not(candidate, versions) for candidate in known}
    satisfied = [c for c in known if not why[c.unit] and c.outlook.kind == "same"]
    taking_part = [c for c in known if not why[c.unit] and c.outlook.kind == "changes"]
    places = {candidate.unit: place(campaign, candidate.unit) for candidate in taking_part}
    ordered = sorted(places, key=lambda unit: (places[unit], unit))
    asks = waves_of(policy)
    shared = share_out(asks, ordered, {c.unit: c.sets for c in taking_part})
    before = {c.unit: c.outlook.before for c in taking_part}
    loads = _loads(taking_part, versions)
    members = tuple(
        Placed(unit, number, places[unit], before[unit]) for number, wave in enumerate(shared) for unit in wave
    )
    waves = tuple(
        Wave(
            number,
            policy.gate,
            share=ask.share,
            sets=ask.sets,
            size=len(wave),
            bytes_each=max((loads[unit] for unit in wave), default=0),
        )
        for number, (ask, wave) in enumerate(zip(asks, shared, strict=True))
    )
    exclusions = tuple(Exclusion(unit, reason) for unit, reason in sorted(why.items()) if reason)
    content = msgspec.json.encode((bundle, policy, waves, members, exclusions))
    return Plan(
        waves=waves,
        members=members,
        exclusions=exclusions,
        satisfied=len(satisfied),
        offline=sum(c.connectivity == "Offline" for c in taking_part),
        bytes_most=sum(loads.values()),
        digest=sha256(content),
    )


def why_not_of(lifecycle: Lifecycle) -> str:
    """The reason of a Unit that is not provisioned, or no more."""
    return f"the Unit is {lifecycle}"


def _why_not(candidate: Candidate, versions: Iterable[ItemVersion]) -> str:
    """The reason that a candidate takes no part; the first that holds."""
    if candidate.lifecycle != "provisioned":
        return why_not_of(candidate.lifecycle)
    if candidate.outlook.kind == "refused":
        return candidate.outlook.reason
    if candidate.rival:
        return f"the campaign {candidate.rival} brings the same items"
    for version in versions:
        offered = {image.platform.architecture for image in version.images}
        if candidate.architectures and offered and not offered & candidate.architectures:
            return f"no image for {', '.join(sorted(candidate.architectures))}: there is {', '.join(sorted(offered))}"
    return ""


def _loads(candidates: Iterable[Candidate], versions: Sequence[ItemVersion]) -> dict[UnitId, int]:
    """What each downloads at most; Units that are alike are looked at once."""
    known: dict[tuple[int, frozenset[str]], int] = {}
    loads = {}
    for candidate in candidates:
        kind = id(candidate.outlook), candidate.architectures
        if kind not in known:
            known[kind] = _bytes(candidate, versions)
        loads[candidate.unit] = known[kind]
    return loads


def _bytes(candidate: Candidate, versions: Iterable[ItemVersion]) -> int:
    """What the candidate downloads at most: an image of each item that it lacks, the largest where none is known."""
    total = 0
    for version in versions:
        if candidate.outlook.before.get(version.item) == version.version:
            continue
        images = [i for i in version.images if i.platform.architecture in candidate.architectures] or version.images
        total += max((image.size_bytes for image in images), default=0)
    return total
