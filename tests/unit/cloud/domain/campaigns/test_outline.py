"""What is kept of a plan as a whole."""

from tests.unit.cloud.domain.campaigns.test_plan import CHANGES, candidate, plan

from aosedge.cloud.domain.campaigns.expected import Rates
from aosedge.cloud.domain.campaigns.outline import Outline, outlined
from aosedge.cloud.domain.campaigns.outlook import Outlook
from aosedge.cloud.domain.campaigns.policy import Gate, Policy
from aosedge.cloud.domain.campaigns.timing import Timing
from aosedge.model.instants import DAY, HOUR, SECOND, Instant
from aosedge.model.windows import Window

NOW = Instant(10 * DAY)
POLICY = Policy(strategy="canary", gate=Gate(soak_us=0))


def outline(rates: Rates = Rates(), policy: Policy = POLICY) -> Outline:
    stuck = Outlook("changes", {}, no_way_back="why", new=CHANGES.new)
    drawn = plan(
        candidate("a", connectivity="Offline", last_seen=Instant(9 * DAY)),
        candidate("b", connectivity="Offline", last_seen=Instant(9 * DAY + 1)),
        candidate("c", stuck, zone="Asia/Tokyo"),
        candidate("d", lifecycle="new"),
        candidate("e", rival="spring"),
        candidate("f", rival="spring"),
        candidate("g", Outlook("same")),
        policy=policy,
    )
    return outlined(drawn, policy, rates, NOW)


def test_an_outline_has_every_figure() -> None:
    found = outline()
    assert (found.members, found.satisfied, found.offline, found.offline_too_long) == (3, 1, 2, 1)
    assert (found.no_way_back, found.download_bytes, found.planned_at) == (1, 90, NOW)
    assert found.excluded == {"the campaign spring brings the same items": 2, "the Unit is new": 1}
    assert [left.units for left in found.left] == [2, 1]


def test_the_time_is_that_of_all_waves_or_not_known() -> None:
    assert outline().expected_us is None
    assert outline(Rates(update_us=SECOND, updates=1)).expected_us == 2 * SECOND


def test_a_wave_begins_when_the_first_windows_of_its_units_open() -> None:
    at_night = Policy(strategy="blue_green", gate=Gate(soak_us=HOUR), timing=Timing((Window("02:00", "03:00"),)))
    unknown = outline(policy=at_night)  # midnight in UTC, nine in Tokyo: there it opens at five in the afternoon, UTC
    assert {wave.begins_at for wave in unknown.waves} <= {Instant(NOW + 2 * HOUR), Instant(NOW + 17 * HOUR)}
    first, second = outline(Rates(update_us=SECOND, updates=1), at_night).waves
    assert first.expected_us in (3 * HOUR + SECOND, 18 * HOUR + SECOND)
    assert first.begins_at is not None
    assert second.begins_at is not None
    assert second.begins_at > first.begins_at
    assert [wave.begins_at for wave in outline().waves] == [None, None]
