"""What Units report: merging and lateness."""

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.cloud.domain.reporting import delta, full, instances, item, node, own, whole

from aosedge.cloud.domain.statuses import LATE_AT_MOST_US, Actual, is_late, merge
from aosedge.model.instants import Instant
from aosedge.protocol.messages import UnitStatus
from aosedge.protocol.messages.from_unit import (
    UnitConfigStatus,
    UpdateStatus,
)
from aosedge.protocol.messages.parts import Identity


def test_a_full_report_replaces_everything() -> None:
    old = whole(items=(item("a"),), nodes=(node("n"),), update=UpdateStatus("installing"))
    assert merge(old, full(items=(item("b"), item("c", state="removed")))) == whole(items=(item("b"),))
    assert merge(old, UnitStatus()) == whole()


def test_an_absent_section_of_a_delta_is_unchanged() -> None:
    old = whole(
        items=(item("a"),), nodes=(node("n"),),
        unit_config=(UnitConfigStatus("absent"),), subjects=(Identity(id="s"),),
        instances=(instances("a", "active"),), update=UpdateStatus("idle"),
    )  # fmt: skip
    assert merge(old, delta()) == old
    changed = merge(
        old,
        delta(unit_config=(UnitConfigStatus("installed", "1"),), subjects=(), update=UpdateStatus("downloading")),
    )
    assert (changed.unit_config, changed.subjects) == ((UnitConfigStatus("installed", "1"),), ())
    assert changed.update == UpdateStatus("downloading")
    assert changed.items == old.items


def test_a_delta_changes_single_entries() -> None:
    old = whole(items=(item("a"), own("base")), nodes=(node("n"), node("m")))
    new = merge(
        old,
        delta(
            items=(item("a", "2.0.0", "downloading"), item("a", state="removed")), nodes=(node("m", connected=False),)
        ),
    )
    assert new.items == (own("base"), item("a", "2.0.0", "downloading"))
    assert new.nodes == (node("n"), node("m", connected=False))


def test_an_instance_of_another_version_takes_the_old_ones_place() -> None:
    old = whole(instances=(instances("a", "active", "active"), instances("b", "active")))
    new = merge(old, delta(instances=(instances("a", "activating", version="2.0.0"),)))
    assert new.instances == (
        instances("a", "activating", version="2.0.0"),
        instances("a", "active", first=1),
        instances("b", "active"),
    )


def test_an_instance_more_joins_its_group() -> None:
    old = whole(instances=(instances("a", "active"), instances("b", "active")))
    new = merge(old, delta(instances=(instances("a", "activating", first=1),)))
    assert new.instances == (instances("a", "active", "activating"), instances("b", "active"))


def test_a_delta_before_any_full_report_does_not_make_the_state_whole() -> None:
    assert not merge(Actual(), delta(items=(item("a"),))).whole
    assert merge(merge(Actual(), delta(items=(item("a"),))), full()).whole


states = st.sampled_from(["installed", "downloading", "failed", "removed"])
some_items = st.lists(st.builds(item, st.sampled_from("abc"), st.sampled_from(["1.0.0", "2.0.0"]), states)).map(tuple)
some_instances = st.lists(
    st.builds(
        instances, st.sampled_from("ab"), st.sampled_from(["active", "failed"]), first=st.integers(0, 2),
        version=st.sampled_from(["1.0.0", "2.0.0"]),
    )
).map(tuple)  # fmt: skip
some_nodes = st.lists(st.builds(node, st.sampled_from("nm"), connected=st.booleans())).map(tuple)
reports = st.builds(
    UnitStatus,
    is_delta_info=st.booleans(),
    items=st.none() | some_items,
    instances=st.none() | some_instances,
    nodes=st.none() | some_nodes,
    subjects=st.just(()),
    unit_config=st.just(()),
)


@given(st.lists(reports, max_size=4), reports)
def test_the_same_report_twice_is_as_once(before: list[UnitStatus], report: UnitStatus) -> None:
    """I6."""
    actual = Actual()
    for earlier in before:
        actual = merge(actual, earlier)
    once = merge(actual, report)
    assert merge(once, report) == once


@given(st.lists(reports, max_size=4), reports.filter(lambda report: not report.is_delta_info))
def test_a_full_report_wipes_what_was_before(before: list[UnitStatus], report: UnitStatus) -> None:
    actual = Actual()
    for earlier in before:
        actual = merge(actual, earlier)
    assert merge(actual, report) == merge(Actual(), report)


def test_a_little_older_is_late_and_much_older_is_another_clock() -> None:
    """I10."""
    last = Instant(10 * LATE_AT_MOST_US)
    assert is_late(Instant(last - 1), last)
    assert not is_late(last, last)
    assert not is_late(Instant(last + 1), last)
    assert not is_late(Instant(last - LATE_AT_MOST_US), last)
