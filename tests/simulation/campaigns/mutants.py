"""A fault for each rule of campaigns, planted on purpose; each is found by the rule that names it.

`python -m tests.simulation.campaigns.mutants NAME` looks for the first seed that does.
"""

import sys
from typing import Any

from msgspec.structs import replace
from sqlalchemy import update
from tests.simulation.campaigns import world
from tests.simulation.campaigns.fleet import ITEMS
from tests.simulation.campaigns.hunting import Mutant, main
from tests.simulation.campaigns.world import simulate

from aosedge.cloud.domain.campaigns import gate, pacing, plan, state, stepping
from aosedge.cloud.domain.campaigns.events import Offer, OpenWave
from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.store import reported_members
from aosedge.cloud.store.campaign_members import CampaignMembers
from aosedge.cloud.store.campaign_tables import campaign_members, unit_releases
from aosedge.cloud.store.rows import insert_into
from aosedge.cloud.usecases import campaigns, targets
from aosedge.model.digests import sha256


def next_wave_regardless() -> None:
    """A group that ends below its share starts the next all the same."""
    judge = gate.judge

    def lenient(policy: Any, wave: Any, now: Any) -> Any:
        found = judge(policy, wave, now)
        through = wave.counts is not None and wave.counts.results == wave.counts.judged
        return replace(found, verdict="passed") if found.verdict == "failed" and through else found

    stepping.judge = lenient


def halt_at_the_end_only() -> None:
    """A share that is out of reach waits for the wave's end."""
    broken = gate._broken
    gate._broken = lambda g, test, c: broken(g, test, c) if c.results == c.judged else ""


def no_sequential_test() -> None:
    """Shares alone decide."""
    broken = gate._broken
    gate._broken = lambda g, test, c: broken(g, None, c)


def no_soak() -> None:
    """Active is good enough."""
    sweep = CampaignMembers.sweep
    CampaignMembers.sweep = lambda self, c, w, now: sweep(self, c, replace(w, gate=replace(w.gate, soak_us=0)), now)


def away_is_healthy() -> None:
    """Whoever is not heard of is taken for healthy at the end of the soak."""
    sweep = CampaignMembers.sweep

    def blind(self: Any, campaign: Any, wave: Any, now: Any) -> bool:
        m = campaign_members.c
        mine = (m.campaign == campaign.id, m.wave == wave.number, m.state == "soaking")
        soaked = update(campaign_members).where(*mine, m.active_at <= now - wave.gate.soak_us)
        moved = self._connection.execute(soaked.values(state="succeeded", ended_at=now)).rowcount
        return sweep(self, campaign, wave, now) or moved > 0

    CampaignMembers.sweep = blind


def no_deadline() -> None:
    """A silent Unit stays on its way for ever."""
    sweep = CampaignMembers.sweep
    CampaignMembers.sweep = lambda self, c, w, now: sweep(
        self, replace(c, policy=replace(c.policy, unit_deadline_us=10**15)), w, now
    )


def no_absence() -> None:
    """One that is away holds its wave for ever."""
    sweep = CampaignMembers.sweep

    def waits(self: Any, c: Any, w: Any, now: Any) -> Any:
        never = replace(c.policy, offline=replace(c.policy.offline, after_us=10**15))
        return sweep(self, replace(c, policy=never), w, now)

    CampaignMembers.sweep = waits


def only_the_wave_that_moves() -> None:
    """What time does is done to the wave that moves alone: whoever is on the way at a halt stays there."""
    unsettled = campaigns._unsettled
    campaigns._unsettled = lambda wave, counts: wave.state in state.MOVING and unsettled(wave, counts)


def offers_stay_after_a_halt() -> None:
    """Nothing is withdrawn."""
    CampaignMembers.withdraw = lambda self, campaign: None


def offers_after_a_halt() -> None:
    """A halted campaign goes on offering."""
    halt = stepping._halt

    def lively(campaign: Any, reason: str, now: Any, *, by_gate: bool) -> Any:
        found = halt(campaign, reason, now, by_gate=by_gate)
        return replace(found, effects=(*found.effects, *(Offer(w.number, None) for w in campaign.waves[:1])))

    stepping._halt = lively


def hands_out_what_was_taken_back() -> None:
    """A Unit is given the target that it had, though another is about to be compiled."""

    async def blind(*_: Any) -> list[Any]:
        return []

    world.bring_up_to_date = blind


def all_at_once() -> None:
    """No limit of Units at once."""
    _unlimited("at_once")


def all_in_a_minute() -> None:
    """No limit of starts."""
    _unlimited("starts_per_minute")


def no_ramp() -> None:
    """All that a minute may have from the beginning."""
    _unlimited("ramp")


def any_bytes() -> None:
    """No limit of bytes."""
    _unlimited("bytes_per_second")


def bytes_of_each_look() -> None:
    """What has been started before is not on its way any more."""
    pacing._owed = lambda starts, per_second, now: 0


def _unlimited(name: str) -> None:
    offer = stepping._offer

    def more(campaign: Any, *others: Any) -> Any:
        limits: Limits = replace(campaign.policy.limits, **{name: None})
        found = offer(replace(campaign, policy=replace(campaign.policy, limits=limits)), *others)
        return replace(found, campaign=replace(found.campaign, policy=campaign.policy))

    stepping._offer = more


def starts_in_steps() -> None:
    """Starts are counted by the calendar's minute, so that two may have all theirs within one."""
    state.Starts.recent = lambda self, now: state.Starts(
        tuple((at, n) for at, n in self.made if at // state.MINUTE == now // state.MINUTE)
    )


def stale_counters() -> None:
    """Counters are kept as they were before the verb."""
    put = CampaignMembers.put
    CampaignMembers.put = lambda self, campaign, look_at: put(
        self, replace(campaign, waves=tuple(replace(w, counts=state.Counts()) for w in campaign.waves)), look_at
    )


def two_waves_at_once() -> None:
    """The next wave begins with the one before it."""
    begin = stepping._begin_next

    def hasty(campaign: Any, now: Any) -> Any:
        found = begin(campaign, now)
        following = found.campaign.following
        if following is None or following.undoes is not None:
            return found
        both = stepping._with(found.campaign, replace(following, state="deploying", begun_at=now))
        return replace(found, campaign=both, effects=(*found.effects, OpenWave(following.number)))

    stepping._begin_next = hasty


def offers_to_all_waves() -> None:
    """An offer goes to whoever is pending, of any wave."""
    offer = CampaignMembers.offer

    def generous(self: Any, campaign: Any, wave: Any, most: Any, now: Any) -> None:
        m = campaign_members.c
        offer(self, campaign, wave, most, now)
        mine = (m.campaign == campaign.id, m.state == "pending", m.wave > wave.number)
        first = self._connection.execute(campaign_members.select().where(*mine)).first()
        if wave.undoes is None and first is not None:
            given = {"unit": first.unit, "campaign": campaign.id, "bundle": campaign.bundle, "at": now}
            self._connection.execute(insert_into(self._connection, unit_releases).on_conflict_do_nothing(), given)

    CampaignMembers.offer = generous


def first_wave_back_first() -> None:
    """Going back begins with the wave that began."""
    stepping.reversed = lambda waves: waves  # type: ignore[attr-defined]


def decommissioned_wait() -> None:
    """A member that is no more is waited for."""
    CampaignMembers._end = _but("decommissioned", CampaignMembers._end)


def _but(reason: str, end: Any) -> Any:
    return lambda self, which, state, why, now: 0 if why == reason else end(self, which, state, why, now)


def undone_in_between() -> None:
    """What is taken back before it was through stays on its way in its wave."""
    CampaignMembers._give_up = lambda self, campaign, wave, chosen, now: None


def pending_for_ever() -> None:
    """Whoever was never offered anything waits on when the campaign is over."""
    CampaignMembers.skip_pending = lambda self, campaign, reason, now: None


def everybody_joins() -> None:
    """Newcomers join although they are to be ignored."""
    campaigns.takes_newcomers.__code__ = _takes_all.__code__


def _takes_all(campaign: Any) -> bool:
    out = [wave for wave in campaign.waves if wave.undoes is None]
    return campaign.state == "running" and bool(out) and out[-1].state in MOVING  # type: ignore[name-defined] # noqa: F821


def newcomers_join_the_first() -> None:
    """Newcomers are put into the wave that began first."""
    campaigns.max = lambda *some: min(*some) if len(some) == 1 else max(*some)  # type: ignore[attr-defined]


def alone() -> None:
    """Its maker approves."""
    approve = stepping._approve_plan
    stepping._approve_plan = lambda campaign, asked: replace(
        approve(replace(campaign, policy=replace(campaign.policy, four_eyes=False)), asked), policy=campaign.policy
    )


def torn() -> None:
    """A target brings one item of the bundle alone."""
    checked = targets._checked

    def part(intent: Any) -> Any:
        found = checked(intent)
        if not hasattr(found, "body") or found.body.count(b"2.0.0") < len(ITEMS):
            return found
        body = found.body.replace(b"2.0.0", b"1.0.0", 1)
        return replace(found, body=body, digest=sha256(body))

    targets._checked = part


def reports_lost() -> None:
    """A failure that a Unit reports is not heard."""
    progress = reported_members.progress

    def deaf(*arguments: Any, **named: Any) -> Any:
        found = progress(*arguments, **named)
        return replace(found, state="soaking", reason="") if found.state in ("failed", "rolled_back") else found

    reported_members.progress = deaf


def late_failures_ignored() -> None:
    """What fails after its wave has passed is nobody's business."""
    stepping.spoiled = lambda wave: ""


def rollback_leaves_releases() -> None:
    """Going back takes nothing away."""
    take = CampaignMembers._take_releases

    def keep(self: Any, campaign: Any, chosen: Any) -> None:
        if "wave" not in str(chosen):
            take(self, campaign, chosen)

    CampaignMembers._take_releases = keep


def two_in_one_plan() -> None:
    """A Unit is planned for two waves."""
    share_out = plan.share_out

    def doubled(*arguments: Any) -> Any:
        first, *rest = share_out(*arguments)
        return (first, *([*each, *first[:1]] for each in rest))

    plan.share_out = doubled


MUTANTS = [
    Mutant("below its share, and on", ("exit gate", "gate"), next_wave_regardless),
    Mutant("halts at the end only", ("gate", "sequential"), halt_at_the_end_only),
    Mutant("no sequential test", ("sequential",), no_sequential_test),
    Mutant("no soak", ("soak", "truth"), no_soak),
    Mutant("away is healthy", ("seen healthy",), away_is_healthy),
    Mutant("no deadline", ("deadline",), no_deadline),
    Mutant("no end of absence", ("absence",), no_absence),
    Mutant("halted and forgotten", ("deadline", "liveness", "absence"), only_the_wave_that_moves),
    Mutant("nothing withdrawn", ("withdrawn",), offers_stay_after_a_halt),
    Mutant("offers after a halt", ("after a halt", "withdrawn"), offers_after_a_halt),
    Mutant("hands out what was taken back", ("handed out",), hands_out_what_was_taken_back),
    Mutant("any number at once", ("at once",), all_at_once),
    Mutant("any number a minute", ("per minute",), all_in_a_minute),
    Mutant("calendar minutes", ("per minute",), starts_in_steps),
    Mutant("no ramp", ("ramp",), no_ramp),
    Mutant("any number of bytes", ("bytes",), any_bytes),
    Mutant("bytes forgotten", ("bytes",), bytes_of_each_look),
    Mutant("stale counters", ("counters",), stale_counters),
    Mutant("two waves at once", ("one wave",), two_waves_at_once),
    Mutant("offered before its wave", ("own wave",), offers_to_all_waves),
    Mutant("first wave back first", ("last first",), first_wave_back_first),
    Mutant("decommissioned waits", ("decommissioned",), decommissioned_wait),
    Mutant("undone in between", ("undone",), undone_in_between),
    Mutant("pending for ever", ("over",), pending_for_ever),
    Mutant("everybody joins", ("newcomers",), everybody_joins),
    Mutant("newcomers join the first", ("newcomers",), newcomers_join_the_first),
    Mutant("approved alone", ("two people",), alone),
    Mutant("bundle torn by a release", ("whole",), torn),
    Mutant("failures unheard", ("truth", "gate"), reports_lost),
    Mutant("late failures ignored", ("gate",), late_failures_ignored),
    Mutant("nobody goes back", ("truth", "back", "liveness", "deadline"), rollback_leaves_releases),
    Mutant("in two waves", ("one wave each",), two_in_one_plan),
]


if __name__ == "__main__":
    sys.exit(main(MUTANTS, simulate))
