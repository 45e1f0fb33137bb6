"""The audit trail of one's organization."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from litestar import get
from litestar.params import FromQuery

from aosedge.cloud.api.asking import Asked, Within
from aosedge.cloud.domain.audit import Along, AuditLine, Change, FaultKind
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import audit
from aosedge.model.errors import Invalid
from aosedge.model.instants import Instant, instant_said, to_rfc3339

CLOUD: Final = "AosCloud"
"""Who decided what nobody asked for, with its task in brackets."""


class ChangeView(msgspec.Struct, frozen=True):
    """A row that was changed: of what, which, and what differs. None: it was not there. Secrets are not shown."""

    of: str
    key: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditLineView(msgspec.Struct, frozen=True):
    """Who did what to what, and how it went. `who_name` is the user's name, the Unit's system id, or
    `AosCloud (campaigns)` for what a task decided by itself.

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
    changes: tuple[ChangeView, ...]
    changes_left_out: int
    """How many more there were."""
    previous: str
    hash: str


class AuditView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[AuditLineView, ...]


class TrailFaultView(msgspec.Struct, frozen=True):
    """A line that is not as it was written."""

    number: int
    kind: FaultKind


class TrailVerdictView(msgspec.Struct, frozen=True):
    """What verifying found of `lines` from `first` to `last`, each sealed with the one before.

    This answer went along them up to number `verified`; `resume` asks for what is next, null at the end. `hash` is
    the seal of the last line, hex: kept elsewhere, it shows also who wrote the whole trail anew.
    """

    whole: bool
    first: int
    last: int
    lines: int
    hash: str
    faults: tuple[TrailFaultView, ...]
    """The first of them."""
    faults_total: int
    verified: int
    resume: str | None


def view(line: AuditLine, who_name: str) -> AuditLineView:
    """As the API shows it."""
    changed = line.changed()
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
        changes=tuple(ChangeView(each.of, each.key, each.before, each.after) for each in changed if each.of),
        changes_left_out=sum(_left_out(each) for each in changed),
        previous=line.previous,
        hash=line.hash,
    )


@get("/audit/", operation_id="audit_list", tags=["audit"])
async def list_(
    ask: Asked,
    window: Within,
    who: FromQuery[str | None] = None,
    operation: FromQuery[str | None] = None,
    outcome: FromQuery[str | None] = None,
    target: FromQuery[str | None] = None,
    since: FromQuery[str | None] = None,
    until: FromQuery[str | None] = None,
    before: FromQuery[int | None] = None,
    ordering: FromQuery[str] = "-number",
) -> AuditView:
    """Changes and refusals that match every filter given, newest first.

    `who` is a user name, or as lines have it; `target` a part of what was done to, such as the id of a Unit, or a
    value in a changed row. `since` is within, `until` beyond: ISO 8601, UTC where no zone is named. Lines come all
    the time: to go through them, ask for those with a number `before` the last one's rather than with an offset.
    """
    span = _instant(since, "since"), _instant(until, "until")

    def find(session: Session) -> AuditView:
        page = session.audit.page(
            window,
            operation=operation,
            who=None if who is None else _known_as(session, who),
            outcome=outcome,
            target=target,
            since=span[0],
            until=span[1],
            before=before,
            order=ordering,
        )
        names = _names(session, {line.who for line in page.items})
        return AuditView(page.total, tuple(view(line, names[line.who]) for line in page.items))

    return await ask.read(find)


@get("/audit/verify/", operation_id="audit_verify", tags=["audit"])
async def verify(ask: Asked, resume: FromQuery[str | None] = None) -> TrailVerdictView:
    """Go along the lines of your organization's trail: whether each is as it was written.

    An answer is of some lines: ask again with its `resume` until that is null. The trail is whole if each answer is.
    """
    along = None if resume is None else _along(resume)
    found = await ask.read(lambda session: audit.verify_own(session, along))
    chain = found.chain
    return TrailVerdictView(
        whole=not found.faults,
        first=chain.first,
        last=chain.last,
        lines=chain.last - chain.first + 1,
        hash=chain.hash,
        faults=tuple(TrailFaultView(fault.number, fault.kind) for fault in found.faults),
        faults_total=found.total,
        verified=found.verified,
        resume=None if found.along is None else urlsafe_b64encode(msgspec.json.encode(found.along)).decode(),
    )


def _along(resume: str) -> Along:
    """Where somebody who says this has come to; raises Invalid."""
    try:
        return msgspec.json.decode(urlsafe_b64decode(resume), type=Along)
    except (ValueError, msgspec.DecodeError) as error:
        expected = "what the answer before had as `resume`"
        raise Invalid("nothing to go on from", element="resume", expected=expected, got=resume[:40]) from error


def _instant(words: str | None, element: str) -> Instant | None:
    return None if words is None else instant_said(words, element)


def _left_out(change: Change) -> int:
    """Of the last change of a line, which only counts the others."""
    return 0 if change.of or not change.after else int(change.after["more"])


def _known_as(session: Session, who: str) -> str:
    """As lines have whom people call so; `user:` and `unit:` with an id are that already."""
    if who.startswith(f"{CLOUD} ("):
        return f"task:{who.removeprefix(f'{CLOUD} (').removesuffix(')')}"
    found = session.users.page(username=who).items
    return f"user:{found[0].id}" if found else who


def _names(session: Session, known: Iterable[str]) -> dict[str, str]:
    """What people call who did it; the id of one that is gone."""
    kinds = [(who, *who.partition(":")[::2]) for who in known]
    users = session.users.names(id for _, kind, id in kinds if kind == "user")
    units = session.units.names(id for _, kind, id in kinds if kind == "unit")
    return {
        who: f"{CLOUD} ({id})" if kind == "task" else users.get(id) or units.get(id) or id for who, kind, id in kinds
    }
