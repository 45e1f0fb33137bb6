"""Campaigns: a bundle brought to many Units in waves."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromQuery, JSONBody, QueryParameter

from aosedge.cloud.api.asking import Ask, Asked, Name, Unchanged, Within, marked
from aosedge.cloud.api.campaign_plans import PlanView, plan_view
from aosedge.cloud.api.campaign_views import (
    CampaignChange,
    CampaignsView,
    CampaignView,
    MembersView,
    NewCampaign,
    member_view,
    policy_of,
    selection_of,
    view,
)
from aosedge.cloud.domain import events
from aosedge.cloud.domain.campaigns.events import Cancel, Event, Halt, Pause, Resume, RetryFailed, RollBack
from aosedge.cloud.domain.campaigns.state import Campaign, CampaignState, MemberState, Said
from aosedge.cloud.domain.marks import check_mark
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import campaigns
from aosedge.model.ids import BundleId, CampaignId
from aosedge.model.instants import from_datetime


class ReasonBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why, for whoever reads it later."""

    reason: str = ""


class StartBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When; at once without a time."""

    at: datetime | None = None


class DigestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The plan that was looked at."""

    digest: str


@get("/campaigns/", operation_id="campaigns_list", tags=["campaigns"])
async def list_(
    ask: Asked,
    window: Within,
    title: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    in_state: Annotated[CampaignState | None, QueryParameter(name="state")] = None,
    bundle_id: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "-created_at",
) -> CampaignsView:
    """Campaigns that match every filter given, newest first; `search` is a part of the title."""

    def find(session: Session) -> CampaignsView:
        bundle = BundleId(bundle_id) if bundle_id is not None else None
        page = session.campaigns.page(
            window, title=title, search=search, state=in_state, bundle=bundle, order=ordering
        )
        return CampaignsView(page.total, tuple(view(session, campaign) for campaign in page.items))

    return await ask.read(find)


@post("/campaigns/", operation_id="campaigns_create", tags=["campaigns"])
async def create(ask: Asked, data: JSONBody[NewCampaign]) -> CampaignView:
    """Make a draft; nothing moves before it is planned and started."""

    def make(session: Session) -> CampaignView:
        selection = selection_of(session, data.selection)
        policy, bundle = policy_of(session, data.bundle_id, data.policy), BundleId(data.bundle_id)
        return view(session, campaigns.create(session, ask.ids, data.title, bundle, policy, selection, data.purpose))

    return await ask.change(make, lambda made: made.id)


@get("/campaigns/{id:str}/", operation_id="campaigns_read", tags=["campaigns"])
async def read(ask: Asked, id: Name) -> Response[CampaignView]:
    """One campaign with its waves; its entity tag is that of what people said of it."""

    def find(session: Session) -> tuple[CampaignView, Said]:
        campaign = session.campaigns.get(CampaignId(id))
        return view(session, campaign), campaign.said

    return marked(*await ask.read(find))


@put("/campaigns/{id:str}/", operation_id="campaigns_update", tags=["campaigns"])
async def update(ask: Asked, id: Name, data: JSONBody[CampaignChange], if_match: Unchanged = None) -> CampaignView:
    """Change how it goes: limits and deadlines at once, gates for waves that have not begun; title and purpose until
    it is over, whom it is for until it starts."""

    def edit(session: Session) -> Campaign:
        campaign = session.campaigns.get(CampaignId(id))
        check_mark(if_match, campaign.said)
        return campaigns.edit(
            session,
            campaign.id,
            policy_of(session, campaign.bundle, data),
            title=data.title,
            purpose=data.purpose,
            selection=None if data.selection is None else selection_of(session, data.selection),
        )

    return await _after(ask, id, edit)


@delete("/campaigns/{id:str}/", operation_id="campaigns_delete", tags=["campaigns"])
async def remove(ask: Asked, id: Name) -> None:
    """Remove a campaign that never started."""
    await ask.change(lambda session: campaigns.delete(session, CampaignId(id)), lambda _: id)


@post("/campaigns/{id:str}/plan/", operation_id="campaigns_plan", tags=["campaigns"], status_code=200)
async def plan(ask: Asked, id: Name) -> PlanView:
    """Say what would happen to whom, and keep it as the plan: a dry run, nothing moves."""
    drawn = await ask.change(lambda session: plan_view(campaigns.plan(session, CampaignId(id))), lambda _: id)
    await _tell(ask, id)
    return drawn


@post("/campaigns/{id:str}/approve/", operation_id="campaigns_approve", tags=["campaigns"], status_code=200)
async def approve(ask: Asked, id: Name, data: JSONBody[DigestBody]) -> CampaignView:
    """Approve the plan with this digest; with four eyes by somebody other than the campaign's maker."""
    return await _after(ask, id, lambda session: campaigns.approve_plan(session, CampaignId(id), data.digest))


@post("/campaigns/{id:str}/start/", operation_id="campaigns_start", tags=["campaigns"], status_code=200)
async def start(ask: Asked, id: Name, data: JSONBody[StartBody]) -> CampaignView:
    """Start what was planned, now or at a time; refused where it is no longer what would happen."""
    at = from_datetime(data.at) if data.at is not None else None
    return await _after(ask, id, lambda session: campaigns.start(session, CampaignId(id), at))


@post("/campaigns/{id:str}/pause/", operation_id="campaigns_pause", tags=["campaigns"], status_code=200)
async def pause(ask: Asked, id: Name, data: JSONBody[ReasonBody]) -> CampaignView:
    """Offer nothing further for now."""
    return await _verb(ask, id, Pause(data.reason))


@post("/campaigns/{id:str}/resume/", operation_id="campaigns_resume", tags=["campaigns"], status_code=200)
async def resume(ask: Asked, id: Name, data: JSONBody[ReasonBody]) -> CampaignView:
    """Go on after a pause, or with a reason after a halt; its gate is asked again."""
    return await _verb(ask, id, Resume(data.reason))


@post("/campaigns/{id:str}/override/", operation_id="campaigns_override", tags=["campaigns"], status_code=200)
async def override(ask: Asked, id: Name, data: JSONBody[ReasonBody]) -> CampaignView:
    """Go on after a halt past the gate that failed; needs a reason."""
    return await _verb(ask, id, Resume(data.reason, override=True))


@post("/campaigns/{id:str}/halt/", operation_id="campaigns_halt", tags=["campaigns"], status_code=200)
async def halt(ask: Asked, id: Name, data: JSONBody[ReasonBody]) -> CampaignView:
    """Stop: from the answer on nobody starts, and offers that have not begun are withdrawn."""
    return await _verb(ask, id, Halt(data.reason or "halted by a person"))


@post("/campaigns/{id:str}/cancel/", operation_id="campaigns_cancel", tags=["campaigns"], status_code=200)
async def cancel(ask: Asked, id: Name, data: JSONBody[ReasonBody]) -> CampaignView:
    """Give it up: offers that have not begun are withdrawn, whoever has it keeps it."""
    return await _verb(ask, id, Cancel(data.reason))


@post("/campaigns/{id:str}/roll-back/", operation_id="campaigns_roll_back", tags=["campaigns"], status_code=200)
async def roll_back(ask: Asked, id: Name, data: JSONBody[ReasonBody]) -> CampaignView:
    """Bring everybody who was offered it back to what they ran before, wave by wave, last first."""
    return await _verb(ask, id, RollBack(data.reason))


@post("/campaigns/{id:str}/retry-failed/", operation_id="campaigns_retry", tags=["campaigns"], status_code=200)
async def retry(ask: Asked, id: Name) -> CampaignView:
    """Let failed members of the wave try again."""
    return await _verb(ask, id, RetryFailed())


@post("/campaigns/{id:str}/pass-wave/", operation_id="campaigns_pass", tags=["campaigns"], status_code=200)
async def pass_wave(ask: Asked, id: Name) -> CampaignView:
    """Let the wave pass that waits for a person."""
    return await _after(ask, id, lambda session: campaigns.approve_wave(session, CampaignId(id)))


@get("/campaigns/{id:str}/members/", operation_id="campaign_members_list", tags=["campaigns"])
async def list_members(
    ask: Asked,
    id: Name,
    window: Within,
    wave: FromQuery[int | None] = None,
    in_state: Annotated[MemberState | None, QueryParameter(name="state")] = None,
    ordering: FromQuery[str] = "wave",
) -> MembersView:
    """The Units in its waves, each with its state and why."""

    def find(session: Session) -> MembersView:
        page = session.campaigns.members(CampaignId(id), window, wave=wave, state=in_state, order=ordering)
        return MembersView(page.total, tuple(map(member_view, page.items)))

    return await ask.read(find)


async def _verb(ask: Ask, id: str, event: Event) -> CampaignView:
    return await _after(ask, id, lambda session: campaigns.command(session, CampaignId(id), event))


async def _after(ask: Ask, id: str, work: Callable[[Session], Campaign]) -> CampaignView:
    moved = await ask.change(lambda session: view(session, work(session)), lambda _: id)
    await _tell(ask, id)
    return moved


async def _tell(ask: Ask, id: str) -> None:
    """Whoever watches it looks at once."""
    campaign = CampaignId(id)
    await ask.bus.publish(events.campaign_topic(campaign), events.encode(events.CampaignNews(campaign)))


HANDLERS = (
    list_, create, read, update, remove, plan, approve, start, pause, resume, override, halt, cancel, roll_back,
    retry, pass_wave, list_members,
)  # fmt: skip
"""Every operation of campaigns."""
