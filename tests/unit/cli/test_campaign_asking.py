"""How limits of a campaign are said on the command line."""

import pytest

from aosedge.cli.campaign_asking import limits_of
from aosedge.model.errors import Invalid


def test_limits_are_said_as_people_say_them() -> None:
    assert limits_of(5, 100, "10:PT1H", "20MB/s") == {
        "at_once": 5,
        "starts_per_minute": 100,
        "ramp": {"first": 10, "over": "PT1H"},
        "bytes_per_second": 20_000_000,
    }
    assert set(limits_of(None, None, None, None).values()) == {None}


@pytest.mark.parametrize(("ramp", "much", "element"), [("ten:PT1H", None, "--ramp"), ("10", None, "--ramp"),
                                                       (None, "fast", "--bytes-per-second")])  # fmt: skip
def test_what_is_no_limit_is_refused_naming_the_option(ramp: str | None, much: str | None, element: str) -> None:
    with pytest.raises(Invalid) as raised:
        limits_of(None, 100, ramp, much)
    assert raised.value.element == element
