"""Each page: it comes, it says nothing foreign to assistive technology, and it looks as it should, light and dark."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Open, faults
from tests.browser.place import HOSTILE, Place

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"
PAGES = {
    "overview": ("oem", "/", "Overview"),
    "units": ("oem", "/units", "Units"),
    "fleets": ("oem", "/fleets", "Fleets"),
    "items": ("oem", "/items", "Items"),
    "bundles": ("sp", "/bundles", "Bundles"),
    "people": ("oem", "/people", "People"),
    "audit": ("oem", "/audit", "Audit trail"),
}


def settled(page: Page, title: str) -> None:
    """The page is there, and nothing of it is still to come."""
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(page.locator("[aria-label=Loading]")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_comes_and_passes_axe(open_as: Open, name: str, scheme: str, tmp_path: Path) -> None:
    user, path, title = PAGES[name]
    page = open_as(user, path, color_scheme=scheme)
    settled(page, title)
    folder = PICTURES if os.environ.get("PICTURES") else tmp_path
    page.screenshot(path=folder / f"{name}-{scheme}.png")
    assert faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_door_passes_axe(open_as: Open, scheme: str, tmp_path: Path) -> None:
    page = open_as(None, "/units?deployment=failed", color_scheme=scheme)
    settled(page, "Sign in to AosCloud")
    folder = PICTURES if os.environ.get("PICTURES") else tmp_path
    page.screenshot(path=folder / f"sign-in-{scheme}.png")
    assert faults(page) == []
    assert page.url.endswith("/units?deployment=failed")


def test_an_address_without_a_page_says_so(open_as: Open) -> None:
    page = open_as("oem", "/no/such/page")
    settled(page, "There is no such page")
    page.get_by_role("link", name="Go to the overview").click()
    settled(page, "Overview")


def test_a_missing_unit_says_so_with_the_request(open_as: Open) -> None:
    page = open_as("oem", "/units/nowhere")
    expect(page.get_by_text("It is not there")).to_be_visible()
    expect(page.get_by_text(re.compile("Request [0-9a-f-]{36}"))).to_be_visible()


def test_what_people_wrote_is_shown_as_text(open_as: Open) -> None:
    page = open_as("oem", "/fleets")
    expect(page.get_by_role("link", name=HOSTILE)).to_be_visible()
    assert page.evaluate("document.scripts.length") == 1


@pytest.mark.parametrize(
    ("user", "shown", "hidden"),
    [
        ("owner", ["Overview", "Units", "Fleets", "Items", "Bundles"], ["People", "Audit trail"]),
        ("sp", ["Overview", "Items", "Bundles", "People", "Audit trail"], ["Units", "Fleets"]),
        ("admin", ["Overview", "People", "Audit trail"], ["Units", "Fleets", "Items", "Bundles"]),
        ("auditor", ["Overview", "Units", "Fleets", "Items", "Bundles", "People", "Audit trail"], []),
    ],
)
def test_the_menu_shows_what_the_role_may_do(open_as: Open, user: str, shown: list[str], hidden: list[str]) -> None:
    page = open_as(user)
    settled(page, "Overview")
    menu = page.get_by_role("navigation", name="Main")
    for title in shown:
        expect(menu.get_by_role("link", name=title)).to_be_visible()
    for title in hidden:
        expect(menu.get_by_role("link", name=title)).to_have_count(0)


def test_a_page_beyond_the_role_says_what_to_do(open_as: Open) -> None:
    page = open_as("sp", "/units")
    expect(page.get_by_text("Your role does not see this")).to_be_visible()


def test_files_are_kept_and_frames_refused(place: Place) -> None:
    with place.cloud.nobody() as client:
        page = client.get(place.cloud.url + "/units/some-unit")
        assert page.status_code == 200 and page.headers["cache-control"] == "no-cache"
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
        [script] = re.findall(r'src="(/assets/[^"]+)"', page.text)
        file = client.get(place.cloud.url + script)
        assert "immutable" in file.headers["cache-control"] and file.headers["content-encoding"] == "gzip"
        assert (
            client.get(place.cloud.url + script, headers={"if-none-match": file.headers["etag"]}).status_code == 304
        )
        assert client.get(place.cloud.url + "/assets/missing.js").status_code == 404
        assert client.head(place.cloud.url + "/").content == b""
        for path in ("/api", "/api/v12/units/"):
            missing = client.get(place.cloud.url + path)
            assert (missing.status_code, missing.json()["kind"]) == (404, "not_found")
        assert client.post(place.cloud.url + "/", json={}).status_code in (404, 405)


@pytest.mark.parametrize(
    ("path", "title", "part", "found"),
    [
        ("/fleets", "Fleets", "EFAUL", "default"),
        ("/subjects", "Subjects", "river", "drivers"),
        ("/people", "People", "wne", "owner"),
        ("/items", "Items", "ell", "hello"),
    ],
)
def test_a_list_is_found_by_a_part_of_the_title_and_the_address_says_it(
    open_as: Open, path: str, title: str, part: str, found: str
) -> None:
    page = open_as("oem", path)
    settled(page, title)
    page.get_by_label("Name contains").fill(part)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name=found)).to_be_visible()
    expect(page).to_have_url(re.compile(part))
    page.get_by_label("Name contains").fill("nothing is called so")
    expect(page.locator("tbody tr")).to_have_count(0)
    expect(page.get_by_text("Nothing matches").or_(page.get_by_text("Nobody matches"))).to_be_visible()
