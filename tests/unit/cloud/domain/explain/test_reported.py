"""What the Unit says of itself: every reason that it can give."""

import pytest
from msgspec.structs import replace
from tests.unit.cloud.domain.explain.chains import (
    NOW,
    THEN,
    TICK,
    TOCK,
    UNIT,
    codes,
    document,
    instance,
    item,
    known,
    one,
    reported,
    steps,
    update,
)

from aosedge.cloud.domain.downloads import Coming
from aosedge.cloud.domain.explain.chain import explain
from aosedge.cloud.domain.explain.known import Step
from aosedge.cloud.domain.explain.reported import words_of
from aosedge.cloud.domain.statuses import Actual, Status
from aosedge.model.digests import sha256
from aosedge.model.instants import MINUTE, SECOND, Instant, to_datetime
from aosedge.protocol.messages.from_unit import DownloadProgressAlert, UpdateStatus
from aosedge.protocol.messages.parts import ErrorInfo, Generation, Identity, ItemProgress, Waiting

AWAY = replace(UNIT, connectivity="Offline")
AIM = document(s1="2.0.0")


def last(status: Status | None, **changes: object) -> list[Step]:
    """What follows on the connection, for a Unit that shall have `tick` 2.0.0."""
    unit = replace(UNIT, deployment="updating")
    found = steps(**{"unit": unit, "document": AIM, "status": status, **changes})
    return list(found[[step.kind for step in found].index("target") + 2 :])


def briefly(status: Status | None, **changes: object) -> list[tuple[str, str]]:
    return [(step.code, step.outcome) for step in last(status, **changes)]


def test_a_unit_that_is_away_waits_for_its_connection() -> None:
    updating = replace(AWAY, deployment="updating")
    step = one(
        "offline", unit=updating, document=AIM, status=reported(item(), doing=update(generation=Generation(1, 6)))
    )
    assert (step.outcome, step.at) == ("waiting", THEN)
    never = one("never_connected", unit=replace(updating, last_seen=None, deployment="unknown"), status=None)
    assert (never.outcome, never.at) == ("stopped", None)
    assert codes(unit=replace(updating, last_seen=None, deployment="unknown"), status=None)[-1] == "never_connected"
    assert codes(unit=replace(UNIT, last_seen=None), status=None)[-2:] == ["online", "not_reported"]


def test_a_unit_that_is_away_and_was_as_it_should_be_is_held_up_by_nothing() -> None:
    found = explain(known(unit=AWAY))
    assert ([step.code for step in found.steps][-2:], found.open) == (["offline", "in_sync"], ())


def test_nothing_is_known_before_the_whole_status() -> None:
    assert briefly(None) == [("not_reported", "waiting")]
    assert briefly(reported(item(), whole=False)) == [("not_reported", "waiting")]


def test_a_unit_that_works_on_another_generation_has_not_taken_its_target() -> None:
    (step,) = last(reported(item(), doing=update(generation=Generation(1, 6))))
    assert (step.code, step.reason) == ("not_taken", "it works on generation 1.6 still")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("pending", "pending"),
        ("installing", "installing"),
        ("launching", "launching"),
        ("waiting_active", "waiting_healthy"),
        ("finalizing", "finalizing"),
    ],
)
def test_each_phase_of_an_update_is_told(state: str, code: str) -> None:
    assert briefly(reported(item(), doing=update(state))) == [(code, "waiting")]
    assert last(reported(item(), doing=update(state, "slow")))[0].reason.endswith(": slow")


def loading(error: str = "", done: int = 40, total: int = 100) -> UpdateStatus:
    items = (ItemProgress(Identity(id="s1"), done, total), ItemProgress(Identity(id="s2"), 1, 1))
    return update("downloading", error, items=items)


def alert(
    state: str, reason: str | None = None, error: ErrorInfo | None = None, *, done: int = 7, at: Instant = NOW
) -> DownloadProgressAlert:
    return DownloadProgressAlert(
        timestamp=to_datetime(at), digest=sha256(b""), url="u", downloaded_bytes=done, total_bytes=9,
        state=state, reason=reason, error_info=error,
    )  # type: ignore[arg-type]  # fmt: skip


def came(status: Status, bytes_per_second: int | None, at: Instant = THEN) -> Status:
    return replace(status, actual=replace(status.actual, download=Coming(41, at, bytes_per_second)))


def test_a_download_is_told_with_its_bytes_those_of_the_item_that_is_asked_about() -> None:
    unmeasured = "its rate was not measured"
    assert last(reported(item(), doing=loading()))[0].reason == f"it downloads: 41 of 101 bytes, {unmeasured}"
    assert (
        last(reported(item(), doing=loading()), item=TICK)[0].reason == f"it downloads: 40 of 100 bytes, {unmeasured}"
    )
    assert last(reported(item(), doing=update("downloading")))[0].reason == "it downloads: nothing yet"
    (fast,) = last(came(reported(item(), doing=loading()), 12))
    assert fast.reason == "it downloads: 41 of 101 bytes, 12 bytes a second"
    going = last(reported(item(), doing=loading()), downloads=(alert("started"),))
    assert [step.code for step in going] == ["downloading"]


def test_a_stuck_download_is_told_with_its_bytes_its_rate_and_its_error() -> None:
    (failed,) = last(came(reported(item(), doing=loading("connection refused")), 12))
    assert (failed.code, failed.reason) == (
        "download_stuck",
        "its download is stuck at 41 of 101 bytes, 12 bytes a second until then: connection refused",
    )
    two = (alert("interrupted", "cable"), alert("started", done=2, at=Instant(NOW - 5 * SECOND)))
    (broken,) = last(reported(item(), doing=loading()), downloads=two)
    assert broken.reason == "its download is stuck at 7 of 9 bytes, 1 bytes a second until then: cable"
    (told,) = last(reported(item(), doing=loading()), downloads=(alert("paused", None, ErrorInfo(5, 6)),))
    assert told.reason.endswith("its rate was not measured: error 5, exit code 6")


def test_a_download_is_stuck_when_no_further_byte_comes() -> None:
    later = Instant(THEN + 5 * MINUTE + SECOND)
    assert briefly(reported(item(), doing=loading()), now=later) == [("download_stuck", "waiting")]
    assert briefly(reported(item(), doing=loading(done=100)), now=later) == [("downloading", "waiting")]
    away = replace(AWAY, deployment="updating")
    assert briefly(reported(item(), doing=loading()), now=later, unit=away) == [("downloading", "waiting")]
    talking = came(reported(item(), doing=loading()), 12, Instant(THEN - 6 * MINUTE))
    assert last(talking, now=Instant(THEN + SECOND))[0].reason.endswith("no further byte for 6 min")


def test_units_that_report_no_update_say_by_alerts_that_a_download_is_stuck() -> None:
    plain = Status(Actual(whole=True, items=(item(version="2.0.0", state="downloading"),)), THEN, THEN)
    two = (alert("interrupted", "cable"), alert("started", done=1, at=Instant(NOW - 2 * SECOND)))
    stuck, coming = last(plain, downloads=two)
    assert stuck.reason == "its download is stuck at 7 of 9 bytes, 3 bytes a second until then: cable"
    assert (stuck.code, coming.code) == ("download_stuck", "item_coming")
    assert [step.code for step in last(plain, downloads=(alert("started"),))] == ["item_coming"]
    pending = replace(plain, actual=replace(plain.actual, items=(item(version="2.0.0", state="pending"),)))
    assert [step.code for step in last(pending, downloads=two)] == ["item_coming"]


def test_what_failed_its_health_is_quarantined_and_the_unit_went_back_by_itself() -> None:
    why = "quarantined: not healthy by its deadline; exit code 1"
    status = reported(item(), item(version="2.0.0", state="failed", error=why), doing=update(error=why))
    bad, back = last(status, unit=replace(UNIT, deployment="failed"))
    assert (bad.code, bad.outcome, bad.id, bad.command) == ("quarantined", "stopped", "s1", "aoscore clear tick")
    assert bad.reason == "tick 2.0.0 is quarantined: not healthy by its deadline; exit code 1"
    assert (back.code, back.reason) == ("went_back", "it went back to tick 1.0.0 by itself")


def test_an_item_that_no_node_takes_is_told_with_the_filter() -> None:
    why = "not placed: RAM: no node has 9 bytes free"
    (step,) = last(reported(item(version="2.0.0", state="failed", error=why), doing=update(error=why)))
    assert (step.code, step.reason) == ("not_placed", "no node takes tick 2.0.0: RAM: no node has 9 bytes free")


def test_an_item_that_failed_otherwise_is_told_in_the_units_words() -> None:
    (step,) = last(reported(item(version="2.0.0", state="failed", error="disk full")))
    assert (step.code, step.reason) == ("item_failed", "tick 2.0.0 failed: disk full")
    wordless = item(version="2.0.0", state="failed")
    assert last(reported(wordless, doing=update(error="it broke")))[0].reason == "tick 2.0.0 failed: it broke"
    assert last(reported(wordless, doing=update("installing")))[1].reason == "tick 2.0.0 failed: no reason given"
    named = explain(known(item=TICK, document=AIM, status=reported(wordless, doing=update(error="it broke"))))
    assert (named.state, named.reason) == ("failed", "the Unit gave the target up: it broke")


def test_a_unit_that_gave_up_for_no_single_item_says_why() -> None:
    gone = reported(item(version="2.0.0"), instances=[instance(version="2.0.0")], doing=update(error="no room"))
    assert briefly(gone, unit=replace(UNIT, deployment="failed")) == [("gave_up", "stopped")]
    assert [step.code for step in last(gone, item=TICK)] == ["in_sync"]


def test_units_that_report_no_update_are_told_by_their_items() -> None:
    (coming,) = last(reported(item(version="2.0.0", state="installing"), doing=UpdateStatus("idle")))
    assert (coming.code, coming.reason) == ("item_coming", "tick 2.0.0 is installing")
    absent = Status(replace(reported(item()).actual, update=None), THEN, THEN)
    assert last(absent)[0].reason == "tick 2.0.0 is not there"


def test_what_is_not_in_the_target_is_leaving() -> None:
    status = reported(item(version="2.0.0"), item("s2"), instances=[instance(version="2.0.0")])
    (step,) = last(status)
    assert (step.code, step.reason) == ("leaving", "tock 1.0.0 is not in the target, and is installed")
    assert "leaving" in codes(item=TOCK, status=status)
    assert "leaving" not in codes(item=TICK, status=status)
    own = replace(item(), item=Identity(codename="rootfs"))
    assert briefly(reported(item(version="2.0.0"), own, instances=[instance(version="2.0.0")])) == []


@pytest.mark.parametrize(
    ("state", "node", "code", "outcome", "words"),
    [
        ("activating", "main", "instance_starting", "waiting", "instance 0 of tick starts: why"),
        ("inactive", "main", "instance_resting", "waiting", "instance 0 of tick rests: why"),
        ("failed", "", "instance_unplaced", "stopped", "no node takes instance 0 of tick: why"),
        ("failed", "main", "instance_failed", "stopped", "instance 0 of tick failed: why"),
    ],
)
def test_an_instance_that_is_not_well_says_why(state: str, node: str, code: str, outcome: str, words: str) -> None:
    unwell = reported(item(version="2.0.0"), instances=[instance(state, "why", version="2.0.0", node=node)])
    (step,) = last(unwell, unit=replace(UNIT, deployment="degraded"))
    assert (step.code, step.outcome, step.reason, step.id) == (code, outcome, words, "s1")
    plain = reported(item(version="2.0.0"), instances=[instance(state, version="2.0.0", node=node)])
    assert last(plain)[0].reason == words.removesuffix(": why")


def test_an_instance_that_is_not_there_is_to_be_started() -> None:
    other = instance(version="1.0.0")
    assert briefly(reported(item(version="2.0.0"), instances=[other])) == [("instance_missing", "waiting")]


def test_an_error_without_words_is_told_by_its_codes() -> None:
    assert words_of(None) == "no reason given"
    assert words_of(ErrorInfo(3, 4)) == "error 3, exit code 4"


@pytest.mark.parametrize("cause", ["window", "precondition", "hold"])
def test_what_holds_an_update_is_named_with_what_lets_it_go_on(cause: str) -> None:
    held = Waiting(cause, "install", "so it is", to_datetime(Instant(NOW + MINUTE)))  # type: ignore[arg-type]
    doing = replace(update("pending"), held=held)
    found = next(step for step in last(reported(item(), doing=doing)) if step.code == cause)
    assert (found.outcome, found.reason, found.until) == ("waiting", "it waits: so it is", NOW + MINUTE)
    assert found.next
    endless = replace(doing, held=replace(held, until=None))
    assert next(step for step in last(reported(item(), doing=endless)) if step.code == cause).until is None
