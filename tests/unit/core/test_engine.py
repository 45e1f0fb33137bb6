"""What the engine takes, says and asks for beside its updates."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.unit.core.playbook import CHECK, NODE, Play, content, digest, given, key, running, target

from aosedge.core.domain.effects import Fetch, Persist, PushLogs, SendStatus, Settle
from aosedge.core.domain.events import (
    Collected,
    Connected,
    ContentFailed,
    ContentProgress,
    ContentReady,
    Disconnected,
    LogsPushed,
    NodesSeen,
    StatusLost,
    TimePassed,
)
from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.domain.state import ITEMS_MOST, LOG_REQUESTS_MOST, SETTLED_MOST
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.oci import ItemConfig, RunConfig
from aosedge.protocol.messages import (
    RequestLog,
    StartProvisioningRequest,
    UnitStatus,
)
from aosedge.protocol.messages.from_cloud import DesiredInstance, LogFilter
from aosedge.protocol.messages.from_unit import CoreAlert, DownloadProgressAlert
from aosedge.protocol.messages.parts import Identity

LOGS = RequestLog(correlation_id="c1", log_type="instanceLog", filter=LogFilter())


def statuses(play: Play) -> list[UnitStatus]:
    return [e.status for e in play.of(SendStatus)]


def merged(play: Play) -> dict[str, dict[Any, Any]]:
    """What a cloud knows that takes whole statuses whole and deltas entry by entry."""
    known: dict[str, dict[Any, Any]] = {}
    for status in play.statuses():
        if not status.is_delta_info:
            known = {"items": {}, "instances": {}}
        for item in status.items or ():
            known["items"][item.item.id, item.version] = item.state
        for group in status.instances or ():
            known["instances"][group.item.id, group.version] = [i.state for i in group.instances]
        for name in ("nodes", "unit_config", "update"):
            if (section := getattr(status, name)) is not None:
                known[name] = section
    return known


# statuses


def test_nothing_is_said_without_a_cloud_and_everything_on_connect() -> None:
    play = running("a1")
    assert play.statuses() == []
    [status] = statuses(play.on(Connected()))
    assert not status.is_delta_info
    assert (status.subjects, status.unit_config is not None, len(status.nodes or ())) == ((), True, 1)
    assert status.update is not None
    assert status.update.state == "idle"
    assert play.on(TimePassed()).effects == []


def test_secondary_nodes_are_told_of_and_nothing_is_placed_there() -> None:
    left = msgspec.structs.replace(NODE, identity=Identity(codename="left"), is_connected=True)
    gone = msgspec.structs.replace(left, is_connected=False)
    play = running("a1").on(NodesSeen((gone,))).on(Connected())
    [whole] = play.statuses()
    assert [(n.identity.codename, n.is_connected) for n in whole.nodes or ()] == [("main", True), ("left", False)]
    play.on(NodesSeen((left,)))
    assert play.statuses()[-1] == UnitStatus(is_delta_info=True, nodes=(left,))
    play.receive(target("b1", number=2)).pass_time(5)
    nodes = {i.node.codename for s in play.statuses() for g in s.instances or () for i in g.instances}
    assert "left" not in nodes


def test_deltas_add_up_to_what_is_so() -> None:
    play = given().booted().on(Connected()).receive(target("a1", "b1")).pass_time(5)
    play.receive(target("a2", "c1")).pass_time(5)
    before = merged(play)
    play.on(Disconnected()).on(Connected())
    assert not play.statuses()[-1].is_delta_info
    assert merged(play) == before
    assert before["items"] == {("a", "2.0.0"): "installed", ("c", "1.0.0"): "installed"}
    assert before["instances"] == {("a", "2.0.0"): ["active"], ("c", "1.0.0"): ["active"]}


def test_an_item_that_goes_is_removed_once() -> None:
    play = running("a1", "b1").on(Connected()).receive(target("b1"))
    gone = [i for s in statuses(play) for i in s.items or () if i.state == "removed"]
    assert [i.item.id for i in gone] == ["a"]
    assert not play.settle().statuses()[-1].is_delta_info


def test_a_whole_status_follows_each_update() -> None:
    play = given().booted().on(Connected()).receive(target("a1")).pass_time(5)
    assert [s.is_delta_info for s in play.statuses()].count(False) == 2
    assert not play.statuses()[-1].is_delta_info


def test_a_status_that_nobody_acknowledged_is_said_anew_as_a_whole() -> None:
    play = running("a1").on(Connected()).on(StatusLost())
    assert [s.is_delta_info for s in statuses(play)] == [False]
    assert play.on(Disconnected()).on(StatusLost()).of(SendStatus) == []


def test_an_instance_is_active_once_its_check_says_so() -> None:
    play = given().booted().on(Connected())
    play.configs[digest("a1")] = ItemConfig(health_check=CHECK)
    play.sick.add(digest("a1"))
    play.receive(target("a1")).settle()
    assert merged(play)["instances"] == {("a", "1.0.0"): ["activating"]}
    play.sick.clear()
    play.pass_time(2)
    assert merged(play)["instances"] == {("a", "1.0.0"): ["active"]}


def test_bytes_are_told_at_most_once_a_second() -> None:
    play = given().booted().on(Connected()).receive(target("a1")).on(Collected())
    play.on(ContentProgress(digest("a1"), 10, 100, "http://x"))
    assert play.of(SendStatus)
    play.on(ContentProgress(digest("a1"), 20, 100))
    assert not play.of(SendStatus)
    due = play.engine.due()
    assert due == play.now.mono + 1_000_000
    [status] = statuses(play.later(1.0))
    assert status.update is not None
    assert status.update.items[0].downloaded_bytes == 20
    play.on(ContentProgress(digest("a1"), 30, 100))
    play.on(ContentReady(content("a1"), "http://x"))
    assert statuses(play)[0].update.state == "pending"  # type: ignore[union-attr]


def test_a_held_item_that_is_on_its_way_to_nowhere_is_unknown() -> None:
    play = running("a1").receive(target("a2", "b1"))
    play.on(ContentFailed(digest("a2"), "untrusted", "no"))
    snapshot = play.engine.snapshot(play.now)
    assert snapshot.items[ItemId("a"), "2.0.0"].state == "failed"
    later = running("a1")
    later.engine._updates.state = msgspec.structs.replace(
        later.state,
        target=msgspec.structs.replace(later.state.target, set=play.state.target.set),  # type: ignore[union-attr]
    )
    assert later.engine.snapshot(later.now).items[ItemId("a"), "2.0.0"].state == "unknown"


# alerts


def test_a_download_is_told_as_started_and_finished() -> None:
    play = given().booted().receive(target("a1", "b1")).on(Collected())
    play.on(ContentProgress(digest("a1"), 10, 100, "http://x/a"))
    play.on(ContentProgress(digest("a1"), 60, 100, "http://x/a"))
    play.on(ContentReady(content("a1"), "http://x/a"), ContentReady(content("b1")))
    told = [a for a in play.alerts() if isinstance(a, DownloadProgressAlert)]
    assert [(a.state, a.url, a.downloaded_bytes) for a in told] == [
        ("started", "http://x/a", 10),
        ("finished", "http://x/a", 100),
    ]


def test_a_download_that_ends_early_is_interrupted_with_its_reason() -> None:
    play = given().booted().receive(target("a1")).on(Collected())
    play.on(ContentProgress(digest("a1"), 10, 100), ContentProgress(digest("a1"), 60, 100))
    play.on(ContentFailed(digest("a1"), "unavailable", "cable pulled"))
    play.later(1)
    assert play.of(Fetch)
    told = [a for a in play.alerts() if isinstance(a, DownloadProgressAlert)]
    assert [(a.state, a.reason, a.downloaded_bytes, a.total_bytes) for a in told] == [
        ("started", None, 10, 100),
        ("interrupted", "cable pulled", 60, 100),
    ]


# messages


def test_a_log_request_is_durable_before_it_is_acknowledged_and_asked_until_it_is_answered() -> None:
    """I4."""
    play = running("a1").receive(LOGS)
    assert [type(e) for e in play.effects] == [Persist, Settle, PushLogs]
    assert not play.on(TimePassed()).of(PushLogs)
    again = Play(play.state).on(TimePassed())
    assert [e.correlation_id for e in again.of(PushLogs)] == ["c1"]
    again.on(LogsPushed("c1"))
    assert again.state.questions == ()
    again.receive(msgspec.structs.replace(LOGS, correlation_id="c2"), txn="fresh")
    assert [e.correlation_id for e in again.of(PushLogs)] == ["c2"]


def test_requests_and_txns_are_kept_within_bounds() -> None:
    """I12."""
    play = running("a1")
    for number in range(200):
        play.receive(msgspec.structs.replace(LOGS, correlation_id=f"c{number}"))
    assert len(play.state.questions) == LOG_REQUESTS_MOST
    assert len(play.state.settled) == SETTLED_MOST


def test_what_this_unit_can_not_do_is_told() -> None:
    play = running("a1")
    nobody = Identity(codename="n")
    play.receive(StartProvisioningRequest(node=nobody, password="p"))
    [alert] = [a for a in play.alerts() if isinstance(a, CoreAlert)]
    assert "StartProvisioningRequest" in alert.message
    play.receive(msgspec.structs.replace(LOGS, correlation_id=None))
    assert play.state.questions == ()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            target("a1", instances=(DesiredInstance(Identity(id="z"), Identity(id="s"), num_instances=1),)),
            "does not have",
        ),
        (target("a1", counts={"a": -1}), "negative number"),
        (target("a1", instances=target("a1").instances * 2), "one entry for each"),
        (
            target("a1", items=(msgspec.structs.replace(target("a1").items[0], item=Identity()),), instances=()),
            "with a name",
        ),
        (target("a1", counts={"a": 5000}), "too many"),
        (
            target("a1", items=(msgspec.structs.replace(target("a1").items[0], item=Identity(id="a", type="oem")),)),
            "kind",
        ),
        (target("a1", items=(msgspec.structs.replace(target("a1").items[0], index_digest="md5:1"),)), "not a digest"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused_with_its_place(message: Any, words: str) -> None:
    play = running("a1")
    before = play.state
    play.receive(message)
    assert (play.state.target, play.phase()) == (before.target, "idle")
    assert words in str(play.alerts())


def test_too_many_items_are_refused() -> None:
    """I12."""
    item = target("a1").items[0]
    items = tuple(msgspec.structs.replace(item, item=Identity(id=f"i{n}")) for n in range(ITEMS_MOST + 1))
    play = running("a1").receive(target(items=items))
    assert "too many" in str(play.alerts())


def test_items_may_be_named_by_codename_and_have_no_instances() -> None:
    item = msgspec.structs.replace(target("a1").items[0], item=Identity(codename="a"))
    wish = DesiredInstance(Identity(codename="a"), Identity(codename="s"), num_instances=0)
    play = given().booted().receive(target(items=(item,), instances=(wish,))).pass_time(5)
    assert (play.phase(), play.running) == ("idle", {})
    assert [i.item for i in play.state.good.items] == ["a"]


# determinism


def test_the_same_events_have_the_same_effects() -> None:
    def run() -> list[object]:
        play = given().booted().on(Connected()).receive(target("c1", "a1", "b1", bundles=["cab"])).pass_time(5)
        play.receive(target("b2", "a1")).pass_time(100)
        return [*play.all, play.state]

    assert run() == run()


def test_an_instance_has_a_name_and_its_specification_a_digest_of_all_of_it() -> None:
    key_ = InstanceKey(ItemId("a"), SubjectId("s"), 2)
    assert str(key_) == "a/s/2"
    spec = InstanceSpec(key_, "a", "1", digest("a"), (), (), RunConfig(), ItemConfig(), "runc")
    other = msgspec.structs.replace(spec, config=ItemConfig(offline_ttl=timedelta(1)))
    assert spec.digest() == msgspec.structs.replace(spec).digest() != other.digest()


def test_who_runs_and_what_the_node_is_called_can_be_asked() -> None:
    play = running("a1")
    assert [s.key for s in play.engine.specs()] == [key("a")]
    assert play.engine.node_name == "main"
