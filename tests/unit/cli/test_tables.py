"""How tables look at some width: what is left out, what is folded, and that nothing is cut."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.cli.tables import day, ending, folded, laid_out, minute, second, size

UUID = "22f9217a-7ac2-4f68-88c9-e7bc5d01d11b"


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()


def test_a_wide_terminal_shows_every_column() -> None:
    lines = laid_out(("name", "id"), [("north", UUID), ("a longer name", "x")], 80)
    assert lines == ["NAME           ID", f"north          {UUID}", "a longer name  x"]


def test_a_narrow_terminal_does_without_ids() -> None:
    assert laid_out(("name", "id"), [("north", UUID)], 30) == ["NAME", "north"]


def test_spare_columns_go_in_order_and_only_while_there_is_no_room() -> None:
    lines = laid_out(("name", "model", "id"), [("north", "m" * 10, UUID)], 20, ("id", "model"))
    assert lines == ["NAME   MODEL", "north  mmmmmmmmmm"]


def test_columns_without_content_are_left_out() -> None:
    assert laid_out(("name", "error", "state"), [("a", "", "x"), ("b", "", "y")], 80) == [
        "NAME  STATE",
        "a     x",
        "b     y",
    ]


def test_long_text_is_folded_between_words() -> None:
    lines = laid_out(("name", "items"), [("hello", "hello-client 1.0.0, hello-server 1.0.0")], 30)
    assert lines == ["NAME   ITEMS", "hello  hello-client 1.0.0,", "       hello-server 1.0.0"]


cells = st.text("ab ", max_size=20).map(str.strip)


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=4), st.integers(1, 80))
def test_no_word_of_a_kept_column_is_lost(rows: list[tuple[str, str, str]], width: int) -> None:
    lines = laid_out(("one", "two", "three"), rows, width, ())
    said = sorted(word for line in lines[1:] for word in line.split())
    assert said == sorted(word for row in rows for cell in row for word in cell.split())
    longest = [max((len(word) for row in rows for word in row[at].split()), default=0) for at in range(3)]
    if sum(max(8, each) for each in longest) + 4 <= width:
        assert max(map(len, lines)) <= width


def test_a_field_is_folded_beside_its_name_and_one_word_is_left_whole() -> None:
    assert folded("may  units_list, units_read", 18, 5) == "may  units_list,\n     units_read"
    assert folded("id   " + UUID, 20, 5) == "id   " + UUID


def test_a_trail_longer_than_the_line_shows_its_end() -> None:
    states = ["updating", "downloading", "installing"]
    assert ending(states, "", 80) == "updating > downloading > installing"
    assert ending(states, "40 %", 36) == "... > downloading > installing 40 %"
    assert ending(states, "40 %", 21) == "... > installing 40 %"
    assert ending(states, "40 %", 5) == "installing 40 %"


def test_instants_are_in_the_viewers_zone() -> None:
    assert minute("2026-11-24T02:33:49.089505Z") == "2026-11-23 21:33"
    assert second("2026-07-24T02:33:49.089505Z") == "2026-07-23 22:33:49 EDT"
    assert day("2026-11-24T02:33:49Z") == "2026-11-23"
    assert (minute(None), second(None)) == ("-", "-")


def test_sizes_are_short() -> None:
    assert [size(count) for count in (0, 999, 1000, 2_064_869, 5_000_000_000, 10**13)] == [
        "0 B", "999 B", "1.0 kB", "2.1 MB", "5.0 GB", "10000.0 GB",
    ]  # fmt: skip
