"""The update machine: from a target to a healthy set, and back by itself."""

from datetime import timedelta

import pytest
from tests.unit.core.playbook import (
    CHECK,
    CHECKED,
    FRESH,
    POLICY,
    UNIT,
    Play,
    content,
    digest,
    given,
    key,
    running,
    target,
    versions,
)

from aosedge.core.domain.effects import (
    Arrange,
    CancelFetch,
    Collect,
    Fetch,
    Install,
    Persist,
    Refuse,
    Report,
    SendStatus,
    Settle,
    Start,
    Stop,
)
from aosedge.core.domain.events import (
    Collected,
    Connected,
    ContentReady,
    FoundInstances,
    Installed,
    InstanceExited,
    QuarantineCleared,
    Received,
)
from aosedge.core.domain.instances import Found
from aosedge.core.domain.state import Phase, State
from aosedge.model.ids import SystemId, Txn
from aosedge.model.oci import ItemConfig, RunParameters
from aosedge.protocol.messages.from_cloud import UnitConfig
from aosedge.protocol.messages.from_unit import CoreAlert, UpdateItemInstanceAlert
from aosedge.protocol.messages.parts import Generation


def test_a_target_goes_through_every_phase_and_each_is_durable_before_it_acts() -> None:
    play = given().booted().expect(Arrange).settle().receive(target("a1", number=1))
    assert [type(e) for e in play.effects] == [Persist, Settle, Collect]
    assert play.phase() == "downloading"
    play.on(Collected()).expect(Fetch)
    play.on(ContentReady(content("a1"))).expect(Persist, Install)
    assert play.phase() == "installing"
    play.on(Installed(digest("a1"))).expect(Persist, Arrange)
    assert play.phase() == "launching"
    play.settle()
    assert play.phase() == "waiting_active"
    play.pass_time(3)
    assert play.phase() == "idle"
    assert versions(play) == {"a": "1.0.0"}
    phases: list[Phase | None] = [s.update.phase if s.update else None for s in play.persisted()]
    assert phases == [
        "downloading", "installing", "launching", "waiting_active", "finalizing", None,
    ]  # fmt: skip


def test_an_equal_target_does_nothing_and_a_higher_generation_of_it_only_lifts_the_floor() -> None:
    play = running("a1")
    play.receive(target("a1", number=7)).expect(Persist, Settle)
    assert (play.state.floor, play.phase()) == (Generation(1, 7), "idle")
    play.receive(target("a1", number=7))
    assert [type(e) for e in play.effects] == [Persist, Settle]
    assert play.state.floor == Generation(1, 7)


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (target("a2", number=4), "older target"),
        (target("a2"), "without generation"),
        (target("a2", number=5), "another content of the same generation"),
        (target("a1", "a2", number=6), "one entry for each"),
    ],
)
def test_a_target_that_may_not_be_is_settled_reported_and_changes_nothing(later: object, words: str) -> None:
    """I2: a generation never goes down and names one content."""
    play = given().booted().settle().receive(target("a1", number=5)).pass_time(5)
    before = play.state
    play.receive(later)
    assert [type(e) for e in play.effects] == [Persist, Settle, Report]
    assert play.state.target == before.target
    assert play.state.good == before.good
    [alert] = [a for a in play.alerts() if isinstance(a, CoreAlert)]
    assert words in alert.message


def test_a_newer_target_cancels_the_running_update() -> None:
    play = given().booted().settle().receive(target("a1", "b1", number=1)).on(Collected())
    play.receive(target("b1", "c1", number=2))
    assert [e.index_digest for e in play.of(CancelFetch)] == [digest("a1")]
    assert not play.of(Fetch)
    assert play.phase() == "downloading"
    play.on(Collected())
    assert {e.index_digest for e in play.of(Fetch)} == {digest("c1")}
    play.on(ContentReady(content("a1")))
    assert play.state.contents == ()
    play.on(ContentReady(content("b1"))).on(ContentReady(content("c1"))).pass_time(5)
    assert versions(play) == {"b": "1.0.0", "c": "1.0.0"}


def test_a_newer_target_while_the_new_set_starts_brings_the_good_set_back_first() -> None:
    play = running("a1", configs={"a2": CHECKED})
    play.sick.add(digest("a2"))
    play.receive(target("a2")).settle()
    assert (play.phase(), versions(play)) == ("waiting_active", {"a": "2.0.0"})
    play.receive(target("a3"))
    assert [e.key for e in play.of(Stop)] == [key("a")]
    play.settle(Fetch)
    assert (play.phase(), versions(play)) == ("downloading", {"a": "1.0.0"})


def test_an_unhealthy_version_is_left_by_its_deadline_and_quarantined_by_digest() -> None:
    """I7, I8."""
    play = running("a1", configs={"a2": CHECKED})
    play.sick.add(digest("a2"))
    play.receive(target("a2")).pass_time(59)
    assert versions(play).get("a", "2.0.0") == "2.0.0"
    assert play.phase() in ("launching", "waiting_active")
    play.pass_time(10)
    assert (play.phase(), versions(play)) == ("idle", {"a": "1.0.0"})
    assert [q.digest for q in play.state.quarantine] == [digest("a2")]
    words = [a.message for a in play.alerts() if isinstance(a, UpdateItemInstanceAlert)]
    assert any("not healthy by its deadline" in w and "status 500" in w for w in words)
    asked = len(play.all)
    play.pass_time(7200)
    assert not [e for e in play.all[asked:] if isinstance(e, Fetch | Install | Start)]


def test_quarantined_content_is_not_tried_with_another_generation_but_without_it_is_forgotten() -> None:
    play = running("a1", configs={"a2": CHECKED})
    play.sick.add(digest("a2"))
    play.receive(target("a2")).pass_time(80)
    play.receive(target("a2", "b1")).pass_time(10)
    assert (versions(play), play.phase()) == ({"a": "1.0.0", "b": "1.0.0"}, "idle")
    play.receive(target("a3", "b1")).pass_time(10)
    assert play.state.quarantine == ()
    play.sick.clear()
    play.receive(target("a2", "b1")).pass_time(10)
    assert versions(play) == {"a": "2.0.0", "b": "1.0.0"}


@pytest.mark.parametrize("which", [None, digest("a2")])
def test_a_person_may_allow_failed_content_again(which: object) -> None:
    play = running("a1", configs={"a2": CHECKED})
    play.sick.add(digest("a2"))
    play.receive(target("a2")).pass_time(80)
    play.sick.clear()
    play.on(QuarantineCleared(digest("b9"))).pass_time(5)
    assert versions(play) == {"a": "1.0.0"}
    play.on(QuarantineCleared(which)).pass_time(5)
    assert (versions(play), play.phase()) == ({"a": "2.0.0"}, "idle")


def test_a_poison_item_blocks_itself_only() -> None:
    play = running("a1", "b1", configs={"a2": CHECKED})
    play.sick.add(digest("a2"))
    play.receive(target("a2", "b2", "c1")).pass_time(80)
    assert versions(play) == {"a": "1.0.0", "b": "2.0.0", "c": "1.0.0"}
    assert play.phase() == "idle"


def test_a_bundle_is_active_whole_or_not_at_all() -> None:
    """I5."""
    play = running("a1", "b1", bundles=["ab"], configs={"b2": CHECKED})
    play.sick.add(digest("b2"))
    play.receive(target("a2", "b2", bundles=["ab"])).pass_time(80)
    assert versions(play) == {"a": "1.0.0", "b": "1.0.0"}
    assert [q.digest for q in play.state.quarantine] == [digest("b2")]


def test_items_that_were_a_bundle_go_back_together_even_if_the_target_parts_them() -> None:
    play = running("a1", "b1", bundles=["ab"], configs={"b2": CHECKED})
    play.sick.add(digest("b2"))
    play.receive(target("a2", "b2")).pass_time(80)
    assert versions(play) == {"a": "1.0.0", "b": "1.0.0"}


def test_a_first_item_that_fails_is_gone_again() -> None:
    play = given().booted()
    play.configs[digest("a1")] = CHECKED
    play.sick.add(digest("a1"))
    play.receive(target("a1")).pass_time(80)
    assert (play.running, play.phase(), play.state.good.items) == ({}, "idle", ())


def test_a_change_without_new_content_that_fails_is_quarantined_as_a_whole() -> None:
    play = running("a1", configs={"a1": CHECKED})
    play.sick.add(digest("a1"))
    play.receive(target("a1", counts={"a": 2})).pass_time(200)
    assert len(play.state.quarantine) == 1
    assert play.state.quarantine[0].digest != digest("a1")
    assert (play.phase(), [w.count for w in play.state.good.wishes]) == ("idle", [1])
    asked = len([e for e in play.all if isinstance(e, Fetch)])
    play.receive(target("a1", counts={"a": 2})).pass_time(10)
    assert len([e for e in play.all if isinstance(e, Fetch)]) == asked


def test_a_crash_loop_fails_the_update_before_its_deadline() -> None:
    burst = ItemConfig(
        run_parameters=RunParameters(start_interval=timedelta(minutes=1), start_burst=1), health_check=CHECK
    )
    play = running("a1", configs={"a2": burst})
    play.sick.add(digest("a2"))
    play.receive(target("a2")).settle()
    spec = play.running[key("a")]
    play.on(InstanceExited(spec.key, spec.digest(), 3)).settle()
    assert versions(play) == {"a": "1.0.0"}
    [alert] = [a for a in play.alerts() if isinstance(a, UpdateItemInstanceAlert) and "last good" in a.message]
    assert "crash loop" in alert.message
    assert "exited with 3" in alert.message


def test_a_good_set_that_no_longer_works_ends_the_update_all_the_same() -> None:
    play = running("a1", configs={"a1": CHECKED, "a2": CHECKED})
    play.sick |= {digest("a1"), digest("a2")}
    play.receive(target("a2")).pass_time(400)
    assert (play.phase(), [i.version for i in play.state.good.items]) == ("idle", ["1.0.0"])


def test_a_set_that_takes_the_unit_down_again_and_again_is_given_up() -> None:
    """I7: not for ever, power cuts included."""
    play = running("a1")
    state = play.receive(target("a2")).settle().state
    assert play.phase() == "waiting_active"
    for _ in range(POLICY.launches_most):
        again = Play(state)
        again.booted(Found(key("a"), digest("?"), alive=False)).settle()
        state = again.state
    assert [q.digest for q in state.quarantine] == [digest("a2")]
    again.pass_time(10)
    assert (again.phase(), versions(again)) == ("idle", {"a": "1.0.0"})


@pytest.mark.parametrize("steps", range(8))
def test_an_agent_that_ends_at_any_step_goes_on(steps: int) -> None:
    """I4, I13: what is durable is enough to go on with; nothing is started twice."""
    play = given().booted().settle()
    play.receive(target("a1"))
    for _ in range(steps):
        play.on(*[a for e in play.effects for a in play.answer(e)])
    again = Play(play.state)
    again.running = dict(play.running)
    found = tuple(Found(k, s.digest(), alive=True) for k, s in again.running.items())
    again.on(FoundInstances(found)).pass_time(10)
    assert (again.phase(), versions(again)) == ("idle", {"a": "1.0.0"})
    if found:
        assert not [e for e in again.all if isinstance(e, Start | Stop)]


def test_an_update_that_only_removes_is_over_at_once() -> None:
    play = running("a1", "b1")
    play.receive(target("b1")).settle()
    assert (versions(play), play.phase()) == ({"b": "1.0.0"}, "idle")
    assert [i.item for i in play.state.good.items] == ["b"]
    assert {c.index_digest for c in play.state.contents} == {digest("b1")}


def test_garbage_is_collected_but_never_what_is_needed() -> None:
    """I8, I12."""
    play = running("a1")
    play.receive(target("a2")).pass_time(5)
    assert [e.keep for e in play.all if isinstance(e, Collect)] == [frozenset({digest("a2")})]
    play.receive(target("a3"))
    play.receive(target("a4"))
    assert [e.keep for e in play.of(Collect)] == [frozenset({digest("a2"), digest("a4")})]
    assert not play.of(Fetch)
    play.pass_time(5)
    assert versions(play) == {"a": "4.0.0"}


def test_content_is_not_fetched_while_any_garbage_is_collected() -> None:
    play = running("a1").receive(target("a2")).settle(Collect)
    play.later(3)
    assert play.phase() == "finalizing"
    play.receive(target("a3"))
    assert (play.phase(), play.of(Fetch)) == ("downloading", [])
    play.on(Collected())
    assert play.of(Fetch) == []
    play.on(Collected())
    assert play.of(Fetch)
    play.pass_time(5)
    assert versions(play) == {"a": "3.0.0"}


def test_a_message_for_another_unit_is_refused_and_changes_nothing() -> None:
    """I9."""
    play = running("a1").receive(target("a2"), SystemId("unit-2")).expect(Refuse)
    assert play.phase() == "idle"


def test_a_message_that_comes_again_counts_once() -> None:
    """I6."""
    play = given().booted().settle()
    message = Received(Txn("same"), UNIT, target("a1", number=1))
    play.on(message)
    assert play.of(Settle)
    before = play.state
    play.on(message).expect(Settle)
    assert play.state is before
    again = Play(before).on(message)
    assert isinstance(again.effects[0], Settle)
    assert again.state is before


def test_a_generation_is_the_floor_for_good() -> None:
    play = given(State(unit=UNIT, floor=Generation(2, 1))).booted().settle()
    play.receive(target("a1", number=9))
    assert play.phase() == "idle"
    assert FRESH.floor is None


def test_the_unit_configuration_is_kept_where_a_target_has_none() -> None:
    play = running("a1").receive(target("a1", unit_config=UnitConfig("7", "7")))
    play.receive(target("a1", "b1"))
    assert play.state.unit_config == UnitConfig("7", "7")
    play.on(Connected())
    [status] = [e.status for e in play.of(SendStatus)]
    assert status.unit_config is not None
    assert (status.unit_config[0].state, status.unit_config[0].version) == ("installed", "7")
