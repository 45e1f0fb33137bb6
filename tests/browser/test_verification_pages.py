"""Verification in a browser: a bundle to an approved batch with evidence, one that fails, one that cannot be had."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from functools import reduce
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Open, faults
from tests.browser.place import Place
from tests.browser.test_campaigns_pages import wait_for
from tests.browser.test_pages import settled
from tests.browser.test_sets_pages import pictured
from tests.browser.wares import NEEDING, unfit, upload
from tests.made_bundles import config

pytestmark = pytest.mark.slow

UNITS = ("trial-1", "trial-2")
FIRST, GOOD, BAD, LONELY, OTHER = "1.0.0", "2.0.0", "3.0.0", "4.0.0", "5.0.0"
NEEDS = """  dependencies:
  - {identity: {codename: beat, type: service}, versions: ">=9.0.0"}
"""
REPORT = """<testsuite name="on the bench"><testcase name="starts"/><testcase name="ticks"/>
<testcase name="sings"><skipped/></testcase></testsuite>"""
ENDS_MS = 60_000


@pytest.fixture(scope="module")
def alive(place: Place) -> Iterator[dict[str, str]]:
    """Two Units of a verification set that live and have a service in its first version; bundles by version."""
    fleet = place.call("oem", "POST", "/fleets/", json={"title": "trials"})["id"]
    place.upload("beat", FIRST)
    bundles = {version: str(place.upload("tock", version)["id"]) for version in (FIRST, GOOD, OTHER)}
    bundles[BAD] = unfit(place, "tock", BAD)
    bundles[LONELY] = str(place.upload("tock", LONELY, more=NEEDS)["id"])
    subject = place.call("oem", "POST", "/subjects/", json={"title": "tocks"})["id"]
    place.call("oem", "POST", f"/subjects/{subject}/assignments/", json={"bundle_id": bundles[FIRST]})
    body = {"title": "test drivers", "fleet_id": fleet, "verification": True}
    drivers = place.call("oem", "POST", "/unit-sets/", json=body)["id"]
    for name in UNITS:
        place.provision(name)
        place.call("oem", "PUT", f"/units/{name}/fleet/", json={"fleet_id": fleet})
        place.call("oem", "PUT", f"/subjects/{subject}/units/{name}/")
        place.call("oem", "PUT", f"/unit-sets/{drivers}/units/{name}/")
    with ExitStack() as stack:
        for name in UNITS:
            stack.enter_context(place.living(place.unit(name, pace=0.05)))
        for name in UNITS:
            wait_for(place, name)
        yield bundles
    place.call("oem", "PUT", f"/unit-sets/{drivers}/", json={"title": "test drivers", "verification": False})


def begun(place: Place, bundle: str, fleet: str | None = None) -> str:
    """The address of a batch of a fleet, by default `trials`, begun by the API."""
    within = fleet or place.view(UNITS[0])["fleet_id"]
    body = {"bundle_id": bundle, "fleet_id": within, "criteria": {"soak": "PT0S"}}
    return "/verification/" + str(place.call("oem", "POST", "/verification-batches/", json=body)["id"])


def verify(page: Page, bundle: str) -> None:
    """From the page of a bundle, for the fleet `trials`, without a soak."""
    page.goto(f"/bundles/{bundle}")
    settled(page, "batch")
    page.get_by_role("button", name="Verify", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Fleet").select_option(label="trials")
    expect(dialog.get_by_text("the Units of 1 verification set take it at once")).to_be_visible()
    dialog.get_by_label("Must succeed (percent)").fill("101")
    expect(dialog.get_by_role("button", name="Verify")).to_be_disabled()
    dialog.get_by_label("Must succeed (percent)").fill("100")
    dialog.get_by_label("Healthy for (minutes)").fill("0")
    dialog.get_by_role("button", name="Verify").click()
    settled(page, "Verification of batch")


def test_a_bundle_is_tried_gets_evidence_and_is_approved_until_it_has_passed(
    open_as: Open, place: Place, alive: dict[str, str]
) -> None:
    page = open_as("oem", "/")
    verify(page, alive[GOOD])
    address = page.url
    expect(page.get_by_text("It waits until somebody approves it for amd64.")).to_be_visible()
    expect(page.get_by_role("grid", name="What it needs").get_by_text("Can be had").first).to_be_visible()
    expect(page.get_by_role("grid", name="Trial").get_by_text("succeeded")).to_have_count(2, timeout=ENDS_MS)
    page.get_by_role("button", name="Add evidence").click()
    dialog = page.get_by_role("dialog")
    report = {"name": "bench.xml", "mimeType": "text/xml", "buffer": b"<not-junit/>"}
    dialog.get_by_label("Choose files").set_input_files(report)  # type: ignore[arg-type]
    dialog.get_by_role("button", name="Add evidence").click()
    expect(dialog.get_by_text("not a JUnit report")).to_be_visible()
    dialog.get_by_label("Choose files").set_input_files(report | {"buffer": REPORT.encode()})  # type: ignore[arg-type]
    dialog.get_by_role("button", name="Add evidence").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("grid", name="Evidence").get_by_text("3 tests, none failed, 1 skipped")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="bench.xml").click()
    assert Path(download.value.path()).read_text() == REPORT

    page.goto("/")
    settled(page, "Overview")
    page.get_by_role("link", name="batch waits for approval for amd64").first.click()
    page.goto(address)
    decided(page, "Approve for amd64", "Approve", "It was the last architecture", "tests 1 to 3")
    expect(page.get_by_role("heading", name="Passed: 2 of 2 Units succeeded, 0 failed")).to_be_visible()
    expect(page.get_by_text(re.compile("Approved by you.*: tests 1 to 3"))).to_be_visible()
    decided(page, "Take the approval for amd64 back", "Take back", "no campaign starts with the bundle", "too quick")
    expect(page.get_by_role("heading", name="Awaits approval")).to_be_visible()
    expect(page.get_by_text(re.compile("Taken back by you.*: too quick"))).to_be_visible()
    decided(page, "Approve for amd64", "Approve", "Evidence: 1 file; 3 tests, none failed, 1 skipped", "slowly")
    expect(page.get_by_role("heading", name="Passed")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the report").click()
    assert b"too quick" in Path(download.value.path()).read_bytes()

    page.get_by_role("link", name="Its campaign").click()
    settled(page, "trial of batch")
    expect(page.get_by_role("button", name="Roll back")).to_have_count(0)
    page.get_by_role("link", name="Go to the batch").click()
    settled(page, "Verification of batch")
    watcher = open_as("auditor", address)
    settled(watcher, "Verification of batch")
    for name in ("Add evidence", "Take the approval for amd64 back"):
        expect(watcher.get_by_role("button", name=name)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_verification_pass_axe_and_a_failure_says_why(
    open_as: Open, place: Place, alive: dict[str, str], scheme: str, tmp_path: Path
) -> None:
    page = open_as("oem", begun(place, alive[OTHER]), color_scheme=scheme)
    settled(page, "Verification of batch")
    batch = page.url.rpartition("/")[2]
    evidence = {"file": ("bench.xml", REPORT, "text/xml")}
    path = f"/verification-batches/{batch}/evidence/"
    place.call("oem", "POST", path, params={"kind": "junit"}, files=evidence)
    expect(page.get_by_role("grid", name="Evidence").get_by_text("3 tests")).to_be_visible()
    expect(page.get_by_role("grid", name="Trial").get_by_text("succeeded")).to_have_count(2, timeout=ENDS_MS)
    page.set_viewport_size({"width": 1280, "height": 1500})
    pictured(page, "verification-batch", scheme, tmp_path)
    assert faults(page) == []
    page.get_by_role("button", name="Approve for amd64").click()
    assert faults(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    decided(page, "Cancel the batch", "Cancel the batch", "Units that tried it go back to what they ran before", "")
    expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()
    for name in UNITS:
        wait_for(place, name)

    page.goto(begun(place, alive[BAD]))
    expect(page.get_by_role("heading", name=re.compile("Failed: its trial is"))).to_be_visible(timeout=ENDS_MS)
    expect(page.get_by_role("grid", name="Trial").get_by_text("no runtime for this item").first).to_be_visible()
    page.goto(begun(place, alive[LONELY]))
    expect(page.get_by_text("What the bundle needs cannot be had on every target system")).to_be_visible()
    chain = page.get_by_role("grid", name="What it needs").get_by_role("listitem")
    expect(chain.first).to_contain_text("tock 4.0.0 needs beat >=9.0.0")
    expect(chain.last).to_contain_text("there is 1.0.0")
    settled(page, "Verification of batch")
    page.set_viewport_size({"width": 1280, "height": 1000})
    pictured(page, "verification-failed", scheme, tmp_path)
    assert faults(page) == []
    page.goto("/verification")
    settled(page, "Verification")
    pictured(page, "verification", scheme, tmp_path)
    assert faults(page) == []
    page.get_by_role("button", name="State: Any state").click()
    page.get_by_role("option", name="Cancelled").click()
    expect(page).to_have_url(re.compile("state=cancelled"))
    expect(page.locator("tbody td[data-label=State]", has_text="Failed")).to_have_count(0)


def test_evidence_is_about_the_versions_that_one_chooses(open_as: Open, place: Place) -> None:
    names = {"navigation": "wayfinding", "maps": "charts", "geometry": "shapes"}
    text = reduce(lambda text, pair: text.replace(*pair), names.items(), NEEDING)
    fleet = place.call("oem", "POST", "/fleets/", json={"title": "without a set"})["id"]
    place.provision("untried-1")
    place.call("oem", "PUT", "/units/untried-1/fleet/", json={"fleet_id": fleet})
    page = open_as("oem", begun(place, upload(place, text, *names.values()), fleet))
    page.get_by_role("button", name="Add evidence").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Choose files").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"looked at it"}
    )
    dialog.get_by_label("Other files").check()
    for version in ("charts 1.3.1", "shapes 1.0.2", "wayfinding 2.4.0"):
        dialog.get_by_role("checkbox", name=version).uncheck()
    expect(dialog.get_by_role("button", name="Add evidence")).to_be_disabled()
    dialog.get_by_role("checkbox", name="charts 1.3.1").check()
    assert faults(page) == []
    dialog.get_by_role("button", name="Add evidence").click()
    expect(dialog).to_have_count(0)
    rows = page.get_by_role("grid", name="What it brings").locator("tbody tr")
    expect(rows.filter(has_text="charts")).to_contain_text("1 file")
    decided(page, "Cancel the batch", "Cancel the batch", "says nothing of the bundle", "")


def test_a_fleet_owner_begins_a_batch_for_a_fleet_of_theirs_and_for_none_else(open_as: Open, place: Place) -> None:
    upload(place, config("begun-by-owner", "1.0.0").decode(), "begun-by-owner", name="owned.tar.gz")
    page = open_as("owner", "/bundles?name=owned")
    settled(page, "Bundles")
    page.get_by_role("link", name="owned", exact=True).click()
    settled(page, "owned")
    page.get_by_role("button", name="Verify", exact=True).click()
    dialog = page.get_by_role("dialog")
    titles = [fleet["title"] for fleet in place.call("owner", "GET", "/fleets/")["items"]]
    expect(dialog.get_by_label("Fleet").locator("option")).to_have_text(titles)
    dialog.get_by_role("button", name="Verify").click()
    settled(page, "Verification of owned")
    batch = place.call("owner", "GET", f"/verification-batches/{page.url.rpartition('/')[2]}/")
    assert batch["fleet_id"] in {fleet["id"] for fleet in place.call("owner", "GET", "/users/me/")["fleets"]}


def test_with_four_eyes_whoever_began_it_is_told_to_ask_a_colleague_and_may_reject(
    open_as: Open, place: Place, alive: dict[str, str]
) -> None:
    page = open_as("oem", "/verification")
    settled(page, "Verification")
    settings(page, on=True)
    try:
        verify(page, alive[OTHER])
        expect(page.get_by_text("You began the batch: a colleague approves.")).to_be_visible()
        expect(page.get_by_role("button", name="Approve for amd64")).to_have_count(0)
        page.get_by_role("button", name="Reject").click()
        expect(page.get_by_role("dialog").get_by_role("button", name="Reject")).to_be_disabled()
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        decided(page, "Reject", "Reject", "The bundle is found wanting", "it sings")
        expect(page.get_by_role("heading", name="Rejected: it sings")).to_be_visible()
        refused_without(page, place, alive[OTHER])
    finally:
        page.goto("/verification")
        settled(page, "Verification")
        settings(page, on=False)


def refused_without(page: Page, place: Place, bundle: str) -> None:
    """A campaign of a bundle that has not passed does not start, and shows the way to its batches."""
    selection = {"fleets": [place.view(UNITS[0])["fleet_id"]]}
    body = {"title": "too early", "bundle_id": bundle, "selection": selection}
    campaign = place.call("oem", "POST", "/campaigns/", json=body)["id"]
    place.call("oem", "POST", f"/campaigns/{campaign}/plan/")
    page.goto(f"/campaigns/{campaign}")
    settled(page, "too early")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("dialog").get_by_role("button", name="Start").click()
    page.get_by_role("dialog").get_by_role("link", name="See the verification of its bundle").click()
    settled(page, "Verification")
    assert f"bundle={bundle}" in page.url
    expect(page.get_by_text("it sings").first).to_be_visible()
    place.call("oem", "DELETE", f"/campaigns/{campaign}/")


def settings(page: Page, *, on: bool) -> None:
    page.get_by_role("button", name="How we verify").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Four eyes").set_checked(on)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


def decided(page: Page, opens: str, does: str, sentence: str, words: str) -> None:
    """Say it, having read what it will do."""
    page.get_by_role("button", name=opens).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(sentence)).to_be_visible()
    if words:
        dialog.get_by_role("textbox").fill(words)
    dialog.get_by_role("button", name=does, exact=True).click()
    expect(dialog).to_have_count(0)
