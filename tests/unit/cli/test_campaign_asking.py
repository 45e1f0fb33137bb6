"""How limits of a campaign are said on the command line."""

from typing import Any, cast

import pytest

from aosedge.cli.campaign_asking import edited, limits_of
from aosedge.cli.client import Client
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


NOBODY = cast(Client, None)
POLICY: dict[str, Any] = {
    "strategy": "staged", "waves": [], "gate": {"soak": "PT30M", "manual": False}, "priority": 0,
    "limits": {"at_once": 5, "starts_per_minute": 9, "ramp": {"first": 1, "over": "PT1H"}, "bytes_per_second": 1},
    "timing": {"download": [{"from": "22:00", "to": "05:00"}], "install": [], "activate": [],
               "precondition": "parked"},
}  # fmt: skip


def test_an_edit_changes_what_was_said_and_nothing_else() -> None:
    said = {
        "strategy": "blue-green", "waves": ["5%"], "gate.soak": "PT1H", "priority": 3, "limits.at_once": "none",
        "limits.starts_per_minute": "20", "limits.ramp": "none", "limits.bytes_per_second": "2MB",
        "timing.download": ["none"], "timing.install": ["sat 01:00-04:00"], "timing.precondition": "",
    }  # fmt: skip
    assert edited(NOBODY, POLICY, said) == {
        "strategy": "blue_green", "waves": [{"share": 0.05}], "priority": 3,
        "gate": {"soak": "PT1H", "manual": False},
        "limits": {"at_once": None, "starts_per_minute": 20, "ramp": None, "bytes_per_second": 2_000_000},
        "timing": {"download": [], "install": [{"from": "01:00", "to": "04:00", "days": ("sat",)}], "activate": [],
                   "precondition": ""},
    }  # fmt: skip
    assert POLICY["limits"]["at_once"] == 5
    more = edited(NOBODY, POLICY, {"limits.ramp": "2:PT1H", "limits.bytes_per_second": "none"})["limits"]
    assert (more["ramp"], more["bytes_per_second"]) == ({"first": 2, "over": "PT1H"}, None)


@pytest.mark.parametrize(("said", "element"), [
    ({}, "options"), ({"limits.at_once": "few"}, "--at-once"), ({"limits.starts_per_minute": "-1"}, "--per-minute"),
    ({"timing.activate": ["night"]}, "--activate-window"), ({"limits.ramp": "1"}, "--ramp"),
])  # fmt: skip
def test_an_edit_that_makes_no_sense_is_refused_naming_the_option(said: dict[str, Any], element: str) -> None:
    with pytest.raises(Invalid) as raised:
        edited(NOBODY, POLICY, said)
    assert raised.value.element == element
