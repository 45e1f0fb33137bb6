"""The audit trail of one's organization."""

import msgspec
from litestar import get
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Within
from aosedge.cloud.domain.audit import AuditLine
from aosedge.model.instants import to_rfc3339


class AuditLineView(msgspec.Struct, frozen=True):
    """Who did what to what, and how it went. `hash` binds the line to the one before, SHA-256 hex."""

    number: int
    at: str
    who: str
    operation: str
    outcome: str
    target: str
    detail: str
    request_id: str
    origin: str
    previous: str
    hash: str


class AuditView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[AuditLineView, ...]


def view(line: AuditLine) -> AuditLineView:
    """As the API shows it."""
    return AuditLineView(
        number=line.number,
        at=to_rfc3339(line.at),
        who=line.who,
        operation=line.operation,
        outcome=line.outcome,
        target=line.target,
        detail=line.detail,
        request_id=line.request_id,
        origin=line.origin,
        previous=line.previous,
        hash=line.hash,
    )


@get("/audit/", operation_id="audit_list", tags=["audit"])
async def list_(
    ask: Asked,
    window: Within,
    operation: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "-number",
) -> AuditView:
    """Changes and refusals, newest first."""
    page = await ask.read(lambda session: session.audit.page(window, operation=operation, order=ordering))
    return AuditView(page.total, tuple(map(view, page.items)))
