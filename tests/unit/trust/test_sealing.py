"""Secrets at rest open with the same secret, for the same owner, and not otherwise."""

import pytest

from aosedge.model.errors import Untrusted
from aosedge.trust.sealing import Seal


def test_what_is_sealed_opens_for_its_owner_only() -> None:
    seal = Seal(b"s" * 32, "test")
    closed = seal.close("word", "unit-1")
    assert "word" not in closed and closed != seal.close("word", "unit-1")
    assert seal.open(closed, "unit-1") == "word"
    for other, owner in ((seal, "unit-2"), (Seal(b"t" * 32, "test"), "unit-1"), (Seal(b"s" * 32, "more"), "unit-1")):
        with pytest.raises(Untrusted):
            other.open(closed, owner)
    with pytest.raises(Untrusted):
        seal.open("no such text", "unit-1")
