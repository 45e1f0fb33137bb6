"""What a campaign decided by itself is told once, in order, with its reason."""

import pytest
from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.decisions import Decision, decisions
from aosedge.cloud.domain.campaigns.state import Campaign, CampaignState, Counts, Wave
from aosedge.model.ids import BundleId, CampaignId, OrgId
from aosedge.model.instants import Instant

NOW = Instant(5)
WAITING = Campaign(
    CampaignId("c"),
    OrgId("o"),
    "spring",
    BundleId("b"),
    NOW,
    state="running",
    waves=(Wave(0, size=1), Wave(1, size=4)),
)
FIRST = replace(WAITING, waves=(replace(WAITING.waves[0], state="deploying", begun_at=NOW), WAITING.waves[1]))
PASSED = replace(FIRST.waves[0], state="passed", reason="1 of 1 succeeded")
SECOND = replace(
    FIRST, waves=(PASSED, replace(FIRST.waves[1], state="deploying", begun_at=NOW, counts=Counts(pending=4)))
)
FAILED = replace(SECOND.waves[1], state="failed", reason="3 of 4 failed")
BACK = Wave(2, state="deploying", begun_at=NOW, undoes=1, counts=Counts(pending=3))


def test_a_wave_begins_and_passes_once() -> None:
    assert decisions(WAITING, FIRST, asked=True) == (Decision("campaign_waves_begin", "wave 1: 1 Unit"),)
    assert decisions(FIRST, SECOND, asked=False) == (
        Decision("campaign_waves_pass", "wave 1: 1 of 1 succeeded"),
        Decision("campaign_waves_begin", "wave 2: 4 Units"),
    )
    assert decisions(SECOND, SECOND, asked=False) == ()


def test_going_back_says_what_failed_and_why() -> None:
    back = replace(SECOND, state="rolling_back", reason="3 of 4 failed", waves=(PASSED, FAILED, BACK))
    assert decisions(SECOND, back, asked=False) == (
        Decision("campaign_waves_fail", "wave 2: 3 of 4 failed"),
        Decision("campaign_waves_begin", "wave 3, which takes wave 2 back: 3 Units"),
        Decision("campaigns_roll_back", "3 of 4 failed"),
    )
    assert decisions(SECOND, back, asked=True) == (
        Decision("campaign_waves_begin", "wave 3, which takes wave 2 back: 3 Units"),
    )


@pytest.mark.parametrize(
    ("state", "told", "asked"),
    [
        ("halted", ["campaigns_halt"], []),
        ("completed", ["campaigns_complete"], ["campaigns_complete"]),
        ("rolled_back", ["campaigns_roll_back_end"], []),
        ("paused", [], []),
    ],
)
def test_an_end_is_told_and_a_persons_stop_is_theirs(state: CampaignState, told: list[str], asked: list[str]) -> None:
    after = replace(SECOND, state=state, waves=(PASSED, replace(SECOND.waves[1], state="passed")))
    last = ["campaign_waves_pass"]
    assert [one.operation for one in decisions(SECOND, after, asked=False)] == last + told
    assert [one.operation for one in decisions(SECOND, after, asked=True)] == last + asked


def test_a_wave_that_never_began_is_no_decision() -> None:
    skipped = replace(FIRST, waves=(FIRST.waves[0], replace(FIRST.waves[1], state="skipped", reason="halted")))
    assert decisions(FIRST, skipped, asked=False) == ()


def test_a_scheduled_start_that_does_not_happen_is_told() -> None:
    scheduled = replace(WAITING, state="scheduled")
    held = replace(WAITING, state="planned", reason="did not start: it is not verified")
    assert decisions(scheduled, held, asked=False) == (Decision("campaigns_hold_back", held.reason),)
    assert decisions(scheduled, held, asked=True) == ()
