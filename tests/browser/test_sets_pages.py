"""Fleets, Unit Sets and selectors, as a person has them in a browser."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Open, faults
from tests.browser.place import HOSTILE, Place
from tests.browser.test_pages import PICTURES, settled

LABELLED = {
    "truck-05001": {"site": "north", "fw": "1.2.0"},
    "truck-05002": {"site": "north", "fw": "1.10.0"},
    "truck-05004": {"site": "south", "fw": "1.10.0"},
}
"""Units of the fleet `default` that the sets below find; every third is in the other fleet."""


@pytest.fixture(scope="module")
def fleet(place: Place) -> Iterator[str]:
    """The fleet `default`, with labelled Units and two sets."""
    [found] = [one for one in place.call("oem", "GET", "/fleets/")["items"] if one["title"] == "default"]
    for unit, labels in LABELLED.items():
        place.call("oem", "PUT", f"/units/{unit}/labels/", json={"set": labels})
    pioneers = {"title": "pioneers", "selector": "fw >= 1.10.0", "verification": True}
    for body in (pioneers, {"title": "benches"}, {"title": "hostile " + HOSTILE}):
        made = place.call("oem", "POST", "/unit-sets/", json=body | {"fleet_id": found["id"]})
        if body["title"] == "benches":
            place.call("oem", "PUT", f"/unit-sets/{made['id']}/units/truck-05001/")
    yield str(found["id"])
    # or bundles of whoever tests next would wait to be verified
    path = f"/unit-sets/{set_id(place, 'pioneers')}/"
    place.call("oem", "PUT", path, json=pioneers | {"verification": False})


def set_id(place: Place, title: str) -> str:
    [found] = place.call("oem", "GET", "/unit-sets/", params={"title": title})["items"]
    return str(found["id"])


def pictured(page: Page, name: str, scheme: str, folder: Path) -> None:
    """A picture of the page as it is, kept where pictures are made."""
    path = (PICTURES if os.environ.get("PICTURES") else folder) / f"{name}-{scheme}.png"
    page.screenshot(path=path, animations="disabled")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_fleets_and_sets_come_and_pass_axe(
    open_as: Open, place: Place, fleet: str, scheme: str, tmp_path: Path
) -> None:
    pages = {
        "fleet": (f"/fleets/{fleet}", "default"),
        "sets": ("/sets", "Unit Sets"),
        "set": (f"/sets/{set_id(place, 'pioneers')}", "pioneers"),
    }
    for name, (path, title) in pages.items():
        page = open_as("oem", path, color_scheme=scheme)
        settled(page, title)
        pictured(page, name, scheme, tmp_path)
        assert faults(page) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_selector_is_built_with_its_matches_and_its_fault_in_sight(
    open_as: Open, place: Place, fleet: str, scheme: str, tmp_path: Path
) -> None:
    page = open_as("oem", f"/sets?fleet={fleet}", color_scheme=scheme)
    settled(page, "Unit Sets")
    page.get_by_role("button", name="Create a set").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill(f"built {scheme}")
    dialog.get_by_label("Those whose labels match").check()
    selector = dialog.get_by_role("textbox", name="Selector")
    selector.press_sequentially("site in (north", delay=10)
    expect(dialog.get_by_text("At position 15: expected a comma or )")).to_be_visible()
    pictured(page, "selector-fault", scheme, tmp_path)
    assert faults(page) == []
    selector.press("End")
    selector.press_sequentially(")")
    expect(dialog.get_by_text("2 Units match now")).to_be_visible()
    expect(dialog.get_by_text("truck-05002")).to_be_visible()
    dialog.get_by_label("Label", exact=True).fill("fw")
    dialog.get_by_label("Condition").select_option("is at least")
    dialog.get_by_label("Value").fill("1.10.0")
    dialog.get_by_role("button", name="Add to the selector").click()
    expect(selector).to_have_value("site in (north), fw >= 1.10.0")
    expect(dialog.get_by_text("1 Unit matches now")).to_be_visible()
    pictured(page, "selector", scheme, tmp_path)
    assert faults(page) == []
    dialog.get_by_role("button", name="Create a set").click()
    settled(page, f"built {scheme}")
    assert page.locator("tbody td[data-label=Unit]").all_inner_texts() == ["truck-05002"]


def test_units_are_picked_by_hand_and_taken_out(open_as: Open, place: Place, fleet: str) -> None:
    page = open_as("oem", f"/sets/{set_id(place, 'benches')}")
    settled(page, "benches")
    page.get_by_role("button", name="Add Units").click()
    page.get_by_role("textbox", name="Name contains").fill("truck-0500")
    page.get_by_role("button", name="Add truck-05004").click()
    expect(page.get_by_text("added")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name=re.compile("truck-05004"))
    expect(row).to_be_visible()
    row.get_by_role("button", name="Kebab toggle").click()
    page.get_by_role("menuitem", name="Take out of the set").click()
    expect(row).to_have_count(0)
    expect(page.get_by_role("link", name="truck-05001")).to_be_visible()


def test_the_second_of_two_people_sees_what_the_first_wrote(open_as: Open, place: Place, fleet: str) -> None:
    body = {"title": "shared", "fleet_id": fleet}
    made = place.call("oem", "POST", "/unit-sets/", json=body)["id"]
    page = open_as("oem", f"/sets/{made}")
    settled(page, "shared")
    page.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("mine")
    place.call("oem", "PUT", f"/unit-sets/{made}/", json={"title": "theirs", "selector": "site=north"})
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Somebody changed it while you were writing")).to_be_visible()
    expect(dialog.get_by_text("Title: was shared, is now theirs")).to_be_visible()
    expect(dialog.get_by_text("Selector: was picked by hand, is now site=north")).to_be_visible()
    expect(dialog.get_by_label("Title")).to_have_value("mine")
    assert place.call("oem", "GET", f"/unit-sets/{made}/")["title"] == "theirs"
    assert faults(page) == []
    dialog.get_by_role("button", name="Save mine over theirs").click()
    settled(page, "mine")


def test_a_verification_set_is_not_deleted_and_says_why(open_as: Open, place: Place, fleet: str) -> None:
    page = open_as("oem", f"/sets/{set_id(place, 'pioneers')}")
    settled(page, "pioneers")
    page.get_by_role("button", name="Remove").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("The set pioneers will be deleted. Its 2 Units stay")).to_be_visible()
    dialog.get_by_role("button", name="Remove").click()
    expect(dialog.get_by_text("make it no verification set first").first).to_be_visible()


def test_a_fleet_leads_to_exactly_its_units(open_as: Open, fleet: str) -> None:
    page = open_as("oem", f"/fleets/{fleet}")
    settled(page, "default")
    figure = page.get_by_role("link", name=re.compile("Blocked$"))
    count = figure.inner_text().split()[0].replace(",", "")
    expect(page.get_by_text("owner", exact=True)).to_be_visible()
    figure.click()
    settled(page, "Units")
    expect(page.get_by_role("button", name=re.compile(f"of {count}")).first).to_be_visible()


def test_why_a_unit_is_blocked_is_found_from_its_fleet(open_as: Open, fleet: str) -> None:
    page = open_as("owner", f"/fleets/{fleet}")
    settled(page, "default")
    page.get_by_role("link", name=re.compile("Blocked$")).click()
    settled(page, "Units")
    page.locator("tbody td[data-label=Unit] a").first.click()
    expect(page.get_by_role("heading", name=re.compile("Blocked: hello 2.0.0 needs the layer base"))).to_be_visible()
