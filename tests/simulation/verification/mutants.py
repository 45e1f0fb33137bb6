"""A fault for each rule of Verification Batches, planted on purpose; each is found by the rule that names it.

`python -m tests.simulation.verification.mutants NAME` looks for the first seed that does.
"""

import asyncio
import sys
import time
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace
from tests.simulation.campaigns.mutants import Mutant
from tests.simulation.campaigns.rules import Violated
from tests.simulation.verification.world import FLEET, simulate

from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.domain.verification import stepping
from aosedge.cloud.domain.verification.events import Revoke
from aosedge.cloud.domain.verification.state import Batch
from aosedge.cloud.reconcilers import campaigns as driver
from aosedge.cloud.reconcilers import verification as resolver
from aosedge.cloud.store import compiling
from aosedge.cloud.store.verification import Verification
from aosedge.cloud.usecases import campaigns, verification

SEEDS_MOST = 60


def one_approval_for_all() -> None:
    """The first approval is taken for every architecture."""
    Batch.unapproved = property(lambda self: () if self.approvals else tuple(self.content))  # type: ignore[method-assign, assignment]


def any_digest() -> None:
    """Whatever digest was looked at, what the batch is about is approved."""
    approve = stepping._approve
    stepping._approve = lambda batch, event, now: approve(
        batch, replace(event, digest=batch.content.get(event.architecture, event.digest)), now
    )


def alone() -> None:
    """Its maker approves with four eyes."""
    approve = stepping._approve

    def blind(batch: Any, event: Any, now: Any) -> Any:
        found = approve(replace(batch, four_eyes=False), event, now)
        return replace(found, batch=replace(found.batch, four_eyes=batch.four_eyes))

    stepping._approve = blind


def approved_twice() -> None:
    """What is approved is approved again."""
    approve = stepping._approve

    def again(batch: Any, event: Any, now: Any) -> Any:
        others = tuple(each for each in batch.approvals if each.architecture != event.architecture)
        found = approve(replace(batch, approvals=others), event, now)
        kept = (*batch.approvals, *found.batch.approvals[len(others) :])
        return replace(found, batch=replace(found.batch, approvals=kept))

    stepping._approve = again


def revoked_and_passed() -> None:
    """An approval is taken back, and the batch stays what it was."""
    revoke = stepping._revoke

    def stays(batch: Any, event: Any, now: Any) -> Any:
        found = revoke(batch, event, now)
        return replace(found, batch=replace(found.batch, state=batch.state, moves=batch.moves))

    stepping._revoke = stays


def revoked_and_forgotten() -> None:
    """What was taken back is nobody's word any more."""
    revoke = stepping._revoke

    def forgets(batch: Any, event: Any, now: Any) -> Any:
        found = revoke(batch, event, now)
        return replace(
            found, batch=replace(found.batch, approvals=tuple(a for a in found.batch.approvals if a.stands))
        )

    stepping._revoke = forgets


def revoked_under_a_campaign() -> None:
    """Whatever has started, an approval can be taken back."""
    revoke = stepping._revoke

    def blind(batch: Any, event: Revoke, now: Any) -> Any:
        return revoke(batch, replace(event, campaign=""), now)

    stepping._revoke = blind


def a_broken_trial_is_fine() -> None:
    """A trial that halts holds nobody up."""
    judge = stepping._judge

    def deaf(batch: Any, now: Any) -> Any:
        trial = batch.trial
        ended = trial is not None and trial.state in stepping.BROKEN
        return judge(replace(batch, trial=None) if ended else batch, now)

    stepping._judge = deaf


def one_unit_is_enough() -> None:
    """However many must take it, any number does."""
    judge = stepping._judge

    def lenient(batch: Any, now: Any) -> Any:
        found = judge(replace(batch, criteria=replace(batch.criteria, units_least=0)), now)
        return replace(found, batch=replace(found.batch, criteria=batch.criteria))

    stepping._judge = lenient


def approved_is_passed() -> None:
    """Nobody waits for the trial."""
    judge = stepping._judge
    stepping._judge = lambda batch, now: judge(
        replace(batch, trial=None if batch.trial is None or batch.trial.state == "running" else batch.trial), now
    )


def _trial_with(**changes: Any) -> None:
    trial = verification._trial

    def other(*arguments: Any) -> Any:
        made = trial(*arguments)
        gate = replace(made.policy.gate, **changes)
        return replace(made, policy=replace(made.policy, gate=gate))

    verification._trial = other


def any_share() -> None:
    """The trial passes however few succeed."""
    _trial_with(success_share=0.0, failed_share=1.0)


def no_soak() -> None:
    """The trial's Units show nothing over time."""
    _trial_with(soak_us=0)


def everybody_tries() -> None:
    """The trial goes to the whole fleet."""
    trial = verification._trial
    verification._trial = lambda *arguments: replace(trial(*arguments), selection=Selection(fleets=(FLEET,)))


def nobody_goes_back() -> None:
    """What is given up stays with those who tried it."""
    verification._end_trial = lambda session, batch, reason: None


def several_decide() -> None:
    """A second batch of the same bundle begins beside the first."""
    verification._refuse_second = lambda session, bundle, fleet: None


def two_trials() -> None:
    """Whoever comes second begins another one."""

    def again(session: Any, ids: Any, id: Any) -> None:
        batch = session.verification.find(id)
        if batch is not None:
            within = session.within(resolver.Scope(reach="tenant", tenant=batch.tenant))
            verification.resolve_batch(within, ids, replace(batch, state="resolving", moves=batch.moves[:1]))

    resolver.resolve_one = again


def started_unverified() -> None:
    """A campaign starts with any bundle."""
    campaigns.refuse_unverified = lambda session, campaign: None


def started_on_time() -> None:
    """A scheduled campaign starts, whatever was taken back by then."""
    driver.held_back = campaigns.held_back = lambda session, campaign: campaign


def followers_at_once() -> None:
    """What is followed is taken unverified."""
    compiling.unverified_of = lambda connection, tenants, versions: {}


def followers_left_alone() -> None:
    """Whoever follows does not hear that a batch has passed."""
    Verification.mark_followers = lambda self, bundle=None: None  # type: ignore[method-assign]


def revived() -> None:
    """A trial that goes on moves a batch that has ended."""
    step = stepping.step

    def late(batch: Any, event: Any, now: Any) -> Any:
        if type(event).__name__ == "Tried" and batch.state in ("cancelled", "rejected"):
            return stepping.Step(stepping._moved(replace(batch, trial=event.trial), "failed", "late", now))
        return step(batch, event, now)

    verification.step = late


def tried_by_hand() -> None:
    """People have their say in a trial."""
    campaigns.of_people = lambda campaign: campaign


def never_resolved() -> None:
    """A batch without a verification set waits to be resolved for ever."""
    resolve = verification.resolve_batch

    def waits(session: Any, ids: Any, batch: Any) -> Any:
        return resolve(session, ids, batch) if session.verification.sets(batch.fleet) else batch

    verification.resolve_batch = waits


MUTANTS = [
    Mutant("one approval for all", ("approval",), one_approval_for_all),
    Mutant("any digest approved", ("digest",), any_digest),
    Mutant("a batch approved alone", ("four eyes",), alone),
    Mutant("approved twice", ("twice",), approved_twice),
    Mutant("revoked and passed", ("approval",), revoked_and_passed),
    Mutant("revoked and forgotten", ("record",), revoked_and_forgotten),
    Mutant("revoked under a campaign", ("started",), revoked_under_a_campaign),
    Mutant("a broken trial is fine", ("broken trial",), a_broken_trial_is_fine),
    Mutant("one Unit is enough", ("criteria",), one_unit_is_enough),
    Mutant("approved is passed", ("broken trial",), approved_is_passed),
    Mutant("any share of the trial", ("criteria",), any_share),
    Mutant("no soak of the trial", ("soak",), no_soak),
    Mutant("everybody tries", ("tries first",), everybody_tries),
    Mutant("nobody goes back from it", ("goes back",), nobody_goes_back),
    Mutant("several batches decide", ("one batch",), several_decide),
    Mutant("two trials", ("one trial",), two_trials),
    Mutant("started unverified", ("gate",), started_unverified),
    Mutant("started on time", ("gate",), started_on_time),
    Mutant("followers at once", ("handed out",), followers_at_once),
    Mutant("followers left alone", ("followers come", "handed out"), followers_left_alone),
    Mutant("an ended batch revived", ("order",), revived),
    Mutant("a trial moved by hand", ("by its batch",), tried_by_hand),
    Mutant("never resolved", ("liveness",), never_resolved),
]


def hunt(seeds: Iterable[int], caught_by: tuple[str, ...]) -> tuple[int, str] | None:
    """The first seed whose world finds the fault by a rule that should, and its words."""
    for seed in seeds:
        try:
            asyncio.run(simulate(seed))
        except Violated as violated:
            if violated.rule in caught_by:
                return seed, str(violated)
            print(f"seed {seed}: {violated}", file=sys.stderr)
        except Exception as broken:  # noqa: BLE001 - a mutant may break the store's own rules first
            print(f"seed {seed}: {type(broken).__name__} {broken}", file=sys.stderr)
    return None


def main() -> int:
    """Plant the mutant named and look for it; one line, 0 if it was found."""
    mutant = next(m for m in MUTANTS if m.name == sys.argv[1])
    mutant.plant()
    begun = time.monotonic()
    found = hunt(range(SEEDS_MOST), mutant.caught_by)
    where = "survived" if found is None else f"seed {found[0]}"
    words = "" if found is None else found[1]
    print(
        f"{mutant.name:26} {'rules' if found else '':6} {where:10} {time.monotonic() - begun:6.1f} s  {words[:150]}"
    )
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
