"""One's own account: passkeys, sessions and API tokens, made, seen and ended."""

import re

import httpx
from playwright.sync_api import expect
from tests.browser.conftest import Open, faults
from tests.browser.passkeys import give_authenticator
from tests.browser.place import Place
from tests.browser.test_pages import settled
from tests.browser.test_signing_in import link_for


def test_passkeys_are_added_named_and_removed(open_as: Open, place: Place) -> None:
    page = open_as(None, link_for(place, "auditor"))
    settled(page, "Overview")
    give_authenticator(page)
    page.get_by_role("button", name="Your account: auditor").click()
    page.get_by_role("menuitem", name="Your account").click()
    settled(page, "Your account")
    page.get_by_role("button", name="Add a passkey").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("work laptop")
    assert faults(page) == []
    dialog.get_by_role("button", name="Make a passkey").click()
    passkeys = page.get_by_role("grid", name="Passkeys")
    expect(passkeys.get_by_text("work laptop")).to_be_visible()
    passkeys.get_by_role("button").click()
    page.get_by_role("menuitem", name="Rename").click()
    dialog.get_by_label("Name").fill("<b>home</b>")
    dialog.get_by_role("button", name="Save").click()
    expect(passkeys.get_by_text("<b>home</b>")).to_be_visible()
    page.get_by_role("button", name="Your account: auditor").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    settled(page, "Your account")
    expect(page.get_by_text("passkey", exact=True).first).to_be_visible()
    passkeys.get_by_role("button").click()
    page.get_by_role("menuitem", name="Remove").click()
    expect(dialog.get_by_text("signs you in no more")).to_be_visible()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Your session has ended")).to_be_visible()  # it had begun with this passkey


def test_the_last_way_in_stays_and_the_answer_says_why(open_as: Open, place: Place) -> None:
    user = place.call("oem", "POST", "/users/", json={"username": "lonely", "role": "auditor"})
    token = place.call("oem", "POST", f"/users/{user['id']}/invitations/", json={})["token"]
    page = open_as(None, "/account")
    give_authenticator(page)
    page.goto("about:blank")
    page.goto(f"/sign-in#invitation={token}")
    page.get_by_role("button", name="Make a passkey and sign in").click()
    settled(page, "Overview")
    page.goto("/account")
    settled(page, "Your account")
    page.get_by_role("grid", name="Passkeys").get_by_role("button").click()
    page.get_by_role("menuitem", name="Remove").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Your last way in stays")).to_be_visible()
    dialog.get_by_role("button", name="Remove").click()
    expect(dialog.get_by_text(re.compile("this is your last way in")).first).to_be_visible()


def test_ones_other_sessions_are_seen_and_ended(open_as: Open, place: Place) -> None:
    elsewhere = open_as(None, link_for(place, "sp"))
    settled(elsewhere, "Overview")
    page = open_as(None, link_for(place, "sp"))
    settled(page, "Overview")
    page.goto("/account")
    settled(page, "Your account")
    sessions = page.get_by_role("grid", name="Sessions")
    expect(sessions.get_by_text("this one")).to_have_count(1)
    page.get_by_role("button", name="End all others").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("One other session ends, wherever they are. This one stays.")).to_be_visible()
    dialog.get_by_role("button", name="End").click()
    expect(sessions.locator("tbody tr")).to_have_count(1)
    elsewhere.get_by_role("link", name="Items", exact=True).click()
    expect(elsewhere.get_by_text("Your session has ended")).to_be_visible()
    sessions.get_by_role("button", name=re.compile("^End: ")).click()
    expect(dialog.get_by_text("You are signed out here.")).to_be_visible()
    dialog.get_by_role("button", name="End").click()
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    assert page.url.endswith("/account")


def test_an_api_token_is_shown_once_works_and_is_revoked(open_as: Open, place: Place) -> None:
    page = open_as("oem", "/account")
    settled(page, "Your account")
    page.get_by_role("button", name="Create a token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("pipeline")
    expect(dialog.get_by_role("button", name="Create")).to_be_disabled()
    dialog.get_by_role("textbox", name="Find an operation").fill("fleets list")
    dialog.get_by_label("fleets list").check()
    expect(dialog.get_by_text("1 chosen")).to_be_visible()
    assert faults(page) == []
    dialog.get_by_role("button", name="Create").click()
    token = dialog.get_by_role("textbox", name="pipeline").input_value()
    assert token.startswith("aos_")
    expect(dialog.get_by_role("button", name="Copy: pipeline")).to_be_visible()
    assert faults(page) == []
    dialog.get_by_role("button", name="Done").click()

    def asked(path: str) -> httpx.Response:
        with place.cloud.nobody() as client:
            return client.get(path, headers={"authorization": f"Bearer {token}"})

    assert (asked("/fleets/").status_code, asked("/units/").status_code) == (200, 403)
    page.get_by_role("button", name="Revoke pipeline").click()
    expect(dialog.get_by_text("Every program that uses “pipeline” is refused")).to_be_visible()
    dialog.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No API token.")).to_be_visible()
    assert asked("/fleets/").status_code == 401


def test_what_one_may_do_is_told(open_as: Open) -> None:
    page = open_as("auditor", "/account")
    settled(page, "Your account")
    page.get_by_role("button", name="All operations").click()
    expect(page.get_by_text("unit sets", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Create a token")).to_have_count(0)
    assert faults(page) == []
