"""The machine of a Verification Batch: what becomes of it when something happens, and what is to be done about it.

Pure: `now` is an argument, effects are for the driver. What comes twice or late counts once or for nothing.
"""

from typing import Final, assert_never

import msgspec
from msgspec.structs import replace

from aosedge.cloud.domain.verification.events import (
    Approve,
    BeginTrial,
    Cancel,
    Effect,
    EndTrial,
    Event,
    Reject,
    Resolved,
    Revoke,
    Torn,
    Tried,
    Untriable,
)
from aosedge.cloud.domain.verification.state import (
    OPEN,
    Approval,
    Batch,
    BatchState,
    Move,
    Trial,
    checked_comment,
)
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import UserId
from aosedge.model.instants import Instant

BROKEN: Final = ("halted", "cancelled", "rolling_back", "rolled_back")
"""States of a trial after which it cannot show any more that the bundle works."""


class Step(msgspec.Struct, frozen=True):
    """The batch after an event, and what to do."""

    batch: Batch
    effects: tuple[Effect, ...] = ()


def step(batch: Batch, event: Event, now: Instant) -> Step:
    """One event. Raises Conflict, naming what is possible, for a verb that the batch's state does not have."""
    match event:
        case Resolved():
            return _resolved(batch, event, now)
        case Tried(trial):
            return _judge(replace(batch, trial=trial), now) if batch.state in OPEN else Step(batch)
        case Untriable(reason):
            return Step(_moved(batch, "failed", reason, now)) if batch.state in OPEN else Step(batch)
        case Torn():
            words = "an item of the bundle was removed"
            return _end(batch, "failed", words, None, now) if batch.state in OPEN else Step(batch)
        case Approve():
            return _approve(batch, event, now)
        case Revoke():
            return _revoke(batch, event, now)
        case Reject(by, comment):
            said = checked_comment(comment)
            if not said:
                raise Invalid("whoever rejects says why", element="comment", expected="a reason")
            _only(batch, "reject", OPEN)
            return _end(batch, "rejected", said, by, now)
        case Cancel(by, comment):
            said = checked_comment(comment)
            _only(batch, "cancel", (*OPEN, "cancelled"))
            return Step(batch) if batch.state == "cancelled" else _end(batch, "cancelled", said, by, now)
        case _:
            assert_never(event)


def _resolved(batch: Batch, event: Resolved, now: Instant) -> Step:
    if batch.state != "resolving":
        return Step(batch)
    known = replace(batch, resolutions=event.resolutions, content=event.content)
    wrong = [each for each in event.resolutions if each.outcome == "unsatisfiable"]
    if wrong:
        words = "; ".join(f"{each.title}: {' > '.join(each.chain)}" for each in wrong)
        return Step(_moved(known, "failed", f"what it needs cannot be had on {words}", now))
    if not event.content:
        words = "; ".join(f"{each.title}: {' > '.join(each.chain)}" for each in event.resolutions)
        return Step(_moved(known, "failed", f"it is for none of your target systems: {words}", now))
    waiting = _moved(known, "awaiting_approval", "", now)
    return Step(waiting, (BeginTrial(),) if event.sets else ())


def _approve(batch: Batch, event: Approve, now: Instant) -> Step:
    _only(batch, "approve", ("awaiting_approval",))
    _check_architecture(batch, event.architecture)
    standing = batch.approval(event.architecture)
    if standing is not None:
        raise Conflict("it is approved already", element="architecture", got=event.architecture)
    wanted = batch.content[event.architecture]
    if event.digest != wanted:
        raise Conflict(
            "this is not what the batch is about",
            element="digest",
            expected=wanted,
            got=event.digest,
            cure="look at the batch again, and approve what it is about",
        )
    if batch.four_eyes and event.by in (batch.created_by, batch.uploaded_by):
        who = "made the batch" if event.by == batch.created_by else "uploaded the bundle"
        raise Conflict(f"whoever {who} cannot approve it", element="batch", cure="ask a colleague")
    given = Approval(event.architecture, wanted, event.by, now, checked_comment(event.comment))
    approved = replace(batch, approvals=(*batch.approvals, given))
    if approved.unapproved:
        return Step(approved)
    return _judge(_moved(approved, "verifying", "", now, event.by), now)


def _revoke(batch: Batch, event: Revoke, now: Instant) -> Step:
    _only(batch, "take the approval back of", ("awaiting_approval", "verifying", "passed"))
    _check_architecture(batch, event.architecture)
    standing = batch.approval(event.architecture)
    if standing is None:
        raise Conflict("it is not approved", element="architecture", got=event.architecture)
    if event.campaign:
        raise Conflict(
            "a campaign has started with it", element="batch", got=event.campaign, cure="halt the campaign instead"
        )
    comment = checked_comment(event.comment)
    taken = replace(standing, revoked_by=event.by, revoked_at=now, revoked_comment=comment)
    revoked = replace(batch, approvals=tuple(taken if each is standing else each for each in batch.approvals))
    if batch.state == "awaiting_approval":
        return Step(revoked)
    words = f"the approval for {event.architecture} was taken back"
    return Step(_moved(revoked, "awaiting_approval", words, now, event.by))


def _judge(batch: Batch, now: Instant) -> Step:
    """What the trial says of a batch that is open."""
    trial = batch.trial
    if trial is not None and trial.state in BROKEN:
        return Step(_moved(batch, "failed", f"its trial is {trial.state.replace('_', ' ')}: {trial.reason}", now))
    if trial is not None and trial.state == "completed" and trial.judged < batch.criteria.units_least:
        words = f"{trial.judged} Units of verification sets took it, at least {batch.criteria.units_least} must"
        return _end(batch, "failed", words, None, now)
    if batch.state != "verifying":
        return Step(batch)
    if trial is not None and trial.state != "completed":
        return Step(replace(batch, reason=trial.reason))
    return Step(_moved(batch, "passed", _success(trial), now))


def _success(trial: Trial | None) -> str:
    if trial is None:
        return "approved; there is no verification set"
    return f"{trial.succeeded} of {trial.judged} Units succeeded, {trial.failures} failed"


def _end(batch: Batch, state: BatchState, reason: str, by: UserId | None, now: Instant) -> Step:
    trial = batch.trial
    undone = trial is not None and trial.state not in BROKEN
    return Step(_moved(batch, state, reason, now, by), (EndTrial(f"its batch is {state}"),) if undone else ())


def _moved(batch: Batch, state: BatchState, reason: str, now: Instant, by: UserId | None = None) -> Batch:
    return replace(batch, state=state, reason=reason, moves=(*batch.moves, Move(now, state, reason, by)))


def _check_architecture(batch: Batch, architecture: str) -> None:
    if architecture not in batch.content:
        expected = ", ".join(sorted(batch.content))
        raise Invalid(
            "the batch is not for this architecture", element="architecture", expected=expected, got=architecture[:40]
        )


def _only(batch: Batch, verb: str, states: tuple[BatchState, ...]) -> None:
    if batch.state not in states:
        raise Conflict(
            f"cannot {verb} a batch that is {batch.state.replace('_', ' ')}",
            element="batch",
            expected=", ".join(state.replace("_", " ") for state in states),
            got=batch.state,
        )
