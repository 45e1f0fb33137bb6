"""The chain of reasons on a Unit's page: from a lag to its cause, and to the page where it is cured."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Open, faults
from tests.browser.place import Place
from tests.browser.test_pages import PICTURES, settled


@pytest.fixture(scope="module")
def lagging(place: Place) -> str:
    """A Unit with two items that follow their newest version, which a campaign is to bring too; it is away."""
    place.provision("lag-1")
    place.upload("ticker", "1.0.0")
    place.upload("tocker", "1.0.0")
    place.assign("tickers", place.item("ticker"), "lag-1")
    place.assign("tockers", place.item("tocker"), "lag-1")
    bundle = place.upload("ticker", "2.0.0")["id"]
    selection = {"units": [place.view("lag-1")["id"]]}
    body = {"title": "ticker spring", "bundle_id": bundle, "selection": selection}
    campaign = place.call("oem", "POST", "/campaigns/", json=body)["id"]
    place.call("oem", "POST", f"/campaigns/{campaign}/plan/")
    return str(campaign)


def links(page: Page) -> list[str]:
    return page.locator(".aos-chain .aos-link").all_inner_texts()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_why_a_unit_lags_is_found_on_its_page_and_the_way_leads_to_the_cure(
    open_as: Open, place: Place, lagging: str, scheme: str, tmp_path: Path
) -> None:
    page = open_as("oem", "/units/lag-1", color_scheme=scheme)
    settled(page, "lag-1")
    expect(page.get_by_text("lag-1 has never connected")).to_be_visible()
    expect(page.get_by_text("aoscore status")).to_be_visible()
    folder = PICTURES if os.environ.get("PICTURES") else tmp_path
    page.screenshot(path=folder / f"explanation-{scheme}.png")
    assert faults(page) == []
    page.get_by_role("button", name="About: The whole Unit").click()
    page.get_by_role("option", name="tocker").click()
    expect(page.get_by_text("generation").filter(has_text="has tocker 1.0.0")).to_be_visible()
    assert not [link for link in links(page) if "tickers" in link]


def test_a_unit_without_a_subject_hears_that_and_one_that_runs_has_nothing_open(open_as: Open, place: Place) -> None:
    page = open_as("oem", "/units/truck-00001")
    settled(page, "truck-00001")
    expect(page.get_by_text("no subject joins it")).to_be_visible()
    expect(page.get_by_text("aos subject add-unit SUBJECT truck-00001")).to_be_visible()
    page.goto("/units/real-1")
    settled(page, "real-1")
    with place.living(place.unit("real-1", pace=0.05)):
        expect(page.locator(".aos-chain").get_by_text("everything runs as wanted")).to_be_visible(timeout=30_000)
        expect(page.locator(".aos-link-stopped, .aos-link-waiting")).to_have_count(0)


def test_what_a_campaign_has_to_do_with_a_unit_is_on_its_page(open_as: Open, lagging: str) -> None:
    page = open_as("oem", "/units/lag-1")
    settled(page, "lag-1")
    chain = page.locator(".aos-chain")
    expect(chain.get_by_text("campaign ticker spring brings what it has already")).to_be_visible()


def test_why_one_unit_of_a_campaign_lags_is_found_from_the_campaign_and_gone_when_cured(
    open_as: Open, place: Place
) -> None:
    first, second = (str(place.upload("lateness", version)["id"]) for version in ("1.0.0", "2.0.0"))
    subject = place.call("oem", "POST", "/subjects/", json={"title": "latecomers"})["id"]
    place.call("oem", "POST", f"/subjects/{subject}/assignments/", json={"bundle_id": first})
    for name in ("late-1", "late-2"):
        place.provision(name)
        place.call("oem", "PUT", f"/subjects/{subject}/units/{name}/")
    body = {
        "title": "to be on time",
        "bundle_id": second,
        "selection": {"units": [place.view(name)["id"] for name in ("late-1", "late-2")]},
        "policy": {"strategy": "custom", "waves": [{"share": 1}], "gate": {"soak": "PT0S"}},
    }
    with place.living(place.unit("late-1", pace=0.05)):
        campaign = place.call("oem", "POST", "/campaigns/", json=body)["id"]
        place.call("oem", "POST", f"/campaigns/{campaign}/plan/")
        place.call("oem", "POST", f"/campaigns/{campaign}/start/", json={})
        page = open_as("oem", f"/campaigns/{campaign}")
        expect(page.get_by_text("1 of 2 have it")).to_be_visible(timeout=60_000)
        page.locator(".aos-wave").get_by_role("link", name=re.compile("1 (pending|offered)")).click()
        page.locator("#members").get_by_role("link", name="late-2").click()
        settled(page, "late-2")
        chain = page.locator(".aos-chain")
        expect(chain.get_by_text("late-2 has never connected")).to_be_visible()
        with place.living(place.unit("late-2", pace=0.05)):
            expect(chain.get_by_text("everything runs as wanted")).to_be_visible(timeout=60_000)
            page.goto(f"/campaigns/{campaign}")
            expect(page.get_by_text("Completed", exact=True)).to_be_visible(timeout=60_000)
