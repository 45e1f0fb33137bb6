"""States of services: what Units report and ask for, many in one transaction, and what people do with them."""

from collections.abc import Sequence

import msgspec

from aosedge.cloud.domain.reports import Known
from aosedge.cloud.domain.service_states import StateKey, Told, given, objection, taken
from aosedge.cloud.ports import Blobs
from aosedge.cloud.store import Store, UnitsSession
from aosedge.cloud.usecases.statuses import Report
from aosedge.model.digests import Digest, sha3_224_hex
from aosedge.model.errors import Invalid, NotFound
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.instants import Instant
from aosedge.protocol.messages import NewState, StateAcceptance, StateRequest, UpdateState
from aosedge.protocol.messages.parts import Identity
from aosedge.protocol.service_states import read, written

Answer = StateAcceptance | UpdateState
Outcome = bool | Answer
"""False for what can never be stored; else it is durable, and there may be an answer."""


class _Due(msgspec.Struct, frozen=True):
    """A state to be given: its bytes, or those of a blob."""

    request: StateRequest
    content: bytes
    default: Digest | None = None


async def keep(store: Store, blobs: Blobs, reports: Sequence[Report], now: Instant) -> list[Outcome]:
    """Judge and keep each `newState`, and find what each `stateRequest` is to be given; durable when it returns.

    What is not the Unit's own changes nothing (invariant I9): a `newState` is rejected with the reason, a
    `stateRequest` has no answer.
    """
    units = frozenset(report.unit for report in reports)

    def work(session: UnitsSession) -> list[bool | StateAcceptance | _Due]:
        known = session.reported.load(frozenset())
        return [_one(session, known.get(report.unit), report, now) for report in reports]

    found = await store.write_units(units, work)
    return [await _given(blobs, one) if isinstance(one, _Due) else one for one in found]


def _one(session: UnitsSession, known: Known | None, report: Report, now: Instant) -> bool | StateAcceptance | _Due:
    if known is None:
        return True  # the Unit is no more
    match report.message:
        case NewState() as state:
            return _judged(session, known, report, state, now)
        case StateRequest() as request:
            return _asked(session, known, report, request)
        case _:
            return False


def _judged(session: UnitsSession, known: Known, report: Report, state: NewState, now: Instant) -> StateAcceptance:
    key, standing = session.states.standing(report.unit, *_instance(known, state))
    try:
        content = read(state.state, state.state_encoding)
        told = Told(report.unit, key, state.state_checksum, content, report.created_at)
        refusal = objection(told, standing)
    except Invalid as error:
        refusal = str(error)
    else:
        if not refusal:
            kept = taken(told, standing, now)
            session.states.put(kept, content)
    return StateAcceptance(
        correlation_id=state.correlation_id,
        item=state.item,
        subject=state.subject,
        instance=state.instance,
        checksum=state.state_checksum,
        result="rejected" if refusal else "accepted",
        reason=refusal,
    )


def _asked(session: UnitsSession, known: Known, report: Report, request: StateRequest) -> bool | _Due:
    key, standing = session.states.standing(report.unit, *_instance(known, request))
    kept = given(report.unit, key, request.default, report.created_at, standing)
    if kept is None:
        return True
    content = session.states.content(key) if kept.checksum else b""
    session.states.put(kept, content)
    return _Due(request, content, None if kept.checksum else standing.default)


def _instance(known: Known, message: NewState | StateRequest) -> tuple[StateKey, str | None]:
    """The instance that a message names, and the version of its item if the Unit's target has the instance."""
    item, subject = _name(message.item), _name(message.subject)
    key = StateKey(SubjectId(subject), ItemId(item), message.instance)
    document = known.aim.document
    if document is None:
        return key, None
    wanted = any(
        _name(wish.item) == item and _name(wish.subject) == subject and message.instance < wish.num_instances
        for wish in document.instances
    )
    versions = [entry.version for entry in document.items if _name(entry.item) == item]
    return key, versions[0] if wanted and versions else None


def _name(identity: Identity) -> str:
    return identity.id or identity.codename or ""


async def _given(blobs: Blobs, due: _Due) -> Outcome:
    content = due.content
    if due.default is not None:
        try:
            content = await blobs.read(due.default)
        except NotFound:  # the item was removed since
            return True
    text, encoding = written(content)
    return UpdateState(
        correlation_id=due.request.correlation_id,
        item=due.request.item,
        subject=due.request.subject,
        instance=due.request.instance,
        state_checksum=sha3_224_hex(content),
        state=text,
        state_encoding=encoding,
    )
