"""Amounts as people write them."""

from datetime import timedelta

import pytest

from aosedge.model.errors import Invalid
from aosedge.model.quantities import parse_bit_rate, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512MiB", 2**29),
        (65536, 65536),
        ("0", 0),
        ("10K", 10_000),
        ("1.5 GB", 1_500_000_000),
        ("2Ti", 2**41),
        ("7b", 7),
    ],
)
def test_sizes_are_bytes(text: str | int, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "rate"), [("10K", 10_000), (8000, 8000), ("1.5Mbit/s", 1_500_000), ("1 Gbps", 10**9)]
)
def test_speeds_are_bits_a_second(text: str | int, rate: int) -> None:
    assert parse_bit_rate(text) == rate


@pytest.mark.parametrize("text", ["", "MiB", "-1", "5X", "1e3", "5 Mi B", "9" * 19, "99999999999 TiB", True, "١MiB"])
def test_what_is_no_amount_is_refused(text: str | int) -> None:
    with pytest.raises(Invalid) as caught:
        parse_size(text, "ramLimit")
    assert caught.value.element == "ramLimit"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("PT1M30S", timedelta(seconds=90)), ("P7D", timedelta(days=7)), ("P1W", timedelta(weeks=1)),
        ("P1DT2H", timedelta(days=1, hours=2)), ("PT0.25S", timedelta(milliseconds=250)), ("PT0S", timedelta(0)),
        (30, timedelta(seconds=30)), (0.5, timedelta(milliseconds=500)), ("5s", timedelta(seconds=5)),
        ("200 ms", timedelta(milliseconds=200)), ("10min", timedelta(minutes=10)), ("2h", timedelta(hours=2)),
    ],
)  # fmt: skip
def test_durations_are_iso_8601_seconds_or_short(text: str | float, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "P", "PT", "P1M", "P1Y", "PT5", "5 parsecs", "-5s", "P1D2H", True])
def test_what_is_no_duration_is_refused(text: str | int) -> None:
    with pytest.raises(Invalid, match="ISO 8601"):
        parse_duration(text)
