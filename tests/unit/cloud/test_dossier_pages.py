"""A dossier on paper: whatever people wrote, it can be made, and is the same each time."""

import pytest
from msgspec.structs import replace

from aosedge.cloud.domain.campaigns.state import Campaign, Counts, Wave
from aosedge.cloud.store.campaigns import Member
from aosedge.cloud.usecases.dossier_pages import FAILED_MOST, Summary, pages
from aosedge.model.ids import BundleId, CampaignId, OrgId, SystemId, UnitId
from aosedge.model.instants import Instant

CAMPAIGN = Campaign(
    CampaignId("c"), OrgId("o"), "spring", BundleId("b"), Instant(0), state="completed", purpose="a cure",
    waves=(Wave(0, state="passed", counts=Counts(succeeded=3, failed=1)), Wave(1, state="passed", undoes=0)),
)  # fmt: skip
SUMMARY = Summary(
    campaign=CAMPAIGN,
    about={"organization": {"title": "First OEM"}, "created_at": "2026", "created_by": None, "starts_at": None},
    bundle={
        "name": "b",
        "digest": "sha256:b",
        "items": [{"codename": "t", "version": "1", "index_digest": "sha256:i"}],
    },
    plan={"digest": "sha256:p", "approved_digest": ""},
    approvals=[{"of": "plan", "at": "2026", "by": {"id": "u", "username": "oem"}, "digest": "sha256:p"}],
    failed=(),
    failed_total=0,
    excluded={"the Unit is new": 2},
    json_digest="sha256:j",
)


def failed(number: int) -> list[Member]:
    return [
        Member(UnitId(f"u{n}"), SystemId(f"veh-{n}"), 0, "failed", "it broke", None, None, None)
        for n in range(number)
    ]


def test_the_same_summary_has_the_same_bytes_and_ends_as_a_pdf_does() -> None:
    made = pages(SUMMARY)
    assert made == pages(SUMMARY)
    assert made.startswith(b"%PDF-") and made.endswith(b"%%EOF\n")


@pytest.mark.parametrize(
    "words",
    [
        "<b>bold</b> & </para>",
        "<img src='file:///etc/passwd'/>",
        "漢字 \u202e \0 \x1b[31m",
        "x" * 4_000,
        "a b\n" * 1_000,
    ],
)
def test_whatever_people_wrote_it_can_be_made(words: str) -> None:
    campaign = replace(CAMPAIGN, title=words[:200], purpose=words, reason=words)
    about = {**SUMMARY.about, "organization": {"title": words}}
    assert pages(replace(SUMMARY, campaign=campaign, about=about, excluded={words: 1})).endswith(b"%%EOF\n")


def test_units_that_failed_are_named_and_beyond_a_number_counted() -> None:
    few = pages(replace(SUMMARY, failed=failed(1), failed_total=1))
    many = pages(replace(SUMMARY, failed=failed(FAILED_MOST), failed_total=100_000))
    assert len(SUMMARY.failed) < len(few) < len(many) < 200_000


def test_verification_and_numbers_are_on_its_pages() -> None:
    by = {"id": "u", "username": "ann"}
    given = {"architecture": "amd64", "at": "2026", "by": by, "comment": "fine", "digest": "sha256:d"}
    approvals = [
        {**given, "revoked_at": None, "revoked_by": None},
        {**given, "revoked_at": "2027", "revoked_by": by},
    ]
    evidence = [
        {"title": "nightly", "digest": "sha256:e", "totals": {"tests": 3}},
        {"title": "photo", "digest": "sha256:f", "totals": None},
    ]
    batch = {"id": "b", "created_at": "2026", "state": "passed", "reason": "2 of 2", "approvals": approvals}
    items = [{"codename": "tick", "version": "2.0.0"}]
    numbers = [{"number": "R79", "revision": n, "brings": n == 1, "items": items} for n in (1, 2)]
    with_it = replace(SUMMARY, verification=[{**batch, "evidence": evidence}], rxswins=numbers)
    assert len(pages(with_it)) > len(pages(SUMMARY))
