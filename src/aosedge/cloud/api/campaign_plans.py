"""Plans of campaigns: who is in which wave, what each has before and after, who takes no part and why."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import FromQuery, QueryParameter

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.domain.campaigns.expected import Rates
from aosedge.cloud.domain.campaigns.fitting import Cause
from aosedge.cloud.domain.campaigns.outline import Outline
from aosedge.cloud.domain.campaigns.plan import Left, Share
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import campaigns
from aosedge.model.ids import CampaignId
from aosedge.model.instants import SECOND, Instant, to_rfc3339


class PlannedWaveView(msgspec.Struct, frozen=True):
    """A wave and how many Units it has. `expected_s`: how long it is likely to take; null: nothing was measured.

    `begins_at`: when the first of its Units may begin by their windows, as the waves before it are expected to take;
    null without windows.
    """

    number: int
    share: float | None
    sets: tuple[str, ...]
    members: int
    download_bytes: int
    expected_s: float | None
    begins_at: str | None


class RatesView(msgspec.Struct, frozen=True):
    """What members of the organization's last campaigns took, medians, from so many; null where none was seen."""

    update_s: float | None
    updates: int
    bytes_per_s: int | None
    downloads: int
    install_s: float | None
    installs: int
    failures: int
    results: int
    newest_at: str | None


class PlanView(msgspec.Struct, frozen=True):
    """What would happen: who is in which wave, how many have it already, who takes no part and why.

    Bytes are of layers that Units lack. `offline` members are in a wave; so are `no_way_back`, which could not go
    back, unless the policy leaves them out.
    """

    digest: str
    planned_at: str
    waves: tuple[PlannedWaveView, ...]
    members: int
    satisfied: int
    excluded: dict[str, int]
    left_out: tuple[Left, ...]
    offline: int
    offline_too_long: int
    no_way_back: int
    download_bytes: int
    platforms: tuple[Share, ...]
    expected_s: float | None
    rates: RatesView


class ItemChange(msgspec.Struct, frozen=True):
    """An item of the campaign on one Unit; `before` is null where it had none."""

    item_id: str
    codename: str
    before: str | None
    after: str


class PlannedMemberView(msgspec.Struct, frozen=True):
    """A Unit in its wave. `no_way_back`: why it could not go back; `offline_since`: null while it was connected."""

    unit_id: str
    system_uid: str
    wave: int
    items: tuple[ItemChange, ...]
    no_way_back: str | None
    offline_since: str | None
    download_bytes: int


class PlannedMembersView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[PlannedMemberView, ...]


class ExclusionView(msgspec.Struct, frozen=True):
    """A selected Unit that takes no part; `detail` is what is its own of the reason."""

    unit_id: str
    system_uid: str
    cause: Cause
    reason: str
    detail: str


class ExclusionsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[ExclusionView, ...]


def plan_view(plan: Outline) -> PlanView:
    """As the API shows it."""
    return PlanView(
        digest=plan.digest,
        planned_at=to_rfc3339(plan.planned_at),
        waves=tuple(
            PlannedWaveView(
                *(w.number, w.share, w.sets, w.units, w.download_bytes, seconds(w.expected_us)), time(w.begins_at)
            )
            for w in plan.waves
        ),
        members=plan.members,
        satisfied=plan.satisfied,
        excluded=plan.excluded,
        left_out=plan.left,
        offline=plan.offline,
        offline_too_long=plan.offline_too_long,
        no_way_back=plan.no_way_back,
        download_bytes=plan.download_bytes,
        platforms=plan.platforms,
        expected_s=seconds(plan.expected_us),
        rates=rates_view(plan.rates),
    )


def rates_view(rates: Rates) -> RatesView:
    """As the API shows it."""
    return RatesView(
        update_s=seconds(rates.update_us),
        updates=rates.updates,
        bytes_per_s=rates.bytes_per_s,
        downloads=rates.downloads,
        install_s=seconds(rates.install_us),
        installs=rates.installs,
        failures=rates.failures,
        results=rates.results,
        newest_at=time(rates.newest_at),
    )


def seconds(span_us: int | None) -> float | None:
    """Of a span that may not be known."""
    return None if span_us is None else span_us / SECOND


def time(instant: Instant | None) -> str | None:
    """Of an instant that may not be known."""
    return None if instant is None else to_rfc3339(instant)


@get("/campaigns/{id:str}/plan/", operation_id="campaigns_plan_read", tags=["campaigns"])
async def read(ask: Asked, id: Name) -> PlanView:
    """The plan that was drawn up last, as it was then."""
    return await ask.read(lambda session: plan_view(campaigns.planned(session, CampaignId(id))))


@get("/campaigns/{id:str}/plan/members/", operation_id="campaign_plan_members_list", tags=["campaigns"])
async def list_members(
    ask: Asked,
    id: Name,
    window: Within,
    wave: FromQuery[int | None] = None,
    no_way_back: FromQuery[bool | None] = None,
    offline: FromQuery[bool | None] = None,
    ordering: FromQuery[str] = "wave",
) -> PlannedMembersView:
    """Units as they were planned: wave, what each had before and has after, what it is warned of."""

    def find(session: Session) -> PlannedMembersView:
        campaign = session.campaigns.get(CampaignId(id))
        page = session.campaign_plans.members(
            campaign.id, window, wave=wave, no_way_back=no_way_back, offline=offline, order=ordering
        )
        brought = session.items.of_bundle(campaign.bundle)
        return PlannedMembersView(
            page.total,
            tuple(
                PlannedMemberView(
                    unit_id=member.unit,
                    system_uid=member.system_uid,
                    wave=member.wave,
                    items=tuple(
                        ItemChange(item.id, item.codename, member.before.get(item.id), version.version)
                        for item, version in brought
                    ),
                    no_way_back=member.no_way_back or None,
                    offline_since=time(member.away_since),
                    download_bytes=member.download_bytes,
                )
                for member in page.items
            ),
        )

    return await ask.read(find)


@get("/campaigns/{id:str}/exclusions/", operation_id="campaign_exclusions_list", tags=["campaigns"])
async def list_exclusions(
    ask: Asked,
    id: Name,
    window: Within,
    of_cause: Annotated[Cause | None, QueryParameter(name="cause")] = None,
) -> ExclusionsView:
    """Selected Units that take no part, each with the reason."""

    def find(session: Session) -> ExclusionsView:
        page = session.campaigns.exclusions(CampaignId(id), window, cause=of_cause)
        return ExclusionsView(
            page.total,
            tuple(ExclusionView(e.unit, e.system_uid, e.cause, e.reason, e.detail) for e in page.items),
        )

    return await ask.read(find)


HANDLERS = (read, list_members, list_exclusions)
"""Every operation of plans that reads."""
