"""Kinds of hardware: their bounds, and the unit configuration that follows from them."""

from datetime import timedelta

import msgspec
import pytest
from tests.unit.cloud.domain.intents import assigned, intent, version

from aosedge.cloud.domain.soundness import faults
from aosedge.cloud.domain.target_systems import (
    Alerts,
    BytesRule,
    Limits,
    NodeKind,
    PartitionRule,
    PercentRule,
    Ratios,
    TargetSystem,
    checked,
    unit_config,
)
from aosedge.cloud.domain.targets import CompiledTarget, Intent, Refused, compile_target
from aosedge.model.errors import Invalid
from aosedge.model.ids import OrgId, TargetSystemId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.from_cloud import UnitConfig

RULE = PercentRule(70, 90, 30)
MAIN = NodeKind(
    "main",
    Ratios(cpu=50, ram=60),
    Alerts(RULE, RULE, (PartitionRule("state", 1, 2),), BytesRule(10, 20, 1.5), BytesRule(1, 1)),
    ("gpu",),
    7,
)
SYSTEM = TargetSystem(TargetSystemId("t"), OrgId("oem"), "board", Instant(1), (NodeKind("side"), MAIN), revision=4)


def on(system: TargetSystem | None) -> Intent:
    asked = intent("s1", [version("s1", "1.0.0")], [assigned("s1", num_instances=3)])
    return msgspec.structs.replace(asked, system=system)


def compiled(system: TargetSystem | None) -> CompiledTarget:
    target = compile_target(on(system))
    assert isinstance(target, CompiledTarget)
    assert faults(on(system), target) == ()
    return target


@pytest.mark.parametrize(
    ("nodes", "limits", "field"),
    [
        ((NodeKind("a"), NodeKind("a")), Limits(), "nodes[1].type"),
        ((NodeKind(""),), Limits(), "nodes[0].type"),
        ((NodeKind("a\n"),), Limits(), "nodes[0].type"),
        ((NodeKind(" a"),), Limits(), "nodes[0].type"),
        ((NodeKind("a" * 65),), Limits(), "nodes[0].type"),
        (tuple(NodeKind(f"n{number}") for number in range(17)), Limits(), "nodes"),
        ((NodeKind("a", labels=("a", "b", "c", "d", "e")),), Limits(), "nodes[0].labels"),
        ((NodeKind("a", labels=("",)),), Limits(), "nodes[0].labels"),
        ((NodeKind("a", alert_rules=Alerts(cpu=PercentRule(3, 2))),), Limits(), "nodes[0].alert_rules.cpu"),
        ((NodeKind("a", alert_rules=Alerts(upload=BytesRule(3, 2))),), Limits(), "nodes[0].alert_rules.upload"),
        (
            (NodeKind("a", alert_rules=Alerts(partitions=(PartitionRule("p", 3, 2),))),),
            Limits(),
            "nodes[0].alert_rules.partitions",
        ),
        (
            (NodeKind("a", alert_rules=Alerts(partitions=(PartitionRule("", 1, 2),))),),
            Limits(),
            "nodes[0].alert_rules.partitions",
        ),
        (
            (NodeKind("a", alert_rules=Alerts(partitions=(PartitionRule("p", 1, 2),) * 17)),),
            Limits(),
            "nodes[0].alert_rules.partitions",
        ),
        ((), Limits(items=65), "limits.items"),
        ((), Limits(instances=-1), "limits.instances"),
        ((), Limits(subjects=65), "limits.subjects"),
    ],
)
def test_what_no_unit_can_have_is_named(nodes: tuple[NodeKind, ...], limits: Limits, field: str) -> None:
    with pytest.raises(Invalid) as raised:
        checked(nodes, limits)
    assert raised.value.element == field


def test_what_units_can_have_is_taken_as_it_is() -> None:
    assert checked([MAIN, NodeKind("side")], Limits(items=64)) == ((MAIN, NodeKind("side")), Limits(items=64))


def test_the_configuration_says_what_the_system_says_and_its_version_goes_up_with_it() -> None:
    config = unit_config(SYSTEM)
    assert (config.version, config.format_version) == ("1.0.4", "7")
    main, side = config.nodes
    assert (main.node_group_subject.codename, main.labels, main.priority) == ("main", ("gpu",), 7)
    assert main.resource_ratios is not None and main.alert_rules is not None
    assert (main.resource_ratios.cpu, main.resource_ratios.ram, main.resource_ratios.state) == (50, 60, None)
    rules = main.alert_rules
    assert rules.ram is not None and rules.download is not None and rules.upload is not None
    assert (rules.ram.max_threshold, rules.ram.min_timeout) == (90, timedelta(seconds=30))
    assert (rules.partitions[0].name, rules.partitions[0].min_timeout) == ("state", None)
    assert (rules.download.min_timeout, rules.upload.min_timeout) == (timedelta(seconds=1.5), None)
    assert (side.resource_ratios, side.alert_rules) == (None, None)
    assert msgspec.json.decode(msgspec.json.encode(config), type=UnitConfig) == config
    bare = unit_config(msgspec.structs.replace(SYSTEM, nodes=(NodeKind("a", alert_rules=Alerts()),)))
    assert bare.nodes[0].alert_rules is not None
    assert bare.nodes[0].alert_rules.ram is None


def test_a_target_has_the_configuration_of_its_kind_of_hardware() -> None:
    assert compiled(None).document.unit_config is None
    first = compiled(SYSTEM)
    assert first.document.unit_config == unit_config(SYSTEM)
    assert compiled(SYSTEM).digest == first.digest
    assert compiled(msgspec.structs.replace(SYSTEM, revision=5)).digest != first.digest
    assert compiled(msgspec.structs.replace(SYSTEM, title="other")).digest == first.digest


def test_a_kind_of_hardware_may_hold_less_than_units_do() -> None:
    small = msgspec.structs.replace(SYSTEM, limits=Limits(instances=2))
    refused = compile_target(on(small))
    assert isinstance(refused, Refused)
    assert refused.problem == "this kind of Unit holds at most 2 instances, and this target has 3"
    compiled(msgspec.structs.replace(SYSTEM, limits=Limits(instances=3, items=1)))


def test_another_configuration_than_the_system_s_is_found() -> None:
    whole = compiled(SYSTEM)
    bare = compiled(None)
    assert any("kind of hardware" in words for words in faults(on(None), whole))
    assert any("kind of hardware" in words for words in faults(on(SYSTEM), bare))
    for other, found in (
        (msgspec.structs.replace(SYSTEM, revision=5), "version"),
        (msgspec.structs.replace(SYSTEM, nodes=(MAIN,)), "node types"),
        (msgspec.structs.replace(SYSTEM, nodes=(MAIN, NodeKind("side", labels=("x",)))), "labels"),
        (msgspec.structs.replace(SYSTEM, nodes=(MAIN, NodeKind("side", Ratios(cpu=1)))), "ratios"),
    ):
        assert any(found in words for words in faults(on(other), whole))
