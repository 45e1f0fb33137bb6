"""How fast downloads come: what came between the last two reports of more bytes, over the time between them."""

import pytest

from aosedge.cloud.domain.deployment import Aim
from aosedge.cloud.domain.downloads import Coming, alerted_rate, coming
from aosedge.cloud.domain.reports import Known, StatusReport, hear
from aosedge.model.digests import sha256
from aosedge.model.ids import Txn, UnitId
from aosedge.model.instants import SECOND, Instant, to_datetime
from aosedge.protocol.messages import UnitStatus
from aosedge.protocol.messages.from_unit import DownloadProgressAlert, UpdateStatus
from aosedge.protocol.messages.parts import Identity, ItemProgress

BEGAN = Instant(1_000 * SECOND)


def at(seconds: float) -> Instant:
    return Instant(BEGAN + int(seconds * SECOND))


def loading(*done: int) -> UpdateStatus:
    items = tuple(ItemProgress(Identity(id=f"i{at}"), bytes, 900) for at, bytes in enumerate(done))
    return UpdateStatus("downloading", items=items)


def test_nothing_is_measured_before_two_reports_a_second_apart() -> None:
    first = coming(None, loading(10, 5), at(0))
    assert first == Coming(15, at(0))
    assert coming(first, loading(20, 5), at(0.5)) == first
    assert coming(first, loading(20, 5), at(1)) == Coming(25, at(1), 10)


def test_a_report_of_no_further_byte_leaves_the_last_rate_and_since_when() -> None:
    moved = coming(coming(None, loading(0), at(0)), loading(300), at(3))
    assert moved == coming(moved, loading(300), at(60)) == Coming(300, at(3), 100)
    assert coming(moved, loading(400), at(103)) == Coming(400, at(103), 1)


@pytest.mark.parametrize(("done", "when"), [(5, 20), (50, -5)])
def test_a_download_that_begins_anew_or_a_clock_that_was_set_back_is_measured_anew(done: int, when: int) -> None:
    assert coming(Coming(10, at(0), 7), loading(done), at(when)) == Coming(done, at(when))


def test_what_is_not_downloading_has_no_rate() -> None:
    assert coming(Coming(10, at(0), 7), UpdateStatus("installing"), at(1)) is None
    assert coming(Coming(10, at(0), 7), None, at(1)) is None


def alert(done: int, when: float) -> DownloadProgressAlert:
    return DownloadProgressAlert(
        timestamp=to_datetime(at(when)), digest=sha256(b""), url="u", downloaded_bytes=done, total_bytes=900,
        state="interrupted",
    )  # fmt: skip


def test_alerts_of_one_download_say_its_rate_too() -> None:
    assert alerted_rate(()) is None
    assert alerted_rate([alert(10, 0)]) is None
    assert alerted_rate([alert(110, 10), alert(10, 0)]) == 10
    assert alerted_rate([alert(110, 0.5), alert(10, 0)]) is None
    assert alerted_rate([alert(5, 10), alert(10, 0)]) is None


def test_what_a_unit_reports_is_measured_until_its_download_ends() -> None:
    def after(*reports: tuple[int, UnitStatus]) -> Coming | None:
        known = Known(UnitId("u"), "Online", "unknown", "", Aim())
        said = [StatusReport(Txn(str(number)), at(when), status) for number, (when, status) in enumerate(reports)]
        heard = hear(known, said).actual
        return heard.download if heard is not None else None

    so_far = [(0, UnitStatus(update=loading(10))), (2, UnitStatus(is_delta_info=True, update=loading(50)))]
    other = (3, UnitStatus(is_delta_info=True, subjects=()))
    assert after(*so_far, other) == Coming(50, at(2), 20)
    assert after(*so_far, (3, UnitStatus(is_delta_info=True, update=UpdateStatus("installing")))) is None
