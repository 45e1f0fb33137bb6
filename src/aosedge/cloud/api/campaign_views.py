"""Campaigns as the API takes and shows them: durations in ISO 8601, times in RFC 3339, shares from 0 to 1."""

from datetime import timedelta
from typing import Literal

import msgspec

from aosedge.cloud.api.campaign_limits import PaceBody, limits_body, limits_of
from aosedge.cloud.api.campaign_sequential import SequentialBody, sequential_body, sequential_of
from aosedge.cloud.domain.campaigns.baseline import usual
from aosedge.cloud.domain.campaigns.figures import Figure, figures
from aosedge.cloud.domain.campaigns.gate import curve_of, judge
from aosedge.cloud.domain.campaigns.policy import (
    Gate,
    Offline,
    Policy,
    Sequential,
    Severity,
    Strategy,
    WaveAsk,
)
from aosedge.cloud.domain.campaigns.sequential import curve
from aosedge.cloud.domain.campaigns.state import (
    Campaign,
    CampaignState,
    Counts,
    MemberState,
    Selection,
    Share,
    Wave,
    WaveState,
)
from aosedge.cloud.domain.campaigns.timing import Timing
from aosedge.cloud.store import Session
from aosedge.cloud.store.campaigns import Member
from aosedge.model.ids import BundleId, FleetId, SetId, UnitId
from aosedge.model.instants import Instant, to_rfc3339

_MICROSECOND = timedelta(microseconds=1)


class GateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a wave has passed, and when it no longer can. Shares are of its judged members."""

    success_share: float = 0.95
    failed_share: float = 0.02
    min_sample: int = 5
    soak: timedelta = timedelta(minutes=30)
    severity: Severity = "error"
    manual: bool = False
    early_pass: bool = False


class OfflineBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of a member that has not been there for so long since its wave began."""

    after: timedelta = timedelta(hours=24)
    then: Literal["exclude", "fail"] = "exclude"


class PolicyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a campaign goes; what is not said has its default."""

    strategy: Strategy = "staged"
    waves: tuple[WaveAsk, ...] = ()
    gate: GateBody = GateBody()
    sequential: SequentialBody | None = SequentialBody()
    limits: PaceBody = PaceBody()
    offline: OfflineBody = OfflineBody()
    unit_deadline: timedelta = timedelta(hours=2)
    newcomers: Literal["join", "ignore"] = "join"
    priority: int = 0
    roll_back_on_halt: bool = True
    four_eyes: bool = False
    require_way_back: bool = False
    timing: Timing = Timing()


class SelectionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which Units: those that match everything that is said. Fleets and sets by id, Units by system id or id."""

    fleets: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    selector: str | None = None
    units: tuple[str, ...] = ()


class NewCampaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A campaign to make."""

    title: str
    bundle_id: str
    selection: SelectionBody
    policy: PolicyBody = PolicyBody()
    purpose: str = ""
    """What it is for, for whoever reads it later."""


class CampaignChange(PolicyBody, frozen=True, forbid_unknown_fields=True):
    """How a campaign shall go; its title, purpose and selection stay where they are not said."""

    title: str | None = None
    purpose: str | None = None
    selection: SelectionBody | None = None
    """Before its start only."""


class CurvePoint(msgspec.Struct, frozen=True):
    """The sequential test after so many results of which so many failed."""

    results: int
    failures: int
    value: float


class WaveView(msgspec.Struct, frozen=True):
    """A wave with its members by state. `undoes`: the wave whose members it brings back."""

    number: int
    state: WaveState
    share: float | None
    sets: tuple[str, ...]
    undoes: int | None
    counts: Counts
    members: int
    begun_at: str | None
    active_at: str | None
    reason: str
    """Why it ended so, or what its gate waits for."""
    next_at: str | None
    """When time alone may change that."""
    curve: dict[str, float] | None
    """The sequential test: `value` between `lower` and `upper`."""
    points: tuple[CurvePoint, ...]
    """How it came there, at most 128 of its steps; without the test none."""
    planned: int
    """Members by the plan."""
    gate: GateBody
    """What it is judged by."""
    overridden: bool
    figures: tuple[Figure, ...]
    """Its gate term by term, once it has begun."""


class CampaignView(msgspec.Struct, frozen=True):
    """A campaign. `counts`: members of all waves that go out, by state."""

    id: str
    title: str
    bundle_id: str
    bundle: str
    state: CampaignState
    reason: str
    policy: PolicyBody
    selection: SelectionBody
    waves: tuple[WaveView, ...]
    counts: Counts
    created_at: str
    created_by: str | None
    starts_at: str | None
    revision: int
    plan_digest: str
    approved: bool
    budget: Share | None
    """Units at risk over all campaigns of the organization, as of the last look: `left` for this one."""
    purpose: str
    batch_id: str | None
    """The verification batch that it is the trial of: people have no other say in it."""


class CampaignsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[CampaignView, ...]


class MemberView(msgspec.Struct, frozen=True):
    """A Unit in a wave."""

    unit_id: str
    system_uid: str
    wave: int
    state: MemberState
    reason: str
    offered_at: str | None
    active_at: str | None
    ended_at: str | None


class MembersView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[MemberView, ...]


def policy_of(session: Session, bundle: str, body: PolicyBody) -> Policy:
    """As the domain knows it; what nobody said of the test is as it was when such bundles came before."""
    past = usual(session.campaigns.past(BundleId(bundle)), session.campaigns.past())
    gate, offline = msgspec.structs.asdict(body.gate), body.offline
    soak = gate.pop("soak")
    named = {name: getattr(body, name) for name in ("strategy", "waves", "priority")}
    return Policy(
        **named,
        gate=Gate(**gate, soak_us=soak // _MICROSECOND),
        limits=limits_of(body.limits),
        sequential=sequential_of(body.sequential, past),
        offline=Offline(offline.after // _MICROSECOND, offline.then),
        unit_deadline_us=body.unit_deadline // _MICROSECOND,
        newcomers=body.newcomers,
        roll_back_on_halt=body.roll_back_on_halt,
        four_eyes=body.four_eyes,
        require_way_back=body.require_way_back,
        timing=body.timing,
    )


def body_of(policy: Policy) -> PolicyBody:
    """As people said it."""
    named = {
        name: getattr(policy, name)
        for name in (
            "strategy", "waves", "priority", "newcomers", "roll_back_on_halt", "four_eyes",
            "require_way_back", "timing",
        )
    }  # fmt: skip
    return PolicyBody(
        **named,
        gate=_gate_body(policy.gate),
        limits=limits_body(policy.limits),
        sequential=sequential_body(policy.sequential),
        offline=OfflineBody(timedelta(microseconds=policy.offline.after_us), policy.offline.then),
        unit_deadline=timedelta(microseconds=policy.unit_deadline_us),
    )


def _gate_body(gate: Gate) -> GateBody:
    said = {name: value for name, value in msgspec.structs.asdict(gate).items() if name != "soak_us"}
    return GateBody(**said, soak=timedelta(microseconds=gate.soak_us))


def selection_of(session: Session, body: SelectionBody) -> Selection:
    """As the domain knows it; raises NotFound for a Unit."""
    return Selection(
        fleets=tuple(map(FleetId, body.fleets)),
        sets=tuple(map(SetId, body.sets)),
        selector=body.selector,
        units=tuple(UnitId(session.units.named(name).id) for name in body.units),
    )


def view(session: Session, campaign: Campaign) -> CampaignView:
    """As the API shows it."""
    selection = campaign.selection
    out = [wave.counts for wave in campaign.waves if wave.counts is not None and wave.undoes is None]
    totals = (sum(column) for column in zip(*map(msgspec.structs.astuple, out), strict=True))
    return CampaignView(
        id=campaign.id,
        title=campaign.title,
        bundle_id=campaign.bundle,
        bundle=session.bundles.get(campaign.bundle).name,
        state=campaign.state,
        reason=campaign.reason,
        policy=body_of(campaign.policy),
        selection=SelectionBody(selection.fleets, selection.sets, selection.selector, selection.units),
        waves=tuple(_wave(campaign, wave, session.caller.now) for wave in campaign.waves),
        counts=Counts(*totals),
        created_at=to_rfc3339(campaign.created_at),
        created_by=campaign.created_by,
        starts_at=_time(campaign.starts_at),
        revision=campaign.revision,
        plan_digest=campaign.plan_digest,
        approved=bool(campaign.plan_digest) and campaign.approved_digest == campaign.plan_digest,
        budget=campaign.share,
        purpose=campaign.purpose,
        batch_id=campaign.batch,
    )


def _wave(campaign: Campaign, wave: Wave, now: Instant) -> WaveView:
    counts = wave.counts or Counts()
    moving = wave.begun_at is not None and wave.state in ("deploying", "soaking")
    judgement = judge(campaign.policy, wave, now) if moving else None
    test = campaign.policy.sequential if wave.undoes is None and counts.results else None
    so_far = curve_of(test, counts) if test is not None else None
    return WaveView(
        number=wave.number,
        state=wave.state,
        share=wave.share,
        sets=wave.sets,
        undoes=wave.undoes,
        counts=counts,
        members=wave.size if wave.counts is None else counts.members,
        begun_at=_time(wave.begun_at),
        active_at=_time(wave.active_at),
        reason=judgement.reason if judgement is not None else wave.reason,
        next_at=_time(judgement.look_again_at) if judgement is not None else None,
        curve={"value": so_far.value, "lower": so_far.lower, "upper": so_far.upper} if so_far is not None else None,
        points=_points(test, wave),
        planned=wave.size,
        gate=_gate_body(wave.gate),
        overridden=wave.overridden,
        figures=figures(wave, now),
    )


def _points(test: Sequential | None, wave: Wave) -> tuple[CurvePoint, ...]:
    if test is None:
        return ()
    values = (curve(test, point.results, point.failures).value for point in wave.points)
    return tuple(CurvePoint(p.results, p.failures, v) for p, v in zip(wave.points, values, strict=True))


def member_view(member: Member) -> MemberView:
    """As the API shows it."""
    return MemberView(
        unit_id=member.unit,
        system_uid=member.system_uid,
        wave=member.wave,
        state=member.state,
        reason=member.reason,
        offered_at=_time(member.offered_at),
        active_at=_time(member.active_at),
        ended_at=_time(member.ended_at),
    )


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else to_rfc3339(instant)
