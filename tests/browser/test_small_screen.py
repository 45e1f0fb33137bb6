"""A phone in a hand at night: nothing of a page is beside the screen."""

import pytest
from tests.browser.conftest import Open
from tests.browser.test_pages import PAGES, settled

pytestmark = pytest.mark.slow

SMALL = {"width": 390, "height": 800}
MORE = {
    "waiting": ("oem", "/waiting", "Waiting for approval"),
    "sets": ("oem", "/sets", "Unit Sets"),
    "subjects": ("oem", "/subjects", "Subjects"),
    "campaigns": ("oem", "/campaigns", "Campaigns"),
    "new campaign": ("oem", "/campaigns/new", "New campaign"),
    "verification": ("oem", "/verification", "Verification"),
    "a Unit": ("oem", "/units/real-1", "real-1"),
}


@pytest.mark.parametrize("name", [*PAGES, *MORE])
def test_a_page_fits_a_small_screen(open_as: Open, name: str) -> None:
    user, path, title = (PAGES | MORE)[name]
    page = open_as(user, path)
    page.set_viewport_size(SMALL)
    settled(page, title)
    edges = page.evaluate(
        "[...document.querySelectorAll('h1, header button')].map(e => e.getBoundingClientRect().right)"
    )
    assert max(edges) <= SMALL["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
