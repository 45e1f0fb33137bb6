"""What a dossier has of verification: what the start rested on, and nothing that came later."""

from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.state import Campaign, Wave
from aosedge.cloud.domain.dossiers import Named
from aosedge.cloud.domain.rxswins import RegisteredItem, Rxswin
from aosedge.cloud.domain.verification.evidence import Evidence, Totals
from aosedge.cloud.domain.verification.record import about_batch, about_rxswins, begun_at, people, relied_on
from aosedge.cloud.domain.verification.state import Approval, Batch, Move
from aosedge.model.digests import sha256
from aosedge.model.ids import (
    BatchId,
    BundleId,
    CampaignId,
    EvidenceId,
    FleetId,
    ItemId,
    OrgId,
    RxswinId,
    TargetSystemId,
    UserId,
)
from aosedge.model.instants import Instant

DIGEST = sha256(b"content")
NAMED = Named({"ann": "Ann", "bob": "Bob"}, {}, {}, "First OEM", "example.org")
CAMPAIGN = Campaign(
    CampaignId("c"), OrgId("o"), "spring", BundleId("b"), Instant(5), fleet=FleetId("f"),
    waves=(Wave(0, begun_at=Instant(10)), Wave(1)),
)  # fmt: skip
GIVEN = Approval("amd64", DIGEST, UserId("bob"), Instant(3), "fine")
BATCH = Batch(
    BatchId("1"), OrgId("o"), BundleId("b"), Instant(2), UserId("ann"), state="passed", content={"amd64": DIGEST},
    approvals=(GIVEN,), moves=(Move(Instant(2), "resolving", "", UserId("ann")), Move(Instant(4), "passed")),
)  # fmt: skip


def test_a_campaign_began_with_its_first_wave_or_when_it_was_to() -> None:
    assert begun_at(CAMPAIGN) == 10
    assert begun_at(replace(CAMPAIGN, waves=(), starts_at=Instant(8))) == 8
    assert begun_at(replace(CAMPAIGN, waves=())) == 5


def test_it_rests_on_batches_of_all_and_of_its_fleet_made_before() -> None:
    own = replace(BATCH, id=BatchId("2"), fleet=FleetId("f"), created_at=Instant(1))
    foreign = replace(BATCH, id=BatchId("3"), fleet=FleetId("g"))
    late = replace(BATCH, id=BatchId("4"), created_at=Instant(11))
    assert relied_on(CAMPAIGN, (late, BATCH, foreign, own)) == [own, BATCH]


def test_a_batch_says_who_approved_what_on_which_evidence() -> None:
    taken_back = replace(GIVEN, revoked_by=UserId("ann"), revoked_at=Instant(4), revoked_comment="no")
    batch = replace(BATCH, approvals=(taken_back, GIVEN), uploaded_by=UserId("sam"))
    assert people([batch]) == {"ann", "bob", "sam"}
    tests = Evidence(
        EvidenceId("e"), batch.id, "junit", "nightly", DIGEST, 5, Instant(3), UserId("bob"), Totals(3), (DIGEST,)
    )
    told = about_batch(batch, [tests], NAMED)
    assert told["content"] == {"amd64": DIGEST}
    assert [(each["by"]["username"], each["revoked_at"] is None) for each in told["approvals"]] == [
        ("Bob", False),
        ("Bob", True),
    ]
    assert told["approvals"][0]["revoked_by"] == {"id": "ann", "username": "Ann"}
    assert told["evidence"][0]["totals"] == {"tests": 3, "failures": 0, "errors": 0, "skipped": 0}
    assert (told["evidence"][0]["about"], told["trial"]) == ([DIGEST], None)
    assert [move["by"] for move in told["moves"]] == [{"id": "ann", "username": "Ann"}, None]


def test_numbers_that_name_what_it_brings_say_whether_it_brings_just_that() -> None:
    def entry(number: str, version: str, item: str = "tick", at: int = 1) -> Rxswin:
        items = (RegisteredItem(ItemId(item), item, "service", version, DIGEST),)
        return Rxswin(RxswinId(number), OrgId("o"), TargetSystemId("t"), number, 1, items, Instant(at), UserId("ann"))

    register = [
        entry("same", "2.0.0"),
        entry("old", "1.0.0"),
        entry("other", "2.0.0", "tock"),
        entry("late", "2.0.0", at=99),
    ]
    told = about_rxswins(CAMPAIGN, register, {ItemId("tick"): "2.0.0"}, NAMED)
    assert [(each["number"], each["brings"]) for each in told] == [("same", True), ("old", False)]
    assert told[0]["items"][0]["version"] == "2.0.0"
