"""The update machine with content that does not come, or comes spoiled."""

from tests.unit.core.playbook import (
    POLICY,
    content,
    digest,
    running,
    target,
    versions,
)

from aosedge.core.domain.effects import (
    Fetch,
    Install,
    Report,
)
from aosedge.core.domain.events import (
    Connected,
    ContentFailed,
    ContentProgress,
    ContentReady,
    Installed,
    InstallFailed,
)


def test_content_that_can_never_be_right_is_quarantined_and_nothing_else_waits_for_it() -> None:
    """I1."""
    play = running("a1").receive(target("a2", "b1")).on()
    play.on(ContentFailed(digest("a2"), "untrusted", "not what its digest says")).pass_time(10)
    assert (versions(play), play.phase()) == ({"a": "1.0.0", "b": "1.0.0"}, "idle")
    assert [q.digest for q in play.state.quarantine] == [digest("a2")]
    play.on(ContentFailed(digest("a2"), "untrusted", "late"), ContentReady(content("a2")))
    assert play.phase() == "idle"


def test_a_download_without_a_cloud_waits_for_the_cloud() -> None:
    play = running("a1").receive(target("a2"))
    for _ in range(20):
        play.on(ContentFailed(digest("a2"), "unavailable", "no cloud"))
        play.later(400)
        assert [e.index_digest for e in play.of(Fetch)] == [digest("a2")]
    play.on(ContentFailed(digest("a2"), "unavailable", "no cloud")).on(Connected())
    assert [e.index_digest for e in play.of(Fetch)] == [digest("a2")]
    play.pass_time(5)
    assert versions(play) == {"a": "2.0.0"}


def test_a_full_disk_is_tried_again_with_patience_and_reported() -> None:
    """I12, and the running set stays."""
    play = running("a1").on(Connected()).receive(target("a2"))
    for _ in range(POLICY.fetch_attempts):
        assert play.of(Fetch)
        play.on(ContentFailed(digest("a2"), "disk", "no room"))
        if play.phase() == "downloading":
            assert "no room" in str(play.statuses()[-1].items)
            play.later(10)
    play.settle(Fetch)
    assert (play.phase(), versions(play)) == ("idle", {"a": "1.0.0"})
    whole = play.statuses()[-1]
    assert not whole.is_delta_info
    assert [i.state for i in whole.items or () if i.version == "2.0.0"] == ["failed"]
    play.later(61)
    assert play.of(Fetch)
    play.on(ContentFailed(digest("a2"), "disk", "no room")).settle(Fetch)
    play.later(61)
    assert not play.of(Fetch)
    play.later(60).pass_time(5)
    assert versions(play) == {"a": "2.0.0"}


def test_layers_that_mean_harm_are_quarantined() -> None:
    play = running("a1").receive(target("a2")).on(ContentReady(content("a2")))
    assert play.of(Install)
    play.on(InstallFailed(digest("a2"), "untrusted", "path traversal")).settle()
    assert ([q.digest for q in play.state.quarantine], play.phase()) == ([digest("a2")], "idle")
    play.on(InstallFailed(digest("a2"), "untrusted", "late"))
    assert play.effects == []


def test_content_that_is_spoiled_on_the_disk_is_fetched_again() -> None:
    play = running("a1").receive(target("a2")).on(ContentReady(content("a2")))
    play.on(InstallFailed(digest("a2"), "unavailable", "spoiled"))
    assert play.phase() == "downloading"
    play.later(1.5)
    assert play.of(Fetch)
    play.pass_time(5)
    assert versions(play) == {"a": "2.0.0"}


def test_unpacking_on_a_full_disk_is_tried_again_without_a_new_download() -> None:
    play = running("a1").receive(target("a2")).on(ContentReady(content("a2")))
    play.on(InstallFailed(digest("a2"), "disk", "no room"))
    assert (play.phase(), play.effects) == ("installing", [])
    play.later(1.5)
    assert play.of(Install)
    play.on(Installed(digest("b9")), Installed(digest("a2"))).pass_time(5)
    assert versions(play) == {"a": "2.0.0"}


def test_progress_of_what_nobody_waits_for_counts_for_nothing() -> None:
    play = running("a1").on(ContentProgress(digest("a2"), 1, 2))
    assert play.effects == [] or [type(e) for e in play.effects] == [Report]
