"""When Units may take a campaign's steps: what is refused, naming the field."""

import pytest

from aosedge.cloud.domain.campaigns.policy import Policy, checked
from aosedge.cloud.domain.campaigns.timing import Doors, Timing, closed_us
from aosedge.model.errors import Invalid
from aosedge.model.instants import DAY, HOUR, Instant
from aosedge.model.windows import Window

NIGHT = Window("22:00", "06:00")


@pytest.mark.parametrize(("timing", "deadline_us", "element"), [
    (Timing(download=(Window("01:00", "01:00"),)), DAY, "timing.download[0].to"),
    (Timing(install=(NIGHT, Window("25:00", "01:00"))), DAY, "timing.install[1].from"),
    (Timing(activate=(Window("01:00", "02:00", ()),)), DAY, "timing.activate[0].days"),
    (Timing(precondition="battery >"), DAY, "timing.precondition"),
    (Timing(install=(NIGHT,)), 16 * HOUR, "unit_deadline"),
])  # fmt: skip
def test_what_never_comes_about_is_refused(timing: Timing, deadline_us: int, element: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(Policy(timing=timing, unit_deadline_us=deadline_us))
    assert refused.value.element == element


def test_what_can_be_kept_is_taken() -> None:
    timing = Timing((NIGHT,), (NIGHT,), (), 'ignition == "off"')
    assert closed_us(timing) == 32 * HOUR
    assert checked(Policy(timing=timing, unit_deadline_us=33 * HOUR)).timing == timing
    assert checked(Policy(timing=Timing(precondition="parked"))).timing.precondition == "parked"


def test_doors_say_when_a_unit_of_a_zone_may_begin_and_is_active() -> None:
    morning = Window("04:00", "05:00")
    doors = Doors(Timing(download=(NIGHT,), install=(morning,)))
    noon = Instant(20_000 * DAY + 12 * HOUR)
    night, four = Instant(noon + 10 * HOUR), Instant(noon + 16 * HOUR)
    for _ in range(2):
        assert doors.through("UTC", noon, HOUR // 2) == (night, four + HOUR // 2)
        assert doors.through("UTC", night, HOUR) == (night, four + DAY)  # activates as it installs: the next day
        assert doors.through("Asia/Tokyo", noon, 0) == (Instant(noon + HOUR), Instant(noon + 7 * HOUR))
    assert Doors(Timing(activate=(morning,))).through("UTC", noon, HOUR) == (noon, four)
    assert not Timing(precondition="parked").has_windows
