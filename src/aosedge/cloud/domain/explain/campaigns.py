"""What each campaign that selected the Unit does about it."""

from collections.abc import Iterator
from shlex import quote
from typing import Final, assert_never

from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.gate import WAITS_FOR_APPROVAL, judge
from aosedge.cloud.domain.campaigns.pacing import room
from aosedge.cloud.domain.campaigns.state import ON_THE_WAY, OVER, Campaign
from aosedge.cloud.domain.campaigns.stepping import BEFORE
from aosedge.cloud.domain.explain.known import Known, Member, Outcome, Part, Step
from aosedge.cloud.domain.explain.rules import Code, code_of
from aosedge.cloud.domain.verification.gating import Hindrance, cure_of
from aosedge.model.instants import Instant

_BRINGS: Final = (*ON_THE_WAY, "soaking", "succeeded")
_NEW: Final = "Another campaign, or an assignment, brings it."


def campaign_steps(known: Known) -> Iterator[Step]:
    """One step for each campaign that is about what is asked, in the order in which they were made."""
    for part in sorted(known.parts, key=_made):
        if known.concerns(frozenset(part.brought)) and not any(_followed(part, later) for later in known.parts):
            yield _step(known, part)


def _made(part: Part) -> tuple[Instant, str]:
    return part.campaign.created_at, part.campaign.id


def _followed(part: Part, later: Part) -> bool:
    """Whether a later campaign brought the Unit all that this one, which is over, was about: it is history.

    One that was taken back, or failed, is no successor: what the earlier one brought counts again.
    """
    newer = _made(part) < _made(later) and part.brought.keys() <= later.brought.keys()
    brings = later.back is None and later.member is not None and later.member.state in _BRINGS
    return part.campaign.state in OVER and newer and brings


def _step(known: Known, part: Part) -> Step:
    if part.back is not None:
        return _back(part, part.back)
    if part.excluded:
        cure = "What it names is put right; then it is planned anew, or joins as a newcomer.", _show(part)
        return _said(part, "campaign_excluded", "stopped", f"takes no part: {part.excluded}", cure=cure)
    if part.member is None:
        return _none(known, part)
    if part.member.state == "pending":
        return _waiting(known, part, part.member)
    return _offered(part, part.member)


def _none(known: Known, part: Part) -> Step:
    """It is selected, and was not when the plan was drawn up, or has it all the while."""
    campaign = part.campaign
    if campaign.state == "draft":
        cure = "It is planned and started.", f"aos campaign plan {quote(campaign.title)}"
        return _said(part, "campaign_draft", "waiting", "is a draft", cure=cure)
    aimed = known.document.items if known.document is not None else ()
    if part.brought.items() <= {item.item.id: item.version for item in aimed}.items():
        return _said(part, "campaign_satisfied", "done", "brings what it has already")
    if campaign.policy.newcomers == "join" and campaign.state not in OVER:
        words = "matches since the plan, and joins the last wave"
        return _said(part, "campaign_joins", "waiting", words, cure=("Its last wave begins.", _show(part)))
    return _said(part, "campaign_passes_by", "stopped", "was planned without it", cure=(_NEW, ""))


def _back(part: Part, member: Member) -> Step:
    at = member.ended_at or member.offered_at
    match member.state:
        case "succeeded" | "soaking":
            words = f"has taken its bundle back: {part.campaign.reason}"
            cure = "A bundle without the fault is brought by another campaign.", _show(part)
            return _said(part, "campaign_went_back", "stopped", words, at, cure=cure)
        case "failed" | "rolled_back" | "skipped" | "excluded":
            words = f"could not take its bundle back: {member.reason}"
            cure = "A person looks at the Unit.", f"aos campaign retry-failed {quote(part.campaign.title)}"
            return _said(part, "campaign_cannot_go_back", "stopped", words, at, cure=cure)
        case _:
            words = f"takes its bundle back: {part.campaign.reason}"
            return _said(
                part, "campaign_goes_back", "waiting", words, at, cure=("It goes back by itself.", _show(part))
            )


def _waiting(known: Known, part: Part, member: Member) -> Step:
    """It is in a wave, and was not offered anything yet."""
    campaign, name = part.campaign, quote(part.campaign.title)
    if part.hindrance is not None and campaign.state in BEFORE:
        return _hindered(part, part.hindrance)
    match campaign.state:
        case "draft" | "planned":
            if campaign.policy.four_eyes and campaign.approved_digest != campaign.plan_digest:
                cure = "Somebody other than its maker approves the plan.", f"aos campaign approve {name}"
                return _said(part, "campaign_unapproved", "stopped", "waits for approval of its plan", cure=cure)
            cure = "It is started.", f"aos campaign start {name}"
            return _said(part, "campaign_not_started", "stopped", "is planned and not started", cure=cure)
        case "scheduled":
            step = _said(part, "campaign_scheduled", "waiting", "is to start", cure=("It starts at its time.", ""))
            return replace(step, until=campaign.starts_at)
        case "paused":
            cure = "It is resumed.", f"aos campaign resume {name}"
            return _said(part, "campaign_paused", "stopped", f"is paused: {campaign.reason}", cure=cure)
        case "halted":
            cure = "A person lets it go on, or it goes back.", f"aos campaign resume {name} --reason WHY"
            return _said(part, "campaign_halted", "stopped", f"is halted: {campaign.reason}", cure=cure)
        case "rolling_back":
            return _said(
                part, "campaign_undone", "stopped", f"goes back: {campaign.reason}", cure=(_NEW, _show(part))
            )
        case "completed" | "cancelled" | "rolled_back":
            words = f"is {campaign.state.replace('_', ' ')}"
            return _said(part, "campaign_over", "stopped", words, cure=(_NEW, ""))
        case "running":
            return _in_turn(known, part, member)
        case _:
            assert_never(campaign.state)


def _hindered(part: Part, by: Hindrance) -> Step:
    """It cannot start before its bundle has passed."""
    return _said(part, code_of(by), "stopped", f"cannot start: {by.words}", cure=cure_of(by, part.bundle))


def _in_turn(known: Known, part: Part, member: Member) -> Step:
    """The campaign runs, and it is not the Unit's turn."""
    campaign, moving = part.campaign, part.campaign.current
    if moving is None or moving.number != member.wave:
        return _behind(known, part, member)
    left = room(campaign, known.now)
    if left.most == 0 and left.budget:
        cure = "Units of other campaigns are through their soak, or the budget is larger.", ""
        return _said(part, "campaign_budget", "waiting", f"is held by the budget: {left.reason}", cure=cure)
    if left.most == 0:
        words = f"is held by its limits: {left.reason}"
        step = _said(part, "campaign_limits", "waiting", words, cure=("Others are through, or a minute passes.", ""))
        return replace(step, until=left.look_again_at)
    words = f"offers {part.bundle} in {_wave(member.wave)} any moment"
    return _said(part, "campaign_next", "waiting", words, cure=("It is offered within seconds.", ""))


def _behind(known: Known, part: Part, member: Member) -> Step:
    campaign, moving, mine = part.campaign, part.campaign.current, _wave(member.wave)
    if moving is None:
        words = f"has it in {mine}, which begins any moment"
        return _said(part, "campaign_wave", "waiting", words, cure=("The wave begins within seconds.", ""))
    judged = judge(campaign.policy, moving, known.now)
    words = f"has it in {mine}, and {_wave(moving.number)} is not through: {judged.reason}"
    step = _said(
        part, "campaign_wave", "waiting", words, cure=(f"The gate of {_wave(moving.number)} passes.", _show(part))
    )
    if judged.reason == WAITS_FOR_APPROVAL:
        command = f"aos campaign pass-wave {quote(campaign.title)}"
        return replace(step, outcome="stopped", next=f"A person lets {_wave(moving.number)} pass.", command=command)
    return replace(step, until=judged.look_again_at)


def _offered(part: Part, member: Member) -> Step:
    campaign, wave, at = part.campaign, _wave(member.wave), member.ended_at or member.active_at or member.offered_at
    why = f": {member.reason}" if member.reason else ""
    retry = (
        "It is tried again, or a bundle without the fault comes.",
        f"aos campaign retry-failed {quote(campaign.title)}",
    )
    match member.state:
        case "soaking":
            ends = _after(member.active_at, campaign.waves[member.wave].gate.soak_us)
            step = _said(part, "campaign_soaks", "done", f"brought {part.bundle}, and watches it", at)
            return replace(step, until=ends)
        case "failed":
            return _said(
                part, "campaign_failed", "stopped", f"offered {part.bundle}, which failed{why}", at, cure=retry
            )
        case "rolled_back":
            words = f"offered {part.bundle}, and the Unit went back by itself{why}"
            return _said(part, "campaign_rolled_back", "stopped", words, at, cure=retry)
        case "skipped":
            return _said(part, "campaign_skipped", "stopped", f"passed it over{why}", at, cure=(_NEW, ""))
        case "excluded":
            return _said(part, "campaign_left_out", "stopped", f"left it out{why}", at, cure=(_NEW, ""))
        case "held":
            words = f"offered {part.bundle} in {wave}, and the Unit holds it{why}"
            cure = "What it waits for comes about, before its deadline.", ""
            ends = _after(member.offered_at, campaign.policy.unit_deadline_us)
            return replace(_said(part, "campaign_held", "waiting", words, at, cure=cure), until=ends)
        case state if state in ON_THE_WAY:
            ends = _after(member.offered_at, campaign.policy.unit_deadline_us)
            words = f"offered {part.bundle} in {wave}, and it is {state}{why}"
            return replace(_said(part, "campaign_offered", "done", words, at), until=ends)
        case _:
            return _said(part, "campaign_succeeded", "done", f"brought {part.bundle} in {wave}", at)


def _said(
    part: Part,
    code: Code,
    outcome: Outcome,
    words: str,
    at: Instant | None = None,
    *,
    cure: tuple[str, str] = ("", ""),
) -> Step:
    campaign = part.campaign
    return Step(
        code,
        outcome,
        f"campaign {campaign.title} {words}",
        "campaign",
        campaign.id,
        at or _began(campaign),
        None,
        *cure,
    )


def _began(campaign: Campaign) -> Instant:
    """When it last did something that is known: its youngest wave's beginning, or its making."""
    return max((wave.begun_at for wave in campaign.waves if wave.begun_at is not None), default=campaign.created_at)


def _after(at: Instant | None, span_us: int) -> Instant | None:
    return None if at is None else Instant(at + span_us)


def _wave(number: int) -> str:
    """As people count."""
    return f"wave {number + 1}"


def _show(part: Part) -> str:
    return f"aos campaign show {quote(part.campaign.title)}"
