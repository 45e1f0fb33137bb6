"""Evidence of Verification Batches: what tests said, as JUnit reports and files."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.api.bundles import FIELD, FORM_BYTES
from aosedge.cloud.api.uploads import FilePart
from aosedge.cloud.api.verification_views import EvidenceListView, EvidenceView, evidence_view
from aosedge.cloud.domain.verification.evidence import BYTES_MOST, Kind, checked_title
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import evidence
from aosedge.cloud.usecases.evidence import EvidenceFiles
from aosedge.model.ids import BatchId, EvidenceId

_BYTES = "application/octet-stream"


@get("/verification-batches/{id:str}/evidence/", operation_id="verification_evidence_list", tags=["verification"])
async def list_(ask: Asked, id: Name, window: Within) -> EvidenceListView:
    """What tests said of the batch's bundle, oldest first."""

    def find(session: Session) -> EvidenceListView:
        page = session.verification.evidence(BatchId(id), window)
        return EvidenceListView(page.total, tuple(map(evidence_view, page.items)))

    return await ask.read(find)


@post(
    "/verification-batches/{id:str}/evidence/",
    operation_id="verification_evidence_create",
    tags=["verification"],
    request_max_body_size=BYTES_MOST + FORM_BYTES,
)
async def create(
    ask: Asked,
    id: Name,
    evidence_files: NamedDependency[EvidenceFiles],
    request: Request[Any, Any, Any],
    kind: FromQuery[Kind] = "file",
    title: FromQuery[str] = "",
    about: FromQuery[list[str] | None] = None,
) -> EvidenceView:
    """Add a file, the multipart field `file`; of `kind=junit` the totals are read and kept.

    `about`: index digests of the versions that it is about, repeated; without, all that the bundle brings.
    """
    meant = tuple(about or ())
    await ask.read(lambda s: evidence.checked_about(s, evidence.open_batch(s, BatchId(id)), meant))
    part = FilePart(request, FIELD)
    content = await part.begun()
    taken = await evidence_files.take(content, kind, checked_title(title, part.filename))
    added = await ask.change(lambda session: evidence.add(session, ask.ids, BatchId(id), taken, meant), lambda _: id)
    return evidence_view(added)


@get(
    "/verification-batches/{id:str}/evidence/{evidence_id:str}/",
    operation_id="verification_evidence_read",
    tags=["verification"],
    media_type=_BYTES,
)
async def read(
    ask: Asked, id: Name, evidence_id: Name, evidence_files: NamedDependency[EvidenceFiles]
) -> Response[bytes]:
    """The bytes of a file."""
    kept = await ask.read(lambda session: session.verification.one_evidence(BatchId(id), EvidenceId(evidence_id)))
    headers = {"content-disposition": "attachment", "x-content-type-options": "nosniff"}
    return Response(await evidence_files.give(kept), media_type=_BYTES, headers=headers)


HANDLERS = (list_, create, read)
"""Every operation of evidence."""
