"""What a campaign says to one Unit: every reason that it can have."""

from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.cloud.domain.explain.chains import NOW, POLICY, THEN, TICK, TOCK, codes, document, one, part, steps

from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.domain.campaigns.pacing import Room, room
from aosedge.cloud.domain.campaigns.policy import Gate
from aosedge.cloud.domain.campaigns.state import CampaignState, Counts, MemberState, Share, Starts, Wave
from aosedge.cloud.domain.explain.known import Member, Part, Step
from aosedge.cloud.domain.verification.gating import Hindrance
from aosedge.model.ids import BatchId, CampaignId
from aosedge.model.instants import MINUTE, Instant

PENDING = Member(1, "pending")


def said(of: Part) -> Step:
    (step,) = [step for step in steps(parts=(of,)) if step.kind == "campaign"]
    return step


def brief(of: Part) -> tuple[str, str]:
    step = said(of)
    return step.code, step.outcome


def test_a_draft_moves_nobody_and_a_plan_only_once_it_is_started() -> None:
    assert brief(part("draft")) == ("campaign_draft", "waiting")
    assert brief(part("planned", PENDING)) == ("campaign_not_started", "stopped")
    four_eyes = {"policy": replace(POLICY, four_eyes=True), "plan_digest": "d"}
    assert said(part("planned", PENDING, of=four_eyes)).command == "aos campaign approve spring"
    assert brief(part("planned", PENDING, of=four_eyes)) == ("campaign_unapproved", "stopped")
    assert brief(part("planned", PENDING, of={**four_eyes, "approved_digest": "d"}))[0] == "campaign_not_started"


def test_a_scheduled_campaign_says_when() -> None:
    step = said(part("scheduled", PENDING, of={"starts_at": NOW}))
    assert (step.code, step.outcome, step.until) == ("campaign_scheduled", "waiting", NOW)


@pytest.mark.parametrize("state", ["planned", "scheduled"])
def test_a_campaign_that_waits_for_verification_says_what_lifts_that(state: CampaignState) -> None:
    none = Hindrance("unverified", "there is no batch of it")
    step = said(part(state, PENDING, hindrance=none))
    assert (step.code, step.outcome) == ("not_verified", "stopped")
    assert step.reason == "campaign spring cannot start: there is no batch of it"
    assert step.command == "aos verification create tick-2.0.0"
    failed = said(part(state, PENDING, hindrance=replace(none, batch=BatchId("b"))))
    assert (failed.code, failed.command) == ("not_verified", "aos verification show tick-2.0.0")
    waits = said(part(state, PENDING, hindrance=Hindrance("unapproved", "it waits", BatchId("b"))))
    assert (waits.code, waits.outcome) == ("not_approved", "stopped")
    assert waits.command == "aos verification approve tick-2.0.0"


def test_who_is_left_out_of_a_plan_hears_why() -> None:
    step = said(part(excluded="no image for riscv64: there is amd64"))
    assert (step.code, step.outcome) == ("campaign_excluded", "stopped")
    assert step.reason == "campaign spring takes no part: no image for riscv64: there is amd64"


def test_who_has_it_already_takes_no_part_and_whoever_came_later_may_join() -> None:
    (satisfied,) = [s for s in steps(parts=(part(),), document=document(s1="2.0.0")) if s.kind == "campaign"]
    assert (satisfied.code, satisfied.outcome) == ("campaign_satisfied", "done")
    assert brief(part()) == ("campaign_joins", "waiting")
    assert "campaign_joins" in codes(parts=(part(),), document=None)
    assert brief(part(of={"policy": replace(POLICY, newcomers="ignore")})) == ("campaign_passes_by", "stopped")
    assert brief(part("completed")) == ("campaign_passes_by", "stopped")


def test_a_unit_of_a_later_wave_hears_what_the_one_before_it_waits_for() -> None:
    step = said(part("running", PENDING))
    assert (step.code, step.outcome, step.until) == ("campaign_wave", "waiting", None)
    assert (
        step.reason
        == "campaign spring has it in wave 2, and wave 1 is not through: 2 of 2 members have not got it yet"
    )
    soaks = Wave(0, state="soaking", counts=Counts(soaking=1), begun_at=THEN, active_at=THEN)
    assert said(part("running", PENDING, soaks, Wave(1))).until == THEN + 30 * MINUTE
    manual = Wave(
        0, Gate(soak_us=0, manual=True), "soaking", counts=Counts(succeeded=1), begun_at=THEN, active_at=THEN
    )
    asked = said(part("running", PENDING, manual, Wave(1)))
    assert (asked.outcome, asked.command) == ("stopped", "aos campaign pass-wave spring")
    between = said(part("running", PENDING, Wave(0, state="passed"), Wave(1)))
    assert between.reason == "campaign spring has it in wave 2, which begins any moment"


def test_in_its_own_wave_a_unit_is_next_unless_limits_hold_it() -> None:
    assert brief(part("running", Member(0, "pending"))) == ("campaign_next", "waiting")
    at_once = said(part("running", Member(0, "pending"), of={"policy": replace(POLICY, limits=Limits(at_once=1))}))
    assert (at_once.code, at_once.until) == ("campaign_limits", None)
    assert "1 of at most 1 at once are on the way" in at_once.reason
    paced = {"policy": replace(POLICY, limits=Limits(starts_per_minute=2)), "starts": Starts(((NOW, 2),))}
    step = said(part("running", Member(0, "pending"), of=paced))
    assert (step.code, step.until) == ("campaign_limits", NOW + MINUTE)


def test_a_unit_that_holds_its_update_is_waited_for_until_its_deadline() -> None:
    step = said(part("running", Member(0, "held", "carries a load", NOW)))
    assert (step.code, step.outcome) == ("campaign_held", "waiting")
    assert step.reason.endswith("and the Unit holds it: carries a load")
    assert step.until == NOW + POLICY.unit_deadline_us


def test_the_organizations_budget_may_hold_it() -> None:
    held = said(part("running", Member(0, "pending"), of={"share": Share(3, 3, 0)}))
    assert (held.code, held.until) == ("campaign_budget", None)
    assert "3 of at most 3 Units of the organization are at risk" in held.reason
    assert brief(part("running", Member(0, "pending"), of={"share": Share(3, 2, 1)})) == ("campaign_next", "waiting")


def test_the_tighter_limit_counts() -> None:
    def left(at_once: int | None, per_minute: int | None, started: int = 0) -> Room:
        limits = Limits(at_once, per_minute)
        starts = Starts(((NOW, started),)) if started else Starts()
        of = part(of={"policy": replace(POLICY, limits=limits), "starts": starts})
        return room(of.campaign, NOW)

    assert left(None, None) == Room(None)
    assert left(5, None).most == 4
    assert left(None, 3) == Room(3, "0 of at most 3 in a minute have started")
    assert left(5, 3, 2) == Room(1, "2 of at most 3 in a minute have started", Instant(NOW + MINUTE))
    assert left(2, 9, 1).most == 1
    assert left(0, 0, 3).most == 0


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("paused", "campaign_paused"),
        ("halted", "campaign_halted"),
        ("rolling_back", "campaign_undone"),
        ("cancelled", "campaign_over"),
        ("completed", "campaign_over"),
        ("rolled_back", "campaign_over"),
    ],
)
def test_a_campaign_that_does_not_run_offers_nothing_and_says_why(state: CampaignState, code: str) -> None:
    step = said(part(state, PENDING, of={"reason": "too many failed"}))
    assert (step.code, step.outcome, bool(step.next)) == (code, "stopped", True)
    assert ("too many failed" in step.reason) == (code != "campaign_over")


MOVES: list[tuple[MemberState, str, str, int | None]] = [
    ("offered", "campaign_offered", "done", 120),
    ("downloading", "campaign_offered", "done", 120),
    ("activating", "campaign_offered", "done", 120),
    ("soaking", "campaign_soaks", "done", 30),
    ("succeeded", "campaign_succeeded", "done", None),
    ("failed", "campaign_failed", "stopped", None),
    ("rolled_back", "campaign_rolled_back", "stopped", None),
    ("skipped", "campaign_skipped", "stopped", None),
    ("excluded", "campaign_left_out", "stopped", None),
]


@pytest.mark.parametrize(("state", "code", "outcome", "minutes"), MOVES)
def test_a_member_hears_how_far_it_is_and_until_when(
    state: MemberState, code: str, outcome: str, minutes: int | None
) -> None:
    step = said(part("running", Member(0, state, "why", offered_at=THEN, active_at=THEN)))
    assert (step.code, step.outcome) == (code, outcome)
    assert step.until == (None if minutes is None else THEN + minutes * MINUTE)
    assert ("why" in step.reason) == (state not in ("soaking", "succeeded"))
    assert (step.at, step.id) == (THEN, "c")


def test_a_time_that_nobody_wrote_down_is_left_open() -> None:
    step = said(part("running", Member(0, "soaking")))
    assert (step.until, step.at) == (None, THEN)


@pytest.mark.parametrize(
    ("state", "code", "outcome"),
    [
        ("pending", "campaign_goes_back", "waiting"),
        ("installing", "campaign_goes_back", "waiting"),
        ("soaking", "campaign_went_back", "stopped"),
        ("succeeded", "campaign_went_back", "stopped"),
        ("failed", "campaign_cannot_go_back", "stopped"),
        ("rolled_back", "campaign_cannot_go_back", "stopped"),
        ("skipped", "campaign_cannot_go_back", "stopped"),
    ],
)
def test_who_goes_back_hears_of_that_and_no_more_of_the_way_out(state: MemberState, code: str, outcome: str) -> None:
    out = Member(0, "failed", "it broke", offered_at=THEN)
    assert brief(part("rolling_back", out, back=Member(2, state, "why"))) == (code, outcome)


def test_a_campaign_about_other_items_is_not_told_where_one_is_asked_about() -> None:
    waiting: dict[str, Any] = {"parts": (part("running", PENDING),)}
    assert "campaign_wave" in codes(item=TICK, **waiting)
    assert "campaign_wave" not in codes(item=TOCK, **waiting)


def test_a_campaign_that_is_over_is_history_once_a_later_one_brought_the_same() -> None:
    old = part("completed", Member(0, "succeeded", offered_at=THEN))
    new = part("running", Member(0, "offered", offered_at=NOW), of={"id": CampaignId("d"), "created_at": NOW})
    assert "campaign_succeeded" in codes(parts=(old,))
    assert "campaign_succeeded" not in codes(parts=(new, old))
    unoffered = replace(new, member=Member(0, "pending"))
    assert "campaign_succeeded" in codes(parts=(unoffered, old))
    for undone in (replace(new, back=Member(1, "succeeded")), replace(new, member=Member(0, "failed"))):
        assert "campaign_succeeded" in codes(parts=(undone, old))
    other = replace(new, brought={TOCK: "1.0.0"})
    assert "campaign_succeeded" in codes(parts=(other, old))
    living = part("paused", Member(0, "succeeded", offered_at=THEN))
    assert "campaign_succeeded" in codes(parts=(new, living))


def test_campaigns_are_told_in_the_order_in_which_they_were_made() -> None:
    later = part("paused", PENDING, of={"id": CampaignId("d"), "title": "summer", "created_at": NOW})
    first, second = [s for s in steps(parts=(later, part("halted", PENDING))) if s.kind == "campaign"]
    assert ("spring" in first.reason, "summer" in second.reason) == (True, True)


def test_a_title_with_a_space_is_quoted_in_the_command() -> None:
    step = one("campaign_paused", parts=(part("paused", PENDING, of={"title": "spring sale"}),))
    assert step.command == "aos campaign resume 'spring sale'"
