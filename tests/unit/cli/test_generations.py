"""Which targets count for `aos unit watch --after`."""

import pytest

from aosedge.cli.units import _floor, _order
from aosedge.model.errors import Invalid

NOW = {"epoch": 20, "number": 7}


def test_a_number_alone_is_of_the_epoch_of_now() -> None:
    assert _floor("7", NOW) == (20, 7)
    assert not _order(NOW) > _floor("7", NOW)


def test_a_later_epoch_counts_though_its_numbers_begin_anew() -> None:
    assert _order({"epoch": 21, "number": 1}) > _floor("20.7", NOW)
    assert _order(NOW) > _floor("19.9", NOW)


def test_without_a_floor_any_target_and_none_counts() -> None:
    assert _order(None) > _floor("", None)
    assert not _order(None) > _floor("0.0", None)


@pytest.mark.parametrize("wrong", ["x", "1.x", "x.1", "1.", "-1"])
def test_what_is_no_generation_is_named(wrong: str) -> None:
    with pytest.raises(Invalid, match="--after: no such generation"):
        _floor(wrong, NOW)
