"""Units: found, sorted, chosen and changed, with 10,000 of them in the store; and live."""

import re

from playwright.sync_api import Page, expect
from tests.browser.conftest import Open
from tests.browser.place import Place
from tests.browser.test_pages import settled


def rows(page: Page) -> list[str]:
    return page.locator("tbody tr td[data-label=Unit]").all_inner_texts()


def test_a_figure_leads_to_exactly_those_units(open_as: Open) -> None:
    page = open_as("oem")
    settled(page, "Overview")
    figure = page.get_by_role("link", name=re.compile(r"Failed$"))
    count = figure.inner_text().split()[0]
    figure.click()
    settled(page, "Units")
    assert "deployment=failed" in page.url
    expect(page.get_by_role("button", name=f"1 – 50 of {count}").first).to_be_visible()
    expect(page.locator("tbody td[data-label=Deployment]").first).to_have_text("Failed")


def test_filters_and_order_are_in_the_address(open_as: Open) -> None:
    page = open_as("oem", "/units?name=TRUCK-001&sort=-system_uid&per=20")
    settled(page, "Units")
    expect(page.locator("tbody tr").first).to_contain_text("truck-00199")
    page.get_by_role("button", name="Go to next page").first.click()
    expect(page.locator("tbody tr").first).to_contain_text("truck-00179")
    assert "page=2" in page.url
    page.reload()
    expect(page.locator("tbody tr").first).to_contain_text("truck-00179")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("button", name=re.compile(r"of 10,0\d\d$")).first).to_be_visible()


def test_a_filter_with_a_fault_says_what_it_expected(open_as: Open) -> None:
    page = open_as("oem", "/units?selector=site%3D%3D%3D")
    expect(page.get_by_role("heading", name="This did not work")).to_be_visible()
    expect(page.get_by_text(re.compile("expected"))).to_be_visible()


def test_chosen_columns_stay_chosen(open_as: Open) -> None:
    page = open_as("oem", "/units")
    settled(page, "Units")
    expect(page.get_by_role("columnheader", name="Labels")).to_have_count(0)
    page.get_by_role("button", name="Choose columns").click()
    page.get_by_role("menuitem", name="Labels").click()
    expect(page.get_by_role("columnheader", name="Labels")).to_be_visible()
    page.reload()
    expect(page.get_by_role("columnheader", name="Labels")).to_be_visible()


def test_a_deed_to_many_shows_what_it_touches_and_does_it(open_as: Open, place: Place) -> None:
    page = open_as("oem", "/units?name=truck-0700")
    settled(page, "Units")
    for name in ("truck-07001", "truck-07002"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    page.get_by_role("button", name="2 selected").click()
    page.get_by_role("menuitem", name="Set a label").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Label").fill("lane")
    dialog.get_by_label("Value").fill("north")
    expect(dialog.get_by_text("2 Units will get the label lane=north")).to_be_visible()
    expect(dialog.get_by_text("truck-07002")).to_be_visible()
    dialog.get_by_role("button", name="Do this to 2 Units").click()
    expect(dialog).to_have_count(0)
    assert place.view("truck-07001")["labels"] == {"lane": "north"}
    assert place.view("truck-07003")["labels"] == {}
    page.goto("/units?selector=lane%3Dnorth")
    settled(page, "Units")
    assert rows(page) == ["truck-07001", "truck-07002"]


def test_the_palette_goes_to_a_unit_by_a_part_of_its_name(open_as: Open) -> None:
    page = open_as("oem", "/fleets")
    settled(page, "Fleets")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("truck-00042")
    expect(page.get_by_role("option", name="truck-00042")).to_be_visible()
    page.keyboard.press("Enter")
    settled(page, "truck-00042")


def test_a_unit_that_comes_alive_is_seen_without_a_reload(open_as: Open, place: Place) -> None:
    page = open_as("oem", "/units/real-1")
    settled(page, "real-1")
    expect(page.get_by_text("Offline").first).to_be_visible()
    page.evaluate("window.here = true")
    with place.living(place.unit("real-1", pace=0.05)):
        expect(page.get_by_role("heading", name=re.compile("^.*In sync: everything runs as wanted"))).to_be_visible(
            timeout=30_000
        )
        expect(page.locator("td[data-label=Instance]")).to_have_text("hello #0")
    assert page.evaluate("window.here")
