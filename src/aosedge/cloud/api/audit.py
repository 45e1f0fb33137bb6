"""The audit trail of one's organization."""

import msgspec
from litestar import get
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Within
from aosedge.cloud.domain.audit import AuditLine
from aosedge.cloud.store import Session
from aosedge.model.errors import NotFound
from aosedge.model.ids import UnitId, UserId
from aosedge.model.instants import to_rfc3339


class AuditLineView(msgspec.Struct, frozen=True):
    """Who did what to what, and how it went. `who_name` is the user's name or the Unit's system id.

    `hash` binds the line to the one before, SHA-256 hex.
    """

    number: int
    at: str
    who: str
    who_name: str
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


def view(line: AuditLine, who_name: str) -> AuditLineView:
    """As the API shows it."""
    return AuditLineView(
        number=line.number,
        at=to_rfc3339(line.at),
        who=line.who,
        who_name=who_name,
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

    def find(session: Session) -> AuditView:
        page = session.audit.page(window, operation=operation, order=ordering)
        names = {who: _name(session, who) for who in {line.who for line in page.items}}
        return AuditView(page.total, tuple(view(line, names[line.who]) for line in page.items))

    return await ask.read(find)


def _name(session: Session, who: str) -> str:
    """What people call who did it; the id of one that is gone."""
    kind, _, id = who.partition(":")
    try:
        if kind == "user":
            return session.users.get(UserId(id)).username
        return session.units.get(UnitId(id)).system_uid if kind == "unit" else id
    except NotFound:
        return id
