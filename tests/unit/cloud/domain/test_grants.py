"""What a grant lets be used, and what it lets be seen of one's instances: nothing of the Unit."""

import msgspec
import pytest

from aosedge.cloud.domain.deployments import Reported, SeenCount, SeenInstance, counted, seen
from aosedge.cloud.domain.organizations import Grant, check_granted, checked_sights, narrowed
from aosedge.model.errors import Conflict, Invalid, NotAllowed
from aosedge.model.ids import ItemId, OrgId
from aosedge.protocol.messages.from_unit import InstancesStatus, InstanceStatus
from aosedge.protocol.messages.parts import ErrorInfo, Identity

APP, OTHER = ItemId("app"), ItemId("other")
EVERYTHING = Grant(OrgId("oem"), OrgId("sp"), secret="known to nobody")
SOME = msgspec.structs.replace(EVERYTHING, services=(APP,))


def test_a_grant_of_some_services_allows_these_and_what_they_need() -> None:
    assert EVERYTHING.allows(OTHER, "service")
    assert SOME.allows(APP, "service")
    assert not SOME.allows(OTHER, "service")
    assert SOME.allows(OTHER, "layer")
    check_granted(None, [(OTHER, "service", "other")])
    check_granted(SOME, [(APP, "service", "app"), (OTHER, "layer", "other")])
    with pytest.raises(NotAllowed, match=r"does not have other.*--service other"):
        check_granted(SOME, [(APP, "service", "app"), (OTHER, "service", "other")])


def test_a_grant_is_widened_at_once_and_not_narrowed_below_what_is_assigned() -> None:
    used = [(APP, "app", "North"), (OTHER, "other", "South"), (OTHER, "other", "South")]
    assert narrowed(EVERYTHING, used) is EVERYTHING
    assert narrowed(SOME, used[:1]) is SOME
    with pytest.raises(Conflict, match="got other at South "):
        narrowed(SOME, used)
    with pytest.raises(Conflict, match="at S4 and 2 more"):
        narrowed(SOME, [(OTHER, "other", f"S{number}") for number in range(7)])


def test_what_may_be_seen_is_named() -> None:
    assert checked_sights(["alerts", "deployment_results", "alerts"]) == ("deployment_results", "alerts")
    assert checked_sights([]) == ()
    with pytest.raises(Invalid, match="deployment_results, alerts, got units"):
        checked_sights(["units"])


def test_a_unit_has_one_name_under_one_grant_and_another_under_every_other() -> None:
    again = msgspec.structs.replace(SOME, secret="of another grant")
    names = {grant.alias(unit) for grant in (EVERYTHING, again) for unit in ("unit-1", "unit-2")}
    assert len(names) == 4
    assert EVERYTHING.alias("unit-1") == SOME.alias("unit-1")
    assert not any("unit" in name for name in names)


def group(item: str, version: str, *instances: InstanceStatus) -> InstancesStatus:
    return InstancesStatus(Identity(id=item), Identity(id="subject of the OEM"), version, instances)


def instance(number: int, state: str, error: ErrorInfo | None = None) -> InstanceStatus:
    return InstanceStatus(Identity(codename="node"), Identity(codename="runc"), number, state, error_info=error)  # type: ignore[arg-type]


def test_only_the_items_own_instances_are_seen_with_codes_and_without_words() -> None:
    told = ErrorInfo(aos_code=3, exit_code=127, message="/secret/path of the unit")
    reported = Reported(
        (
            group("app", "2.0.0", instance(1, "failed", told), instance(0, "active")),
            group("other", "1.0.0", instance(0, "active")),
        )
    )
    unit = seen(EVERYTHING, "unit-1", APP, reported)
    assert unit.instances == (SeenInstance(0, "2.0.0", "active"), SeenInstance(1, "2.0.0", "failed", 3, 127))
    words = msgspec.json.encode(unit).decode()
    assert not [each for each in ("unit-1", "node", "path", "subject", "runc") if each in words]


def test_instances_are_counted_by_oem_version_and_state() -> None:
    one = seen(EVERYTHING, "1", APP, Reported((group("app", "1.0.0", instance(0, "active"), instance(1, "active")),)))
    two = seen(EVERYTHING, "2", APP, Reported((group("app", "1.0.0", instance(0, "failed")),)))
    assert counted([one, two, seen(EVERYTHING, "3", APP, Reported())]) == (
        SeenCount(OrgId("oem"), "1.0.0", "active", 2),
        SeenCount(OrgId("oem"), "1.0.0", "failed", 1),
    )
