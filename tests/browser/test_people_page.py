"""People: invited with what they may do, seen with what lets them in, and kept out again."""

import re

from playwright.sync_api import Page, expect
from tests.browser.conftest import Open, faults
from tests.browser.passkeys import give_authenticator
from tests.browser.place import Place
from tests.browser.test_pages import settled
from tests.browser.test_signing_in import link_for


def told(page: Page, label: str) -> str:
    """What the page shows once."""
    return page.get_by_role("textbox", name=label, exact=True).input_value()


def user_id(place: Place, name: str) -> str:
    [found] = place.call("oem", "GET", "/users/", params={"username": name})["items"]
    return str(found["id"])


def test_a_fleet_owner_is_invited_comes_in_with_a_passkey_and_sees_only_his_fleet(
    open_as: Open, place: Place
) -> None:
    place.call("oem", "POST", "/fleets/", json={"title": "harbour"})
    page = open_as("oem", "/people")
    settled(page, "People")
    page.get_by_role("button", name="Invite a user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="User").fill("hanna")
    dialog.get_by_role("combobox", name="Role").select_option(label="Fleet owner")
    expect(dialog.get_by_role("button", name="Create and invite")).to_be_disabled()
    dialog.get_by_label("harbour").check()
    assert faults(page) == []
    dialog.get_by_role("button", name="Create and invite").click()
    expect(dialog.get_by_text("it is shown only now")).to_be_visible()
    address = told(page, "The address, which signs them in with a new passkey")
    assert address.startswith(f"{place.cloud.url}/sign-in#invitation=aosinv_")
    assert faults(page) == []
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("link", name="hanna")).to_be_visible()

    theirs = open_as(None, "/units/real-1")  # where they wanted to be
    give_authenticator(theirs)
    theirs.goto("about:blank")
    theirs.goto(address)
    settled(theirs, "You are invited to AosCloud")
    assert "invitation" not in theirs.url
    assert faults(theirs) == []
    theirs.get_by_role("button", name="Make a passkey and sign in").click()
    settled(theirs, "Overview")
    theirs.get_by_role("link", name="Fleets", exact=True).click()
    settled(theirs, "Fleets")
    expect(theirs.get_by_role("link", name="harbour")).to_be_visible()
    expect(theirs.locator("tbody tr")).to_have_count(1)
    theirs.get_by_role("link", name="Units", exact=True).click()
    expect(theirs.get_by_text("No Unit matches").or_(theirs.get_by_text("No Units yet"))).to_be_visible()
    expect(
        theirs.get_by_role("navigation", name="Main").get_by_role("link", name="People", exact=True)
    ).to_have_count(0)
    theirs.goto("/units/real-1")
    expect(theirs.get_by_text("It is not there")).to_be_visible()
    theirs.goto("/people")
    expect(theirs.get_by_text("Your role does not see this")).to_be_visible()

    again = open_as(None, address.removeprefix(place.cloud.url))
    give_authenticator(again)
    again.get_by_role("button", name="Make a passkey and sign in").click()
    expect(again.get_by_text("An invitation works once and for a limited time")).to_be_visible()


def test_the_second_of_two_who_change_a_user_sees_what_the_first_wrote(open_as: Open, place: Place) -> None:
    made = place.call("oem", "POST", "/users/", json={"username": "shared", "role": "auditor"})["id"]
    page = open_as("oem", f"/people/{made}")
    settled(page, "shared")
    page.get_by_role("button", name="Change", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("mine@example.org")
    place.call("oem", "PUT", f"/users/{made}/", json={"role": "oem", "email": "theirs@example.org"})
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Somebody changed it while you were writing")).to_be_visible()
    expect(dialog.get_by_text("Role: was Auditor, is now OEM")).to_be_visible()
    expect(dialog.get_by_text("is now theirs@example.org")).to_be_visible()
    expect(dialog.get_by_label("E-mail")).to_have_value("mine@example.org")
    assert place.call("oem", "GET", f"/users/{made}/")["role"] == "oem"
    assert faults(page) == []
    dialog.get_by_role("button", name="Save mine over theirs").click()
    expect(dialog).to_have_count(0)
    now = place.call("oem", "GET", f"/users/{made}/")
    assert (now["role"], now["email"]) == ("auditor", "mine@example.org")


def test_a_session_is_ended_by_whoever_manages_the_user(open_as: Open, place: Place) -> None:
    theirs = open_as(None, link_for(place, "owner"))
    settled(theirs, "Overview")
    page = open_as("oem", f"/people/{user_id(place, 'owner')}")
    settled(page, "owner")
    page.get_by_role("button", name=re.compile("^End: Chrome on Linux")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("owner is signed out on Chrome on Linux, with the next request.")).to_be_visible()
    dialog.get_by_role("button", name="End").click()
    expect(page.get_by_text("Nobody is signed in as this user in a browser.")).to_be_visible()
    theirs.get_by_role("link", name="Units", exact=True).click()
    expect(theirs.get_by_text("Your session has ended")).to_be_visible()
    assert "/units" in theirs.url


def test_a_revoked_certificate_opens_no_door_any_more(open_as: Open, place: Place) -> None:
    user = place.call("oem", "POST", "/users/", json={"username": "leaver", "role": "auditor"})
    token = place.call("oem", "POST", f"/users/{user['id']}/invitations/", json={})["token"]
    place.take_up(token, "leaver")
    theirs = open_as("leaver", "/fleets")
    settled(theirs, "Fleets")
    page = open_as("oem", f"/people/{user['id']}")
    settled(page, "leaver")
    certificates = page.get_by_role("grid", name="Certificates")
    serial = certificates.locator("td[data-label='Serial number']").inner_text()
    certificates.get_by_role("button", name="Revoke").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"The certificate {serial} lets leaver in no more")).to_be_visible()
    dialog.get_by_role("button", name="Revoke").click()
    expect(certificates.get_by_text("Revoked")).to_be_visible()
    theirs.get_by_role("link", name="Items", exact=True).click()
    expect(theirs.get_by_role("heading", name="Sign in to AosCloud")).to_be_visible()
    theirs.get_by_role("button", name="Sign in with a certificate").click()
    expect(theirs.get_by_text("the certificate opens no door here").first).to_be_visible()


def test_a_user_is_changed_suspended_let_in_and_removed(open_as: Open, place: Place) -> None:
    user = place.call("oem", "POST", "/users/", json={"username": "passing", "role": "oem"})
    page = open_as("oem", "/people?username=passing")
    settled(page, "People")
    page.get_by_role("link", name="passing").click()
    settled(page, "passing")
    page.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Role").select_option(label="Auditor")
    dialog.get_by_label("E-mail").fill("no address")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("not an e-mail address").first).to_be_visible()
    dialog.get_by_label("E-mail").fill("passing@example.org")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    changed = place.call("oem", "GET", f"/users/{user['id']}/")
    assert (changed["role"], changed["email"]) == ("auditor", "passing@example.org")
    page.get_by_role("button", name="Suspend").click()
    expect(dialog.get_by_text("passing can sign in no more, from the next request on")).to_be_visible()
    dialog.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("Suspended")).to_be_visible()
    page.get_by_role("button", name="Let in again").click()
    dialog.get_by_role("button", name="Let in again").click()
    expect(page.get_by_text("Active", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(dialog.get_by_text("passing is removed for good")).to_be_visible()
    dialog.get_by_role("button", name="Remove").click()
    settled(page, "People")
    page.goto("/people?username=passing")
    expect(page.get_by_text("Nobody matches")).to_be_visible()


def test_who_sent_bundles_is_not_removed_and_the_answer_says_why(open_as: Open, place: Place) -> None:
    place.call("sp", "POST", "/users/", json={"username": "sp-two", "role": "service provider"})
    [user] = place.call("sp", "GET", "/users/", params={"username": "sp"})["items"]
    token = place.call("sp", "GET", "/users/", params={"username": "sp-two"})["items"][0]["id"]
    invited = place.call("sp", "POST", f"/users/{token}/invitations/", json={})["token"]
    place.take_up(invited, "sp-two")
    page = open_as("sp-two", f"/people/{user['id']}")
    settled(page, "sp")
    page.get_by_role("button", name="Remove", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Remove").click()
    expect(dialog.get_by_text(re.compile(r"in use, got \d+ Deployment Bundle")).first).to_be_visible()


def test_an_open_invitation_is_withdrawn(open_as: Open, place: Place) -> None:
    user = place.call("oem", "POST", "/users/", json={"username": "awaited", "role": "auditor"})
    page = open_as("oem", f"/people/{user['id']}")
    settled(page, "awaited")
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Good for").select_option(label="1 day")
    dialog.get_by_role("button", name="Invite").click()
    address = told(page, "The address, which signs them in with a new passkey")
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Withdraw Open").click()
    dialog.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Withdrawn")).to_be_visible()
    theirs = open_as(None, address.removeprefix(place.cloud.url))
    give_authenticator(theirs)
    theirs.get_by_role("button", name="Make a passkey and sign in").click()
    expect(theirs.get_by_text("Ask whoever sent it for a new one")).to_be_visible()


def test_ones_own_account_is_not_changed_here(open_as: Open, place: Place) -> None:
    page = open_as("oem", f"/people/{user_id(place, 'oem')}")
    settled(page, "oem")
    expect(page.get_by_role("button", name="Suspend")).to_have_count(0)
    page.get_by_role("link", name="Go to your account").click()
    settled(page, "Your account")
