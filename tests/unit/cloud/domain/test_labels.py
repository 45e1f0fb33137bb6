"""Labels of Units: what they may be, and how they read as numbers and versions."""

import pytest

from aosedge.cloud.domain.labels import LABELS_MOST, Change, changed, number_of, version_of
from aosedge.model.errors import Invalid, TooLarge
from aosedge.model.versions import parse_version


def test_a_change_sets_and_removes_at_once() -> None:
    before = {"site": "north", "fw": "1.0.0", "old": "x"}
    change = Change({"fw": "1.1.0", "gpu": "yes"}, ("old", "never-there"))
    assert changed(before, change) == {"site": "north", "fw": "1.1.0", "gpu": "yes"}
    assert str(change) == "fw=1.1.0 gpu=yes old- never-there-"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (Change({"": "a"}), "set"),
        (Change({"-a": "a"}), "set"),
        (Change({"a b": "a"}), "set"),
        (Change({"a" * 64: "a"}), "set"),
        (Change({"ä": "a"}), "set"),
        (Change({"a": ""}), "set.a"),
        (Change({"a": "b,c"}), "set.a"),
        (Change({"a": "b" * 64}), "set.a"),
        (Change({"a": "b\n"}), "set.a"),
        (Change({"timezone": "Europe/Bonn"}), "set.timezone"),
        (Change(remove=("a=",)), "remove"),
        (Change({"a": "b"}, ("a",)), "remove"),
    ],
)
def test_a_label_that_is_none_is_named(change: Change, field: str) -> None:
    with pytest.raises(Invalid) as raised:
        changed({}, change)
    assert raised.value.element == field


def test_a_unit_has_a_bounded_number_of_labels() -> None:
    full = {f"l{number}": "x" for number in range(LABELS_MOST)}
    assert len(changed(full, Change({"l0": "y"}))) == LABELS_MOST
    assert len(changed(full, Change({"one-more": "y"}, ("l1",)))) == LABELS_MOST
    with pytest.raises(TooLarge) as raised:
        changed(full, Change({"one-more": "y"}))
    assert raised.value.got == str(LABELS_MOST + 1)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("512", 512_000), ("-1.5", -1500), ("0.001", 1), ("007", 7000),
        ("999999999999999", 999999999999999000),
        ("1e3", None), ("1.2345", None), ("", None), ("1.2.0", None), (".5", None), ("+1", None), ("9" * 16, None),
        ("٣", None),
    ],
)  # fmt: skip
def test_numbers_are_exact(text: str, number: int | None) -> None:
    assert number_of(text) == number


def test_versions_are_semantic_ones() -> None:
    assert version_of("1.2.0-rc.1") == parse_version("1.2.0-rc.1")
    for text in ("1.2", "v1.2.0", "1.2.0-" + "x" * 40, ""):
        assert version_of(text) is None
