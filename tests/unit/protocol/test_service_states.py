"""State in a field that is text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.model.errors import Invalid
from aosedge.protocol.service_states import read, written


@given(st.binary(max_size=2000))
def test_any_bytes_come_back_as_they_were(content: bytes) -> None:
    assert read(*written(content)) == content


def test_text_travels_as_real_units_write_it() -> None:
    assert written("a\n\u00e4".encode()) == ("a\n\u00e4", None)


def test_bytes_that_are_no_text_or_blow_up_travel_as_base64() -> None:
    assert written(b"\xff") == ("/w==", "base64")
    text, encoding = written(b"\x01" * 9000)
    assert (len(text), encoding) == (12000, "base64")


def test_what_is_not_base64_is_refused() -> None:
    for text in ("a", "\u00e4\u00e4\u00e4\u00e4", "ab c"):
        with pytest.raises(Invalid):
            read(text, "base64")
