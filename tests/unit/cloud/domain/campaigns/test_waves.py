"""Who is in which wave."""

from hypothesis import given
from hypothesis import strategies as st

from aosedge.cloud.domain.campaigns.policy import WaveAsk
from aosedge.cloud.domain.campaigns.waves import place, share_out
from aosedge.model.ids import CampaignId, UnitId

UNITS = [UnitId(f"u{n}") for n in range(100)]


def shares(*values: float) -> list[WaveAsk]:
    return [WaveAsk(share=value) for value in values]


def test_shares_grow_over_all_members() -> None:
    assert [len(wave) for wave in share_out(shares(0.01, 0.05, 0.25, 1.0), UNITS, {})] == [1, 4, 20, 75]
    assert [len(wave) for wave in share_out(shares(0.05, 1.0), UNITS[:7], {})] == [1, 6]


def test_what_no_wave_takes_joins_the_last() -> None:
    assert [len(wave) for wave in share_out(shares(0.1, 0.2), UNITS, {})] == [10, 90]


def test_a_sets_wave_takes_its_units_first_and_the_earlier_wave_wins() -> None:
    asks = [WaveAsk(sets=("a",)), WaveAsk(sets=("b", "c")), WaveAsk(share=0.5), WaveAsk(share=1.0)]
    sets_of = {UNITS[0]: ("b", "a"), UNITS[1]: ("c",), UNITS[2]: ("other",)}
    waves = share_out(asks, UNITS[:10], sets_of)
    assert (waves[0], waves[1]) == ((UNITS[0],), (UNITS[1],))
    assert [len(wave) for wave in waves] == [1, 1, 4, 4]


@given(st.lists(st.floats(0.01, 1.0), unique=True, min_size=1, max_size=5).map(sorted), st.integers(0, 60))
def test_everybody_is_in_exactly_one_wave_in_order(values: list[float], size: int) -> None:
    waves = share_out(shares(*values), UNITS[:size], {})
    assert [unit for wave in waves for unit in wave] == UNITS[:size]
    assert not size or waves[0]


def test_canaries_differ_from_campaign_to_campaign_and_stay_for_one() -> None:
    def canary(name: str) -> UnitId:
        return min(UNITS, key=lambda unit: place(CampaignId(name), unit))

    assert len({canary(f"c{n}") for n in range(20)}) > 10
    assert canary("c1") == canary("c1")
    assert all(0 <= place(CampaignId("c"), unit) < 2**60 for unit in UNITS)
