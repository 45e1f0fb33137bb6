"""How the pages of people, accounts, organizations and grants look, light and dark; each passes axe."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import Open, faults
from tests.browser.place import Place
from tests.browser.test_pages import PICTURES, settled
from tests.browser.test_signing_in import link_for


def account(open_as: Open, place: Place, scheme: str) -> Page:
    page = open_as(None, link_for(place, "oem"), color_scheme=scheme)
    settled(page, "Overview")
    page.goto("/account")
    settled(page, "Your account")
    return page


def person(open_as: Open, place: Place, scheme: str) -> Page:
    [user] = place.call("oem", "GET", "/users/", params={"username": "owner"})["items"]
    page = open_as("oem", f"/people/{user['id']}", color_scheme=scheme)
    settled(page, "owner")
    return page


def organizations(open_as: Open, place: Place, scheme: str) -> Page:
    page = open_as("admin", "/organizations", color_scheme=scheme)
    settled(page, "Organizations")
    return page


def organization(open_as: Open, place: Place, scheme: str) -> Page:
    first = place.call("oem", "GET", "/users/me/")["organization"]
    for bound, most in (("limits", 20_000), ("risk-budget", 500)):
        place.call("admin", "PUT", f"/organizations/{first['id']}/{bound}/", json={"units_most": most})
    page = open_as("admin", f"/organizations/{first['id']}", color_scheme=scheme)
    settled(page, first["title"])
    return page


def grants(open_as: Open, place: Place, scheme: str) -> Page:
    page = open_as("oem", "/grants", color_scheme=scheme)
    settled(page, "Grants")
    return page


def invitation(open_as: Open, place: Place, scheme: str) -> Page:
    page = open_as(None, "/sign-in#invitation=aosinv_x", color_scheme=scheme)
    settled(page, "You are invited to AosCloud")
    return page


def change(open_as: Open, place: Place, scheme: str) -> Page:
    page = open_as("oem", "/audit?operation=subjects_create", color_scheme=scheme)
    settled(page, "Audit trail")
    page.locator("td[data-label=What] button").first.click()
    page.get_by_role("dialog").wait_for()
    return page


LOOKS: dict[str, Callable[[Open, Place, str], Page]] = {
    "account": account,
    "person": person,
    "organizations": organizations,
    "organization": organization,
    "grants": grants,
    "invitation": invitation,
    "change": change,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", LOOKS)
def test_a_page_of_people_passes_axe(open_as: Open, place: Place, name: str, scheme: str, tmp_path: Path) -> None:
    page = LOOKS[name](open_as, place, scheme)
    folder = PICTURES if os.environ.get("PICTURES") else tmp_path
    page.screenshot(path=folder / f"{name}-{scheme}.png")
    assert faults(page) == []
