"""What Units tell the cloud: messages of many in one transaction, each once, durable before it is acknowledged."""

import itertools
import logging
from collections.abc import Sequence
from typing import Final

import msgspec

from aosedge.cloud.domain.alerts import Severity, severity_of
from aosedge.cloud.domain.deployment import Aim
from aosedge.cloud.domain.item_alerts import item_of
from aosedge.cloud.domain.reports import Heard, Known, StatusReport, hear
from aosedge.cloud.domain.statuses import Actual
from aosedge.cloud.store import Store, UnitsSession
from aosedge.model.errors import Unavailable
from aosedge.model.ids import ItemId, Txn, UnitId
from aosedge.model.instants import Instant, from_datetime
from aosedge.protocol.messages import Alerts, FromUnit, MonitoringData, UnitStatus
from aosedge.protocol.messages.from_unit import AnyAlert

_log = logging.getLogger("aosedge.reports")
LONGEST_TXN: Final = 128
LARGEST_KEPT_BYTES: Final = 1024 * 1024
"""Of a message that waits for somebody to read it."""


class Report(msgspec.Struct, frozen=True):
    """A message of a Unit; `created_at` is its header's (0: not known)."""

    unit: UnitId
    txn: Txn
    message: FromUnit
    created_at: Instant = Instant(0)


async def keep(store: Store, reports: Sequence[Report], now: Instant) -> list[bool]:
    """Make messages durable, in order, each txn of a Unit once; False for one that can never be stored.

    A unitStatus changes the Unit's actual state and axes (invariants I4, I6, I10); of monitoring data the newest is
    kept; alerts are kept; what has no reader yet is kept as it is. Messages of Units that are no more are dropped.
    """
    sorted_out = _Sorted()
    stored = [sorted_out.take(report, now) for report in reports]
    if not sorted_out.units:
        return stored
    try:
        await store.write_units(frozenset(sorted_out.units), sorted_out.write)
    except Unavailable:
        raise
    except Exception:  # noqa: BLE001 - whatever is wrong with one Unit's report, the others' must be stored
        units = sorted(sorted_out.units)
        if len(units) == 1:
            _log.exception("what Unit %s sent cannot be stored", units[0])
            return [False] * len(reports)
        return await _keep_apart(store, reports, frozenset(units[: len(units) // 2]), now)
    return stored


async def _keep_apart(store: Store, reports: Sequence[Report], some: frozenset[UnitId], now: Instant) -> list[bool]:
    """Something among the reports cannot be stored: find whose it is, so that it harms nobody else."""
    one = iter(await keep(store, [report for report in reports if report.unit in some], now))
    other = iter(await keep(store, [report for report in reports if report.unit not in some], now))
    return [next(one if report.unit in some else other) for report in reports]


class _Sorted:
    """Reports by what becomes of them."""

    def __init__(self) -> None:
        self.units: set[UnitId] = set()
        self._statuses: dict[UnitId, list[StatusReport]] = {}
        self._deltas: set[UnitId] = set()
        self._usages: dict[UnitId, tuple[UnitId, MonitoringData, Instant]] = {}
        self._alerts: list[tuple[UnitId, Txn, int, Instant, Severity, ItemId | None, AnyAlert]] = []
        self._others: list[tuple[UnitId, Txn, Instant, str, msgspec.Raw]] = []
        self._now = Instant(0)

    def take(self, report: Report, now: Instant) -> bool:
        """Whether it can be stored."""
        self._now = now
        unit, txn, message = report.unit, report.txn, report.message
        if len(txn) > LONGEST_TXN or not txn.isprintable():
            return False
        match message:
            case UnitStatus():
                self._statuses.setdefault(unit, []).append(StatusReport(txn, report.created_at, message))
                if message.is_delta_info:
                    self._deltas.add(unit)
            case MonitoringData():
                newest = self._usages.get(unit)
                if newest is None or newest[2] <= report.created_at:
                    self._usages[unit] = (unit, message, report.created_at)
            case Alerts(items=items):
                self._alerts += [
                    (unit, txn, at, from_datetime(a.timestamp), severity_of(a), item_of(a), a)
                    for at, a in enumerate(items)
                ]
            case _:
                body = msgspec.json.encode(message)
                if len(body) > LARGEST_KEPT_BYTES:
                    return False
                self._others.append((unit, txn, now, type(message).__name__, msgspec.Raw(body)))
        self.units.add(unit)
        return True

    def write(self, session: UnitsSession) -> None:
        """All of it, in one transaction; may be run again."""
        reported = session.reported
        known = reported.load(frozenset(self._deltas))
        heard = [(known[unit], hear(known[unit], told)) for unit, told in self._statuses.items() if unit in known]
        reported.put_statuses(
            [(old.unit, new.actual, new.created_at, self._now, new.recent) for old, new in heard if new.actual]
        )
        reported.put_axes([axes for axes in itertools.starmap(_axes, heard) if axes is not None])
        self._move_members(session, {old.unit: (old.aim, new.actual) for old, new in heard if new.actual})
        ahead = [(old.unit, new.ahead.epoch, new.ahead.number) for old, new in heard if new.ahead]
        if ahead:
            reported.raise_floors(ahead)
            session.signal("targets")
        reported.put_usages([usage for usage in self._usages.values() if usage[0] in known])
        reported.add_alerts([alert for alert in self._alerts if alert[0] in known])
        if session.members.alarm({unit for unit, *_, severity, _, _ in self._alerts if severity != "info"}):
            session.signal("campaigns")
        reported.add_received([other for other in self._others if other[0] in known])

    def _move_members(self, session: UnitsSession, told: dict[UnitId, tuple[Aim, Actual | None]]) -> None:
        """Where these Units now are in the campaigns that offered them something."""
        moved = []
        for member in session.members.watched() if told else ():
            found = member.moved(*told[member.unit]) if member.unit in told else None
            if found is not None:
                moved.append((member, found))
        if moved:
            session.members.put(moved, self._now)
            session.signal("campaigns")


def _axes(old: Known, new: Heard) -> tuple[UnitId, str, str, str] | None:
    """The row to write where an axis changed. A Unit's words are cut to what every database takes."""
    state, reason = new.deployment.state, new.deployment.reason.replace("\0", "")
    if (old.connectivity, old.deployment, old.reason) == (new.connectivity, state, reason):
        return None
    return old.unit, new.connectivity, state, reason
