"""Limits: starts that grow, and bytes that are let through; each bound is one that people can count on."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.limits import Limits, Ramp
from aosedge.cloud.domain.campaigns.pacing import BURST_S, Room, room, started
from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.cloud.domain.campaigns.state import Campaign, Counts, Starts, Wave
from aosedge.model.ids import BundleId, CampaignId, OrgId
from aosedge.model.instants import HOUR, MINUTE, SECOND, Instant

NOW = Instant(1_790_000_000 * SECOND)
RAMP = Limits(starts_per_minute=100, ramp=Ramp(10, HOUR))
SLOW = Limits(bytes_per_second=1_000)


def campaign(limits: Limits, bytes_each: int = 0, starts: Starts = Starts(), undoes: int | None = None) -> Campaign:
    wave = Wave(0, state="deploying", bytes_each=bytes_each, counts=Counts(pending=1_000), begun_at=NOW)
    back = (Wave(1, state="deploying", undoes=0, begun_at=NOW),) if undoes is not None else ()
    waves = (replace(wave, state="passed"), *back) if back else (wave,)
    ids = CampaignId("c"), OrgId("oem"), "spring", BundleId("b"), NOW
    return Campaign(*ids, policy=Policy(limits=limits), state="running", waves=waves, starts=starts)


def after(minutes: float) -> Instant:
    return Instant(NOW + int(minutes * MINUTE))


def test_starts_in_a_minute_grow_evenly_to_the_limit() -> None:
    going = campaign(RAMP)
    assert [room(going, after(minutes)).most for minutes in (-5, 0, 20, 40, 60, 600)] == [10, 10, 40, 70, 100, 100]
    assert room(going, NOW).look_again_at == after(1 / 1.5)
    assert "0 of at most 10 in a minute have started, on the way to 100 in a minute" in room(going, NOW).reason
    assert room(going, after(60)) == Room(100, "0 of at most 100 in a minute have started")
    assert room(replace(going, waves=()), after(5)).most == 10, "it has not begun"


def test_when_more_may_start_is_the_earlier_of_a_minute_and_the_ramp() -> None:
    full = replace(campaign(RAMP), starts=Starts().more(NOW, 10))
    assert (room(full, NOW).most, room(full, NOW).look_again_at) == (0, after(2 / 3))
    steep = campaign(Limits(starts_per_minute=11, ramp=Ramp(10, HOUR)), starts=Starts().more(NOW, 10))
    assert room(steep, NOW).look_again_at == after(1)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), max_size=40))
def test_no_minute_of_a_ramp_has_more_starts_than_its_end_allows(looks: list[tuple[int, int]]) -> None:
    going, now, made = campaign(RAMP), NOW, []
    for seconds, pending in looks:
        now = Instant(now + seconds * SECOND)
        most = min(room(going, now).most or 0, pending)
        going = replace(going, starts=started(going, most, now)) if most else going
        made.append((now, most))
        allowed = min(10 + (now - NOW) * 90 / HOUR, 100)
        assert sum(number for at, number in made if at > now - MINUTE) <= allowed


def test_bytes_are_let_through_as_fast_as_the_limit_says() -> None:
    going = campaign(SLOW, 4_000)
    assert room(going, NOW) == Room(2, "0 bytes are being downloaded, by the limit of 1000 in a second")
    going = replace(going, starts=started(going, 2, NOW))
    held = room(going, NOW)
    assert held.reason.startswith("8000 bytes")
    assert (held.most, held.look_again_at) == (0, Instant(NOW + 2 * SECOND))
    assert room(going, Instant(NOW + 2 * SECOND)).most == 1
    assert room(going, Instant(NOW + 8 * SECOND)).most == 2
    assert room(going, Instant(NOW - HOUR)).most == 2, "what a clock that was turned back left ahead is none"


def test_what_is_larger_than_the_limit_allows_at_once_goes_alone() -> None:
    large = campaign(SLOW, 60_000)
    assert room(large, NOW).most == 1
    large = replace(large, starts=started(large, 1, NOW))
    assert (room(large, NOW).most, room(large, NOW).look_again_at) == (0, Instant(NOW + 60 * SECOND))


def test_what_has_nothing_to_download_is_held_by_no_limit_of_bytes() -> None:
    assert room(campaign(SLOW), NOW) == Room(None)
    assert room(replace(campaign(SLOW, 9), waves=()), NOW) == Room(None)


def test_going_back_is_paced_as_coming_was() -> None:
    assert room(campaign(SLOW, 5_000, undoes=0), NOW).most == 2


@given(
    st.integers(1, 30_000),
    st.lists(st.tuples(st.integers(0, 30 * SECOND), st.integers(1, 9)), min_size=1, max_size=40),
)
def test_no_span_of_time_has_more_bytes_than_the_limit_and_one_burst(each: int, looks: list[tuple[int, int]]) -> None:
    going, now, made = campaign(SLOW, each), NOW, []
    for span, pending in looks:
        now = Instant(now + span)
        most = min(room(going, now).most or 0, pending)
        going = replace(going, starts=started(going, most, now)) if most else going
        made.append((now, most))
    for first in range(len(made)):
        total = 0
        for at, number in made[first:]:
            total += number * each
            assert total <= 1_000 * (at - made[first][0]) / SECOND + max(BURST_S * 1_000, each) + 1
