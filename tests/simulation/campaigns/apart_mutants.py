"""Planted faults that let one campaign hold up another."""

import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from sqlalchemy import select
from tests.simulation.campaigns.apart import simulate
from tests.simulation.campaigns.hunting import Mutant, main

from aosedge.cloud.reconcilers import campaigns as reconciler
from aosedge.cloud.store.campaign_members import CampaignMembers
from aosedge.cloud.store.campaign_tables import campaigns


def one_fails_for_all() -> None:
    """A look ends at the first campaign that cannot be looked at."""

    async def until_one_fails(some: Iterable[Any], work: Callable[[Any], Awaitable[None]]) -> None:
        for each in some:
            await work(each)

    reconciler.one_by_one = until_one_fails


def one_after_another() -> None:
    """The eldest that is not over has its turn, and nobody else."""
    due = CampaignMembers.due

    def eldest(self: Any, now: Any, most: int) -> Any:
        going = select(campaigns.c.id).where(campaigns.c.state != "completed").order_by(campaigns.c.created_at)
        first = self._connection.execute(going.order_by(campaigns.c.id).limit(1)).scalar()
        return tuple(id for id in due(self, now, most) if id == first)

    CampaignMembers.due = eldest  # type: ignore[method-assign]


MUTANTS = [
    Mutant("one fails for all", ("apart",), one_fails_for_all),
    Mutant("one after another", ("apart",), one_after_another),
]

if __name__ == "__main__":
    sys.exit(main(MUTANTS, simulate))
