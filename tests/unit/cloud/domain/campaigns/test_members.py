"""Where a member stands."""

from datetime import UTC, datetime

import msgspec
import pytest

from aosedge.cloud.domain.campaigns.members import Progress, progress, wanted_back
from aosedge.cloud.domain.campaigns.state import MemberState
from aosedge.cloud.domain.deployment import Aim
from aosedge.cloud.domain.statuses import Actual
from aosedge.model.digests import sha256
from aosedge.model.ids import ItemId
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.from_cloud import DesiredInstance, DesiredItem
from aosedge.protocol.messages.from_unit import InstancesStatus, InstanceStatus, ItemStatus, UpdateStatus
from aosedge.protocol.messages.parts import ErrorInfo, Generation, Identity, Waiting

GENERATION, OLDER = Generation(1, 2), Generation(1, 1)
WANTED = {ItemId("s1"): "2.0.0", ItemId("s2"): "2.0.0"}
NODE = Identity(codename="main")
BROKEN = ErrorInfo(0, 1, "it broke")


def aim(**versions: str) -> Aim:
    named = versions or {"s1": "2.0.0", "s2": "2.0.0", "other": "1.0.0"}
    items = tuple(
        DesiredItem(Identity(id=name, type="service"), number, Identity(id="sp"), sha256(name.encode()))
        for name, number in named.items()
    )
    instances = tuple(
        DesiredInstance(Identity(id=name), Identity(id=subject), num_instances=2)
        for name, subject in (("s1", "a"), ("s2", "a"), ("s2", "b"), ("other", "a"))
    )
    return Aim(DesiredStatus(items=items, instances=instances), GENERATION)


def item(name: str, version: str, state: str, error: ErrorInfo | None = None) -> ItemStatus:
    return ItemStatus(Identity(id=name), version, state, error)  # type: ignore[arg-type]


def running(
    name: str, subject: str, state: str = "active", number: int = 2, version: str = "2.0.0"
) -> InstancesStatus:
    each = tuple(InstanceStatus(NODE, NODE, at, state) for at in range(number))  # type: ignore[arg-type]
    return InstancesStatus(Identity(id=name), Identity(id=subject), version, each)


INSTALLED = (item("s1", "2.0.0", "installed"), item("s2", "2.0.0", "installed"), item("other", "1.0.0", "failed"))
ALL = (running("s1", "a"), running("s2", "a"), running("s2", "b"), running("s1", "a", "failed", version="1.0.0"))


def reported(
    items: tuple[ItemStatus, ...] = INSTALLED,
    instances: tuple[InstancesStatus, ...] = ALL,
    update: UpdateStatus | None = None,
    *,
    whole: bool = True,
) -> Actual:
    return Actual(whole=whole, items=items, instances=instances, update=update)


def state(actual: Actual | None, was: MemberState = "offered", to: Aim | None = None) -> str:
    return progress(was, WANTED, to or aim(), actual).state


def test_before_its_target_is_made_it_is_offered() -> None:
    assert progress("offered", WANTED, Aim(problem="too many"), reported()) == Progress("offered", "too many")
    assert state(reported(), to=Aim()) == "offered"
    assert state(reported(), to=aim(s1="1.0.0", s2="2.0.0")) == "offered"
    assert progress("offered", WANTED, msgspec.structs.replace(aim(s1="2.0.0"), left_out="why"), None).reason == "why"


def test_without_a_whole_report_it_is_offered() -> None:
    assert state(None) == "offered"
    assert state(reported(whole=False)) == "offered"


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ("downloading", "downloading"),
        ("pending", "installing"),
        ("installing", "installing"),
        ("launching", "activating"),
        ("waiting_active", "activating"),
        ("finalizing", "activating"),
        ("idle", "offered"),
    ],
)
def test_it_is_as_far_as_its_update(update: str, expected: str) -> None:
    said = UpdateStatus(update, GENERATION)  # type: ignore[arg-type]
    assert state(reported((), (), said)) == expected
    assert state(reported((), (), msgspec.structs.replace(said, generation=OLDER))) == "offered"


def test_units_in_the_field_say_it_of_their_items() -> None:
    both = (item("s1", "2.0.0", "downloading"), item("s2", "2.0.0", "installing"), item("s1", "1.0.0", "installing"))
    assert state(reported(both, ())) == "downloading"
    assert state(reported(both[1:], ())) == "installing"
    assert state(reported((), ())) == "offered"


def test_it_soaks_when_all_its_items_are_there_and_all_instances_active() -> None:
    assert state(reported()) == "soaking"
    assert progress("activating", WANTED, aim(), reported(instances=ALL[:2])).reason.startswith(
        "not all instances of s2"
    )
    assert state(reported(instances=ALL[:2]), "activating") == "activating"
    assert state(reported(instances=()), "soaking") == "soaking"
    assert state(reported(), "succeeded") == "succeeded"


def test_it_does_not_soak_before_its_update_is_over() -> None:
    busy = UpdateStatus("waiting_active", GENERATION)
    assert state(reported(update=busy)) == "activating"
    assert state(reported(update=msgspec.structs.replace(busy, state="idle"))) == "soaking"
    assert state(reported(update=UpdateStatus("idle", OLDER))) == "offered"


def test_an_instance_that_fails_counts_once_it_was_active() -> None:
    failed = (running("s1", "a", "failed"), *ALL[1:])
    assert state(reported(instances=failed)) == "activating"
    assert state(reported(instances=failed), "soaking") == "failed"
    assert state(reported(instances=failed), "succeeded") == "failed"


def test_what_failed_on_the_unit_is_failed_and_rolled_back_where_the_old_version_is_there() -> None:
    broken = (item("s1", "2.0.0", "failed", BROKEN), item("s2", "2.0.0", "installed"))
    assert progress("installing", WANTED, aim(), reported(broken)) == Progress("failed", "s1 2.0.0 failed: it broke")
    assert state(reported((*broken, item("s1", "1.0.0", "installed")))) == "rolled_back"
    assert state(reported((*broken, item("s1", "1.0.0", "removing")))) == "failed"
    assert progress("offered", WANTED, aim(), reported((item("s1", "2.0.0", "failed"),))).reason.endswith(
        "no reason given"
    )


def test_what_failed_is_called_as_people_call_it() -> None:
    document = aim().document or DesiredStatus()
    named = tuple(
        msgspec.structs.replace(each, item=msgspec.structs.replace(each.item, title=f"{each.item.id}-svc"))
        for each in document.items
    )
    to = Aim(msgspec.structs.replace(document, items=named), GENERATION)
    failed = reported((item("s1", "2.0.0", "failed", BROKEN),), ())
    assert progress("offered", WANTED, to, failed).reason == "s1-svc 2.0.0 failed: it broke"
    assert progress("soaking", WANTED, to, reported(instances=())).reason.startswith("not all instances of s1-svc")
    broken = reported(instances=(*ALL[1:], running("s1", "a", "failed")))
    assert progress("soaking", WANTED, to, broken).reason.startswith("instance 0 of s1-svc failed")


def test_a_unit_that_gave_the_target_up_went_back() -> None:
    gave_up = UpdateStatus("idle", GENERATION, error_info=ErrorInfo(3, 1))
    old = (item("s1", "1.0.0", "installed"),)
    assert progress("succeeded", WANTED, aim(), reported(old, (), gave_up)) == Progress(
        "rolled_back", "the Unit gave it up: error 3, exit code 1"
    )
    assert state(reported((), (), msgspec.structs.replace(gave_up, generation=OLDER))) == "offered"


def test_what_others_bring_to_a_member_that_has_it_says_nothing_of_it() -> None:
    busy = reported(update=UpdateStatus("downloading", GENERATION))
    gave_up = reported(update=UpdateStatus("idle", GENERATION, error_info=BROKEN))
    for was in ("soaking", "succeeded"):
        assert state(busy, was) == was
        assert state(gave_up, was) == was
        assert state(reported(), was, aim(s1="3.0.0", s2="2.0.0")) == was
        assert state(None, was) == was
    assert state(gave_up, "installing") == "failed"


def test_a_failure_of_the_try_before_is_none_of_this_one() -> None:
    broken = (item("s1", "2.0.0", "failed", BROKEN), item("s2", "2.0.0", "installed"))
    assert state(reported(broken, update=UpdateStatus("idle", OLDER, error_info=BROKEN))) == "offered"
    assert state(reported(broken, update=UpdateStatus("idle", OLDER)), "soaking") == "failed"


def test_once_its_target_is_made_it_has_it_waits_or_takes_no_part() -> None:
    def made(actual: Actual | None, was: MemberState = "offered", to: Aim | None = None) -> str:
        return progress(was, WANTED, to or aim(), actual, made=True).state

    other = aim(s1="3.0.0", s2="2.0.0")
    assert (made(reported()), made(None), made(reported((item("s1", "2.0.0", "failed"),)))) == (
        "soaking",
        "offered",
        "offered",
    )
    assert (made(None, to=other), made(None, "soaking", other), made(None, "succeeded", other)) == (
        "skipped",
        "skipped",
        "succeeded",
    )
    assert made(None, to=msgspec.structs.replace(other, left_out="why")) == "offered"


def test_who_goes_back_is_to_have_what_its_target_says() -> None:
    assert wanted_back(WANTED, aim(s1="1.0.0", other="2.0.0")) == {"s1": "1.0.0"}
    assert wanted_back(WANTED, Aim()) == {}


def test_a_unit_that_says_what_it_waits_for_is_held_with_that_reason() -> None:
    held = Waiting("hold", "install", "held on the Unit: carrying a load", datetime(2026, 3, 1, 12, tzinfo=UTC))
    before = (item("s1", "1.0.0", "installed"), item("s2", "1.0.0", "installed"))
    waits = reported(before, (), UpdateStatus("pending", GENERATION, held=held))
    words = "held on the Unit: carrying a load, until 2026-03-01 12:00 UTC"
    assert progress("downloading", WANTED, aim(), waits) == Progress("held", words)
    endless = UpdateStatus("pending", GENERATION, held=msgspec.structs.replace(held, until=None))
    assert progress("held", WANTED, aim(), reported(before, (), endless)).reason == held.reason
    older = UpdateStatus("pending", OLDER, held=held)
    assert state(reported(before, (), older)) == "offered"
