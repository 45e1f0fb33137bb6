"""What a campaign releases stands in for what is assigned, on one Unit."""

from tests.unit.cloud.domain.intents import assigned, item, version

from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.catalogue import Catalogue
from aosedge.cloud.domain.releases import Release, released
from aosedge.model.ids import BundleId
from aosedge.model.instants import Instant

CATALOGUE = Catalogue(
    [item("s1"), item("s2"), item("s3")],
    [
        version("s1", "1.0.0", bundle="b1"),
        version("s1", "2.0.0", bundle="b2"),
        version("s2", "2.0.0", bundle="b2"),
        version("s1", "3.0.0", bundle="b3"),
        version("s3", "1.0.0", bundle="b9"),
    ],
)


def given(assignment: Assignment, *releases: tuple[int, str]) -> Assignment:
    (one,) = released([assignment], [Release(Instant(at), BundleId(name)) for at, name in releases], CATALOGUE)
    return one


def test_an_assigned_bundle_becomes_the_newest_released_one_that_brings_its_items() -> None:
    assert given(assigned("b1"), (2, "b2")).bundle == "b2"
    assert given(assigned("b1"), (3, "b3"), (2, "b2")).bundle == "b3"
    assert given(assigned("b1"), (2, "b3"), (3, "b2")).bundle == "b2"


def test_an_assigned_item_has_the_released_version_and_stays_alone() -> None:
    one = given(assigned("s1"), (2, "b2"))
    assert (one.item, one.version, one.bundle) == ("s1", "2.0.0", None)
    assert given(assigned("s1", "1.0.0"), (2, "b2")).version == "2.0.0"


def test_a_release_that_lacks_an_item_of_the_bundle_is_none_for_it() -> None:
    assert given(assigned("b2"), (2, "b1")) == assigned("b2")
    assert given(assigned("b9"), (2, "b2")) == assigned("b9")
    assert given(assigned("s3"), (2, "b2")) == assigned("s3")


def test_what_a_person_assigns_after_the_release_counts_as_it_is() -> None:
    assert given(assigned("b1", at=3), (2, "b2")).bundle == "b1"
    assert given(assigned("b1", at=2), (2, "b2")).bundle == "b1"


def test_a_bundle_that_is_gone_is_left_as_it_is() -> None:
    assert given(assigned("b7"), (2, "b2")).bundle == "b7"
