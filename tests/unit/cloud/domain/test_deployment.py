"""The deployment axis, which follows from target and actual state."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.cloud.domain.reporting import (
    AIM,
    GENERATION,
    GOOD,
    changed,
    desired,
    instances,
    item,
    own,
    update,
    whole,
)

from aosedge.cloud.domain.deployment import Aim, Deployment, deployment
from aosedge.cloud.domain.statuses import Actual
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.from_unit import (
    InstancesStatus,
    InstanceStatus,
)
from aosedge.protocol.messages.parts import ErrorInfo, Generation, Identity, Waiting

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
