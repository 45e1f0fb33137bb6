"""A fault for each rule of what people have a say in, planted on purpose; each is found by the rule named.

`python -m tests.simulation.campaigns.people_mutants NAME` looks for the first seed that does.
"""

import sys
from typing import Any

from msgspec.structs import replace
from sqlalchemy import func, select
from tests.simulation.campaigns.hunting import Mutant, main
from tests.simulation.campaigns.people import simulate

from aosedge.cloud.domain.access.operations import OPERATIONS
from aosedge.cloud.domain.alerts import severities_from
from aosedge.cloud.domain.campaigns import gate, stepping
from aosedge.cloud.domain.campaigns.events import Approve
from aosedge.cloud.store.campaign_members import CampaignMembers
from aosedge.cloud.store.campaign_tables import campaign_members
from aosedge.cloud.store.tables import alerts
from aosedge.cloud.usecases import campaigns


def nobody_lets_it_pass() -> None:
    """A wave that waits for a person passes."""
    gate._at_last = lambda wave, words: gate.Judgement("passed", words)


def let_pass_at_any_time() -> None:
    """A person's word counts before the wave waits for it."""
    step = campaigns.step

    def hasty(campaign: Any, event: Any, now: Any) -> Any:
        wave = campaign.current
        if isinstance(event, Approve) and wave is not None:
            return stepping._move(stepping._with(campaign, replace(wave, approved_by=event.by)), now)
        return step(campaign, event, now)

    campaigns.step = hasty


def early_unasked() -> None:
    """A wave passes early whose gate says nothing of it, as soon as nothing speaks against it."""
    judge = gate.judge

    def eager(policy: Any, wave: Any, now: Any) -> Any:
        found, counts = judge(policy, wave, now), wave.counts
        well = counts is not None and counts.succeeded and not counts.failures and not counts.unbegun
        return replace(found, verdict="passed") if found.verdict == "waiting" and well else found

    stepping.judge = eager


def alerts_unheard() -> None:
    """Alerts on members are not looked at."""
    CampaignMembers.alerts = lambda self, campaign, wave, severity: 0


def any_alert() -> None:
    """Whatever is told halts."""
    heard = CampaignMembers.alerts
    CampaignMembers.alerts = lambda s, c, w, severity: heard(s, c, w, "info")


def old_alerts() -> None:
    """What was told before the offer halts."""

    def long_since(self: Any, campaign: Any, wave: Any, severity: Any) -> int:
        m = campaign_members.c
        query = select(func.count()).select_from(alerts.join(campaign_members, alerts.c.unit == m.unit))
        query = query.where(m.campaign == campaign, m.wave == wave, m.offered_at.is_not(None))
        query = query.where(alerts.c.severity.in_(severities_from(severity)))
        return int(self._connection.execute(query).scalar_one())

    CampaignMembers.alerts = long_since


def alerts_stop_going_back() -> None:
    """Whoever goes back may not have raised an alert."""
    judge = gate.judge

    def strict(policy: Any, wave: Any, now: Any) -> Any:
        alarmed = gate._alarmed(wave.gate, wave.alerts) if wave.undoes is not None else ""
        return gate.Judgement("failed", alarmed) if alarmed and not wave.overridden else judge(policy, wave, now)

    stepping.judge = strict


def no_sample() -> None:
    """One result is enough to halt."""
    broken = gate._broken
    gate._broken = lambda g, test, c: broken(replace(g, min_sample=1), test, c)


def edits_what_has_begun() -> None:
    """An edit changes the gate of waves that have begun."""
    edit = stepping._edit

    def reckless(campaign: Any, asked: Any, now: Any) -> Any:
        found = edit(campaign, asked, now)
        waves = tuple(replace(wave, gate=asked.policy.gate) for wave in found.campaign.waves)
        return replace(found, campaign=replace(found.campaign, waves=waves))

    stepping._edit = reckless


def edits_what_is_settled() -> None:
    """Waves, times and who decides may be changed on the way."""
    stepping._settled = lambda policy: ()


def edit_comes_late() -> None:
    """Waves to come keep the gate that they were planned with."""
    edit = stepping._edit

    def deaf(campaign: Any, asked: Any, now: Any) -> Any:
        found = edit(campaign, asked, now)
        kept = {wave.number: wave.gate for wave in campaign.waves}
        waves = tuple(replace(wave, gate=kept.get(wave.number, wave.gate)) for wave in found.campaign.waves)
        return replace(found, campaign=replace(found.campaign, waves=waves))

    stepping._edit = deaf


def edit_goes_on() -> None:
    """With four eyes, what was changed counts at once."""
    edit = stepping._edit

    def alone(campaign: Any, asked: Any, now: Any) -> Any:
        found = edit(campaign, asked, now)
        return replace(found, campaign=replace(found.campaign, state=campaign.state))

    stepping._edit = alone


def resumed_unapproved() -> None:
    """Whoever resumes needs nobody's approval of what was changed."""
    resume = stepping._resume
    stepping._resume = lambda campaign, asked, now: resume(
        replace(campaign, approved_digest=campaign.plan_digest), asked, now
    )


def editor_approves() -> None:
    """Whoever changed it approves that: only its maker may not."""
    approve = stepping._approve_plan
    stepping._approve_plan = lambda campaign, asked: replace(
        approve(replace(campaign, edited_by=None), asked), edited_by=campaign.edited_by
    )


def resuming_overrides() -> None:
    """Whoever resumes goes past the gate that failed."""
    resume = stepping._resume
    stepping._resume = lambda campaign, asked, now: resume(campaign, replace(asked, override=True), now)


def override_forgotten() -> None:
    """A gate that was passed by a person's word is asked again."""
    judge = gate.judge
    stepping.judge = lambda policy, wave, now: judge(policy, replace(wave, overridden=False), now)


def override_is_for_all() -> None:
    """Whoever may resume may go past a gate."""
    row = OPERATIONS["campaigns_override"]
    OPERATIONS["campaigns_override"] = replace(row, fleet_owner="fleet")


def no_reason_asked() -> None:
    """After a halt it goes on without a word."""
    resume = stepping._resume
    stepping._resume = lambda campaign, asked, now: resume(campaign, replace(asked, reason=asked.reason or "-"), now)


def absent_begin_after_a_halt() -> None:
    """Whoever was left out finds the bundle when they come back, halted or not."""
    CampaignMembers._withdraw_from_absent = lambda self, campaign, waves: None


def left_behind() -> None:
    """Whoever is left out before any offer finds nothing when they come back."""
    leave_out = CampaignMembers._leave_out

    def silently(self: Any, *words: Any) -> int:
        self._turn = lambda *_: None
        number = leave_out(self, *words)
        del self._turn
        return number

    CampaignMembers._leave_out = silently


def absence_is_nothing() -> None:
    """Whoever is away is left out, though the policy says that it is a failure."""
    sweep = CampaignMembers.sweep

    def mild(self: Any, campaign: Any, wave: Any, now: Any) -> bool:
        policy = replace(campaign.policy, offline=replace(campaign.policy.offline, then="exclude"))
        return sweep(self, replace(campaign, policy=policy), wave, now)

    CampaignMembers.sweep = mild


def no_gate_back() -> None:
    """Going back has no gate of its own."""
    judge = gate.judge
    stepping.judge = lambda policy, wave, now: judge(
        policy, replace(wave, overridden=wave.overridden or wave.undoes is not None), now
    )


MUTANTS = [
    Mutant("passes without a person", ("by hand",), nobody_lets_it_pass),
    Mutant("let pass at any time", ("by hand",), let_pass_at_any_time),
    Mutant("early pass unasked", ("exit gate",), early_unasked),
    Mutant("alerts unheard", ("alerts",), alerts_unheard),
    Mutant("any alert halts", ("too soon",), any_alert),
    Mutant("old alerts halt", ("too soon",), old_alerts),
    Mutant("alerts stop going back", ("too soon",), alerts_stop_going_back),
    Mutant("no gate back", ("gate",), no_gate_back),
    Mutant("halts on one result", ("too soon",), no_sample),
    Mutant("edits what has begun", ("settled",), edits_what_has_begun),
    Mutant("edits what is settled", ("settled",), edits_what_is_settled),
    Mutant("edits come late", ("edited",), edit_comes_late),
    Mutant("goes on as it was edited", ("two people",), edit_goes_on),
    Mutant("resumed unapproved", ("two people",), resumed_unapproved),
    Mutant("its editor approves", ("two people",), editor_approves),
    Mutant("resuming overrides", ("override",), resuming_overrides),
    Mutant("override forgotten", ("too soon", "override"), override_forgotten),
    Mutant("anybody overrides", ("permission",), override_is_for_all),
    Mutant("goes on without a reason", ("reason",), no_reason_asked),
    Mutant("absent begin after a halt", ("after a halt",), absent_begin_after_a_halt),
    Mutant("left behind", ("caught up",), left_behind),
    Mutant("absence is nothing", ("absence",), absence_is_nothing),
]


if __name__ == "__main__":
    sys.exit(main(MUTANTS, simulate))
