"""Verification Batches: a ready bundle shown to work and approved, before campaigns bring it to everyone."""

from collections.abc import Callable
from typing import Annotated

from litestar import get, post, put
from litestar.params import FromQuery, JSONBody, QueryParameter

from aosedge.cloud.api.asking import Ask, Asked, Name, Within
from aosedge.cloud.api.verification_views import (
    ApprovalBody,
    BatchesView,
    BatchView,
    CommentBody,
    NewBatch,
    ReportView,
    RevocationBody,
    SettingsBody,
    criteria_of,
    report_view,
    settings_view,
    view,
    views,
)
from aosedge.cloud.domain.verification.state import Batch, BatchState, Settings, checked
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import gating, verification
from aosedge.model.digests import Digest
from aosedge.model.ids import BatchId, BundleId, FleetId


def _verb(name: str) -> post:
    """What a person does with a batch; answered with the batch as it is then."""
    path, operation = f"/verification-batches/{{id:str}}/{name}/", f"verification_batches_{name}"
    return post(path, operation_id=operation, tags=["verification"], status_code=200)


@get("/verification-batches/", operation_id="verification_batches_list", tags=["verification"])
async def list_(
    ask: Asked,
    window: Within,
    in_state: Annotated[BatchState | None, QueryParameter(name="state")] = None,
    bundle_id: FromQuery[str | None] = None,
    fleet_id: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "-created_at",
) -> BatchesView:
    """Batches that match every filter given, newest first; `search` is a part of the bundle's name."""

    def find(session: Session) -> BatchesView:
        bundle = BundleId(bundle_id) if bundle_id is not None else None
        fleet = FleetId(fleet_id) if fleet_id is not None else None
        page = session.verification.page(
            window, state=in_state, bundle=bundle, fleet=fleet, search=search, order=ordering
        )
        return BatchesView(page.total, views(session, page.items))

    return await ask.read(find)


@post("/verification-batches/", operation_id="verification_batches_create", tags=["verification"])
async def create(ask: Asked, data: JSONBody[NewBatch]) -> BatchView:
    """Begin to verify a ready bundle; Units of verification sets take it as soon as it is resolved."""

    def make(session: Session) -> BatchView:
        fleet = FleetId(data.fleet_id) if data.fleet_id is not None else None
        criteria = criteria_of(data.criteria) if data.criteria is not None else None
        return view(session, verification.create(session, ask.ids, BundleId(data.bundle_id), fleet, criteria))

    return await ask.change(make, lambda made: made.id)


@get("/verification-batches/{id:str}/", operation_id="verification_batches_read", tags=["verification"])
async def read(ask: Asked, id: Name) -> BatchView:
    """One batch."""
    return await ask.read(lambda session: view(session, session.verification.get(BatchId(id))))


@_verb("approve")
async def approve(ask: Asked, id: Name, data: JSONBody[ApprovalBody]) -> BatchView:
    """Approve what has this digest for an architecture; with four eyes by nobody who uploaded or began it."""
    said = data.architecture, Digest(data.digest), data.comment
    return await _after(ask, id, lambda session: verification.approve(session, BatchId(id), *said))


@_verb("revoke")
async def revoke(ask: Asked, id: Name, data: JSONBody[RevocationBody]) -> BatchView:
    """Take an approval back; refused once a campaign has started with it."""
    said = data.architecture, data.comment
    return await _after(ask, id, lambda session: verification.revoke(session, BatchId(id), *said))


@_verb("reject")
async def reject(ask: Asked, id: Name, data: JSONBody[CommentBody]) -> BatchView:
    """Find the bundle wanting, with the reason; Units that tried it go back."""
    return await _after(ask, id, lambda session: verification.reject(session, BatchId(id), data.comment))


@_verb("cancel")
async def cancel(ask: Asked, id: Name, data: JSONBody[CommentBody]) -> BatchView:
    """Give the batch up without a word on the bundle; Units that tried it go back."""
    return await _after(ask, id, lambda session: verification.cancel(session, BatchId(id), data.comment))


@get("/verification-batches/{id:str}/report/", operation_id="verification_reports_read", tags=["verification"])
async def report(ask: Asked, id: Name) -> ReportView:
    """All of a batch on one page."""
    return await ask.read(lambda session: report_view(session, session.verification.get(BatchId(id))))


@get("/verification-settings/", operation_id="verification_settings_read", tags=["verification"])
async def read_settings(ask: Asked) -> SettingsBody:
    """How the asker's organization verifies."""
    return await ask.read(lambda session: settings_view(session.verification.settings()))


@put("/verification-settings/", operation_id="verification_settings_update", tags=["verification"])
async def update_settings(ask: Asked, data: JSONBody[SettingsBody]) -> SettingsBody:
    """Change how the asker's organization verifies; batches that are there keep what they were made with."""
    settings = Settings(data.required, data.four_eyes, checked(criteria_of(data.criteria)))

    def change(session: Session) -> SettingsBody:
        gating.change_settings(session, settings)
        return data

    return await ask.change(change, lambda _: ask.tenant)


async def _after(ask: Ask, id: str, work: Callable[[Session], Batch]) -> BatchView:
    return await ask.change(lambda session: view(session, work(session)), lambda _: id)


HANDLERS = (
    list_, create, read, approve, revoke, reject, cancel, report, read_settings, update_settings,
)  # fmt: skip
"""Every operation of batches but those of evidence."""
