"""A campaign changed on its page before it starts: whom it is for, and two people who do so at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open, faults
from tests.browser.place import Place
from tests.browser.test_pages import settled

pytestmark = pytest.mark.slow

Drafted = Callable[[str], str]


@pytest.fixture
def drafted(place: Place) -> Drafted:
    """Draws up the plan of a campaign for a fleet of its own; gives its id."""
    bundle = place.call("oem", "GET", "/deployment-bundles/")["items"][0]["id"]

    def draft(title: str) -> str:
        fleet = place.call("oem", "POST", "/fleets/", json={"title": f"for {title}"})["id"]
        body = {"title": title, "bundle_id": bundle, "selection": {"fleets": [fleet]}}
        id: str = place.call("oem", "POST", "/campaigns/", json=body)["id"]
        place.call("oem", "POST", f"/campaigns/{id}/plan/")
        return id

    return draft


def of(place: Place, id: str) -> Any:
    return place.call("oem", "GET", f"/campaigns/{id}/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_others_from_now_on_and_the_page_passes_axe(
    open_as: Open, place: Place, drafted: Drafted, scheme: str, tmp_path: Path
) -> None:
    title = f"aimed {scheme}"
    id = drafted(title)
    page = open_as("oem", f"/campaigns/{id}", color_scheme=scheme)
    settled(page, title)
    page.get_by_role("link", name="Change the campaign").click()
    settled(page, "Change the campaign")
    fleet = page.get_by_role("checkbox", name=f"for {title}")
    fleet.uncheck()
    expect(page.get_by_text("Say whom it is for.")).to_be_visible()
    expect(page.get_by_role("button", name="Save the change")).to_be_disabled()
    fleet.check()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    page.get_by_label("Labels match").fill("site=")
    expect(page.get_by_text("At position 6")).to_be_visible()
    page.get_by_label("Labels match").fill("site=north")
    fleet.uncheck()
    page.get_by_role("button", name="Choose Units").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name contains").fill("truck-0501")
    for name in ("truck-05011", "truck-05012"):
        dialog.get_by_role("button", name=f"Add {name}").click()
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Leave out truck-05011").click()
    changes = page.get_by_role("list", name="What changes")
    expect(changes.get_by_text(f"for {title} site=north, one Unit by name")).to_be_visible()
    expect(page.get_by_text("It becomes revision 2.")).to_be_visible()
    expect(page.get_by_text("Its plan is void, and every approval of it")).to_be_visible()
    for name, width in (("campaign-aimed", 1280), ("campaign-aimed-narrow", 390)):
        page.set_viewport_size({"width": width, "height": 3000})
        page.screenshot(path=tmp_path / f"{name}-{scheme}.png", animations="disabled")
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert faults(page) == []
    page.get_by_role("button", name="Save the change").click()
    settled(page, title)
    expect(page.get_by_text("site=north, one Unit by name")).to_be_visible()
    expect(page.get_by_role("button", name="Plan it")).to_be_visible()
    selection = of(place, id)["selection"]
    assert (selection["fleets"], selection["selector"]) == ([], "site=north")
    assert selection["units"] == [place.view("truck-05012")["id"]]


def test_that_somebody_else_must_approve_it_is_a_change_like_any_other(
    open_as: Open, place: Place, drafted: Drafted
) -> None:
    id = drafted("four eyes")
    page = open_as("oem", f"/campaigns/{id}/change")
    settled(page, "Change the campaign")
    page.get_by_label("Somebody else must approve the plan").check()
    page.get_by_role("button", name="Save the change").click()
    settled(page, "four eyes")
    assert of(place, id)["policy"]["four_eyes"]


def test_two_people_who_change_one_campaign_hear_of_each_other(open_as: Open, place: Place, drafted: Drafted) -> None:
    id = drafted("two at it")
    page = open_as("oem", f"/campaigns/{id}/change")
    settled(page, "Change the campaign")
    place.call("oem", "PUT", f"/campaigns/{id}/", json={"priority": 7})
    page.get_by_label("At most at once").fill("5")
    expect(page.get_by_text("Its plan is void")).to_be_visible()
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_text("Priority").filter(has_text="7")).to_be_visible()
    assert of(place, id)["policy"]["priority"] == 7
    page.get_by_role("button", name="Save mine").click()
    settled(page, "two at it")
    policy = of(place, id)["policy"]
    assert (policy["priority"], policy["limits"]["at_once"]) == (0, 5)
    place.call("oem", "DELETE", f"/campaigns/{id}/")
