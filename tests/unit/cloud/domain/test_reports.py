"""Reports that come in: what they make of a Unit, repeats, late ones."""

import msgspec
import pytest
from tests.unit.cloud.domain.reporting import AIM, GENERATION, GOOD, delta, full, item, update, whole

from aosedge.cloud.domain.deployment import Aim, Deployment
from aosedge.cloud.domain.reports import Known, StatusReport, hear
from aosedge.cloud.domain.statuses import RECENT_MOST
from aosedge.model.ids import Txn, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages import UnitStatus
from aosedge.protocol.messages.parts import Generation

KNOWN = Known(UnitId("u"), "Connected", "unknown", "", AIM, created_at=Instant(1_000))


def report(txn: str, status: UnitStatus, at: int = 2_000) -> StatusReport:
    return StatusReport(Txn(txn), Instant(at), status)


def test_a_full_report_brings_the_unit_online_and_in_sync() -> None:
    heard = hear(KNOWN, [report("1", full(items=GOOD.items, instances=GOOD.instances))])
    assert heard.connectivity == "Online"
    assert heard.deployment.state == "in_sync"
    assert heard.created_at == 2_000
    assert len(heard.recent) == 1
    assert heard.ahead is None


def test_a_delta_leaves_the_unit_connected() -> None:
    assert hear(KNOWN, [report("1", delta(items=()))]).connectivity == "Connected"


def test_a_repeated_report_counts_once() -> None:
    """I6."""
    first = hear(KNOWN, [report("1", full()), report("1", full(items=(item("z"),)))])
    assert first.actual == whole()
    again = msgspec.structs.replace(
        KNOWN, actual=first.actual, recent=first.recent, deployment="failed", reason="whatever"
    )
    heard = hear(again, [report("1", full(items=(item("z"),)))])
    assert heard.actual is None
    assert heard.recent == first.recent
    assert heard.deployment == Deployment("failed", "whatever")


def test_a_late_report_counts_for_nothing() -> None:
    """I10."""
    heard = hear(KNOWN, [report("2", full(items=(item("b"),)), 5_000), report("1", full(items=(item("a"),)), 4_000)])
    assert heard.actual == whole(items=(item("b"),))
    assert heard.created_at == 5_000
    assert hear(KNOWN, [report("1", full(), 500)]).actual is None


def test_a_report_without_a_time_is_never_late() -> None:
    heard = hear(KNOWN, [report("1", full(), 0)])
    assert heard.actual == whole()
    assert heard.created_at == 1_000


def test_only_the_last_reports_are_remembered() -> None:
    heard = hear(KNOWN, [report(str(number), delta(), 2_000 + number) for number in range(3 * RECENT_MOST)])
    assert len(heard.recent) == RECENT_MOST


@pytest.mark.parametrize(
    ("seen", "aim", "ahead"),
    [
        (GENERATION, AIM, None),
        (None, AIM, None),
        (Generation(3, 6), AIM, None),
        (Generation(3, 8), AIM, Generation(3, 8)),
        (Generation(9, 1), Aim(), Generation(9, 1)),
        (Generation(2**53 + 1, 1), AIM, None),
        (Generation(4, 2**53 + 1), AIM, None),
    ],
)
def test_a_generation_that_was_never_given_is_noticed(
    seen: Generation | None, aim: Aim, ahead: Generation | None
) -> None:
    """I2: a back-up was restored."""
    known = msgspec.structs.replace(KNOWN, aim=aim)
    assert hear(known, [report("1", full(update=update("idle", seen)))]).ahead == ahead
