"""The machine of a Verification Batch: every state, every refusal."""

import pytest
from msgspec.structs import replace

from aosedge.cloud.domain.verification.events import (
    Approve,
    BeginTrial,
    Cancel,
    EndTrial,
    Event,
    Reject,
    Resolved,
    Revoke,
    Torn,
    Tried,
    Untriable,
)
from aosedge.cloud.domain.verification.gating import hindrance
from aosedge.cloud.domain.verification.state import (
    OPEN,
    Batch,
    BatchState,
    Criteria,
    Resolution,
    Trial,
    checked,
    checked_comment,
)
from aosedge.cloud.domain.verification.stepping import Step, step
from aosedge.model.digests import Digest, sha256
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import BatchId, BundleId, CampaignId, FleetId, OrgId, UserId
from aosedge.model.instants import Instant

NOW = Instant(1_000)
AMD, ARM = sha256(b"amd64"), sha256(b"arm64")
CONTENT: dict[str, Digest] = {"amd64": AMD, "arm64": ARM}
ANN, BEN, CAT = UserId("ann"), UserId("ben"), UserId("cat")
BATCH = Batch(BatchId("b"), OrgId("oem"), BundleId("bundle"), Instant(1), ANN, BEN)
FINE = Resolution(None, "gateway", "resolved", ("amd64", "arm64"))
RUNS = Trial(CampaignId("c"), "running")
DONE = Trial(CampaignId("c"), "completed", 3, 3)


def after(*events: Event, batch: Batch = BATCH) -> Step:
    done = Step(batch)
    for event in events:
        done = step(done.batch, event, NOW)
    return done


def resolved(*, sets: bool = False, batch: Batch = BATCH) -> Batch:
    return after(Resolved((FINE,), CONTENT, sets), batch=batch).batch


def approved(batch: Batch, by: UserId = CAT) -> Step:
    return after(Approve(by, "amd64", AMD), Approve(by, "arm64", ARM, " fine "), batch=batch)


def test_a_bundle_that_resolves_waits_for_approval_of_each_architecture() -> None:
    batch = resolved()
    assert (batch.state, batch.unapproved) == ("awaiting_approval", ("amd64", "arm64"))
    half = after(Approve(CAT, "amd64", AMD), batch=batch).batch
    assert (half.state, half.unapproved) == ("awaiting_approval", ("arm64",))


def test_without_a_verification_set_approval_is_enough() -> None:
    batch = approved(resolved()).batch
    assert (batch.state, batch.reason) == ("passed", "approved; there is no verification set")
    assert [move.state for move in batch.moves] == ["awaiting_approval", "verifying", "passed"]
    assert batch.approvals[1].comment == "fine"


def test_units_of_verification_sets_take_it_before_approval() -> None:
    assert after(Resolved((FINE,), CONTENT, sets=True)).effects == (BeginTrial(),)
    assert after(Resolved((FINE,), CONTENT, sets=False)).effects == ()


def test_a_batch_passes_when_it_is_approved_and_its_trial_is_through() -> None:
    approved_first = after(Tried(DONE), batch=approved(after(Tried(RUNS), batch=resolved()).batch).batch).batch
    tried_first = approved(after(Tried(RUNS), Tried(DONE), batch=resolved()).batch).batch
    assert approved_first.state == tried_first.state == "passed"
    assert tried_first.reason == "3 of 3 Units succeeded, 0 failed"


def test_while_its_trial_runs_an_approved_batch_verifies_and_says_why() -> None:
    soaking = replace(RUNS, reason="soaking")
    batch = after(Tried(soaking), batch=approved(after(Tried(RUNS), batch=resolved()).batch).batch).batch
    assert (batch.state, batch.reason) == ("verifying", "soaking")


@pytest.mark.parametrize("state", ["halted", "cancelled", "rolling_back", "rolled_back"])
def test_a_trial_that_stops_fails_the_batch_approved_or_not(state: str) -> None:
    broken = Trial(CampaignId("c"), state, 2, 1, 1, "1 of 2 failed")  # type: ignore[arg-type]
    for batch in (resolved(), approved(after(Tried(RUNS), batch=resolved()).batch).batch):
        failed = after(Tried(broken), batch=batch)
        assert (failed.batch.state, failed.effects) == ("failed", ())
        assert failed.batch.reason.endswith(": 1 of 2 failed")


def test_a_trial_that_nobody_took_shows_nothing() -> None:
    empty = Trial(CampaignId("c"), "completed")
    assert after(Tried(empty), batch=resolved()).batch.state == "failed"


def test_what_the_trial_does_after_the_end_counts_for_nothing() -> None:
    passed = approved(resolved()).batch
    assert after(Tried(RUNS), Untriable("x"), Torn(), batch=passed) == Step(passed)


def test_a_trial_that_cannot_begin_and_a_bundle_that_is_torn_fail_the_batch() -> None:
    assert after(Untriable("why"), batch=resolved()).batch.reason == "why"
    torn = after(Torn(), batch=after(Tried(RUNS), batch=resolved()).batch)
    assert torn.batch.state == "failed"
    assert torn.effects == (EndTrial("its batch is failed"),)


def test_what_cannot_be_resolved_fails_with_the_chain() -> None:
    wrong = Resolution(None, "gateway", "unsatisfiable", ("amd64",), chain=("a 1 needs b 2", "b has 1"))
    batch = after(Resolved((FINE, wrong), CONTENT, sets=True))
    assert (batch.batch.state, batch.effects) == ("failed", ())
    assert "gateway: a 1 needs b 2 > b has 1" in batch.batch.reason
    foreign = Resolution(None, "gateway", "not_for_it", chain=("no image",))
    assert "none of your target systems" in after(Resolved((foreign,), {}, sets=True)).batch.reason


def test_resolved_twice_is_resolved_once() -> None:
    batch = resolved()
    assert after(Resolved((), {}, sets=True), batch=batch) == Step(batch)


def test_an_approval_is_bound_to_what_was_looked_at() -> None:
    with pytest.raises(Conflict, match="not what the batch is about"):
        after(Approve(CAT, "amd64", ARM), batch=resolved())
    with pytest.raises(Invalid, match="not for this architecture"):
        after(Approve(CAT, "riscv64", ARM), batch=resolved())
    with pytest.raises(Conflict, match="approved already"):
        after(Approve(CAT, "amd64", AMD), Approve(BEN, "amd64", AMD), batch=resolved())
    with pytest.raises(Conflict, match="cannot approve a batch that is resolving"):
        after(Approve(CAT, "amd64", AMD))


@pytest.mark.parametrize(("who", "words"), [(ANN, "made the batch"), (BEN, "uploaded the bundle")])
def test_with_four_eyes_neither_maker_nor_uploader_approves(who: UserId, words: str) -> None:
    strict = resolved(batch=replace(BATCH, four_eyes=True))
    with pytest.raises(Conflict, match=words):
        approved(strict, who)
    assert approved(strict).batch.state == approved(resolved(), who).batch.state == "passed"


def test_an_approval_is_taken_back_until_a_campaign_has_started() -> None:
    passed = approved(resolved()).batch
    with pytest.raises(Conflict, match="a campaign has started"):
        after(Revoke(CAT, "amd64", campaign="spring"), batch=passed)
    back = after(Revoke(ANN, "amd64", "second thoughts"), batch=passed).batch
    assert (back.state, back.unapproved) == ("awaiting_approval", ("amd64",))
    assert back.approvals[0].revoked_comment == "second thoughts"
    with pytest.raises(Conflict, match="not approved"):
        after(Revoke(ANN, "amd64"), batch=back)
    still = after(Revoke(ANN, "arm64"), batch=back).batch
    assert len(still.moves) == len(back.moves)
    assert approved(still).batch.state == "passed"


def test_rejecting_says_why_and_brings_units_back() -> None:
    tried = after(Tried(RUNS), batch=resolved()).batch
    gone = after(Reject(CAT, "it blinks"), batch=tried)
    assert (gone.batch.state, gone.batch.reason) == ("rejected", "it blinks")
    assert gone.effects == (EndTrial("its batch is rejected"),)
    with pytest.raises(Invalid, match="says why"):
        after(Reject(CAT, " "), batch=tried)
    with pytest.raises(Conflict, match="cannot reject"):
        after(Reject(CAT, "late"), batch=approved(resolved()).batch)


def test_cancelling_twice_is_cancelling_once() -> None:
    once = after(Cancel(CAT)).batch
    assert once.state == "cancelled"
    assert after(Cancel(BEN, "again"), batch=once) == Step(once)
    assert after(Cancel(CAT), batch=resolved()).effects == ()


@pytest.mark.parametrize("state", ["resolving", "verifying", "failed", "rejected", "cancelled"])
def test_only_a_passed_bundle_goes_to_everyone(state: BatchState) -> None:
    found = hindrance(None, (replace(BATCH, state=state, reason="why"),))
    assert found is not None
    assert (found.kind, state in found.words) == ("unverified", True)


def test_what_a_bundle_waits_for_is_said() -> None:
    none, waits = hindrance(None, ()), hindrance(None, (resolved(),))
    assert none is not None
    assert waits is not None
    assert (none.kind, waits.kind) == ("unverified", "unapproved")
    assert "amd64, arm64" in waits.words
    assert hindrance(None, (resolved(), approved(resolved()).batch)) is None
    assert "resolving" in str(hindrance(None, (BATCH,)))


def test_a_fleets_batch_counts_for_that_fleet_only() -> None:
    north, south = FleetId("north"), FleetId("south")
    mine = replace(approved(resolved()).batch, fleet=north)
    assert hindrance(north, (mine,)) is None
    assert hindrance(south, (mine,)) is not None
    assert hindrance(None, (mine,)) is not None


@pytest.mark.parametrize(
    ("criteria", "element"),
    [
        (Criteria(success_share=0.0), "success_share"),
        (Criteria(success_share=1.01), "success_share"),
        (Criteria(soak_us=-1), "soak"),
        (Criteria(severity="fatal"), "severity"),  # type: ignore[arg-type]
        (Criteria(units_least=0), "units_least"),
    ],
)
def test_criteria_that_cannot_be_met_are_refused_by_name(criteria: Criteria, element: str) -> None:
    with pytest.raises(Invalid) as error:
        checked(criteria)
    assert error.value.element == f"criteria.{element}"
    assert checked(Criteria()) == Criteria()


def test_a_comment_has_an_end() -> None:
    assert checked_comment(" yes ") == "yes"
    with pytest.raises(Invalid, match="too long"):
        checked_comment("x" * 2001)
    assert OPEN == ("resolving", "awaiting_approval", "verifying")
