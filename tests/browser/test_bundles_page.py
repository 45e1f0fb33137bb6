"""A bundle from the browser: taken, or refused with reasons."""

from playwright.sync_api import expect
from tests.browser.conftest import Open
from tests.browser.place import Place
from tests.browser.test_pages import settled


def test_a_bundle_is_uploaded_and_its_items_are_there(open_as: Open, place: Place) -> None:
    page = open_as("sp", "/bundles")
    settled(page, "Bundles")
    made = place.signed("from-browser", "2.1.0")
    page.get_by_label("Choose a file", exact=True).set_input_files(
        {"name": "browser.tar.gz", "mimeType": "application/gzip", "buffer": made}
    )
    expect(page.get_by_text("browser is ready")).to_be_visible()
    page.get_by_role("link", name="from-browser").first.click()
    settled(page, "from-browser")
    expect(page.get_by_role("gridcell", name="2.1.0", exact=True)).to_be_visible()


def test_what_is_no_bundle_is_refused_with_its_reason(open_as: Open) -> None:
    page = open_as("sp", "/bundles")
    settled(page, "Bundles")
    page.get_by_label("Choose a file", exact=True).set_input_files(
        {"name": "<b>odd</b>.tar.gz", "mimeType": "application/gzip", "buffer": b"not an archive"}
    )
    expect(page.locator(".pf-m-danger").first).to_be_visible()
