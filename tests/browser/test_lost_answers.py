"""The answer to a command is lost on its way; whoever presses again has it done once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from tests.browser.conftest import Open
from tests.browser.place import Place
from tests.browser.test_pages import settled

pytestmark = pytest.mark.slow

UNREACHABLE = "AosCloud cannot be reached from here"


@contextmanager
def lost(page: Page, path: str, method: str = "POST") -> Iterator[list[str]]:
    """The cloud hears such commands, and nobody hears its answers. Gives the keys that they came under."""
    keys: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != method:
            route.fallback()
            return
        keys.append(route.request.headers["idempotency-key"])
        assert route.fetch().ok
        route.abort("connectionreset")

    address = re.compile(f"/api/v11/{path}$")
    page.route(address, lose)
    yield keys
    page.unroute(address, lose)


def titles(place: Place, of: str) -> list[str]:
    return [each["title"] for each in place.call("oem", "GET", f"/{of}/?limit=200")["items"]]


def new_fleet(page: Page, title: str) -> Locator:
    settled(page, "Fleets")
    page.get_by_role("button", name="Create a fleet").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill(title)
    return dialog


def test_a_fleet_is_made_once_however_often_one_presses(open_as: Open, place: Place) -> None:
    page = open_as("oem", "/fleets")
    dialog = new_fleet(page, "once")
    with lost(page, "fleets/") as keys:
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_text(UNREACHABLE)).to_be_visible()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    dialog.get_by_role("button", name="Save").dblclick()
    expect(dialog).to_have_count(0)
    assert titles(place, "fleets").count("once") == 1


def test_what_is_written_otherwise_after_a_lost_answer_is_another_command(open_as: Open, place: Place) -> None:
    page = open_as("oem", "/fleets")
    dialog = new_fleet(page, "first thought")
    with lost(page, "fleets/"):
        dialog.get_by_label("Title").press("Enter")
        expect(dialog.get_by_text(UNREACHABLE)).to_be_visible()
    dialog.get_by_label("Title").fill("second thought")
    dialog.get_by_label("Title").press("Enter")
    expect(dialog).to_have_count(0)
    assert {"first thought", "second thought"} <= set(titles(place, "fleets"))


def test_a_verb_whose_answer_was_lost_is_not_refused_when_it_is_said_again(open_as: Open, place: Place) -> None:
    fleet = place.call("oem", "POST", "/fleets/", json={"title": "for a moment"})["id"]
    bundle = place.call("oem", "GET", "/deployment-bundles/")["items"][0]["id"]
    body = {"title": "momentary", "bundle_id": bundle, "selection": {"fleets": [fleet]}}
    id = place.call("oem", "POST", "/campaigns/", json=body)["id"]
    page = open_as("oem", f"/campaigns/{id}")
    settled(page, "momentary")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    with lost(page, f"campaigns/{id}/", "DELETE"):
        dialog.get_by_role("button", name="Delete").click()
        expect(dialog.get_by_text(UNREACHABLE)).to_be_visible()
    dialog.get_by_role("button", name="Delete").click()
    settled(page, "Campaigns")
    assert "momentary" not in titles(place, "campaigns")


def test_an_assignment_is_made_once(open_as: Open, place: Place) -> None:
    subject = place.call("oem", "POST", "/subjects/", json={"title": "impatient"})["id"]
    page = open_as("oem", f"/subjects/{subject}")
    settled(page, "impatient")
    page.get_by_role("button", name="Assign", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Item").select_option("hello")
    with lost(page, f"subjects/{subject}/assignments/"):
        dialog.get_by_role("button", name="Assign", exact=True).click()
        expect(dialog.get_by_text(UNREACHABLE)).to_be_visible()
    dialog.get_by_role("button", name="Assign", exact=True).click()
    expect(dialog).to_have_count(0)
    assert place.call("oem", "GET", f"/subjects/{subject}/assignments/")["total"] == 1
