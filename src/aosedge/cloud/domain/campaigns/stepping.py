"""The campaign machine: what becomes of a campaign when something happens, and what is to be done about it.

Pure: `now` is an argument, members are counts, effects are for the driver to carry out set-based. The driver tells of
what came of them with `Counted`, so that a repeated or lost effect changes nothing (rules of CAMPAIGNS.md).
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.events import (
    Approve,
    ApprovePlan,
    Cancel,
    Counted,
    Edit,
    Effect,
    Event,
    Halt,
    Hindered,
    Offer,
    OpenWave,
    Pause,
    Planned,
    Release,
    Resume,
    RetryFailed,
    RollBack,
    Start,
    TryAgain,
    Withdraw,
)
from aosedge.cloud.domain.campaigns.gate import WAITS_FOR_APPROVAL, judge, spoiled
from aosedge.cloud.domain.campaigns.pacing import room, started
from aosedge.cloud.domain.campaigns.policy import Gate, Policy, checked
from aosedge.cloud.domain.campaigns.state import MOVING, Campaign, CampaignState, Selection, Wave
from aosedge.model.digests import sha256
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.instants import MINUTE, Instant, to_rfc3339

BEFORE: Final[tuple[CampaignState, ...]] = ("draft", "planned", "scheduled")
"""States in which nothing has been offered."""
ALIVE: Final[tuple[CampaignState, ...]] = ("running", "rolling_back")
"""States in which members are offered something."""
_LATE_MOST_US: Final = 5 * MINUTE
"""How far a start may lie back, by clocks that differ and people who type; it is then at once."""
_CURES: Final[dict[CampaignState, str]] = {
    "completed": "it is over: roll it back, or make another",
    "cancelled": "it is over: make another",
    "rolled_back": "it is over: make another",
}
TO_APPROVE: Final = "what was changed is to be approved by somebody else"


class Step(msgspec.Struct, frozen=True):
    """The campaign after an event, what to do, and when to look again if nothing happens before."""

    campaign: Campaign
    effects: tuple[Effect, ...] = ()
    look_again_at: Instant | None = None


def step(campaign: Campaign, event: Event, now: Instant) -> Step:
    """One event. Raises Conflict, naming what is possible, for a verb that the campaign's state does not have."""
    match event:
        case Pause() | Halt() | Cancel():
            return _stop(campaign, event, now)
        case Resume():
            return _resume(campaign, event, now)
        case Planned() | ApprovePlan() | Start() | Hindered() | Edit():
            return _prepare(campaign, event, now)
        case RollBack(reason):
            _only(campaign, "roll back", ("running", "paused", "halted", "completed"))
            return _roll_back(campaign, reason or "rolled back by a person", now)
        case RetryFailed():
            return _retry(campaign, now)
        case Approve(by):
            wave = campaign.current
            waiting = None if wave is None else judge(campaign.policy, wave, now).reason
            if wave is None or waiting != WAITS_FOR_APPROVAL:
                raise Conflict("no wave waits for approval", element="campaign", got=waiting or campaign.state)
            return _move(_with(campaign, replace(wave, approved_by=by)), now)
        case Counted(number, counts, alerts):
            wave = replace(campaign.waves[number].with_counts(counts), alerts=alerts)
            return _move(_with(campaign, wave), now)
        case _:
            return _move(campaign, now)


def _stop(campaign: Campaign, event: Pause | Halt | Cancel, now: Instant) -> Step:
    """A person stops it one way or another. Whoever says it twice has said it."""
    match event:
        case Pause(reason):
            _only(campaign, "pause", (*ALIVE, "paused"))
            if campaign.state == "paused":
                return Step(campaign)
            return Step(replace(campaign, state="paused", reason=reason or "paused by a person"))
        case Halt(reason):
            _only(campaign, "halt", ("running", "paused", "scheduled", "halted"))
            return Step(campaign) if campaign.state == "halted" else _halt(campaign, reason, now, by_gate=False)
        case _:
            reason = event.reason
            _only(campaign, "cancel", (*BEFORE, "running", "paused", "halted", "cancelled"))
            if campaign.state == "cancelled":
                return Step(campaign)
            waves = _end_waves(campaign.waves, reason or "cancelled")
            ended = replace(campaign, state="cancelled", waves=waves, reason=reason or "cancelled")
            return Step(ended, (Withdraw(), Release()))


def _prepare(campaign: Campaign, event: Planned | ApprovePlan | Start | Hindered | Edit, now: Instant) -> Step:
    """What a person says of how it is to go, and whether it does when its time comes."""
    match event:
        case Planned(waves, digest):
            _only(campaign, "plan", ("draft", "planned"))
            new = replace(campaign, state="planned", waves=waves, plan_digest=digest)
            return Step(replace(new, edited_by=None, reason=""))
        case ApprovePlan():
            return Step(_approve_plan(campaign, event))
        case Start(at):
            return _start(campaign, at, now)
        case Hindered(reason):
            if campaign.state != "scheduled":
                return Step(campaign)
            return Step(replace(campaign, state="planned", starts_at=None, reason=f"did not start: {reason}"))
        case _:
            return _edit(campaign, event, now)


def _edit(campaign: Campaign, asked: Edit, now: Instant) -> Step:
    _only(campaign, "edit", ("draft", "planned", "scheduled", "running", "paused", "halted"))
    policy, old = checked(asked.policy), campaign.policy
    campaign = _reworded(campaign, asked)
    before = campaign.selection
    campaign = _chosen_anew(campaign, asked.selection)
    if policy == old and campaign.selection == before:
        return _move(campaign, now)
    edited = replace(campaign, policy=policy, revision=campaign.revision + 1)
    if campaign.state in ("draft", "planned"):
        return Step(replace(edited, approved_digest=""))  # what was planned and approved was another one
    if _settled(policy) != _settled(old):
        raise Conflict(
            "its waves and windows, and whether two people decide, are settled",
            element="policy",
            expected="limits, deadlines, gates, priority",
            cure="cancel it and make another",
        )
    waves = tuple(
        replace(w, gate=policy.gate) if w.state == "waiting" and w.undoes is None else w for w in campaign.waves
    )
    edited = replace(edited, waves=waves)
    if not policy.four_eyes:
        return _move(edited, now)
    digest = sha256(f"{campaign.plan_digest} {edited.revision}".encode() + msgspec.json.encode(policy))
    edited = replace(edited, plan_digest=digest, approved_digest="", edited_by=asked.by)
    if campaign.state == "scheduled":
        return Step(replace(edited, state="planned", starts_at=None, reason="changed: to be planned again"))
    return Step(replace(edited, state="paused" if campaign.state == "running" else campaign.state, reason=TO_APPROVE))


def _reworded(campaign: Campaign, asked: Edit) -> Campaign:
    title = campaign.title if asked.title is None else asked.title
    return replace(campaign, title=title, purpose=campaign.purpose if asked.purpose is None else asked.purpose)


def _chosen_anew(campaign: Campaign, selection: Selection | None) -> Campaign:
    if selection is None or selection == campaign.selection:
        return campaign
    if campaign.state not in ("draft", "planned"):
        raise Conflict(
            "whom it is for is settled", element="selection", got=campaign.state, cure="cancel it and make another"
        )
    return replace(campaign, selection=selection, fleet=selection.fleet)


def _settled(policy: Policy) -> tuple[object, ...]:
    """What is as it was once a campaign is on its way: Units have been told when they may take it."""
    return policy.strategy, policy.waves, policy.timing, policy.four_eyes


def _approve_plan(campaign: Campaign, asked: ApprovePlan) -> Campaign:
    _only(campaign, "approve the plan of", ("planned", "paused", "halted"))
    if asked.digest != campaign.plan_digest:
        cure, digest = "look at the plan as it is now, and approve that", campaign.plan_digest
        raise Conflict("the plan has changed", element="digest", expected=digest, got=asked.digest, cure=cure)
    maker = campaign.created_by if campaign.edited_by is None else campaign.edited_by
    if campaign.policy.four_eyes and asked.by == maker:
        raise Conflict("whoever made the campaign cannot approve it", element="campaign", cure="ask a colleague")
    reason = "approved: to be resumed" if campaign.reason == TO_APPROVE else campaign.reason
    return replace(campaign, approved_digest=asked.digest, reason=reason)


def _start(campaign: Campaign, at: Instant | None, now: Instant) -> Step:
    _only(campaign, "start", ("planned",))
    if not campaign.waves:
        raise Conflict("the campaign has no plan", element="campaign", cure="plan it first")
    if campaign.policy.four_eyes and campaign.approved_digest != campaign.plan_digest:
        raise Conflict("the plan is not approved", element="campaign", cure="somebody else approves it first")
    if at is not None and at < now - _LATE_MOST_US:
        wanted = "a time to come; without one it starts at once"
        raise Invalid("that is in the past", element="at", expected=wanted, got=to_rfc3339(at))
    if at is not None and at > now:
        return Step(replace(campaign, state="scheduled", starts_at=at), (), at)
    return _move(replace(campaign, state="running", starts_at=now, reason=""), now)


def _resume(campaign: Campaign, asked: Resume, now: Instant) -> Step:
    _only(campaign, "resume", ("paused", "halted"))
    if campaign.state == "halted" and not asked.reason:
        raise Invalid("going on after a halt needs a reason", element="reason")
    undoing = _undoes(campaign)
    if campaign.policy.four_eyes and campaign.approved_digest != campaign.plan_digest and not undoing:
        raise Conflict("what was changed is not approved", element="campaign", cure="somebody else approves it first")
    begun = any(wave.begun_at is not None for wave in campaign.waves)
    if not begun and campaign.starts_at is not None and now < campaign.starts_at:
        return Step(replace(campaign, state="scheduled", reason=asked.reason), (), campaign.starts_at)
    waves = tuple(
        replace(
            wave,
            state="deploying" if wave.state == "failed" else wave.state,
            overridden=wave.overridden or asked.override,
            reason="" if wave.state == "failed" else wave.reason,
        )
        if wave.state in ("failed", "passed") and (wave.undoes is not None) == undoing
        else wave
        for wave in campaign.waves
    )
    state: CampaignState = "rolling_back" if undoing else "running"
    reason = asked.reason or ("resumed by a person" if undoing else "")
    return _move(replace(campaign, state=state, waves=waves, reason=reason), now)


def _retry(campaign: Campaign, now: Instant) -> Step:
    _only(campaign, "retry failed Units of", (*ALIVE, "paused", "halted"))
    back = _undoes(campaign)
    mine = (w for w in campaign.waves if (w.undoes is not None) == back)
    wave = next((w for w in mine if w.state in (*MOVING, "failed")), None)
    if wave is None or wave.counts is None or not wave.counts.failures:
        raise Conflict("no member of the wave has failed", element="campaign", got=campaign.state)
    counts = replace(wave.counts, pending=wave.counts.pending + wave.counts.failures, failed=0, rolled_back=0)
    again = _with(campaign, replace(wave, counts=counts, active_at=None))
    return Step(again, (TryAgain(wave.number),))


def _halt(campaign: Campaign, reason: str, now: Instant, *, by_gate: bool) -> Step:
    """Nobody starts any more (invariant I11); by policy a gate's halt is followed by going back."""
    waves = tuple(
        replace(wave, state="failed", reason=reason) if wave.state in MOVING else wave for wave in campaign.waves
    )
    halted = replace(campaign, state="halted", reason=reason, waves=waves)
    if by_gate and campaign.policy.roll_back_on_halt and not _undoes(campaign):
        return _roll_back(halted, reason, now)
    return Step(halted, (Withdraw(),))


def _roll_back(campaign: Campaign, reason: str, now: Instant) -> Step:
    if _undoes(campaign):
        raise Conflict("it goes back already", element="campaign", got=campaign.state, cure="resume it")
    waves = _end_waves(campaign.waves, reason)
    touched = [wave for wave in waves if wave.begun_at is not None]
    undoing = tuple(
        Wave(number=len(waves) + place, gate=_gate_back(campaign), undoes=wave.number)
        for place, wave in enumerate(reversed(touched))
    )
    rolling = replace(campaign, state="rolling_back", reason=reason, waves=(*waves, *undoing))
    moved = _move(rolling, now)
    return replace(moved, effects=(Withdraw(), *moved.effects))


def _undoes(campaign: Campaign) -> bool:
    """Whether it goes back, or would on being resumed."""
    return any(wave.undoes is not None for wave in campaign.waves)


def _gate_back(campaign: Campaign) -> Gate:
    """Going back proves nothing: it has no soak, no approval, and goes on over failures up to the same share.

    That of a batch's trial goes on over any: nobody could have it go on after a halt.
    """
    gate = replace(campaign.policy.gate, soak_us=0, manual=False, early_pass=False)
    return gate if campaign.batch is None else replace(gate, success_share=0.0, failed_share=1.0)


def _end_waves(waves: Iterable[Wave], reason: str) -> tuple[Wave, ...]:
    ends = {"waiting": "skipped", "deploying": "failed", "soaking": "failed"}
    return tuple(
        replace(wave, state=ends[wave.state], reason=reason) if wave.state in ends else wave for wave in waves
    )


def _move(campaign: Campaign, now: Instant) -> Step:
    """Go as far as the campaign can at this moment."""
    if campaign.state == "scheduled" and campaign.starts_at is not None:
        if now < campaign.starts_at:
            return Step(campaign, (), campaign.starts_at)
        campaign = replace(campaign, state="running")
    wave = campaign.current
    if campaign.state not in ALIVE and not (campaign.state == "paused" and wave is not None):
        return Step(campaign)
    late = next(filter(None, map(spoiled, campaign.waves)), "") if not _undoes(campaign) else ""
    if late:
        return _halt(campaign, late, now, by_gate=True)
    if wave is None:
        return _begin_next(campaign, now)
    wave = _soaking(_not_ahead(wave, now), now)
    campaign = _with(campaign, wave)
    judgement = judge(campaign.policy, wave, now)
    if judgement.verdict == "failed":
        return _halt(campaign, judgement.reason, now, by_gate=True)
    if campaign.state == "paused":
        return Step(campaign)
    if judgement.verdict == "passed":
        passed = replace(wave, state="passed", reason=judgement.reason)
        return _begin_next(_with(campaign, passed), now)
    campaign = _with(campaign, replace(wave, reason=judgement.reason))
    return _offer(campaign, wave, judgement.look_again_at, now)


def _begin_next(campaign: Campaign, now: Instant) -> Step:
    wave = campaign.following
    if wave is None:
        if campaign.state == "rolling_back":
            return Step(replace(campaign, state="rolled_back"), (Release(),))
        return Step(replace(campaign, state="completed", reason=""), (Release(),))
    begun = _with(campaign, replace(wave, state="deploying", begun_at=now, active_at=None))
    return Step(begun, (OpenWave(wave.number, wave.undoes),))


def _not_ahead(wave: Wave, now: Instant) -> Wave:
    """The clock may have been turned back: what would lie ahead begins now."""
    begun = None if wave.begun_at is None else min(wave.begun_at, now)
    return replace(wave, begun_at=begun, active_at=None if wave.active_at is None else min(wave.active_at, now))


def _soaking(wave: Wave, now: Instant) -> Wave:
    """The wave, soaking from when every member that could be is active, or deploying again when one no longer is."""
    counts = wave.counts
    through = counts is not None and counts.judged > 0 and not counts.unbegun and not counts.on_the_way
    if through and wave.active_at is None:
        return replace(wave, state="soaking", active_at=now)
    if not through and wave.active_at is not None:
        return replace(wave, state="deploying", active_at=None)
    return wave


def _offer(campaign: Campaign, wave: Wave, look_again_at: Instant | None, now: Instant) -> Step:
    """Offers to as many members as the limits let start now."""
    pending = wave.counts.pending if wave.counts is not None else 0
    if not pending:
        return Step(campaign, (), look_again_at)
    left = room(campaign, now).most
    most = pending if left is None else min(pending, left)
    if most:
        campaign = replace(campaign, starts=started(campaign, most, now))
    if most < pending:
        look_again_at = _sooner(look_again_at, room(campaign, now).look_again_at)
    return Step(campaign, (Offer(wave.number, None if left is None else most),) if most else (), look_again_at)


def _sooner(one: Instant | None, other: Instant | None) -> Instant | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _with(campaign: Campaign, wave: Wave) -> Campaign:
    waves = tuple(wave if each.number == wave.number else each for each in campaign.waves)
    return replace(campaign, waves=waves)


def _only(campaign: Campaign, verb: str, states: tuple[CampaignState, ...]) -> None:
    if campaign.state not in states:
        raise Conflict(
            f"cannot {verb} a campaign that is {campaign.state.replace('_', ' ')}",
            element="campaign",
            expected=", ".join(state.replace("_", " ") for state in states),
            got=campaign.state,
            cure=_CURES.get(campaign.state, ""),
        )
