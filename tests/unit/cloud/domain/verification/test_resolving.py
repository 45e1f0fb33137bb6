"""Whether what a bundle needs can be had, and the chain of reasons where it cannot."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.cloud.domain.intents import NUMBERS, RANGES, item, needs, version

from aosedge.cloud.domain import dependencies
from aosedge.cloud.domain.catalogue import Catalogue, Dependency, ImageOfVersion, ItemVersion
from aosedge.cloud.domain.verification.resolving import ANY, System, content_of, kinds_of, resolve
from aosedge.cloud.domain.verification.state import Resolution
from aosedge.model.digests import sha256
from aosedge.model.ids import BundleId
from aosedge.model.oci import Platform
from aosedge.model.versions import parse_range, parse_version

NEW, OLD = BundleId("new"), "old"
GATEWAY = System(None, "gateway", ("amd64",))
ITEMS = "s1 s2 l1 l2 c1"


def images(*architectures: str) -> dict[str, Any]:
    return {"images": tuple(ImageOfVersion(Platform(a, "linux"), sha256(a.encode()), 1) for a in architectures)}


def brought(name: str, number: str, *need: Dependency, **values: Any) -> ItemVersion:
    return version(name, number, *need, bundle=NEW, **values)


def known(name: str, number: str, *need: Dependency, **values: Any) -> ItemVersion:
    return version(name, number, *need, bundle=OLD, **values)


def resolved(*versions: ItemVersion, on: System = GATEWAY) -> Resolution:
    return resolve(NEW, Catalogue([item(name) for name in ITEMS.split()], versions), on)


def test_what_is_needed_is_taken_as_new_as_its_ranges_let_it_be() -> None:
    found = resolved(
        brought("s1", "2.0.0", needs("l1", ">=1.0.0,<3.0.0"), **images("amd64")),
        *(known("l1", number) for number in ("1.0.0", "2.0.0", "3.0.0")),
    )
    assert (found.outcome, found.architectures) == ("resolved", ("amd64",))
    assert [(each.codename, each.version) for each in found.chosen] == [("code-l1", "2.0.0"), ("code-s1", "2.0.0")]


def test_an_older_version_is_taken_where_the_newest_clashes_further_on() -> None:
    found = resolved(
        brought("s1", "1.0.0", needs("l1"), needs("l2", "<2.0.0")),
        known("l1", "1.0.0"),
        known("l1", "2.0.0", needs("l2", ">=2.0.0")),
        known("l2", "1.0.0"),
        known("l2", "2.0.0"),
    )
    assert [(each.codename, each.version) for each in found.chosen][:2] == [
        ("code-l1", "1.0.0"),
        ("code-l2", "1.0.0"),
    ]


def test_a_chain_leads_from_the_bundle_to_what_is_missing() -> None:
    found = resolved(
        brought("s1", "1.0.0", needs("l1", ">=1.0.0")),
        known("l1", "1.1.0", needs("l2", ">=3.0.0")),
        known("l2", "1.0.0"),
        known("l2", "2.0.0"),
    )
    assert (found.outcome, found.chain) == (
        "unsatisfiable",
        (
            "code-s1 1.0.0 needs code-l1 >=1.0.0",
            "code-l1 1.1.0 needs code-l2 >=3.0.0",
            "no version of code-l2 fits all of that: there is 2.0.0, 1.0.0",
        ),
    )


def test_two_that_need_what_does_not_go_together_are_both_named() -> None:
    found = resolved(
        brought("s1", "1.0.0", needs("l1", "<2.0.0")),
        brought("s2", "1.0.0", needs("l1", ">=2.0.0")),
        known("l1", "1.0.0"),
        known("l1", "2.0.0"),
    )
    assert set(found.chain) == {
        "code-s1 1.0.0 needs code-l1 <2.0.0",
        "code-s2 1.0.0 needs code-l1 >=2.0.0",
        "no version of code-l1 fits all of that: there is 2.0.0, 1.0.0",
    }


def test_a_version_that_the_bundle_brings_is_the_one() -> None:
    found = resolved(brought("s1", "1.0.0", needs("l1", "<2.0.0")), brought("l1", "2.0.0"), known("l1", "1.0.0"))
    assert found.outcome == "unsatisfiable"
    assert "the bundle brings code-l1 2.0.0" in found.chain


@pytest.mark.parametrize(
    ("others", "last"),
    [
        ((), "code-l1 has no ready version"),
        ((known("l1", "1.0.0", state="withdrawn"),), "code-l1 has no ready version"),
        ((known("l1", "1.0.0", **images("arm64")),), "code-l1 1.0.0 has no image for amd64"),
    ],
)
def test_the_last_link_says_what_is_wrong_with_what_there_is(others: tuple[ItemVersion, ...], last: str) -> None:
    found = resolved(brought("s1", "1.0.0", needs("l1", "*"), **images("amd64")), *others)
    assert (found.outcome, found.chain[-1]) == ("unsatisfiable", last)


def test_what_nobody_owns_is_named_as_it_was_asked_for() -> None:
    found = resolved(brought("s1", "1.0.0", Dependency("layer", "*", codename="ghost")))
    assert found.chain == ("code-s1 1.0.0 needs ghost *", "there is no layer ghost of this owner")


def test_a_bundle_without_an_image_for_the_nodes_is_not_for_them() -> None:
    found = resolved(brought("s1", "1.0.0", **images("arm64", "riscv64")))
    assert (found.outcome, found.chain) == (
        "not_for_it",
        ("code-s1 1.0.0 has images for arm64, riscv64, and the nodes are amd64",),
    )


def test_where_nobody_said_what_the_nodes_are_every_image_counts() -> None:
    found = resolved(brought("s1", "1.0.0", **images("arm64", "amd64")), on=System(None, "new"))
    assert found.architectures == ("amd64", "arm64")
    assert resolved(brought("s1", "1.0.0"), on=System(None, "new")).architectures == (ANY,)


def test_needs_in_a_circle_that_backtracking_left_behind_do_no_harm() -> None:
    found = resolved(
        brought("s1", "1.0.0", needs("l2"), needs("l1")),
        known("c1", "1.1.0", needs("l1", "!=1.0.0"), needs("c1", "1.1.0")),
        known("l2", "2.0.0", needs("l1", ">=1.0.0"), needs("l1", "<2.0.0")),
        known("l1", "1.1.0", needs("l2", ">=2.0.0,<3.0.0")),
        known("c1", "2.0.0", needs("l1", ">=1.0.0"), needs("l2", ">=2.0.0,<3.0.0")),
        known("l1", "2.0.0", needs("c1", "<2.0.0")),
    )
    assert [(each.codename, each.version) for each in found.chosen] == [
        ("code-l1", "1.1.0"),
        ("code-l2", "2.0.0"),
        ("code-s1", "1.0.0"),
    ]


def test_a_search_without_end_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dependencies, "ROUNDS_MOST", 1)
    found = resolved(brought("s1", "1.0.0", needs("l1")), known("l1", "1.0.0"))
    assert "after 1 attempts" in found.chain[0]


def test_long_lists_are_cut() -> None:
    found = resolved(brought("s1", "1.0.0", needs("l1", ">=9.0.0")), *(known("l1", f"1.{n}.0") for n in range(7)))
    assert found.chain[-1].endswith("1.2.0 and 2 more")


def test_what_is_approved_is_named_by_its_digest_for_each_architecture() -> None:
    one = brought("s1", "1.0.0", **images("amd64", "arm64"))
    both = Resolution(None, "new", "resolved", ("amd64", "arm64"))
    content = content_of((one,), (both,))
    assert content == content_of((one,), (both, Resolution(None, "x", "unsatisfiable", ("riscv64",))))
    assert content.keys() == {"amd64", "arm64"}
    other = content_of((brought("s1", "1.0.1", **images("amd64", "arm64")),), (both,))
    assert len({*content.values(), *other.values()}) == 4


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["l1", "l2", "c1"]),
            st.sampled_from(NUMBERS),
            st.lists(st.tuples(st.sampled_from(["l1", "l2", "c1"]), st.sampled_from(RANGES)), max_size=2),
        ),
        unique_by=lambda each: each[:2],
        max_size=8,
    ),
    st.lists(st.tuples(st.sampled_from(["l1", "l2", "c1"]), st.sampled_from(RANGES)), max_size=3),
)
def test_what_is_resolved_holds_together_and_what_is_not_says_why(
    others: list[tuple[str, str, list[tuple[str, str]]]], wanted: list[tuple[str, str]]
) -> None:
    versions = [known(name, number, *(needs(*need) for need in need_of)) for name, number, need_of in others]
    mine = brought("s1", "1.0.0", *(needs(*need) for need in wanted))
    found = resolved(mine, *versions)
    if found.outcome == "unsatisfiable":
        assert len(found.chain) > 1
        return
    chosen = {each.codename: parse_version(each.version) for each in found.chosen}
    of = {(f"code-{v.item}", v.version): v for v in (mine, *versions)}
    for each in found.chosen:
        for need in of[each.codename, each.version].dependencies:
            assert chosen[need.codename] in parse_range(need.versions, need.include_pre_release)


def test_units_of_one_target_system_whose_nodes_differ_are_kinds_of_their_own() -> None:
    assert [*kinds_of(None, "gateway", ())] == [System(None, "gateway")]
    assert [*kinds_of(None, "gateway", [("amd64",)])] == [GATEWAY]
    assert [(each.title, each.architectures) for each in kinds_of(None, "gateway", [("amd64",), (), ("arm64",)])] == [
        ("gateway (not said)", ()),
        ("gateway (amd64)", ("amd64",)),
        ("gateway (arm64)", ("arm64",)),
    ]
