"""YAML from a stranger: no surprises in values, no bombs."""

import pytest

from aosedge.model.documents import MOST_BYTES, read_yaml
from aosedge.model.errors import Invalid, TooLarge


def test_values_are_those_of_the_core_schema() -> None:
    text = b"a: on\nb: 12:30\nc: 2026-01-01\nd: 010\ne: 0x1F\nf: 1.5\ng: true\nh: ~\n"
    text += b"i: 'true'\nj: !!str 12\nk: [1, -2]\nl:\n"
    assert read_yaml(text) == {
        "a": "on", "b": "12:30", "c": "2026-01-01", "d": 10, "e": 31, "f": 1.5, "g": True, "h": None, "i": "true",
        "j": "12", "k": [1, -2], "l": None,
    }  # fmt: skip


def test_an_alias_is_what_its_anchor_is() -> None:
    assert read_yaml(b"a: &e [X=1]\nb: *e\n") == {"a": ["X=1"], "b": ["X=1"]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "the document is empty"),
        (b"a: [", "not YAML in line"),
        (b"a: 1\na: 2", "the key 'a' comes twice in line 2"),
        (b"[a]: 1", "a key that is no text"),
        (b"a: *b", "not YAML|an alias of nothing"),
        (b"a: &b [*b]", "an alias of nothing in line 1"),
        (b"a: !!python/object/apply:os.system [id]\nb: !!python/name:os.system x", "the tag"),
        (b"--- 1\n--- 2", "more than one document"),
        (b"\xff", "not UTF-8"),
        (b"[" * 30 + b"]" * 30, "nested too deeply"),
    ],
)
def test_what_is_no_plain_document_is_refused(text: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words) as caught:
        read_yaml(text, "config.yaml")
    assert caught.value.element == "config.yaml"


@pytest.mark.parametrize(
    "text",
    [
        b"a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 10)) for n in range(9)),
        b"- x\n" * 60_000,
        b"x" * (MOST_BYTES + 1),
        b"[" * 200_000,
    ],
    ids=["billion laughs", "many values", "large", "deep"],
)
@pytest.mark.timeout(60)
def test_a_bomb_is_refused_at_once(text: bytes) -> None:
    with pytest.raises((TooLarge, Invalid)):
        read_yaml(text)
