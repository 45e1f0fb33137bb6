"""Which part of a blob a Range header asks for (RFC 9110, 14.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.cloud.gateway.blob_door import Part, Unsatisfiable, asked_part


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", Part(0, 1)),
        ("bytes=0-9", Part(0, 10)),
        ("bytes=4-", Part(4, 10)),
        ("bytes=4-100", Part(4, 10)),
        ("bytes=-3", Part(7, 10)),
        ("bytes=-30", Part(0, 10)),
        ("Bytes = 1 - 2", Part(1, 3)),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=5-4", None),
        ("bytes=0-1,4-5", None),
        ("items=0-1", None),
        ("bytes=٣-", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_ranges_of_ten_bytes(header: str, part: Part | None) -> None:
    assert asked_part(header, 10) == part


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=10-", 10), ("bytes=99-100", 10), ("bytes=-0", 10), ("bytes=0-", 0)]
)
def test_a_range_behind_the_end_cannot_be_satisfied(header: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        asked_part(header, size)


@given(st.text(max_size=30) | st.from_regex(r"bytes=\d{0,5}-\d{0,5}", fullmatch=True), st.integers(0, 1000))
def test_a_part_is_never_outside_the_blob(header: str, size: int) -> None:
    try:
        part = asked_part(header, size)
    except Unsatisfiable:
        return
    assert part is None or 0 <= part.start < part.end <= size
