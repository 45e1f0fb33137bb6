"""What a Unit's reports change of what the cloud knows of it."""

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from aosedge.cloud.domain.deployment import Aim, Deployment, DeploymentState, deployment
from aosedge.cloud.domain.downloads import coming
from aosedge.cloud.domain.statuses import RECENT_MOST, Actual, is_late, merge
from aosedge.cloud.domain.units import Connectivity
from aosedge.model.digests import Digest
from aosedge.model.ids import Txn, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.from_unit import UnitStatus
from aosedge.protocol.messages.parts import Generation

HIGHEST: Final = 2**53
"""Of a generation that a Unit may tell us of; a Unit that says more talks nonsense, and there must be room above."""


class Known(msgspec.Struct, frozen=True):
    """A Unit as the cloud knows it. `actual` may be None where only full reports are to come."""

    unit: UnitId
    connectivity: Connectivity
    deployment: DeploymentState
    reason: str
    aim: Aim
    digest: Digest | None = None
    """The name of the target's document."""
    actual: Actual | None = None
    created_at: Instant = Instant(0)
    recent: tuple[str, ...] = ()


class StatusReport(msgspec.Struct, frozen=True):
    """A unitStatus with its name and, by the Unit's clock, its time (0: not known)."""

    txn: Txn
    created_at: Instant
    status: UnitStatus


class Heard(msgspec.Struct, frozen=True):
    """What became of it. `actual` is None if nothing changed."""

    actual: Actual | None
    created_at: Instant
    recent: tuple[str, ...]
    connectivity: Connectivity
    deployment: Deployment
    ahead: Generation | None = None
    """A generation that the Unit works on and that this cloud never gave it: a back-up was restored."""


def tag(txn: Txn) -> str:
    """A short name of a txn: 64 bits are enough among the last few of one Unit."""
    return hashlib.blake2b(txn.encode(), digest_size=8).hexdigest()


def hear(known: Known, reports: Iterable[StatusReport]) -> Heard:
    """Reports of one Unit, in the order in which they came. One that came before, or late, counts for nothing."""
    actual, created_at, recent = known.actual or Actual(), known.created_at, known.recent
    connectivity, changed = known.connectivity, False
    for report in reports:
        name = tag(report.txn)
        if name in recent:
            continue
        recent = (*recent[1 - RECENT_MOST :], name)
        if report.created_at and is_late(report.created_at, created_at):
            continue
        before, created_at = actual.download, report.created_at or created_at
        actual, changed = merge(actual, report.status), True
        if actual.update is not None and (download := coming(before, actual.update, created_at)) is not None:
            actual = msgspec.structs.replace(actual, download=download)
        if not report.status.is_delta_info:
            connectivity = "Online"
    if not changed:
        unchanged = Deployment(known.deployment, known.reason)
        return Heard(None, known.created_at, recent, known.connectivity, unchanged)
    return Heard(
        actual, created_at, recent, connectivity, deployment(known.aim, actual), _ahead(known.aim.generation, actual)
    )


def _ahead(given: Generation | None, actual: Actual) -> Generation | None:
    seen = actual.update.generation if actual.update is not None else None
    if seen is None or max(seen.epoch, seen.number) > HIGHEST:
        return None
    return seen if seen > (given or Generation(0, 0)) else None
