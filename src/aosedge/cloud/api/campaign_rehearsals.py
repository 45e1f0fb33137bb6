"""Campaigns rehearsed: how long they may take, and how many Units are touched before a halt."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
from litestar import get
from litestar.params import FromQuery

from aosedge.chance import seeded
from aosedge.cloud.api.asking import Asked, Name
from aosedge.cloud.api.campaign_plans import seconds, time
from aosedge.cloud.domain.campaigns.rehearsal import Run, Spread, spread
from aosedge.cloud.usecases.campaign_rehearsing import Rehearsal, prepare
from aosedge.model.errors import Invalid, TooLarge
from aosedge.model.ids import CampaignId
from aosedge.model.instants import SECOND

RUNS_MOST: Final = 1_000
UNITS_MOST: Final = 200_000
"""Of all runs of one request together; one run is always allowed."""


class InputsView(msgspec.Struct, frozen=True):
    """What runs were drawn from. `failing_of`, `takes_of`: results and updates that was seen in; 0: you said it.

    `absent_s`: for how long those `away` have been so by now, the median; they are away as long again.
    """

    members: int
    failing: float
    failing_of: int
    takes_s: float
    takes_of: int
    measured_at: str | None
    away: int
    absent_s: float | None


class RunView(msgspec.Struct, frozen=True):
    """How one run ended: `completed`, or going back after a halt; `touched` Units were offered it."""

    ended: str
    took_s: float
    touched: int
    failed: int


class RehearsalView(msgspec.Struct, frozen=True):
    """Runs by how they ended; seconds until those that completed had, Units touched by those that halted.

    The same numbers of runs give the same runs.
    """

    inputs: InputsView
    first: int
    ended: dict[str, int]
    took_s: Spread | None
    touched: Spread | None
    runs: tuple[RunView, ...]


def view(of: Rehearsal, first: int, runs: Sequence[Run]) -> RehearsalView:
    """As the API shows it."""
    done = [run for run in runs if run.ended == "completed"]
    return RehearsalView(
        inputs=InputsView(
            members=of.members,
            failing=of.conditions.failing,
            failing_of=of.failing_of,
            takes_s=of.takes_us / SECOND,
            takes_of=of.takes_of,
            measured_at=time(of.measured_at),
            away=of.away,
            absent_s=seconds(of.absent_us),
        ),
        first=first,
        ended=dict(Counter(run.ended for run in runs)),
        took_s=spread(run.took_us / SECOND for run in done),
        touched=spread(run.touched for run in runs if run.ended in ("halted", "rolling_back", "rolled_back")),
        runs=tuple(RunView(run.ended, run.took_us / SECOND, run.touched, run.failed) for run in runs),
    )


@get("/campaigns/{id:str}/rehearsal/", operation_id="campaigns_rehearse", tags=["campaigns"])
async def read(
    ask: Asked,
    id: Name,
    runs: FromQuery[int] = 20,
    first: FromQuery[int] = 0,
    failing: FromQuery[float | None] = None,
    takes_s: FromQuery[float | None] = None,
) -> RehearsalView:
    """Rehearse what was planned, `runs` times from run number `first` on; nothing moves.

    With the share of failures and the time of an update that were recorded, or with `failing` and `takes_s`.
    """
    if not 1 <= runs <= RUNS_MOST or not 0 <= first < 2**31:
        raise Invalid("no such runs", element="runs", expected=f"1..{RUNS_MOST}", got=str(runs))
    takes_us = None if takes_s is None else int(takes_s * SECOND)
    of = await ask.read(lambda session: prepare(session, CampaignId(id), failing, takes_us))
    if runs > 1 and runs * of.members > UNITS_MOST:
        most = max(UNITS_MOST // of.members, 1)
        raise TooLarge("too many Units in all runs together", element="runs", expected=f"1..{most}", got=str(runs))
    chances = [seeded(f"{id} {number}") for number in range(first, first + runs)]
    return view(of, first, await asyncio.to_thread(of.runs, chances))


HANDLERS = (read,)
"""Every operation of rehearsals."""
