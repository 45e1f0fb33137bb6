"""A fault for each rule of plans and of the budget, planted on purpose; each is found by the rule named.

`python -m tests.simulation.campaigns.planning_mutants NAME` looks for the first seed that does.
"""

import math
import sys
from typing import Any

from msgspec.structs import replace
from tests.simulation.campaigns.hunting import Mutant, main
from tests.simulation.campaigns.planning import simulate

from aosedge.cloud.domain.campaigns import baseline, budget, fitting, plan, waves
from aosedge.cloud.domain.campaigns.state import Share
from aosedge.cloud.store import risk_budgets
from aosedge.cloud.usecases import campaign_planning


def _lack(change: Any) -> None:
    judge = plan._Judge.judge
    plan._Judge.judge = lambda self, candidate: judge(self, change(candidate))  # type: ignore[method-assign]


def everybody_is_provisioned() -> None:
    """A Unit that is no more is planned with the others."""
    _lack(lambda candidate: replace(candidate, lifecycle="provisioned"))


def rivals_ignored() -> None:
    """What another campaign brings is brought again."""
    _lack(lambda candidate: replace(candidate, rival=""))


def priority_ignored() -> None:
    """A lesser campaign keeps its Units from a more urgent one."""
    rivals = campaign_planning._rivals
    campaign_planning._rivals = lambda session, campaign, versions: rivals(
        session, replace(campaign, policy=replace(campaign.policy, priority=0)), versions
    )


def any_hardware() -> None:
    """Architectures are not looked at."""
    why = plan._Judge._why_none
    plan._Judge._why_none = lambda self, candidate: why(  # type: ignore[method-assign]
        self, replace(candidate, architectures=frozenset())
    )


def no_way_back_needed() -> None:
    """Who could not go back is planned although the policy says no."""
    why = plan._Judge._why_none

    def bold(self: Any, candidate: Any) -> Any:
        found = why(self, candidate)
        return None if found is not None and found.cause == "way_back" else found

    plan._Judge._why_none = bold  # type: ignore[method-assign]


def _figures(**none: None) -> None:
    too_little = fitting.too_little
    plan.too_little = lambda needs, figures: too_little(needs, replace(figures, **none))  # type: ignore[attr-defined]


def any_storage() -> None:
    """Storage is not looked at."""
    _figures(storage=None)


def any_free_storage() -> None:
    """What is free is not looked at."""
    _figures(storage_free=None)


def any_ram() -> None:
    """RAM is not looked at."""
    _figures(ram=None, ram_free=None)


def unassigned_too() -> None:
    """What nobody assigned is brought all the same."""
    outlook = campaign_planning.outlook

    def generous(*arguments: Any) -> Any:
        found = outlook(*arguments)
        return replace(found, kind="changes") if found.kind == "refused" else found

    campaign_planning.outlook = generous


def what_they_have_again() -> None:
    """Who has it already is planned."""
    outlook = campaign_planning.outlook

    def again(*arguments: Any) -> Any:
        found = outlook(*arguments)
        return replace(found, kind="changes") if found.kind == "same" else found

    campaign_planning.outlook = again


def before_forgotten() -> None:
    """What Units run before is not kept."""
    placed = plan._placed
    plan._placed = lambda *arguments: replace(placed(*arguments), before={})


def whole_images() -> None:
    """Layers that are there are fetched again."""
    fitting._lacking = lambda image, there: image.size_bytes


def rounded_down() -> None:
    """Shares are rounded down, so that a canary of few may be nobody."""
    waves.ceil = math.floor  # type: ignore[attr-defined]


def digest_of_the_moment() -> None:
    """A plan is never the same twice."""
    digest, times = plan._digest, iter(range(10**6))
    plan._digest = lambda *arguments: f"{digest(*arguments)}{next(times)}"  # type: ignore[assignment,return-value]


def no_floor() -> None:
    """Where nothing has failed yet, no failure is usual."""
    baseline.FLOOR = 1e-9  # type: ignore[misc]


def little_counts() -> None:
    """A few results are a past."""
    baseline.ENOUGH = 1  # type: ignore[misc]


def twice_is_too_much() -> None:
    """What is too much is twice what was usual."""
    baseline._TIMES = 2  # type: ignore[misc]


def any_number_at_risk() -> None:
    """The whole budget is each campaign's."""
    risk_budgets.share_of = lambda campaign, others, most, now: Share(most, 0, most)


def alone_at_risk() -> None:
    """A campaign counts its own Units alone."""
    share_of = budget.share_of
    risk_budgets.share_of = lambda campaign, others, most, now: share_of(campaign, [], most, now)


def soaking_is_safe() -> None:
    """A Unit is at risk until it is active."""
    careless = lambda campaign: sum(  # noqa: E731
        w.counts.on_the_way for w in campaign.waves if w.undoes is None and w.counts is not None
    )
    budget.at_risk = risk_budgets.at_risk = careless


MUTANTS = [
    Mutant("plans the decommissioned", ("lifecycle",), everybody_is_provisioned),
    Mutant("rivals ignored", ("conflict",), rivals_ignored),
    Mutant("priority ignored", ("left out",), priority_ignored),
    Mutant("any hardware", ("hardware",), any_hardware),
    Mutant("no way back needed", ("way_back",), no_way_back_needed),
    Mutant("any storage", ("storage",), any_storage),
    Mutant("full storage", ("storage",), any_free_storage),
    Mutant("any RAM", ("ram",), any_ram),
    Mutant("unassigned too", ("intent",), unassigned_too),
    Mutant("brought twice", ("left out", "before"), what_they_have_again),
    Mutant("before forgotten", ("before",), before_forgotten),
    Mutant("whole images", ("bytes", "storage", "left out"), whole_images),
    Mutant("shares rounded down", ("shares",), rounded_down),
    Mutant("digest of the moment", ("digest",), digest_of_the_moment),
    Mutant("no floor of failures", ("usual",), no_floor),
    Mutant("little is a past", ("usual",), little_counts),
    Mutant("twice is too much", ("usual",), twice_is_too_much),
    Mutant("any number at risk", ("budget",), any_number_at_risk),
    Mutant("own Units at risk alone", ("budget",), alone_at_risk),
    Mutant("soaking is no risk", ("budget",), soaking_is_safe),
]

if __name__ == "__main__":
    sys.exit(main(MUTANTS, simulate))
