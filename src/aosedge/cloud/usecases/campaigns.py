"""What people do with campaigns, and how a campaign goes on."""

from typing import Final

from msgspec.structs import replace

from aosedge.cloud.domain.access.callers import Person, tenant_of
from aosedge.cloud.domain.campaigns.budget import at_risk
from aosedge.cloud.domain.campaigns.events import (
    Approve,
    ApprovePlan,
    Counted,
    Edit,
    Effect,
    Event,
    Looked,
    Offer,
    OpenWave,
    Planned,
    Resume,
    Start,
    TryAgain,
    Withdraw,
)
from aosedge.cloud.domain.campaigns.events import (
    Release as Over,
)
from aosedge.cloud.domain.campaigns.outline import Outline, outlined
from aosedge.cloud.domain.campaigns.plan import some
from aosedge.cloud.domain.campaigns.policy import Policy, checked
from aosedge.cloud.domain.campaigns.state import MOVING, Campaign, Counts, Selection, Wave
from aosedge.cloud.domain.campaigns.stepping import ALIVE, step
from aosedge.cloud.domain.selectors import parse_selector
from aosedge.cloud.domain.titles import checked_purpose, checked_title
from aosedge.cloud.store import Session
from aosedge.cloud.store.campaign_members import FARTHEST_LOOK, CampaignMembers
from aosedge.cloud.usecases.campaign_decisions import note
from aosedge.cloud.usecases.campaign_planning import drawn_up
from aosedge.cloud.usecases.gating import held_back, refuse_unverified
from aosedge.model.errors import Conflict
from aosedge.model.ids import BundleId, CampaignId, Ids, UserId
from aosedge.model.instants import MINUTE, SECOND, Instant

STEPS_MOST: Final = 100
"""Of a campaign in one transaction; whatever is left then goes on in the next."""
SOONEST_LOOK: Final = 10 * SECOND
"""Until what is overdue, and waits for a Unit that is away, is looked at again."""
WAVE_LOOK: Final = MINUTE
"""A wave that moves is looked at as often: Units are decommissioned, moved and made without a report."""


def create(
    session: Session,
    ids: Ids,
    title: str,
    bundle: BundleId,
    policy: Policy,
    selection: Selection,
    purpose: str = "",
) -> Campaign:
    """A new draft. Raises Invalid naming the field, NotFound for what is named and missing or foreign."""
    who = session.caller.who
    known = session.bundles.get(bundle)
    if known.state != "ready":
        raise Conflict("the bundle is not ready", element="bundle_id", cure="see why with: aos bundle show")
    _check_there(session, selection)
    for wave in policy.waves:
        for name in wave.sets:
            session.unit_sets.get(name)  # type: ignore[arg-type]
    made = Campaign(
        id=CampaignId(ids.new()),
        tenant=tenant_of(session.caller),
        title=checked_title(title),
        bundle=bundle,
        created_at=session.caller.now,
        created_by=who.user if isinstance(who, Person) else None,
        policy=checked(policy),
        selection=selection,
        fleet=selection.fleet,
        purpose=checked_purpose(purpose),
    )
    session.campaigns.add(made)
    return made


def _check_there(session: Session, selection: Selection) -> None:
    """Raise Invalid for nobody or a selector that is none, NotFound for what is named and missing or foreign."""
    if selection.selector is not None:
        parse_selector(selection.selector)
    for fleet in some(selection).fleets:
        session.fleets.get(fleet)
    for set_ in selection.sets:
        session.unit_sets.get(set_)
    for unit in selection.units:
        session.units.get(unit)


def plan(session: Session, id: CampaignId) -> Outline:
    """Draw the plan up anew and keep it: a dry run, nothing moves. Raises NotFound, Conflict once it has started."""
    return plan_of(session, of_people(session.campaigns.get(id)))


def plan_of(session: Session, campaign: Campaign) -> Outline:
    """The same for one that was found. Raises Conflict once it has started."""
    now = session.caller.now
    drawn = drawn_up(session, campaign)
    planned = step(campaign, Planned(drawn.waves, drawn.digest), now).campaign
    outline = outlined(drawn, campaign.policy, session.campaign_plans.rates(campaign), now)
    session.campaign_members.put_plan(campaign.id, drawn)
    session.campaign_plans.put(campaign.id, outline)
    session.campaigns.put(replace(planned, share=session.campaign_members.share(planned, now)), None)
    return outline


def planned(session: Session, id: CampaignId) -> Outline:
    """The plan that is kept. Raises NotFound for the campaign, or where it was not planned."""
    return session.campaign_plans.get(session.campaigns.get(id).id)


def start(session: Session, id: CampaignId, at: Instant | None) -> Campaign:
    """Start it, now or at an instant; raises Conflict where what was planned is no longer what would happen."""
    campaign = of_people(session.campaigns.get(id))
    refuse_unverified(session, campaign)
    short = session.campaign_plans.short(id)
    if campaign.state == "planned" and drawn_up(session, campaign, short=short).digest != campaign.plan_digest:
        raise Conflict("the plan has changed since", element="campaign", cure="plan it again, and look at it")
    return command(session, id, Start(at))


def begin_trial(session: Session, campaign: Campaign) -> Campaign:
    """Add a campaign that a batch makes, planned and started."""
    session.campaigns.add(campaign)
    plan_of(session, campaign)
    return moved(session, session.campaigns.get(campaign.id), Start(), asked=False)


def command(session: Session, id: CampaignId, event: Event) -> Campaign:
    """A person's verb. Raises NotFound, and Conflict with what is possible."""
    campaign = of_people(session.campaigns.get(id))
    if isinstance(event, Resume) and all(wave.begun_at is None for wave in campaign.waves):
        refuse_unverified(session, campaign)
    return moved(session, campaign, event)


def of_people(campaign: Campaign) -> Campaign:
    """The campaign, if people have a say in it; raises Conflict for the trial of a batch."""
    if campaign.batch is not None:
        cure = "approve, reject or cancel the batch: aos verification show"
        raise Conflict("it is the trial of a verification batch", element="campaign", got=campaign.batch, cure=cure)
    return campaign


def moved(session: Session, campaign: Campaign, event: Event, *, asked: bool = True) -> Campaign:
    """The campaign after an event, kept. Raises Conflict with what is possible."""
    members, now = session.campaign_members, session.caller.now
    new, look_at = go_on(members, settled(members, held_back(session, campaign), now), event, now)
    session.campaigns.put(new, look_at)
    make_room(members, campaign, new)
    note(session, campaign, new, asked=asked)
    for name in ("campaigns", "targets"):
        session.signal(name)
    return new


def make_room(members: CampaignMembers, before: Campaign, after: Campaign) -> None:
    """Where another number of its Units is at risk, or it is another's turn, have other campaigns looked at."""
    changed = at_risk(before) != at_risk(after) or before.state != after.state
    if after.share is not None and changed:
        members.look_at_others(after)


def by(session: Session) -> UserId:
    """Who approves."""
    who = session.caller.who
    assert isinstance(who, Person)
    return who.user


def approve_plan(session: Session, id: CampaignId, digest: str) -> Campaign:
    """Approve the plan with this digest. Raises NotFound; Conflict for another plan, or with four eyes one's own."""
    return command(session, id, ApprovePlan(by(session), digest))


def approve_wave(session: Session, id: CampaignId) -> Campaign:
    """Let the wave pass that waits for it. Raises NotFound and Conflict."""
    return command(session, id, Approve(by(session)))


def edit(
    session: Session,
    id: CampaignId,
    policy: Policy,
    *,
    title: str | None = None,
    purpose: str | None = None,
    selection: Selection | None = None,
) -> Campaign:
    """Change how it goes, and what else is named. Raises NotFound; Invalid naming the field; Conflict for what is
    settled by then."""
    who = session.caller.who
    if selection is not None:
        _check_there(session, selection)
    words = (
        None if title is None else checked_title(title),
        None if purpose is None else checked_purpose(purpose),
    )
    return command(session, id, Edit(policy, who.user if isinstance(who, Person) else None, *words, selection))


def delete(session: Session, id: CampaignId) -> None:
    """Remove one that never started. Raises NotFound and Conflict."""
    campaign = of_people(session.campaigns.get(id))
    if campaign.state not in ("draft", "planned"):
        raise Conflict("the campaign has a history", element="campaign", got=campaign.state, cure="cancel it instead")
    session.campaigns.delete(id)


def go_on(
    members: CampaignMembers, campaign: Campaign, event: Event, now: Instant
) -> tuple[Campaign, Instant | None]:
    """The campaign after an event and all that follows at this moment, and when to look at it again."""
    for _ in range(STEPS_MOST):
        found = step(campaign, event, now)
        campaign = found.campaign
        for effect in found.effects:
            _carry_out(members, campaign, effect, now)
        if found.effects:
            campaign = settled(members, campaign, now)
        if not found.effects or campaign.state not in ALIVE:
            return campaign, _look_at(members, campaign, found.look_again_at, now)
        event = counted(campaign)
    return campaign, now


def settled(members: CampaignMembers, campaign: Campaign, now: Instant) -> Campaign:
    """After what time alone has done to its members; every begun wave's counts equal its rows (invariant I11).

    Alerts are as they are now, so that a verb that comes between an alert and the driver's look loses none.
    """
    campaign = members.counted(campaign)
    swept = [
        members.sweep(campaign, wave, now)
        for wave in campaign.waves
        if wave.begun_at is not None and _unsettled(wave, wave.counts)
    ]
    campaign = members.counted(campaign) if any(swept) else campaign
    moving = campaign.current
    waves = tuple(
        replace(wave, alerts=members.alerts(campaign.id, wave.number, wave.gate.severity)) if wave is moving else wave
        for wave in campaign.waves
    )
    return replace(campaign, waves=waves, share=members.share(campaign, now))


def _unsettled(wave: Wave, counts: Counts | None) -> bool:
    """Whether time may do something to its members."""
    return counts is not None and bool(counts.open or (wave.state in MOVING and counts.unbegun))


def counted(campaign: Campaign) -> Counted | Looked:
    """How many members of the wave that moves are where, once settled."""
    wave = campaign.current
    if wave is None or wave.counts is None:
        return Looked()
    return Counted(wave.number, wave.counts, wave.alerts)


def _look_at(members: CampaignMembers, campaign: Campaign, soonest: Instant | None, now: Instant) -> Instant | None:
    """When to look again if nothing happens before; None for one in which time changes nothing."""
    looks = [
        max(at, Instant(now + SOONEST_LOOK))
        for wave in campaign.waves
        if wave.begun_at is not None and _unsettled(wave, wave.counts)
        for at in (members.next_look(campaign, wave),)
        if at is not None
    ]
    if soonest is not None:
        looks.append(soonest)
    if campaign.state in ALIVE and campaign.current is not None:
        looks.append(Instant(now + WAVE_LOOK))
    return min((*looks, Instant(now + FARTHEST_LOOK))) if looks else None


def _carry_out(members: CampaignMembers, campaign: Campaign, effect: Effect, now: Instant) -> None:
    match effect:
        case OpenWave(number, undoes):
            if undoes is not None:
                members.open_back(campaign, number, undoes)
            elif number == 0:
                members.records.freeze(campaign.id)
        case Offer(number, most):
            if campaign.waves[number].undoes is None:
                members.overtaken(campaign, number, now)
            members.offer(campaign, campaign.waves[number], most, now)
        case Withdraw():
            members.withdraw(campaign)
        case TryAgain(number):
            members.try_again(campaign, number)
        case Over():
            members.skip_pending(campaign.id, f"the campaign is {campaign.state.replace('_', ' ')}", now)
            members.records.settle(campaign.id)


def takes_newcomers(campaign: Campaign) -> bool:
    """Whether Units that match since the plan may still join: while its last wave takes members."""
    out = [wave for wave in campaign.waves if wave.undoes is None]
    joins = campaign.state == "running" and campaign.policy.newcomers == "join"
    return joins and bool(out) and out[-1].state in MOVING


def take_in(session: Session, campaign: Campaign) -> None:
    """Have Units that match by now, and did not when it was planned, join its last wave."""
    known = session.campaign_candidates.newcomers(campaign)
    if known:
        drawn = drawn_up(session, campaign, known)
        last = max(wave.number for wave in campaign.waves if wave.undoes is None)
        session.campaign_members.join(campaign.id, [replace(member, wave=last) for member in drawn.members])
        session.campaign_members.records.freeze(campaign.id)
