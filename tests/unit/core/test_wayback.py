"""When a Unit whose certificate has expired goes to the cloud's door, and how long it waits between two looks."""

from pathlib import Path

import pytest

from aosedge.core.identity import FOLDER, cabinet_of
from aosedge.core.identity.cabinet import Cabinet, Facts
from aosedge.core.identity.smith import Process
from aosedge.core.identity.wayback import Question, WayBack, cloud_of
from aosedge.model.instants import HOUR, MINUTE, SECOND, Instant, Monotonic

END = Instant(1_800_000_000 * SECOND)


class At:
    """A clock that is set."""

    def __init__(self, wall: Instant) -> None:
        self.now = wall

    def wall(self) -> Instant:
        return self.now

    def monotonic(self) -> Monotonic:
        return Monotonic(self.now)


@pytest.fixture
def cabinet(tmp_path: Path) -> Cabinet:
    """With an online certificate that ends at `END`; nobody lives here, so that each step fails."""
    (tmp_path / FOLDER).mkdir()
    cabinet = cabinet_of(tmp_path)
    cabinet.begin("online", "key", "request", Instant(0))
    cabinet.take("online", "chain", "roots", Facts("01", Instant(0), END), Instant(0))
    cabinet.adopt("online")
    return cabinet


def way_back(folder: Path, cabinet: Cabinet, clock: At) -> WayBack:
    question = Question(folder, "https://localhost:1", "model", "")
    return WayBack(question, cabinet, Process("", folder / FOLDER), clock, lambda: 0.0)


async def test_a_certificate_that_holds_is_looked_at_once_an_hour_and_right_after_its_end(
    tmp_path: Path, cabinet: Cabinet
) -> None:
    clock = At(Instant(END - 3 * HOUR))
    way = way_back(tmp_path, cabinet, clock)
    assert await way.look() == HOUR / SECOND + 1
    clock.now = Instant(END - 2 * MINUTE)
    assert await way.look() == 121


async def test_a_unit_without_a_certificate_has_nowhere_to_go_back_to(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    assert await way_back(tmp_path, cabinet_of(tmp_path), At(END)).look() == HOUR / SECOND


async def test_who_is_not_let_in_asks_less_and_less_often(
    tmp_path: Path, cabinet: Cabinet, caplog: pytest.LogCaptureFixture
) -> None:
    way = way_back(tmp_path, cabinet, At(END))
    assert [await way.look() for _ in range(3)] == [10, 20, 40]
    assert [record.message for record in caplog.records].count(
        "the certificate has expired: at the cloud's door"
    ) == 1


async def test_a_certificate_that_holds_again_ends_the_waiting(tmp_path: Path, cabinet: Cabinet) -> None:
    clock = At(END)
    way = way_back(tmp_path, cabinet, clock)
    assert [await way.look(), await way.look()] == [10, 20]
    clock.now = Instant(END - MINUTE)
    assert await way.look() == 61
    clock.now = END
    assert await way.look() == 20, "the same trouble again"


def test_the_cloud_is_where_the_setting_says_or_beside_discovery() -> None:
    assert cloud_of("https://cloud.example:1", "https://other:9000/sd/v7/") == "https://cloud.example:1"
    assert cloud_of("", "https://other:9000/sd/v7/") == "https://other:10000"
