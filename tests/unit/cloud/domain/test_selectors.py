"""Selectors: what they find, and where they do not parse."""

import pytest

from aosedge.cloud.domain.selectors import LONGEST, REQUIREMENTS_MOST, VALUES_MOST, Selector, matches, parse_selector
from aosedge.model.errors import Invalid, TooLarge

LABELS = {"site": "north", "fw": "1.10.0", "ram": "512", "in": "x", "pre": "2.0.0-rc.1"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("site=north", True),
        ("site == north", True),
        ("site=south", False),
        ("color=red", False),
        ("site!=south", True),
        ("site!=north", False),
        ("color!=red", True),
        ("site in (north, south)", True),
        ("site in (south)", False),
        ("color in (red)", False),
        ("site notin (south,west)", True),
        ("site notin (north)", False),
        ("color notin (red)", True),
        ("site", True),
        ("color", False),
        ("!color", True),
        ("! site", False),
        ("fw >= 1.9.0", True),
        ("fw<1.9.0", False),
        ("fw>1.10.0", False),
        ("fw<=1.10.0", True),
        ("fw<=1.10.0+build", True),
        ("fw >= 1", False),
        ("pre < 2.0.0", True),
        ("pre > 2.0.0-alpha", True),
        ("ram > 511.5", True),
        ("ram > 512", False),
        ("ram >= 512", True),
        ("ram < 1024", True),
        ("ram < 9.0.0", False),
        ("ram > -3", True),
        ("color < 1", False),
        ("color > 1.0.0", False),
        ("site > 1", False),
        ("in in (x)", True),
        ("in", True),
        ("notin != x", True),
        (" site = north , fw > 1.0.0 , ! color ", True),
        ("site=north,fw<1.0.0", False),
    ],
)
def test_a_selector_finds_by_labels(text: str, found: bool) -> None:
    assert matches(parse_selector(text), LABELS) is found


@pytest.mark.parametrize(
    ("text", "position", "got", "expected"),
    [
        ("", 1, "the end", "a label's name"),
        ("   ", 4, "the end", "a label's name"),
        ("a,", 3, "the end", "a label's name"),
        (",a", 1, ",", "a label's name"),
        ("a=", 3, "the end", "a value"),
        ("a=,b", 3, ",", "a value"),
        ("a b", 3, "b", "=, !=, in"),
        ("a & b", 3, "&", "=, !=, in"),
        ("a=b c", 5, "c", "a comma or the end"),
        ("a=b;c", 4, ";", "a comma or the end"),
        ("a in b", 6, "b", "( and values"),
        ("a in (b c)", 9, "c", "a comma or )"),
        ("a in ()", 7, ")", "a value"),
        ("a in (b", 8, "the end", "a comma or )"),
        ("!", 2, "the end", "a label's name"),
        ("!!a", 2, "!", "a label's name"),
        ("a > b", 5, "b", "a version"),
        ("a >", 4, "the end", "a version"),
        ("a > ,", 5, ",", "a version"),
        ("-a=b", 1, "-a", "a label's name: 1 to 63"),
        ("a=" + "b" * 64, 3, "b" * 64, "a value: 1 to 63"),
        ("ä=1", 1, "ä", "a label's name"),
        ("site=north,fw=>1.0.0", 15, ">", "a value"),
    ],
)
def test_what_does_not_parse_has_its_position_and_reason(text: str, position: int, got: str, expected: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_selector(text)
    error = raised.value
    assert (error.element, error.got) == ("selector", got)
    assert error.message == f"the selector does not parse at position {position}"
    assert error.expected.startswith(expected)


def test_a_selector_has_bounds() -> None:
    for text in ("a" * (LONGEST + 1), ",".join(["a"] * (REQUIREMENTS_MOST + 1))):
        with pytest.raises(TooLarge):
            parse_selector(text)
    with pytest.raises(Invalid) as raised:
        parse_selector(f"a in ({','.join(['x'] * (VALUES_MOST + 1))})")
    assert raised.value.expected == f"at most {VALUES_MOST} values"
    assert len(parse_selector(",".join(["a"] * REQUIREMENTS_MOST)).requirements) == REQUIREMENTS_MOST


def test_no_requirement_is_met_by_every_unit() -> None:
    assert matches(Selector(()), {})
