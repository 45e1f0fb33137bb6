"""Versions are ordered as SemVer 2.0.0 says; ranges say which are in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.model.errors import Invalid
from aosedge.model.versions import Version, parse_range, parse_version

numbers = st.integers(min_value=0, max_value=99)
words = st.from_regex(r"\A(0|[1-9][0-9]{0,2}|[a-z-][a-z0-9-]{0,2})\Z")
versions = st.builds(Version, numbers, numbers, numbers, st.lists(words, max_size=3).map(tuple))


def test_the_order_is_the_specifications_own_example() -> None:
    texts = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"]
    texts += ["1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1", "10.0.0"]
    ordered = [parse_version(text) for text in texts]
    assert sorted(set(ordered)) == ordered
    assert len(set(ordered)) == len(ordered)


def test_build_metadata_neither_orders_nor_tells_apart() -> None:
    assert parse_version("1.0.0+a") == parse_version("1.0.0+b")
    assert str(parse_version("1.0.0-rc.1+a.b")) == "1.0.0-rc.1+a.b"


@given(versions, versions, versions)
def test_the_order_is_total(a: Version, b: Version, c: Version) -> None:
    assert (a < b) + (a == b) + (a > b) == 1
    if a <= b <= c:
        assert a <= c


@given(versions)
def test_a_version_reads_as_it_writes(version: Version) -> None:
    assert parse_version(str(version)) == version


@pytest.mark.parametrize(
    "text", ["1", "1.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", " 1.0.0", "1.0.0\n", "¹.0.0"]
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="not a semantic version") as caught:
        parse_version(text, "items[0].version")
    assert caught.value.element == "items[0].version"


def test_a_version_longer_than_real_units_keep_is_refused() -> None:
    with pytest.raises(Invalid, match="at most 32 characters"):
        parse_version("1.0.0-" + "a" * 27)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=1.0.0,<2.0.0", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0", "2.0.0-rc.1", "1.5.0-rc.1"]),
        ("1.2.3", ["1.2.3"], ["1.2.4"]),
        ("=1.2.3", ["1.2.3"], ["1.2.2"]),
        ("1.2.3-rc.1", ["1.2.3-rc.1"], ["1.2.3"]),
        (" > 1.0.0 , != 1.5.0 , <= 2.0.0 ", ["1.0.1", "2.0.0"], ["1.0.0", "1.5.0"]),
        ("*", ["0.0.1"], ["0.0.1-rc.1"]),
    ],
)
def test_a_range_says_which_versions_are_in(text: str, inside: list[str], outside: list[str]) -> None:
    found = parse_range(text)
    assert [version for version in inside + outside if parse_version(version) in found] == inside


def test_a_range_takes_pre_releases_when_told() -> None:
    assert parse_version("1.5.0-rc.1") in parse_range(">=1.0.0,<2.0.0", prereleases=True)


@pytest.mark.parametrize("text", ["", ">=1.0", "^1.0.0", ">=1.0.0,", "1.0.0 2.0.0"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_range(text, element="dependencies[0].versions")
    assert caught.value.element == "dependencies[0].versions"
