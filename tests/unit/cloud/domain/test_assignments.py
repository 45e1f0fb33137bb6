"""Which assignments a new one takes the place of, and which bundle is newer than another."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.cloud.domain.assignments import Assignment, Standing, replaced
from aosedge.cloud.domain.catalogue import Bundle, Dependency, Item, ItemVersion, needs, newer_bundle
from aosedge.model.digests import sha256
from aosedge.model.errors import Conflict
from aosedge.model.ids import AssignmentId, BundleId, ItemId, OrgId, SubjectId, VersionId
from aosedge.model.instants import Instant


def bundle(name: str, items: str) -> Standing:
    assignment = Assignment(AssignmentId(name), OrgId("o"), SubjectId("s"), Instant(1), bundle=BundleId(name))
    return Standing(assignment, name, {ItemId(item): f"code-{item}" for item in items})


def item(name: str, **values: object) -> Standing:
    assignment = Assignment(AssignmentId(f"of-{name}"), OrgId("o"), SubjectId("s"), Instant(1), item=ItemId(name))
    return Standing(msgspec.structs.replace(assignment, **values), f"code-{name}", {ItemId(name): f"code-{name}"})


def test_a_bundle_takes_the_place_of_what_it_brings_whole() -> None:
    old, single, other = bundle("old", "ab"), item("b", version="1.0.0"), bundle("other", "xy")
    assert replaced(bundle("new", "abc"), [old, single, other]) == (old, single)


def test_an_item_takes_the_place_of_another_version_of_itself() -> None:
    pinned, other = item("a", version="1.0.0"), item("b")
    assert replaced(item("a", version="2.0.0"), [pinned, other]) == (pinned,)
    assert replaced(item("a"), [pinned]) == (pinned,)
    assert replaced(item("a", num_instances=2), [item("a")]) == (item("a"),)


def test_the_same_again_is_a_conflict() -> None:
    with pytest.raises(Conflict, match="assigned to the subject already"):
        replaced(item("a", version="1.0.0"), [item("a", version="1.0.0", id=AssignmentId("z"))])


def test_a_part_of_the_items_is_a_conflict_that_names_them_and_the_cure() -> None:
    with pytest.raises(Conflict) as raised:
        replaced(bundle("new", "bcx"), [bundle("old", "abc"), item("b"), bundle("third", "xy"), bundle("far", "z")])
    error = raised.value
    assert str(error).startswith(
        "subject: new shares only part of its items with old (code-b, code-c) and third (code-x)"
    )
    assert error.cure == "unassign old and third first"


def test_what_cannot_be_seen_any_more_is_left_alone() -> None:
    """Its grant was taken back: it brings nothing."""
    assert replaced(bundle("new", "ab"), [bundle("hidden", "")]) == ()


sets = st.sets(st.sampled_from("abcd"), min_size=1).map(lambda found: "".join(sorted(found)))


@given(st.lists(sets, max_size=5), sets)
def test_afterwards_no_two_assignments_share_an_item(before: list[str], new: str) -> None:
    """As the only way in, whatever came before."""
    standing: list[Standing] = []
    for number, items in enumerate([*before, new]):
        made = bundle(str(number), items)
        try:
            gone = replaced(made, standing)
        except Conflict:
            continue
        assert all(old.items.keys() <= made.items.keys() for old in gone)
        standing = [*(old for old in standing if old not in gone), made]
    owners = [item for each in standing for item in each.items]
    assert len(owners) == len(set(owners))


def version(item: str, number: str, bundle: str, at: int = 1, state: str = "ready") -> ItemVersion:
    id, index = VersionId(f"{item}{number}{bundle}"), sha256(number.encode())
    return ItemVersion(id, ItemId(item), number, index, BundleId(bundle), Instant(at), state=state)  # type: ignore[arg-type]


MINE = [version("a", "1.0.0", "mine"), version("b", "1.0.0", "mine")]


@pytest.mark.parametrize(
    ("others", "newer"),
    [
        ([], None),
        (MINE, None),
        ([version("a", "2.0.0", "x"), version("b", "1.5.0", "x")], "x"),
        ([version("a", "2.0.0", "x"), version("b", "1.0.0", "x")], "x"),
        ([version("a", "2.0.0", "x")], None),
        ([version("a", "2.0.0", "x"), version("b", "0.9.0", "x")], None),
        ([version("a", "2.0.0-rc.1", "x"), version("b", "2.0.0-rc.1", "x")], None),
        ([version("a", "2.0.0", "x"), version("b", "2.0.0", "x", state="withdrawn")], None),
        (
            [
                version("a", "3.0.0", "y", at=5), version("b", "3.0.0", "y"),
                version("a", "2.0.0", "x", at=9), version("b", "2.0.0", "x"),
            ],
            "y",
        ),
    ],
)  # fmt: skip
def test_a_newer_bundle_brings_all_items_and_none_in_an_older_version(
    others: list[ItemVersion], newer: str | None
) -> None:
    assert newer_bundle(MINE, [*MINE, *others]) == newer


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("hello-1.0.0.tar.gz", "hello-1.0.0"), ("hello.tgz", "hello"), ("hello.tar", "hello"), ("hello", "hello"),
        ("v1.2", "v1.2"), ("", "id"),
    ],
)  # fmt: skip
def test_a_bundle_is_called_by_its_file_without_the_ending(filename: str, name: str) -> None:
    assert Bundle(BundleId("id"), OrgId("o"), "ready", Instant(1), filename=filename).name == name


def test_a_version_needs_an_item_by_id_or_by_codename_and_type() -> None:
    base = Item(ItemId("i-1"), OrgId("o"), "base", "layer", Instant(1))
    for dependencies, needed in (
        ((), False),
        ((Dependency("layer", "*", codename="base"),), True),
        ((Dependency("service", "*", codename="base"),), False),
        ((Dependency("layer", "*", codename="other"), Dependency("layer", "*", id="i-1")), True),
        ((Dependency("layer", "*", codename="base", id="i-2"),), False),
    ):
        assert needs(msgspec.structs.replace(MINE[0], dependencies=dependencies), base) is needed
