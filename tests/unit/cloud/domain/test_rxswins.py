"""The register of software identification numbers: what is taken, what is refused, what a Unit matches."""

import pytest
from msgspec.structs import replace

from aosedge.cloud.domain.rxswins import (
    ITEMS_MOST,
    NOTE_MOST,
    RegisteredItem,
    Rxswin,
    checked_items,
    checked_note,
    checked_number,
    judged,
    next_revision,
)
from aosedge.model.digests import sha256
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import ItemId, OrgId, RxswinId, TargetSystemId
from aosedge.model.instants import Instant


def item(name: str, version: str = "1.0.0") -> RegisteredItem:
    return RegisteredItem(ItemId(f"id-{name}"), name, "component", version, sha256(f"{name}{version}".encode()))


def entry(number: str, *items: RegisteredItem, revision: int = 1) -> Rxswin:
    id = RxswinId(f"{number}.{revision}")
    return Rxswin(id, OrgId("o"), TargetSystemId("t"), number, revision, items, Instant(0), None)


def has(**versions: str) -> dict[str, frozenset[str]]:
    return {f"id-{name}": frozenset(said.split()) for name, said in versions.items()}


BRAKE, STEER, STEER2 = item("brake"), item("steer"), item("steer", "2.0.0")
REGISTER = (entry("R13 A", BRAKE), entry("R79 A", STEER), entry("R79 A", STEER2, revision=2))


@pytest.mark.parametrize(
    "number", ["", " R79", "R79 ", "R79\n", "R79\0", "R79\u202e1", "<R79>", "é", "x" * 101, "'; --"]
)
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(Invalid) as raised:
        checked_number(number)
    assert raised.value.element == "number"


@pytest.mark.parametrize("number", ["R", "R79 X1234", "R155.02/A_1:B+C-D", "x" * 100])
def test_numbers_as_authorities_write_them_are_taken(number: str) -> None:
    assert checked_number(number) == number


def test_a_number_stands_for_one_version_of_each_of_some_items() -> None:
    assert checked_items([STEER, BRAKE]) == (BRAKE, STEER)
    for wrong in ([], [STEER, STEER2], [item(f"i{n}") for n in range(ITEMS_MOST + 1)]):
        with pytest.raises(Invalid) as raised:
            checked_items(wrong)
        assert raised.value.element == "items"


def test_a_note_that_hides_something_is_refused() -> None:
    assert checked_note("approval 7\nof May") == "approval 7\nof May"
    for wrong in ("x" * (NOTE_MOST + 1), "bell \a"):
        with pytest.raises(Invalid):
            checked_note(wrong)


def test_a_number_is_registered_once_and_changed_by_further_revisions_only() -> None:
    known = REGISTER[1:]
    assert next_revision((), "R79 A", [STEER], revise=False) == 1
    assert next_revision(known, "R79 A", [STEER], revise=True) == 3
    with pytest.raises(Conflict, match="is registered"):
        next_revision(known, "R79 A", [STEER], revise=False)
    with pytest.raises(Conflict, match="is not registered"):
        next_revision((), "R79 A", [STEER], revise=True)
    with pytest.raises(Conflict, match="exactly that"):
        next_revision(known, "R79 A", [STEER2], revise=True)


@pytest.mark.parametrize(
    ("installed", "matches", "differs"),
    [
        (has(brake="1.0.0", steer="1.0.0"), ("R13 A.1", "R79 A.1"), ()),
        (has(brake="1.0.0", steer="2.0.0", radio="9.0.0"), ("R13 A.1", "R79 A.2"), ()),
        (has(brake="1.0.0", steer="3.0.0"), ("R13 A.1",), ("steer 3.0.0",)),
        (has(brake="1.0.0", steer="1.0.0 2.0.0"), ("R13 A.1",), ("steer 1.0.0, 2.0.0",)),
        (has(brake="2.0.0", steer="3.0.0"), (), ("brake 2.0.0", "steer 3.0.0")),
        (has(radio="9.0.0"), (), ()),
    ],
)
def test_a_unit_matches_what_it_reports_whole_and_what_is_left_differs(
    installed: dict[str, frozenset[str]], matches: tuple[str, ...], differs: tuple[str, ...]
) -> None:
    found = judged(REGISTER, installed)
    assert (found.matches, found.differs) == (matches, differs)
    assert found.consistent == (bool(matches) and not differs)


def test_a_number_of_several_items_is_matched_by_all_of_them_only() -> None:
    both = (entry("R79 B", BRAKE, STEER),)
    assert judged(both, has(brake="1.0.0", steer="1.0.0")).consistent
    assert judged(both, has(brake="1.0.0")).differs == ("brake 1.0.0",)
    assert replace(both[0], revision=3).name == "R79 B revision 3"
