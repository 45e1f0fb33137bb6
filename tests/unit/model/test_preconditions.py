"""Preconditions: what holds, what nobody knows, and what does not parse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.model.errors import Invalid
from aosedge.model.preconditions import (
    DEEPEST,
    LONGEST,
    Compares,
    Joined,
    Not,
    Precondition,
    Signal,
    checked_signal,
    parse_precondition,
    parse_signal,
    unmet,
)

KNOWN: dict[str, Signal] = {"battery": 60.0, "ignition": "off", "parked": True, "loaded": False}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('battery >= 50 and ignition == "off"', ""),
        ("battery > 60", "battery > 60: battery is 60"),
        ("battery >= 61 or parked", ""),
        ("battery < 10 or loaded", "battery < 10 or loaded: battery is 60, loaded is false"),
        ("not loaded", ""),
        ("not (parked and not loaded)", "not (parked and not loaded): parked is true, loaded is false"),
        ("ignition != 'on'", ""),
        ("loaded == true", "loaded: loaded is false"),
        ("loaded == false and parked == true", ""),
        ("battery >= 50 and speed < 1", "speed < 1: nobody said what speed is"),
        ("not (speed > 0)", "not speed > 0: nobody said what speed is"),
        ("speed != 3", "speed != 3: nobody said what speed is"),
        ("speed > 0 or parked", ""),
        ("loaded and speed > 0", "loaded: loaded is false"),
        ("speed > 0 or loaded", "speed > 0 or loaded: nobody said what speed is, loaded is false"),
        ("battery == 'off'", 'battery == "off": battery is 60'),
        ("ignition", 'ignition: ignition is "off"'),
        ("battery >= -1.5", ""),
    ],
)
def test_it_holds_or_says_what_is_missing(text: str, why: str) -> None:
    assert unmet(parse_precondition(text, "precondition"), KNOWN) == why


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", 1, "a signal's name"),
        ("battery >=", 11, "a number"),
        ("battery >= and x", 12, "a number"),
        ("battery >= 50 ignition", 15, "and, or, or the end"),
        ("(battery >= 50", 15, ")"),
        ("battery ~ 5", 9, "and, or, or the end"),
        ("and battery", 1, "a signal's name"),
        ("a and or b", 7, "a signal's name"),
        ("50 < battery", 1, "a signal's name"),
        ('ignition == "off', 13, "a number"),
        ("true", 1, "a signal's name"),
        ("not " * (DEEPEST + 1) + "a", 4 * DEEPEST + 1, "at most"),
    ],
)
def test_what_does_not_parse_is_named_by_its_position(text: str, position: int, expected: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_precondition(text, "precondition")
    assert refused.value.message.endswith(f"at position {position}")
    assert expected in refused.value.expected
    assert refused.value.element == "precondition"


def test_one_that_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid, match="too long"):
        parse_precondition("a" * (LONGEST + 1), "precondition")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False), ("-3.5", -3.5), ("off", "off")])
def test_a_signal_is_read_by_its_kind(text: str, value: Signal) -> None:
    assert parse_signal(text) == value
    assert type(parse_signal(text)) is type(value)


@pytest.mark.parametrize(("name", "value"), [("1a", 1.0), ("and", 1.0), ("a b", 1.0), ("a", "x" * 201)])
def test_a_signal_that_no_precondition_can_name_is_refused(name: str, value: Signal) -> None:
    with pytest.raises(Invalid):
        checked_signal(name, value)


def test_an_ordinary_signal_is_taken() -> None:
    checked_signal("battery.level", 3.0)


NAMES = st.sampled_from(["a", "b.c", "d_e"])
LITERALS: st.SearchStrategy[Signal] = st.one_of(
    st.booleans(), st.integers(-9, 9).map(float), st.sampled_from(["on", "of'f", 'o"n'])
)
LEAVES: st.SearchStrategy[Precondition] = st.builds(
    Compares, NAMES, st.sampled_from(["==", "!="]), LITERALS
)  # fmt: skip


def _branches(parts: st.SearchStrategy[Precondition]) -> st.SearchStrategy[Precondition]:
    return st.builds(Not, parts) | st.builds(
        Joined, st.lists(parts, min_size=2, max_size=3).map(tuple), st.booleans()
    )


PRECONDITIONS = st.recursive(LEAVES, _branches, max_leaves=6)


@given(PRECONDITIONS, st.dictionaries(NAMES, LITERALS))
def test_what_is_written_means_the_same_when_it_is_read(what: Precondition, signals: dict[str, Signal]) -> None:
    again = parse_precondition(str(what), "precondition")
    assert bool(unmet(again, signals)) == bool(unmet(what, signals))


@given(PRECONDITIONS)
def test_nothing_holds_of_what_nobody_said(what: Precondition) -> None:
    assert unmet(what, {})
