"""Plans of campaigns beside what happened."""

import msgspec
from litestar import get

from aosedge.cloud.api.asking import Asked, Name
from aosedge.cloud.api.campaign_plans import seconds
from aosedge.cloud.domain.campaigns.comparison import Comparison, Outcome
from aosedge.cloud.domain.campaigns.plan import Left
from aosedge.cloud.domain.campaigns.state import Counts
from aosedge.cloud.usecases.campaign_comparing import compare
from aosedge.model.ids import CampaignId
from aosedge.model.instants import to_rfc3339


class ComparedWaveView(msgspec.Struct, frozen=True):
    """A wave as planned and as it went. `took_s`: from its beginning through its soak; null before that.

    `fetched_bytes` are those planned for members that have been active with them; `joined` came after the plan.
    """

    number: int
    state: str
    planned_units: int
    counts: Counts
    joined: int
    planned_bytes: int
    fetched_bytes: int
    expected_s: float | None
    took_s: float | None


class StuckView(msgspec.Struct, frozen=True):
    """A Unit that was to go back and did not."""

    unit_id: str
    system_uid: str
    reason: str


class ComparisonView(msgspec.Struct, frozen=True):
    """The plan beside the result; `stuck` are the first of `not_back`.

    `as_planned`: the campaign was not changed since.
    """

    planned_at: str
    digest: str
    as_planned: bool
    waves: tuple[ComparedWaveView, ...]
    expected_s: float | None
    took_s: float | None
    left_out: tuple[Left, ...]
    outcomes: tuple[Outcome, ...]
    no_way_back: int
    not_back: int
    stuck: tuple[StuckView, ...]


def view(found: Comparison) -> ComparisonView:
    """As the API shows it."""
    plan = found.outline
    return ComparisonView(
        planned_at=to_rfc3339(plan.planned_at),
        digest=plan.digest,
        as_planned=found.as_planned,
        waves=tuple(
            ComparedWaveView(
                number=wave.number,
                state=wave.state,
                planned_units=wave.planned_units,
                counts=wave.counts,
                joined=wave.joined,
                planned_bytes=wave.planned_bytes,
                fetched_bytes=wave.fetched_bytes,
                expected_s=seconds(wave.expected_us),
                took_s=seconds(wave.took_us),
            )
            for wave in found.waves
        ),
        expected_s=seconds(plan.expected_us),
        took_s=seconds(found.took_us),
        left_out=plan.left,
        outcomes=found.outcomes,
        no_way_back=plan.no_way_back,
        not_back=found.not_back,
        stuck=tuple(StuckView(each.unit, each.system_uid, each.reason) for each in found.stuck),
    )


@get("/campaigns/{id:str}/comparison/", operation_id="campaigns_compare", tags=["campaigns"])
async def read(ask: Asked, id: Name) -> ComparisonView:
    """The plan that was drawn up last beside what has happened since."""
    return await ask.read(lambda session: view(compare(session, CampaignId(id))))


HANDLERS = (read,)
"""Every operation of comparisons."""
