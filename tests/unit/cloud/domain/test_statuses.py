"""What Units report: merging, lateness, repeats, and the deployment axis that follows."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.cloud.domain.deployment import Aim, Deployment, deployment
from aosedge.cloud.domain.reports import Known, StatusReport, hear
from aosedge.cloud.domain.statuses import LATE_AT_MOST_US, RECENT_MOST, Actual, is_late, merge
from aosedge.model.digests import sha256
from aosedge.model.ids import Txn, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages import DesiredStatus, UnitStatus
from aosedge.protocol.messages.from_cloud import DesiredInstance, DesiredItem
from aosedge.protocol.messages.from_unit import (
    InstancesStatus,
    InstanceStatus,
    ItemStatus,
    NodeStatus,
    UnitConfigStatus,
    UpdateStatus,
)
from aosedge.protocol.messages.parts import ErrorInfo, Generation, Identity, Waiting

GENERATION = Generation(3, 7)


def item(id: str, version: str = "1.0.0", state: str = "installed", **values: object) -> ItemStatus:
    return ItemStatus(Identity(id=id), version, state, **values)  # type: ignore[arg-type]


def own(codename: str) -> ItemStatus:
    """Something the Unit came with."""
    return ItemStatus(Identity(codename=codename), "1.0.0", "installed")


def instances(id: str, *states: str, version: str = "1.0.0", subject: str = "sub", first: int = 0) -> InstancesStatus:
    found = tuple(
        InstanceStatus(Identity(codename="n"), Identity(codename="r"), number, state)  # type: ignore[arg-type]
        for number, state in enumerate(states, first)
    )
    return InstancesStatus(Identity(id=id), Identity(id=subject), version, found)


def node(name: str, *, connected: bool = True) -> NodeStatus:
    return NodeStatus(Identity(codename=name), Identity(codename="kind"), "provisioned", connected)


def full(**sections: object) -> UnitStatus:
    return UnitStatus(**{"unit_config": (), "nodes": (), "items": (), "instances": (), "subjects": (), **sections})  # type: ignore[arg-type]


def delta(**sections: object) -> UnitStatus:
    return UnitStatus(is_delta_info=True, **sections)  # type: ignore[arg-type]


def whole(**sections: object) -> Actual:
    return Actual(whole=True, **sections)  # type: ignore[arg-type]


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


def desired(*services: str, count: int = 1) -> DesiredStatus:
    return DesiredStatus(
        items=tuple(
            DesiredItem(Identity(id=id, type="service", title=f"code-{id}"), "1.0.0", Identity(id="o"), sha256(b""))
            for id in services
        ),
        instances=tuple(DesiredInstance(Identity(id=id), Identity(id="sub"), num_instances=count) for id in services),
    )


GOOD = whole(items=(item("a"), own("base")), instances=(instances("a", "active", "active"),), nodes=(node("n"),))
AIM = Aim(desired("a", count=2), GENERATION)


def changed(**sections: object) -> Actual:
    return msgspec.structs.replace(GOOD, **sections)


def update(state: str, generation: Generation | None = GENERATION, error: str | None = None) -> UpdateStatus:
    info = None if error is None else ErrorInfo(message=error)
    return UpdateStatus(state, generation, error_info=info)  # type: ignore[arg-type]


HELD = Waiting("window", "install", "install waits for its window", datetime(2026, 3, 1, 4, tzinfo=UTC))
RESTARTING = msgspec.structs.replace(
    instances("a", "activating", "active"),
    instances=(
        InstanceStatus(
            Identity(codename="n"),
            Identity(codename="r"),
            0,
            "activating",
            error_info=ErrorInfo(message="exited with 1"),
        ),
        *instances("a", "active", first=1).instances,
    ),
)


@pytest.mark.parametrize(
    ("aim", "actual", "expected"),
    [
        (Aim(problem="too many"), GOOD, Deployment("blocked", "too many")),
        (Aim(), GOOD, Deployment("unknown", "no target was compiled yet")),
        (AIM, None, Deployment("unknown", "the Unit has not reported its whole status")),
        (AIM, Actual(), Deployment("unknown", "the Unit has not reported its whole status")),
        (AIM, GOOD, Deployment("in_sync", "everything runs as wanted")),
        (AIM, changed(update=update("idle")), Deployment("in_sync", "everything runs as wanted")),
        (AIM, changed(update=update("idle", None)), Deployment("in_sync", "everything runs as wanted")),
        (
            msgspec.structs.replace(AIM, left_out="b is not ready"),
            GOOD,
            Deployment("blocked", "b is not ready"),
        ),
        (
            AIM,
            changed(update=update("idle", error="no space")),
            Deployment("failed", "the Unit gave the target up: no space"),
        ),
        (
            AIM,
            changed(update=update("idle", Generation(1, 1), error="old news")),
            Deployment("updating", "the Unit has not taken this target yet"),
        ),
        (
            AIM,
            changed(items=(item("a", state="failed"), own("base"))),
            Deployment("failed", "code-a 1.0.0 failed: no reason given"),
        ),
        (
            AIM,
            changed(items=(item("a", state="failed", error_info=ErrorInfo(3, 4)),)),
            Deployment("failed", "code-a 1.0.0 failed: error 3, exit code 4"),
        ),
        (
            AIM,
            changed(items=(item("a"), item("a", "0.9.0", "failed"), item("z", state="failed"))),
            Deployment("in_sync", "everything runs as wanted"),
        ),
        (AIM, changed(items=()), Deployment("updating", "code-a 1.0.0 is not there")),
        (
            AIM,
            changed(items=(item("a", state="downloading"),)),
            Deployment("updating", "code-a 1.0.0 is downloading"),
        ),
        (
            AIM,
            changed(update=update("waiting_active")),
            Deployment("updating", "the Unit is waiting active"),
        ),
        (
            AIM,
            changed(instances=(instances("a", "active"),)),
            Deployment("updating", "instance 1 of code-a is not there"),
        ),
        (
            AIM,
            changed(instances=(instances("a", "activating", "activating"),)),
            Deployment("updating", "instance 0 of code-a is activating"),
        ),
        (
            AIM,
            changed(instances=(instances("a", "active", "active", version="0.9.0"),)),
            Deployment("updating", "instance 0 of code-a is not there"),
        ),
        (
            AIM,
            changed(instances=(instances("a", "active", "active", "active"),)),
            Deployment("updating", "instance 2 of code-a 1.0.0 is still there"),
        ),
        (
            AIM,
            changed(instances=(instances("z", "active"), instances("a", "active", "active"))),
            Deployment("updating", "instance 0 of z 1.0.0 is still there"),
        ),
        (
            AIM,
            changed(instances=(instances("a", "failed", "inactive"),)),
            Deployment("degraded", "instance 0 of code-a is failed: no reason given"),
        ),
        (
            AIM,
            changed(instances=(instances("a", "failed", "activating"),)),
            Deployment("updating", "instance 1 of code-a is activating"),
        ),
        (
            AIM,
            changed(instances=(RESTARTING,), update=update("idle")),
            Deployment("degraded", "instance 0 of code-a is activating: exited with 1"),
        ),
        (
            AIM,
            changed(instances=(RESTARTING,), update=update("waiting_active")),
            Deployment("updating", "instance 0 of code-a is activating: exited with 1"),
        ),
        (
            AIM,
            changed(instances=(RESTARTING,), update=update("idle", None)),
            Deployment("updating", "instance 0 of code-a is activating: exited with 1"),
        ),
        (
            AIM,
            changed(instances=(instances("a", "activating", "inactive"),), update=update("idle")),
            Deployment("degraded", "instance 1 of code-a is inactive: no reason given"),
        ),
        (
            AIM,
            changed(items=(item("a", state="downloading"),), update=update("idle")),
            Deployment("degraded", "code-a 1.0.0 is downloading"),
        ),
        (
            AIM,
            changed(update=msgspec.structs.replace(update("pending"), held=HELD)),
            Deployment("updating", "install waits for its window, until 2026-03-01 04:00 UTC"),
        ),
    ],
)
def test_the_deployment_axis_follows_from_target_and_actual_state(
    aim: Aim, actual: Actual | None, expected: Deployment
) -> None:
    assert deployment(aim, actual) == expected


instance_states = st.sampled_from(["active", "activating", "inactive", "failed"])
of_the_target = st.lists(instance_states, max_size=3).map(lambda found: (instances("a", *found),) if found else ())
item_states = st.sampled_from(["installed", "downloading", "pending"])
updates = st.sampled_from(["idle", "downloading", "installing", "launching", "waiting_active", "finalizing"])


@given(of_the_target, item_states, updates)
def test_a_unit_is_updating_exactly_while_its_update_machine_works(
    found: tuple[InstancesStatus, ...], state: str, phase: str
) -> None:
    actual = whole(items=(item("a", state=state),), instances=found, update=update(phase))
    well = state == "installed" and found == (instances("a", "active", "active"),)
    expected = "updating" if phase != "idle" else "in_sync" if well else "degraded"
    assert deployment(AIM, actual).state == expected


@given(of_the_target, item_states, updates, st.integers(1, 6))
def test_a_unit_that_has_not_seen_the_target_is_updating(
    found: tuple[InstancesStatus, ...], state: str, phase: str, number: int
) -> None:
    actual = whole(items=(item("a", state=state),), instances=found, update=update(phase, Generation(3, number)))
    assert deployment(AIM, actual) == Deployment("updating", "the Unit has not taken this target yet")


def test_what_the_unit_came_with_is_no_difference() -> None:
    came = InstancesStatus(
        Identity(codename="agent"), Identity(codename="main"), "1", (instances("x", "active").instances[0],)
    )
    assert deployment(AIM, changed(instances=(*GOOD.instances, came))).state == "in_sync"


def test_a_target_without_titles_is_named_by_id() -> None:
    nameless = msgspec.structs.replace(desired("a").items[0], item=Identity(id="a"))
    aim = Aim(DesiredStatus(items=(nameless,)), GENERATION)
    assert deployment(aim, whole()).reason == "a 1.0.0 is not there"


KNOWN = Known(UnitId("u"), "Connected", "unknown", "", AIM, created_at=Instant(1_000))


def report(txn: str, status: UnitStatus, at: int = 2_000) -> StatusReport:
    return StatusReport(Txn(txn), Instant(at), status)


def test_a_full_report_brings_the_unit_online_and_in_sync() -> None:
    heard = hear(KNOWN, [report("1", full(items=GOOD.items, instances=GOOD.instances))])
    assert heard.connectivity == "Online"
    assert heard.deployment.state == "in_sync"
    assert heard.created_at == 2_000
    assert len(heard.recent) == 1
    assert heard.ahead is None


def test_a_delta_leaves_the_unit_connected() -> None:
    assert hear(KNOWN, [report("1", delta(items=()))]).connectivity == "Connected"


def test_a_repeated_report_counts_once() -> None:
    """I6."""
    first = hear(KNOWN, [report("1", full()), report("1", full(items=(item("z"),)))])
    assert first.actual == whole()
    again = msgspec.structs.replace(
        KNOWN, actual=first.actual, recent=first.recent, deployment="failed", reason="whatever"
    )
    heard = hear(again, [report("1", full(items=(item("z"),)))])
    assert heard.actual is None
    assert heard.recent == first.recent
    assert heard.deployment == Deployment("failed", "whatever")


def test_a_late_report_counts_for_nothing() -> None:
    """I10."""
    heard = hear(KNOWN, [report("2", full(items=(item("b"),)), 5_000), report("1", full(items=(item("a"),)), 4_000)])
    assert heard.actual == whole(items=(item("b"),))
    assert heard.created_at == 5_000
    assert hear(KNOWN, [report("1", full(), 500)]).actual is None


def test_a_report_without_a_time_is_never_late() -> None:
    heard = hear(KNOWN, [report("1", full(), 0)])
    assert heard.actual == whole()
    assert heard.created_at == 1_000


def test_only_the_last_reports_are_remembered() -> None:
    heard = hear(KNOWN, [report(str(number), delta(), 2_000 + number) for number in range(3 * RECENT_MOST)])
    assert len(heard.recent) == RECENT_MOST


@pytest.mark.parametrize(
    ("seen", "aim", "ahead"),
    [
        (GENERATION, AIM, None),
        (None, AIM, None),
        (Generation(3, 6), AIM, None),
        (Generation(3, 8), AIM, Generation(3, 8)),
        (Generation(9, 1), Aim(), Generation(9, 1)),
        (Generation(2**53 + 1, 1), AIM, None),
        (Generation(4, 2**53 + 1), AIM, None),
    ],
)
def test_a_generation_that_was_never_given_is_noticed(
    seen: Generation | None, aim: Aim, ahead: Generation | None
) -> None:
    """I2: a back-up was restored."""
    known = msgspec.structs.replace(KNOWN, aim=aim)
    assert hear(known, [report("1", full(update=update("idle", seen)))]).ahead == ahead
