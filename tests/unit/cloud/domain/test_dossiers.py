"""What a dossier says of a campaign, and that it says it canonically."""

import json
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aosedge.cloud.domain import dossiers
from aosedge.cloud.domain.audit import AuditLine
from aosedge.cloud.domain.campaigns.state import Campaign, Counts, Selection, Wave
from aosedge.cloud.domain.catalogue import Bundle, ImageOfVersion, Item, ItemVersion
from aosedge.cloud.domain.dossiers import Configuration, Named, Result, UnitRecord
from aosedge.cloud.domain.titles import PURPOSE_MOST, checked_purpose
from aosedge.model.digests import sha256
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import BundleId, CampaignId, FleetId, ItemId, OrgId, SetId, UserId, VersionId
from aosedge.model.instants import Instant
from aosedge.model.oci import Platform
from aosedge.protocol.messages.from_cloud import DesiredItem
from aosedge.protocol.messages.from_unit import ItemStatus
from aosedge.protocol.messages.parts import Identity

NOW = Instant(1_790_000_000_000_000)
LATER = Instant(NOW + 1)
CAMPAIGN = Campaign(
    CampaignId("c"), OrgId("o"), "spring", BundleId("b"), NOW, UserId("u"),
    selection=Selection(fleets=(FleetId("f"),), sets=(SetId("s"),)),
    state="running", starts_at=NOW, plan_digest="sha256:p", approved_digest="sha256:p", purpose="a cure",
    waves=(Wave(0, share=1.0, size=3, counts=Counts(succeeded=3), begun_at=NOW), Wave(1, undoes=0)),
)  # fmt: skip
NAMED = Named({"u": "oem"}, {"f": "north"}, {}, "First OEM", "example.org")
words = st.text(st.characters(exclude_categories=["Cs"]))


def line(operation: str, changes: str = "", outcome: str = "done", at: Instant = NOW) -> AuditLine:
    return AuditLine("o", 1, at, "user:u", operation, "r", outcome, target="c", changes=changes, hash="h")


def change(of: str, after: dict[str, Any] | None) -> str:
    return json.dumps([{"of": of, "key": {}, "before": None, "after": after}])


@given(st.dictionaries(st.text(st.characters(max_codepoint=127), min_size=1), st.none() | words | st.lists(words)))
def test_rows_are_canonical_too(value: dict[str, Any]) -> None:
    assert dossiers.row(value) == dossiers.canonical(value) == rfc8785.dumps(value)


def test_a_campaign_is_told_as_it_was_said_with_the_names_of_whom_it_names() -> None:
    told = dossiers.about_campaign(CAMPAIGN, NAMED)
    assert (told["title"], told["purpose"], told["state"]) == ("spring", "a cure", "running")
    assert told["created_by"] == {"id": "u", "username": "oem"}
    assert told["selection"]["fleets"] == [{"id": "f", "title": "north"}]
    assert told["selection"]["sets"] == [{"id": "s", "title": ""}]
    assert told["organization"] == {"id": "o", "title": "First OEM"}
    assert dossiers.about_campaign(replace(CAMPAIGN, created_by=None), NAMED)["created_by"] is None
    assert dossiers.canonical(told)


def test_plan_and_waves_are_told_apart() -> None:
    plan, waves = dossiers.about_plan(CAMPAIGN), dossiers.about_waves(CAMPAIGN)
    assert plan["waves"] == [{"number": 0, "sets": [], "share": 1.0, "units": 3}]
    assert [(wave["undoes"], wave["counts"] and wave["counts"]["succeeded"]) for wave in waves] == [
        (None, 3),
        (0, None),
    ]
    assert (waves[0]["begun_at"], waves[0]["active_at"]) == ("2026-09-21T14:13:20.000000Z", None)


def test_a_bundle_is_told_by_exact_versions_and_digests() -> None:
    digest = sha256(b"x")
    item = Item(ItemId("i"), OrgId("o"), "tick", "service", NOW)
    image = ImageOfVersion(Platform("amd64"), sha256(b"m"), 1)
    version = ItemVersion(VersionId("v"), item.id, "1.0.0", digest, BundleId("b"), NOW, images=(image,))
    told = dossiers.about_bundle(
        Bundle(BundleId("b"), OrgId("o"), "ready", NOW, filename="t.tar.gz"), [(item, version)]
    )
    assert told["name"] == "t"
    [brought] = told["items"]
    assert (brought["codename"], brought["version"], brought["index_digest"]) == ("tick", "1.0.0", digest)
    assert brought["images"][0]["manifest"] == sha256(b"m")


def test_approvals_are_what_somebody_did_and_a_plan_s_has_its_digest() -> None:
    lines = (
        line("campaigns_create"),
        line("campaigns_approve", change("campaigns", {"approved_digest": "sha256:p"})),
        line("campaigns_approve", change("units", {"approved_digest": "x"}), outcome="done"),
        line("campaigns_approve", change("campaigns", None), outcome="denied"),
        line("campaigns_pass", change("campaigns", {"waves": []})),
    )
    told = [(each["of"], each["digest"]) for each in dossiers.approvals(lines, NAMED)]
    assert told == [("plan", "sha256:p"), ("plan", ""), ("wave", "")]


def test_the_timeline_says_who_did_what_or_that_nobody_asked() -> None:
    own = replace(line("campaigns_complete", at=LATER), who="task:campaigns")
    told = dossiers.timeline([line("campaigns_start"), own], NAMED)
    assert [(each["operation"], each["by"] and each["by"]["username"]) for each in told] == [
        ("campaigns_start", "oem"), ("campaigns_complete", None),
    ]  # fmt: skip
    assert told[0]["audit"] == {"hash": "h", "number": 1, "previous": ""}


def test_a_unit_says_what_it_reported_unless_it_ran_its_target() -> None:
    status = ItemStatus(Identity(id="i"), "1.0.0", "failed")
    own = ItemStatus(Identity(codename="kernel"), "2.0.0", "installed")
    record = UnitRecord(
        "u", "veh-1", Configuration("sha256:t", "in_sync"), Configuration(None, "failed", (status, own)),
        (Result(0, "failed", "it broke", NOW, None, LATER),),
    )  # fmt: skip
    told = dossiers.about_unit(record)
    assert told["before"] == {"deployment": "in_sync", "reported": None, "target": "sha256:t"}
    assert [each["id"] for each in told["after"]["reported"]] == ["i", "kernel"]
    assert told["results"][0]["reason"] == "it broke"
    assert dossiers.about_unit(replace(record, before=None))["before"] is None
    assert dossiers.row(told) == dossiers.canonical(told)


def test_a_target_is_told_with_the_codenames_of_items_that_are_there_still() -> None:
    items = tuple(
        DesiredItem(Identity(id=id, codename=name, type="service"), "1.0.0", Identity(id="o"), sha256(b"x"))
        for id, name in (("i", None), (None, "gone"))
    )
    told = dossiers.about_target(items, {ItemId("i"): ("tick", "service")})
    assert [(each["id"], each["codename"]) for each in told["items"]] == [("i", "tick"), ("", "gone")]


def test_only_a_campaign_that_has_begun_has_a_dossier() -> None:
    dossiers.check_begun(CAMPAIGN)
    for state in ("draft", "planned", "scheduled"):
        with pytest.raises(Conflict, match="not begun"):
            dossiers.check_begun(replace(CAMPAIGN, state=state))


@pytest.mark.parametrize("purpose", ["x" * (PURPOSE_MOST + 1), "bell \a", "right \u202eto left", "null \0"])
def test_a_purpose_that_hides_something_is_refused(purpose: str) -> None:
    with pytest.raises(Invalid) as raised:
        checked_purpose(purpose)
    assert raised.value.element == "purpose"


def test_a_purpose_may_have_lines() -> None:
    assert checked_purpose(" a cure\nfor all ") == "a cure\nfor all"
    assert msgspec.json.encode(checked_purpose("")) == b'""'
