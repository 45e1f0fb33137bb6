"""The connection: lost with a clear sign, and back with what happened meanwhile."""

from playwright.sync_api import expect
from tests.browser.conftest import Open
from tests.browser.place import Place
from tests.browser.test_pages import settled


def test_a_page_that_nobody_looks_at_says_so_and_keeps_no_session_alive(open_as: Open) -> None:
    page = open_as("oem", "about:blank")
    page.clock.install()
    page.goto("/")
    settled(page, "Overview")
    with page.expect_request("**/api/v11/deployment-bundles/**") as fresh:
        page.reload()
    assert "x-unattended" not in fresh.value.headers
    settled(page, "Overview")
    with page.expect_request("**/api/v11/deployment-bundles/**") as alone:
        page.clock.fast_forward("05:00")
    assert alone.value.headers["x-unattended"] == "true"
    with page.expect_request("**/api/v11/fleets/**") as back:
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Fleets").click()
    assert "x-unattended" not in back.value.headers


def test_a_lost_connection_says_so_and_catches_up(open_as: Open, place: Place) -> None:
    page = open_as("oem", "/fleets")
    settled(page, "Fleets")
    place.cloud.stop()
    expect(page.get_by_text("Connection lost")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("link", name="default")).to_be_visible()  # what was there stays
    place.cloud.start()
    place.call("oem", "POST", "/fleets/", json={"title": "made meanwhile"})
    expect(page.get_by_role("link", name="made meanwhile")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Connection lost")).to_have_count(0)
