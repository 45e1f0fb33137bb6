"""A fault for each rule of what becomes of a campaign's members, and of its drivers, planted on purpose.

`python -m tests.simulation.campaigns.member_mutants NAME` looks for the first seed that finds it.
"""

import sys
from random import Random
from typing import Any

from msgspec.structs import replace
from sqlalchemy import and_, delete, update
from tests.simulation.campaigns import world
from tests.simulation.campaigns.fleet import ITEMS
from tests.simulation.campaigns.hunting import Mutant, main
from tests.simulation.campaigns.world import simulate

from aosedge.cloud.domain.campaigns import plan, state
from aosedge.cloud.store import campaign_members as store_members
from aosedge.cloud.store import reported_members
from aosedge.cloud.store.campaign_members import CampaignMembers
from aosedge.cloud.store.campaign_tables import campaign_members
from aosedge.cloud.usecases import campaigns, targets
from aosedge.model.digests import sha256


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


def hands_out_what_was_taken_back() -> None:
    """A Unit is given the target that it had, though another is about to be compiled."""

    async def blind(*_: Any) -> list[Any]:
        return []

    world.bring_up_to_date = blind


def decommissioned_wait() -> None:
    """A member that is no more is waited for."""
    end = CampaignMembers._end
    CampaignMembers._end = lambda self, which, state, why, now: (
        0 if _of_leavers(state, why) else end(self, which, state, why, now)
    )


def _of_leavers(state: str, why: object) -> bool:
    """Whether members end because they left: the database says which way."""
    return state == "skipped" and not isinstance(why, str)


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


def leavers_forgotten() -> None:
    """A member that leaves is one no more, so that a share of those that are left is a greater one."""
    end = CampaignMembers._end

    def gone(self: Any, which: Any, state: str, why: str, now: Any) -> int:
        if not _of_leavers(state, why):
            return int(end(self, which, state, why, now))
        return int(self._connection.execute(delete(campaign_members).where(which)).rowcount)

    CampaignMembers._end = gone


def crashes_are_healthy() -> None:
    """What fails once it is active is nobody's business."""
    progress = reported_members.progress

    def blind(was: Any, *arguments: Any, **named: Any) -> Any:
        found = progress(was, *arguments, **named)
        return replace(found, state=was, reason="") if found.reason.startswith("instance") else found

    reported_members.progress = blind


def going_back_is_no_failure() -> None:
    """Whoever went back by themselves is no failure."""
    state.Counts.failures = property(lambda self: self.failed)


def silent_while_away() -> None:
    """Its deadline passes while a Unit is away."""
    sweep = CampaignMembers.sweep

    def harsh(self: Any, campaign: Any, wave: Any, now: Any) -> bool:
        m, since = campaign_members.c, now - campaign.policy.unit_deadline_us
        mine = and_(m.campaign == campaign.id, m.wave == wave.number, m.state.in_(state.ON_THE_WAY))
        failed = self._end(and_(mine, m.offered_at <= since), "failed", "no progress by its deadline", now)
        return bool(sweep(self, campaign, wave, now) or failed)

    CampaignMembers.sweep = harsh


def absent_at_once() -> None:
    """Whoever is away for a minute is left out."""
    sweep = CampaignMembers.sweep

    def hasty(self: Any, c: Any, w: Any, now: Any) -> Any:
        soon = replace(c.policy, offline=replace(c.policy.offline, after_us=state.MINUTE))
        return sweep(self, replace(c, policy=soon), w, now)

    CampaignMembers.sweep = hasty


def halt_tears() -> None:
    """A halt takes back what a Unit is installing."""
    store_members._NOT_BEGUN = (*store_members._NOT_BEGUN, "installing", "activating")


def says_nothing() -> None:
    """What ends, ends without a reason."""
    end = CampaignMembers._end
    CampaignMembers._end = lambda self, which, state, why, now: end(self, which, state, "", now)


def effects_lost() -> None:
    """What a campaign has decided is kept before it is done, so that a crash in between loses that."""
    carry_out, chance = campaigns._carry_out, Random(0)

    def forgetful(members: Any, campaign: Any, effect: Any, now: Any) -> None:
        if chance.random() > 0.5:
            carry_out(members, campaign, effect, now)

    campaigns._carry_out = forgetful


def two_drivers_act() -> None:
    """Of two drivers each acts on what it read before the other did."""
    due_one, known = CampaignMembers.due_one, {}

    def remembered(self: Any, id: Any, now: Any) -> Any:
        found = due_one(self, id, now)
        known.setdefault((self._connection.engine, now), found)
        return known[self._connection.engine, now]

    CampaignMembers.due_one = remembered


MUTANTS = [
    Mutant("no soak", ("soak", "truth"), no_soak),
    Mutant("away is healthy", ("seen healthy",), away_is_healthy),
    Mutant("no deadline", ("deadline",), no_deadline),
    Mutant("no end of absence", ("absence",), no_absence),
    Mutant("halted and forgotten", ("deadline", "liveness", "absence"), only_the_wave_that_moves),
    Mutant("hands out what was taken back", ("handed out",), hands_out_what_was_taken_back),
    Mutant("decommissioned waits", ("decommissioned",), decommissioned_wait),
    Mutant("undone in between", ("undone",), undone_in_between),
    Mutant("pending for ever", ("over",), pending_for_ever),
    Mutant("everybody joins", ("newcomers",), everybody_joins),
    Mutant("newcomers join the first", ("newcomers",), newcomers_join_the_first),
    Mutant("bundle torn by a release", ("whole",), torn),
    Mutant("failures unheard", ("truth", "gate"), reports_lost),
    Mutant("nobody goes back", ("truth", "back", "liveness", "deadline"), rollback_leaves_releases),
    Mutant("in two waves", ("one wave each",), two_in_one_plan),
    Mutant("leavers forgotten", ("membership", "own wave"), leavers_forgotten),
    Mutant("crashes are healthy", ("health",), crashes_are_healthy),
    Mutant("going back is no failure", ("gate", "exit gate"), going_back_is_no_failure),
    Mutant("silent while away", ("connected time",), silent_while_away),
    Mutant("absent at once", ("absence",), absent_at_once),
    Mutant("a halt tears", ("finishes",), halt_tears),
    Mutant("says nothing", ("says why",), says_nothing),
    Mutant("effects lost", ("withdrawn", "liveness", "over", "counters", "own wave"), effects_lost),
    Mutant("two drivers act", ("per minute", "at once", "ramp", "bytes", "counters", "one wave"), two_drivers_act),
]


if __name__ == "__main__":
    sys.exit(main(MUTANTS, simulate))
