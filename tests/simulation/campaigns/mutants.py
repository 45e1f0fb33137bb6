"""A fault for each rule of campaigns, planted on purpose; each is found by the rule that names it.

`python -m tests.simulation.campaigns.mutants NAME` looks for the first seed that does.
"""

import sys
from typing import Any

from msgspec.structs import replace
from tests.simulation.campaigns.hunting import Mutant, main
from tests.simulation.campaigns.world import simulate

from aosedge.cloud.domain.campaigns import gate, pacing, state, stepping
from aosedge.cloud.domain.campaigns.events import Offer, OpenWave
from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.store.campaign_members import CampaignMembers
from aosedge.cloud.store.campaign_tables import campaign_members, unit_releases
from aosedge.cloud.store.rows import insert_into


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


def alone() -> None:
    """Its maker approves."""
    approve = stepping._approve_plan
    stepping._approve_plan = lambda campaign, asked: replace(
        approve(replace(campaign, policy=replace(campaign.policy, four_eyes=False)), asked), policy=campaign.policy
    )


def late_failures_ignored() -> None:
    """What fails after its wave has passed is nobody's business."""
    stepping.spoiled = lambda wave: ""


def any_pace_back() -> None:
    """Going back knows no limits."""
    offer = stepping._offer

    def more(campaign: Any, wave: Any, *others: Any) -> Any:
        if wave.undoes is None:
            return offer(campaign, wave, *others)
        found = offer(replace(campaign, policy=replace(campaign.policy, limits=Limits())), wave, *others)
        return replace(found, campaign=replace(found.campaign, policy=campaign.policy))

    stepping._offer = more


MUTANTS = [
    Mutant("below its share, and on", ("exit gate", "gate"), next_wave_regardless),
    Mutant("halts at the end only", ("gate", "sequential"), halt_at_the_end_only),
    Mutant("no sequential test", ("sequential",), no_sequential_test),
    Mutant("nothing withdrawn", ("withdrawn",), offers_stay_after_a_halt),
    Mutant("offers after a halt", ("after a halt", "withdrawn"), offers_after_a_halt),
    Mutant("any number at once", ("at once",), all_at_once),
    Mutant("any number a minute", ("per minute",), all_in_a_minute),
    Mutant("calendar minutes", ("per minute",), starts_in_steps),
    Mutant("no ramp", ("ramp",), no_ramp),
    Mutant("any number of bytes", ("bytes",), any_bytes),
    Mutant("bytes forgotten", ("bytes",), bytes_of_each_look),
    Mutant("stale counters", ("counters",), stale_counters),
    Mutant("two waves at once", ("one wave",), two_waves_at_once),
    Mutant("offered before its wave", ("own wave",), offers_to_all_waves),
    Mutant("any pace back", ("at once", "per minute", "ramp", "bytes"), any_pace_back),
    Mutant("first wave back first", ("last first",), first_wave_back_first),
    Mutant("approved alone", ("two people",), alone),
    Mutant("late failures ignored", ("gate",), late_failures_ignored),
]


if __name__ == "__main__":
    sys.exit(main(MUTANTS, simulate))
