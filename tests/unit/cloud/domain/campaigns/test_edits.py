"""What people change of a campaign: other words are no other plan, other Units are, and settled by its start."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.events import Edit
from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.cloud.domain.campaigns.state import Campaign, CampaignState, Selection, Wave
from aosedge.cloud.domain.campaigns.stepping import step
from aosedge.model.errors import Conflict
from aosedge.model.ids import BundleId, CampaignId, FleetId, OrgId, UserId
from aosedge.model.instants import Instant

NOW = Instant(1_000)
NORTH, SOUTH = Selection(fleets=(FleetId("north"),)), Selection(fleets=(FleetId("north"), FleetId("south")))
ALIVE: tuple[CampaignState, ...] = ("draft", "planned", "scheduled", "running", "paused", "halted")


def campaign(state: CampaignState, *, four_eyes: bool = False) -> Campaign:
    return Campaign(
        CampaignId("c"), OrgId("oem"), "spring", BundleId("b"), NOW,
        policy=Policy(sequential=None, four_eyes=four_eyes), selection=NORTH, fleet=NORTH.fleet, state=state,
        waves=(Wave(0),), plan_digest="d", approved_digest="d", purpose="why", starts_at=Instant(NOW + 1_000_000),
    )  # fmt: skip


@given(st.sampled_from(ALIVE), st.booleans(), st.text(max_size=5), st.none() | st.text(max_size=5))
def test_other_words_leave_the_plan_its_approval_and_its_time(
    state: CampaignState, four_eyes: bool, title: str, purpose: str | None
) -> None:
    before = campaign(state, four_eyes=four_eyes)
    found = step(before, Edit(before.policy, UserId("u"), title, purpose), NOW)
    kept = "why" if purpose is None else purpose
    words = (found.campaign.title, found.campaign.purpose, found.campaign.selection)
    assert words == (title, kept, NORTH)
    for name in ("revision", "plan_digest", "approved_digest", "edited_by", "policy", "fleet", "starts_at"):
        assert getattr(found.campaign, name) == getattr(before, name)
    if state != "running":
        assert found.campaign.state == state
    assert found.look_again_at == (before.starts_at if state == "scheduled" else None)


@pytest.mark.parametrize("state", ["draft", "planned"])
def test_whom_it_is_for_changes_before_the_start_and_is_approved_anew(state: CampaignState) -> None:
    before = campaign(state, four_eyes=True)
    changed = step(before, Edit(before.policy, selection=SOUTH), NOW).campaign
    assert (changed.selection, changed.fleet, changed.approved_digest, changed.revision) == (SOUTH, None, "", 2)
    back = step(changed, Edit(before.policy, selection=NORTH), NOW).campaign
    assert (back.selection, back.fleet, back.approved_digest) == (NORTH, "north", "")


@pytest.mark.parametrize("state", get_args(CampaignState)[2:])
def test_whom_it_is_for_is_settled_once_it_is_on_its_way(state: CampaignState) -> None:
    before = campaign(state)
    with pytest.raises(Conflict) as refused:
        step(before, Edit(before.policy, selection=SOUTH), NOW)
    assert refused.value.element == ("selection" if state in ALIVE else "campaign")
    if state in ALIVE:
        assert step(before, Edit(before.policy, selection=NORTH), NOW).campaign.selection == NORTH


def test_a_mark_is_of_what_people_said() -> None:
    before = campaign("running")
    assert replace(before, state="halted", reason="x").said == before.said
    assert replace(before, purpose="x").said != before.said
