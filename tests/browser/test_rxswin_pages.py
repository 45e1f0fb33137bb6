"""The register of software identification numbers in a browser: found, and read against what Units report."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open, faults
from tests.browser.place import Place
from tests.browser.test_pages import settled
from tests.browser.test_sets_pages import pictured

NUMBER = "R79 X1234"
UNIT = "truck-07000"


@pytest.fixture(scope="module")
def registered(place: Place) -> str:
    """A number in two revisions on a kind of vehicle with one Unit, which has reported nothing; the newest's id."""
    van = place.call("oem", "POST", "/target-systems/", json={"title": "van"})["id"]
    place.call("oem", "PUT", f"/units/{UNIT}/target-system/", json={"target_system_id": van})
    for codename, version in (("steering", "2.1.0"), ("steering", "2.2.0"), ("brakes", "1.4.2")):
        place.upload(codename, version)
    made = {}
    for steering, number in (("2.1.0", NUMBER), ("2.2.0", NUMBER), ("2.1.0", "R155 7")):
        items = [
            {"item_id": place.item("steering"), "version": steering},
            {"item_id": place.item("brakes"), "version": "1.4.2"},
        ]
        body = {"target_system_id": van, "number": number, "items": items, "note": "extension 3"}
        made[steering, number] = place.call("oem", "POST", "/rxswins/", json=body | {"revise": steering == "2.2.0"})[
            "id"
        ]
    return str(made["2.2.0", NUMBER])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_number_is_found_and_says_what_it_stands_for_and_its_pages_pass_axe(
    open_as: Open, registered: str, scheme: str, tmp_path: Path
) -> None:
    page = open_as("auditor", "/rxswins", color_scheme=scheme)
    settled(page, "RXSWIN register")
    expect(page.get_by_role("link", name=NUMBER)).to_have_count(2)
    pictured(page, "rxswins", scheme, tmp_path)
    assert faults(page) == []
    page.get_by_role("textbox", name="Name contains").fill("x12")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page).to_have_url(re.compile("name=x12"))
    page.locator("tbody tr").filter(has_text="steering 2.2.0").get_by_role("link", name=NUMBER).click()
    settled(page, NUMBER)
    assert page.url.endswith(registered)
    expect(page.get_by_text("revision 2", exact=True)).to_be_visible()
    rows = page.get_by_role("grid", name="Stands for").locator("tbody tr")
    expect(rows.filter(has_text="steering")).to_contain_text(re.compile(r"2\.2\.0\s*sha256:[0-9a-f]{64}"))
    expect(page.get_by_text("No Unit of van reports exactly these versions.")).to_be_visible()
    expect(
        page.get_by_text("1 Unit of this type: 0 as some revision registered for it says, 0 otherwise, 1 silent.")
    ).to_be_visible()
    pictured(page, "rxswin", scheme, tmp_path)
    assert faults(page) == []
    expect(page.get_by_role("button", name="Add a revision")).to_have_count(0)
    page.get_by_role("link", name="All revisions of the number").click()
    settled(page, "RXSWIN register")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_a_number_is_registered_and_revised_on_its_page(open_as: Open, registered: str) -> None:
    page = open_as("oem", "/rxswins")
    settled(page, "RXSWIN register")
    page.get_by_role("button", name="Register a number").click()
    dialog = page.get_by_role("dialog")
    register = dialog.get_by_role("button", name="Register")
    dialog.get_by_label("Number").fill(NUMBER)
    dialog.get_by_label("Vehicle type").select_option(label="van")
    dialog.get_by_role("combobox", name="Item").first.select_option(label="steering")
    expect(register).to_be_disabled()
    dialog.get_by_role("combobox", name="Version").first.select_option(label="2.1.0")
    assert faults(page) == []
    register.click()
    expect(dialog.get_by_text("add a further revision, on its page")).to_be_visible()
    dialog.get_by_label("Number").fill("R13 X5")
    dialog.get_by_role("button", name="Add an item").click()
    dialog.get_by_role("combobox", name="Item").nth(1).select_option(label="steering")
    expect(register).to_be_disabled()
    dialog.get_by_role("combobox", name="Item").nth(1).select_option(label="brakes")
    dialog.get_by_role("combobox", name="Version").nth(1).select_option(label="1.4.2")
    dialog.get_by_label("Note").fill("extension 4")
    register.click()
    settled(page, "R13 X5")
    expect(page.get_by_text("revision 1", exact=True)).to_be_visible()
    expect(page.get_by_text("extension 4")).to_be_visible()

    page.get_by_role("button", name="Add a revision").click()
    revise = dialog.get_by_role("button", name="Add a revision")
    expect(dialog.get_by_role("combobox", name="Version").nth(1)).to_have_value("2.1.0")
    revise.click()
    expect(dialog.get_by_text("stands for exactly that")).to_be_visible()
    dialog.get_by_role("combobox", name="Version").nth(1).select_option(label="2.2.0")
    revise.click()
    expect(page.get_by_text("revision 2", exact=True)).to_be_visible()
    rows = page.get_by_role("grid", name="Stands for").locator("tbody tr")
    expect(rows.filter(has_text="steering")).to_contain_text("2.2.0")
