"""Placement: the filter that emptied the list is the reason."""

import msgspec
import pytest
from tests.unit.core.playbook import NODE, POLICY, content, digest, given, running, target

from aosedge.core.domain.contents import Content
from aosedge.core.domain.events import Connected
from aosedge.core.domain.placement import Placement, place
from aosedge.core.domain.sets import ReleaseSet, SetItem, Wish, joined, release_set, swaps
from aosedge.core.domain.state import Policy
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.oci import ItemConfig, Quotas, RuntimeName
from aosedge.protocol.messages.from_cloud import UnitConfig, UnitConfigNode
from aosedge.protocol.messages.from_unit import NodeRuntime
from aosedge.protocol.messages.parts import ArchInfo, Identity, OsInfo, ResourceRatios

A, B, S = ItemId("a"), ItemId("b"), SubjectId("s")
RUNC = NODE.runtimes[0]


def node(*runtimes: NodeRuntime, **more: object) -> Policy:
    return msgspec.structs.replace(POLICY, node=msgspec.structs.replace(NODE, runtimes=runtimes or (RUNC,), **more))


def one(
    config: ItemConfig = ItemConfig(), policy: Policy = POLICY, unit: UnitConfig | None = None, **wish: object
) -> str:
    """Runtime of the one instance, or the reason."""
    placement = placed(content("a1", config), policy, unit, Wish(A, S, 1, **wish))
    return placement.placed[0].runtime if placement.placed else placement.unplaced[0].reason


def placed(made: Content, policy: Policy, unit: UnitConfig | None, *wishes: Wish) -> Placement:
    wanted = ReleaseSet((SetItem(A, "1.0.0", digest("a1")),), wishes)
    return place(wanted, {digest("a1"): made}, policy, unit)


def with_labels(*labels: str, name: str | None = "main", kind: str = "edge", **ratios: float) -> UnitConfig:
    entry = UnitConfigNode(
        Identity(codename=kind), Identity(codename=name) if name else None, None, ResourceRatios(**ratios), labels
    )
    return UnitConfig("1", "1", (entry,))


def test_an_item_that_names_no_runtime_runs_on_the_usual_ones() -> None:
    assert one() == "runc"
    assert one(ItemConfig(runtimes=(RuntimeName("runc"),))) == "runc"


def test_each_filter_gives_its_reason() -> None:
    assert one(labels=("gpu", "cold")) == "labels: no node has cold, gpu"
    assert one(ItemConfig(runtimes=(RuntimeName("wasm"),))) == "runtime: no node has wasm"
    arm = node(msgspec.structs.replace(RUNC, arch_info=ArchInfo("arm64")))
    assert one(policy=arm) == "platform: no node runs linux/amd64"
    other = node(msgspec.structs.replace(RUNC, os_info=OsInfo("zephyr")))
    assert one(policy=other).startswith("platform")
    assert one(ItemConfig(requested_resources={"ram": 2 << 30})) == f"RAM: no node has {2 << 30} bytes free"
    assert one(ItemConfig(requested_resources={"cpu": 30_000})) == "CPU: no node has 30000 DMIPS free"


def test_a_node_takes_no_more_instances_than_it_may() -> None:
    placement = placed(content("a1"), node(msgspec.structs.replace(RUNC, max_instances=2)), None, Wish(A, S, 3))
    assert [s.key.number for s in placement.placed] == [0, 1]
    assert [u.reason for u in placement.unplaced] == ["count: every node has its most instances"]
    assert (
        len(placed(content("a1"), node(msgspec.structs.replace(RUNC, max_instances=0)), None, Wish(A, S, 99)).placed)
        == 99
    )


def test_quotas_count_by_the_ratio_where_nothing_is_requested() -> None:
    gib = ItemConfig(quotas=Quotas(ram_limit=1 << 30, cpu_dmips_limit=20_000))
    placement = placed(content("a1", gib), POLICY, None, Wish(A, S, 3))
    assert (len(placement.placed), placement.unplaced[0].reason[:4]) == (2, "RAM:")
    generous = with_labels(ram=10.0, cpu=10.0)
    assert len(placed(content("a1", gib), POLICY, generous, Wish(A, S, 10)).placed) == 10
    free = msgspec.structs.replace(gib, skip_resource_limits=True)
    assert len(placed(content("a1", free), POLICY, None, Wish(A, S, 30)).placed) == 30


def test_a_runtime_may_have_a_share_of_the_node_only() -> None:
    little = node(msgspec.structs.replace(RUNC, allowed_ram=100, allowed_dmips=50))
    assert one(ItemConfig(requested_resources={"ram": 101}), little).startswith("RAM")
    assert one(ItemConfig(requested_resources={"cpu": 51}), little).startswith("CPU")


def test_labels_come_from_the_unit_configuration_by_name_before_kind() -> None:
    gpu = {"labels": ("gpu",)}
    assert one(unit=with_labels("gpu"), **gpu) == "runc"
    assert one(unit=with_labels("gpu", name=None), **gpu) == "runc"
    assert one(unit=with_labels("gpu", name="other"), **gpu).startswith("labels")
    assert one(unit=with_labels("gpu", name=None, kind="other"), **gpu).startswith("labels")
    assert one(unit=UnitConfig("1", "1"), **gpu).startswith("labels")


@pytest.mark.parametrize("kind", ["native", "scripted"])
def test_a_stand_in_runs_what_was_made_for_containers(kind: str) -> None:
    assert one(policy=node(msgspec.structs.replace(RUNC, runtime_type=kind))) == kind


def test_higher_priority_is_placed_first() -> None:
    policy = node(msgspec.structs.replace(RUNC, max_instances=1))
    wanted = release_set(
        [SetItem(A, "1", digest("a1")), SetItem(B, "1", digest("b1"))], [Wish(A, S, 1), Wish(B, S, 1, priority=5)]
    )
    contents = {digest("a1"): content("a1"), digest("b1"): content("b1")}
    assert [s.key.item for s in place(wanted, contents, policy, None).placed] == ["b"]


# what follows in an update


def small(most: int) -> Policy:
    return node(msgspec.structs.replace(RUNC, max_instances=most))


def test_what_can_not_be_placed_is_failed_with_the_filter_and_the_rest_runs() -> None:
    play = given(policy=small(2)).booted().on(Connected()).receive(target("a1", counts={"a": 3})).pass_time(5)
    assert play.phase() == "idle"
    assert len(play.running) == 2
    [group] = play.statuses()[-1].instances or ()
    assert [i.state for i in group.instances] == ["active", "active", "failed"]
    assert "count" in (group.instances[2].error_info or pytest.fail("no reason")).message
    assert group.instances[2].node.codename == ""


def test_a_bundle_that_does_not_fit_whole_is_held_back_whole() -> None:
    """I5."""
    play = given(policy=small(1)).booted().on(Connected())
    play.receive(target("a1", "b1", bundles=["ab"])).pass_time(5)
    assert (play.running, play.phase()) == ({}, "idle")
    states = {i.item.id: (i.state, i.error_info) for i in play.statuses()[-1].items or ()}
    assert states["a"][0] == states["b"][0] == "failed"
    assert "not placed: count" in str(states["a"][1])
    assert "not placed" in str(play.statuses()[-1].update)
    assert play.pass_time(7200).phase() == "idle"


def test_a_version_that_does_not_fit_leaves_the_old_one_running() -> None:
    play = running("a1")
    play.configs[digest("a2")] = ItemConfig(requested_resources={"ram": 2 << 30})
    play.receive(target("a2")).pass_time(5)
    assert [s.version for s in play.running.values()] == ["1.0.0"]
    play.configs[digest("a3")] = ItemConfig()
    play.receive(target("a3")).pass_time(5)
    assert [s.version for s in play.running.values()] == ["3.0.0"]


# sets


def test_sets_are_cut_where_no_bundle_binds_them() -> None:
    items = [SetItem(ItemId(n), "1", digest(n)) for n in "abcd"]
    old = release_set(items, [], [[ItemId("a"), ItemId("b")]])
    new = release_set(items[:3], [Wish(A, S, 0), Wish(B, S, 1)], [[ItemId("b"), ItemId("c")], [ItemId("c")]])
    parts = swaps(old, new)
    assert [sorted(p.items) for p in parts] == [["a", "b", "c"], ["d"]]
    assert joined(p.new for p in parts) == new
    assert joined(p.old for p in parts) == old
    assert new.wishes == (Wish(B, S, 1),)
