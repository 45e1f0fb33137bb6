"""How a wave's results came in, kept for the curve of its test."""

from aosedge.cloud.domain.campaigns.state import POINTS_MOST, Counts, Point, Wave


def test_each_new_result_of_a_wave_is_a_point_of_its_curve_and_their_number_is_bounded() -> None:
    wave = Wave(0).with_counts(Counts(pending=2)).with_counts(Counts(pending=1, succeeded=1))
    assert wave.points == (Point(1, 0),)
    assert wave.with_counts(Counts(offered=1, succeeded=1)).points == wave.points
    for succeeded in range(2, 1000):
        wave = wave.with_counts(Counts(succeeded=succeeded))
        assert len(wave.points) <= POINTS_MOST and wave.points[-1] == Point(succeeded, 0)
    assert list(wave.points) == sorted(wave.points, key=lambda point: point.results)
