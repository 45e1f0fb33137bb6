"""`aos rxswin`: numbers are registered, revised, shown and held against Units; what cannot be is refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.field import Field


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    made = Field(Path(tmp_path_factory.mktemp("register")) / "cloud", plain=False)
    made.cloud.start()
    for number in ("1.0.0", "2.0.0"):
        made.upload("tick", number)
    made.call("oem", "POST", "/target-systems/", json={"title": "van", "nodes": []})
    yield made
    assert made.cloud.stop() == 0


def said(field: Field, *words: str, who: str = "oem") -> tuple[int, str]:
    """The exit code, and what it says."""
    done = field.cloud.aos(who, "rxswin", *words)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_a_number_is_registered_revised_and_shown(field: Field) -> None:
    assert json.loads(said(field, "list", "--json")[1]) == []
    of = ("--type", "van")
    assert said(field, "add", "R79 X1", *of, "--item", "tick=1.0.0", "--note", "extension 3") == (
        0,
        "registered R79 X1 revision 1\n",
    )
    code, told = said(field, "add", "R79 X1", *of, "--item", "tick=2.0.0")
    assert code == 1
    assert "R79 X1 is registered for this vehicle type" in told
    assert "--revise" in told
    assert said(field, "add", "R79 X1", *of, "--item", "tick=2.0.0", "--revise")[0] == 0
    code, told = said(field, "add", "R79 X1", *of, "--item", "tick=2.0.0", "--revise")
    assert (code, "R79 X1 revision 2 stands for exactly that" in told) == (1, True)
    found = json.loads(said(field, "show", "R79 X1", *of, "--json")[1])
    [item] = found["items"]
    assert (found["revision"], item["codename"], item["version"]) == (2, "tick", "2.0.0")
    assert item["index_digest"].startswith("sha256:")
    words = said(field, "show", "R79 X1", *of, "--revision", "1")[1]
    assert "extension 3" in words
    assert "1.0.0" in words
    rows = json.loads(said(field, "list", *of, "--json")[1])
    assert [(row["number"], row["revision"]) for row in rows] == [("R79 X1", 1), ("R79 X1", 2)]
    assert "tick 1.0.0" in said(field, "list")[1]


def test_units_are_held_against_it(field: Field) -> None:
    code, told = said(field, "check", "--type", "van")
    assert (code, told.splitlines()[0]) == (0, "0 Units: 0 as registered, 0 differ, 0 silent")
    assert json.loads(said(field, "check", "--type", "van", "--json")[1])["units"] == 0


@pytest.mark.parametrize(("words", "code", "told"), [
    (("add", "R79 X2", "--type", "van", "--item", "tick"), 1, "--item: not an exact version"),
    (("add", "R79 X2", "--type", "van", "--item", "tick=9.9.9"), 3, "no such version"),
    (("add", "R79 X2", "--type", "van", "--item", "tock=1.0.0"), 3, "no such item"),
    (("add", "R79 X2", "--type", "lorry", "--item", "tick=1.0.0"), 3, "no such target-system"),
    (("add", " ", "--type", "van", "--item", "tick=1.0.0"), 1, "number: no such RXSWIN"),
    (("add", "R79 X2", "--type", "van", "--item", "tick=1.0.0", "--item", "tick=2.0.0"), 1, "one version"),
    (("add", "R79 X2", "--type", "van", "--item", "tick=1.0.0", "--revise"), 1, "is not registered"),
    (("add", "R79 X2", "--type", "van", "--item", "tick=1.0.0", "--note", "x" * 1001), 1, "note: no such note"),
    (("show", "R79 X9", "--type", "van"), 3, "no such rxswin"),
])  # fmt: skip
def test_what_cannot_be_is_refused_naming_it(field: Field, words: tuple[str, ...], code: int, told: str) -> None:
    found, answer = said(field, *words)
    assert told in answer, answer
    assert found == code


def test_others_register_nothing(field: Field) -> None:
    for who in ("sp", "auditor", "owner"):
        code, told = said(field, "add", "R79 X3", "--type", "van", "--item", "tick=1.0.0", who=who)
        assert code != 0, told
