"""The audit trail: found by who, what, how and when; read before and after; verified."""

import sqlite3

from playwright.sync_api import expect
from tests.browser.conftest import Open, faults
from tests.browser.place import HOSTILE, Place
from tests.browser.test_pages import settled


def test_a_change_is_found_and_read_before_and_after(open_as: Open, place: Place) -> None:
    fleet = place.call("oem", "POST", "/fleets/", json={"title": "Old words"})["id"]
    place.call("oem", "PUT", f"/fleets/{fleet}/", json={"title": HOSTILE + " again"})
    page = open_as("oem", f"/audit?target={fleet}&operation=fleets_update")
    settled(page, "Audit trail")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("td[data-label=What] button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("gridcell", name="Old words")).to_be_visible()
    expect(dialog.get_by_role("gridcell", name=HOSTILE + " again")).to_be_visible()
    assert faults(page) == []
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_role("textbox", name="User is").fill("nobody")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    assert "who=nobody" in page.url


def test_refusals_of_a_day_are_found(open_as: Open, place: Place) -> None:
    with place.cloud.person("auditor") as auditor:
        assert auditor.post("/fleets/", json={"title": "not theirs"}).status_code == 403
    page = open_as("oem", "/audit?who=auditor&outcome=denied&since=2020-01-01")
    settled(page, "Audit trail")
    expect(page.locator("td[data-label=Outcome]").first).to_have_text("Denied")
    page.get_by_label("Until").fill("2020-01-02")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Until")).to_have_value("2020-01-02")


def test_the_trail_is_verified_and_a_changed_line_is_named(open_as: Open, place: Place) -> None:
    place.call("sp", "POST", "/users/", json={"username": "for-the-trail", "role": "auditor"})
    page = open_as("sp", "/audit")
    settled(page, "Audit trail")
    page.get_by_role("button", name="Verify the trail").click()
    expect(page.get_by_text("The trail is whole")).to_be_visible()
    assert faults(page) == []
    newest = place.call("sp", "GET", "/audit/", params={"limit": 1})["items"][0]
    change = "UPDATE audit SET target = ? WHERE hash = ?"
    with sqlite3.connect(place.cloud.folder / "aoscloud.db") as database:
        database.execute(change, ("another", newest["hash"]))
    page.get_by_role("button", name="Verify the trail").click()
    expect(page.get_by_text("One line is not as it was written")).to_be_visible()
    expect(page.get_by_text(f"Line {newest['number']} was changed")).to_be_visible()
    with sqlite3.connect(place.cloud.folder / "aoscloud.db") as database:
        database.execute(change, (newest["target"], newest["hash"]))
