"""Verification Batches as the API takes and shows them: durations in ISO 8601, times in RFC 3339."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from aosedge.cloud.domain.alerts import Severity
from aosedge.cloud.domain.campaigns.state import CampaignState
from aosedge.cloud.domain.verification.evidence import Evidence, Kind, Totals
from aosedge.cloud.domain.verification.state import (
    Approval,
    Batch,
    BatchState,
    Chosen,
    Criteria,
    Resolution,
    Settings,
)
from aosedge.cloud.store import Session
from aosedge.model.instants import Instant, to_rfc3339

_MICROSECOND = timedelta(microseconds=1)


class CriteriaBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the Units of verification sets have shown that a bundle works."""

    success_share: float = 0.95
    soak: timedelta = timedelta(minutes=30)
    severity: Severity = "error"
    units_least: int = 1


class NewBatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A batch to make; for one fleet, or for all. Without criteria, those of the settings."""

    bundle_id: str
    fleet_id: str | None = None
    criteria: CriteriaBody | None = None


class ApprovalBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was looked at."""

    architecture: str
    digest: str
    comment: str = ""


class RevocationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which approval to take back."""

    architecture: str
    comment: str = ""


class CommentBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why, for whoever reads it later."""

    comment: str = ""


class SettingsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an OEM verifies. `required`: campaigns need a bundle that has passed even without any verification set."""

    required: bool = False
    four_eyes: bool = False
    criteria: CriteriaBody = CriteriaBody()


class ApprovalView(msgspec.Struct, frozen=True):
    """Somebody's word, kept after it was taken back."""

    architecture: str
    digest: str
    approved_by: str
    approved_at: str
    comment: str
    revoked_by: str | None
    revoked_at: str | None
    revoked_comment: str


class ArchitectureView(msgspec.Struct, frozen=True):
    """What is to be approved for an architecture: `digest` is over the item versions and their images for it."""

    architecture: str
    digest: str
    approved: bool


class ResolutionView(msgspec.Struct, frozen=True):
    """Whether the bundle can be had on a kind of hardware. `chain`: why not, one step of it a line."""

    target_system_id: str | None
    target_system: str
    outcome: str
    architectures: tuple[str, ...]
    chosen: tuple[Chosen, ...]
    chain: tuple[str, ...]


class TrialView(msgspec.Struct, frozen=True):
    """How the Units of verification sets do; the campaign has their waves and members."""

    campaign_id: str
    state: CampaignState
    judged: int
    succeeded: int
    failures: int
    reason: str


class MoveView(msgspec.Struct, frozen=True):
    """A change of state."""

    at: str
    state: BatchState
    reason: str
    by: str | None


class BatchView(msgspec.Struct, frozen=True):
    """A batch. `automatic`: made by itself as the bundle became ready. `people`: what those are called whom it names
    by id, as far as they are of your organization."""

    id: str
    bundle_id: str
    bundle: str
    fleet_id: str | None
    automatic: bool
    state: BatchState
    reason: str
    criteria: CriteriaBody
    four_eyes: bool
    architectures: tuple[ArchitectureView, ...]
    approvals: tuple[ApprovalView, ...]
    resolutions: tuple[ResolutionView, ...]
    trial: TrialView | None
    moves: tuple[MoveView, ...]
    created_at: str
    created_by: str | None
    uploaded_by: str | None
    people: dict[str, str]


class BatchesView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[BatchView, ...]


class EvidenceView(msgspec.Struct, frozen=True):
    """A file that says something of the bundle; `totals` of JUnit's. `about`: digests of the bundle's versions."""

    id: str
    kind: Kind
    title: str
    digest: str
    size_bytes: int
    added_at: str
    added_by: str | None
    totals: Totals | None
    about: tuple[str, ...]


class EvidenceListView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[EvidenceView, ...]


class ReportItemView(msgspec.Struct, frozen=True):
    """A version that the bundle brings."""

    item_id: str
    codename: str
    type: str
    version: str
    index_digest: str


class ReportUnitView(msgspec.Struct, frozen=True):
    """A Unit that tried it."""

    unit_id: str
    system_uid: str
    state: str
    reason: str
    offered_at: str | None
    ended_at: str | None


class ReportView(msgspec.Struct, frozen=True):
    """All of a batch on one page: what, who approved, which Units tried it and how it went, what tests said.

    `people`: what those are called who added evidence, as in the batch.
    """

    batch: BatchView
    bundle_digest: str
    items: tuple[ReportItemView, ...]
    units: tuple[ReportUnitView, ...]
    units_total: int
    evidence: tuple[EvidenceView, ...]
    totals: Totals
    people: dict[str, str]


def criteria_of(body: CriteriaBody) -> Criteria:
    """As the domain knows it."""
    return Criteria(body.success_share, body.soak // _MICROSECOND, body.severity, body.units_least)


def settings_view(settings: Settings) -> SettingsBody:
    """As people said it."""
    return SettingsBody(settings.required, settings.four_eyes, _criteria(settings.criteria))


def _criteria(criteria: Criteria) -> CriteriaBody:
    soak = timedelta(microseconds=criteria.soak_us)
    return CriteriaBody(criteria.success_share, soak, criteria.severity, criteria.units_least)


def view(session: Session, batch: Batch) -> BatchView:
    """As the API shows it."""
    return views(session, (batch,))[0]


def views(session: Session, batches: Sequence[Batch]) -> tuple[BatchView, ...]:
    """As the API shows them; a bundle that is granted no more is called by its id."""
    bundles = session.bundles.some(batch.bundle for batch in batches)
    named = session.users.names(id for batch in batches for id in _people(batch))
    return tuple(
        _view(
            batch,
            bundles[batch.bundle].name if batch.bundle in bundles else batch.bundle,
            {id: named[id] for id in _people(batch) if id in named},
        )
        for batch in batches
    )


def _people(batch: Batch) -> list[str]:
    said = [batch.created_by, batch.uploaded_by, *(move.by for move in batch.moves)]
    approved = [id for each in batch.approvals for id in (each.by, each.revoked_by)]
    return sorted({id for id in (*said, *approved) if id is not None})


def _view(batch: Batch, bundle: str, people: dict[str, str]) -> BatchView:
    trial = batch.trial
    return BatchView(
        id=batch.id,
        bundle_id=batch.bundle,
        bundle=bundle,
        fleet_id=batch.fleet,
        automatic=batch.automatic,
        state=batch.state,
        reason=batch.reason,
        criteria=_criteria(batch.criteria),
        four_eyes=batch.four_eyes,
        architectures=tuple(
            ArchitectureView(name, digest, batch.approval(name) is not None)
            for name, digest in sorted(batch.content.items())
        ),
        approvals=tuple(map(_approval, batch.approvals)),
        resolutions=tuple(map(_resolution, batch.resolutions)),
        trial=None
        if trial is None
        else TrialView(trial.campaign, trial.state, trial.judged, trial.succeeded, trial.failures, trial.reason),
        moves=tuple(MoveView(to_rfc3339(m.at), m.state, m.reason, m.by) for m in batch.moves),
        created_at=to_rfc3339(batch.created_at),
        created_by=batch.created_by,
        uploaded_by=batch.uploaded_by,
        people=people,
    )


def _approval(given: Approval) -> ApprovalView:
    return ApprovalView(
        architecture=given.architecture,
        digest=given.digest,
        approved_by=given.by,
        approved_at=to_rfc3339(given.at),
        comment=given.comment,
        revoked_by=given.revoked_by,
        revoked_at=_time(given.revoked_at),
        revoked_comment=given.revoked_comment,
    )


def _resolution(each: Resolution) -> ResolutionView:
    return ResolutionView(each.system, each.title, each.outcome, each.architectures, each.chosen, each.chain)


def evidence_view(evidence: Evidence) -> EvidenceView:
    """As the API shows it."""
    return EvidenceView(
        id=evidence.id,
        kind=evidence.kind,
        title=evidence.title,
        digest=evidence.digest,
        size_bytes=evidence.size_bytes,
        added_at=to_rfc3339(evidence.at),
        added_by=evidence.added_by,
        totals=evidence.totals,
        about=evidence.about,
    )


def report_view(session: Session, batch: Batch) -> ReportView:
    """The report of a batch; its trial's members from the campaign."""
    brought = session.items.of_bundle(batch.bundle)
    members = session.campaigns.members(batch.trial.campaign) if batch.trial is not None else None
    evidence = session.verification.evidence(batch.id).items
    totals = [each.totals for each in evidence if each.totals is not None]
    return ReportView(
        batch=view(session, batch),
        bundle_digest=session.bundles.get(batch.bundle).digest,
        items=tuple(
            ReportItemView(item.id, item.codename, item.type, version.version, version.index_digest)
            for item, version in brought
        ),
        units=tuple(
            ReportUnitView(m.unit, m.system_uid, m.state, m.reason, _time(m.offered_at), _time(m.ended_at))
            for m in (members.items if members is not None else ())
            if m.wave == 0
        ),
        units_total=batch.trial.judged if batch.trial is not None else 0,
        evidence=tuple(map(evidence_view, evidence)),
        totals=Totals(
            tests=sum(each.tests for each in totals),
            failures=sum(each.failures for each in totals),
            errors=sum(each.errors for each in totals),
            skipped=sum(each.skipped for each in totals),
        ),
        people=session.users.names(each.added_by for each in evidence if each.added_by is not None),
    )


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else to_rfc3339(instant)
