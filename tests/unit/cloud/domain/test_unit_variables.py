"""Environment variables for a while: what may be set, what the Unit is told, what its answer changes."""

from typing import Any

import msgspec
import pytest

from aosedge.cloud.domain import unit_variables
from aosedge.cloud.domain.unit_variables import EVERY, LONGEST_US, Variable, Wish
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import ItemId, SubjectId, UnitId
from aosedge.model.instants import HOUR, Instant, to_datetime
from aosedge.protocol.messages import DesiredStatus, OverrideEnvVars, OverrideEnvVarsStatus
from aosedge.protocol.messages.from_cloud import DesiredInstance, EnvVar, EnvVarsOverride
from aosedge.protocol.messages.from_unit import EnvVarStatus
from aosedge.protocol.messages.parts import ErrorInfo, Identity
from aosedge.protocol.variables import VARIABLES_MOST

UNIT, NOW = UnitId("u"), Instant(1_000_000 * HOUR)
END = Instant(NOW + HOUR)
TARGET = DesiredStatus(instances=(DesiredInstance(Identity(id="i"), Identity(id="s"), num_instances=2),))
WISH = Wish(ItemId("i"), SubjectId(""), EVERY, {"LEVEL": "debug"}, END)


def wish(**changes: Any) -> Wish:
    return msgspec.structs.replace(WISH, **changes)


def variable(name: str = "LEVEL", **changes: Any) -> Variable:
    one = Variable(UNIT, ItemId("i"), SubjectId(""), EVERY, name, "debug", END, NOW)
    return msgspec.structs.replace(one, **changes)


def status(name: str = "LEVEL", error: str = "", **changes: Any) -> EnvVarStatus:
    info = ErrorInfo(message=error) if error else None
    one = EnvVarStatus(item=Identity(id="i"), subject=Identity(id="s"), instance=0, name=name, error_info=info)
    return msgspec.structs.replace(one, **changes)


def answer(*statuses: EnvVarStatus, at: int = NOW) -> OverrideEnvVarsStatus:
    return OverrideEnvVarsStatus(correlation_id=str(at), statuses=statuses)


def test_variables_are_set_for_instances_that_the_unit_is_to_run() -> None:
    assert unit_variables.wished(WISH, UNIT, (), TARGET, NOW) == [variable()]
    one = wish(subject="s", instance=1, values={"B": "2", "A": "1"})
    made = unit_variables.wished(one, UNIT, (), TARGET, NOW)
    assert [(each.subject, each.instance, each.name, each.secret) for each in made] == [
        ("s", 1, "A", "1"),
        ("s", 1, "B", "2"),
    ]


@pytest.mark.parametrize(
    "changes", [{"item": "other"}, {"subject": "other"}, {"instance": 2}], ids=["item", "subject", "instance"]
)
def test_no_instance_no_variable(changes: dict[str, Any]) -> None:
    with pytest.raises(Conflict):
        unit_variables.wished(wish(**changes), UNIT, (), TARGET, NOW)
    with pytest.raises(Conflict):
        unit_variables.wished(WISH, UNIT, (), None, NOW)


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"values": {}}, "values"),
        ({"values": {"A B": "1"}}, "values.A B"),
        ({"values": {"AOS_ITEM_ID": "1"}}, "values.AOS_ITEM_ID"),
        ({"values": {"A": "\0"}}, "values.A"),
        ({"until": NOW}, "until"),
        ({"until": Instant(NOW + LONGEST_US + 1)}, "until"),
    ],
)
def test_what_is_no_variable_is_refused_by_its_field(changes: dict[str, Any], element: str) -> None:
    with pytest.raises(Invalid) as wrong:
        unit_variables.wished(wish(**changes), UNIT, (), TARGET, NOW)
    assert wrong.value.element == element


def test_there_are_not_too_many_and_those_that_are_over_do_not_count() -> None:
    """I12."""
    full = [variable(f"V{n}") for n in range(VARIABLES_MOST)]
    with pytest.raises(Conflict):
        unit_variables.wished(WISH, UNIT, full, TARGET, NOW)
    for free in (variable(cleared=True), variable("OLD", until=NOW), variable()):
        assert unit_variables.wished(WISH, UNIT, [*full[1:], free], TARGET, NOW)


def test_the_unit_is_told_all_of_them_at_once() -> None:
    known = [
        variable(),
        variable("B", set_at=Instant(NOW + 5)),
        variable("C", subject="s", instance=1),
        variable("D", cleared=True),
        variable("E", until=NOW),
    ]
    end = to_datetime(END)
    assert unit_variables.message(known, NOW) == OverrideEnvVars(
        correlation_id=str(NOW + 5),
        items=(
            EnvVarsOverride(Identity(id="i"), variables=(EnvVar("B", "debug", end), EnvVar("LEVEL", "debug", end))),
            EnvVarsOverride(Identity(id="i"), Identity(id="s"), 1, (EnvVar("C", "debug", end),)),
        ),
    )


def test_what_was_taken_back_is_told_until_its_time_is_over() -> None:
    [back] = unit_variables.cleared([variable(), variable("B", cleared=True)], None, None, Instant(NOW + 1))
    assert unit_variables.message([back], NOW) == OverrideEnvVars(correlation_id=str(NOW + 1))
    assert unit_variables.message([back], END) is None


def test_those_of_an_item_or_of_a_name_are_taken_back() -> None:
    known = [variable(), variable("B"), variable("B", item="j")]
    of_item = unit_variables.cleared(known, ItemId("i"), None, NOW)
    assert [(one.item, one.name) for one in of_item] == [("i", "LEVEL"), ("i", "B")]
    of_name = unit_variables.cleared(known, None, "B", NOW)
    assert [(one.item, one.name) for one in of_name] == [("i", "B"), ("j", "B")]


def test_the_answer_says_what_became_of_each() -> None:
    assert variable().state == "waiting"
    statuses = status(), status(instance=1, error="late"), status("B", "no such instance")
    known = [variable(), variable("B"), variable("C"), variable("D", cleared=True)]
    level, b, c, d = unit_variables.heard(known, answer(*statuses), END)
    assert (level.state, level.instances, level.error, level.heard_at) == ("applied", 1, "late", END)
    assert (b.state, b.error) == ("failed", "no such instance")
    assert (c.state, c.error) == ("failed", "the Unit did not say")
    assert (d.cleared, d.error, d.heard_at) == (True, "", END)


def test_an_answer_is_about_the_instances_that_a_variable_is_for() -> None:
    one = variable(subject="s", instance=1)
    strangers = status(), status(instance=1, subject=Identity(id="t")), status(instance=1, item=Identity(id="j"))
    assert [each.state for each in unit_variables.heard([one], answer(*strangers), END)] == ["failed"]
    assert [each.state for each in unit_variables.heard([one], answer(status(instance=1)), END)] == ["applied"]


def test_a_late_answer_says_nothing_of_what_was_set_since() -> None:
    """I10."""
    assert unit_variables.heard([variable()], answer(status(), at=NOW - 1), END) == []
    stray = OverrideEnvVarsStatus(correlation_id="x", statuses=(status(),))
    assert unit_variables.heard([variable()], stray, END) == []
    assert unit_variables.heard([variable()], msgspec.structs.replace(stray, correlation_id=None), END) == []
