"""The update machine where its instances may not run, or not yet."""

from datetime import timedelta

import msgspec
from tests.unit.core.playbook import (
    CHECK,
    Play,
    digest,
    given,
    running,
    target,
    versions,
)

from aosedge.core.domain.effects import (
    Fetch,
    Start,
)
from aosedge.core.domain.events import (
    Connected,
    Disconnected,
)
from aosedge.model.oci import ItemConfig
from aosedge.protocol.messages.from_cloud import DesiredNode
from aosedge.protocol.messages.parts import Identity


def test_a_paused_node_runs_nothing_and_takes_up_again() -> None:
    paused = (DesiredNode(Identity(codename="main"), "paused"),)
    play = running("a1").on(Connected())
    play.receive(target("a1", nodes=paused)).settle()
    assert play.running == {}
    assert play.statuses()[-1].instances[0].instances[0].state == "inactive"  # type: ignore[index]
    play.receive(target("a2", nodes=paused)).pass_time(100)
    assert (play.running, play.phase()) == ({}, "installing")
    play.receive(target("a2")).pass_time(10)
    assert versions(play) == {"a": "2.0.0"}


def test_a_pause_survives_a_restart() -> None:
    paused = (DesiredNode(Identity(codename="main"), "paused"),)
    play = running("a1").receive(target("a1", nodes=paused)).settle()
    again = given(play.persisted()[-1]).booted().on(Connected()).pass_time(100)
    assert again.running == {}
    assert [node.state for node in again.statuses()[-1].nodes or ()] == ["paused"]
    again.receive(target("a1"), txn="another").pass_time(10)
    assert versions(again) == {"a": "1.0.0"}


def test_pausing_another_node_rests_nothing_here() -> None:
    play = running("a1")
    play.receive(target("a1", nodes=(DesiredNode(Identity(codename="left"), "paused"),))).pass_time(10)
    assert versions(play) == {"a": "1.0.0"}


def test_an_update_waits_for_the_cloud_where_its_instances_may_not_run_without() -> None:
    short = ItemConfig(offline_ttl=timedelta(seconds=30))
    play = given().booted().on(Connected())
    play.configs |= {digest("a1"): short, digest("a2"): short}
    play.receive(target("a1")).pass_time(5)
    play.receive(target("a2")).settle(Fetch).on(Disconnected()).later(31).pass_time(100)
    assert (play.phase(), play.running) == ("installing", {})
    play.on(Connected()).settle()
    assert play.phase() == "waiting_active"
    play.on(Disconnected())
    play.sick.clear()
    play.later(1).pass_time(10)
    assert (play.phase(), versions(play)) == ("idle", {"a": "2.0.0"})


def test_an_update_does_not_fail_because_its_instances_have_to_rest() -> None:
    short = ItemConfig(offline_ttl=timedelta(seconds=5), health_check=CHECK)
    play = given().booted().on(Connected())
    play.configs[digest("a1")] = short
    play.sick.add(digest("a1"))
    play.receive(target("a1")).settle().on(Disconnected()).pass_time(300)
    assert (play.running, play.state.quarantine) == ({}, ())
    assert play.phase() in ("launching", "waiting_active")
    play.sick.clear()
    play.on(Connected()).pass_time(10)
    assert (play.phase(), versions(play)) == ("idle", {"a": "1.0.0"})


def test_nothing_is_launched_before_the_runtime_has_said_what_it_has() -> None:
    play = given().receive(target("a1")).settle()
    assert play.phase() == "installing"
    play.booted().pass_time(10)
    assert versions(play) == {"a": "1.0.0"}
    late = Play(msgspec.structs.replace(play.state, update=None))
    assert late.receive(target("a1")).of(Start) == []


def test_the_launch_goes_on_only_when_the_runtime_has_said_what_it_has() -> None:
    play = running("a1").receive(target("a2")).settle()
    again = Play(play.state).later(1000)
    assert (again.phase(), again.state.quarantine) == ("waiting_active", ())
    again.booted().pass_time(5)
    assert versions(again) == {"a": "2.0.0"}
