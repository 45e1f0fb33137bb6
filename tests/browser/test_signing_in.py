"""Coming in: by certificate and by a one-time link; going out; and an end that nobody asked for."""

from playwright.sync_api import expect
from tests.browser.conftest import Open
from tests.browser.place import Place
from tests.browser.test_pages import settled


def link_for(place: Place, user: str) -> str:
    made = place.cloud.run("aosedge.cli.aoscloud", "sign-in-link", user)
    assert made.returncode == 0, made.stderr
    return "/sign-in" + made.stdout.strip().partition("/sign-in")[2]  # the port is of this run


def test_a_link_signs_in_once(open_as: Open, place: Place) -> None:
    link = link_for(place, "oem")
    page = open_as(None, link)
    settled(page, "Overview")
    assert "link=" not in page.url
    cookies = page.context.cookies()
    assert [(c["httpOnly"], c["secure"], c["sameSite"]) for c in cookies] == [(True, True, "Strict")]
    again = open_as(None, link)
    expect(again.get_by_text("This link signs nobody in any more")).to_be_visible()


def test_a_certificate_begins_a_session_and_signing_out_ends_it(open_as: Open) -> None:
    page = open_as("oem", "/fleets")
    settled(page, "Fleets")
    page.get_by_role("button", name="Your account: oem").click()
    page.get_by_role("menuitem", name="Sign out").click()
    settled(page, "Sign in to AosCloud")
    page.get_by_role("button", name="Sign in with a certificate").click()
    settled(page, "Fleets")
    page.get_by_role("button", name="Create a fleet").click()
    page.get_by_label("Title").fill("made in a session")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="made in a session")).to_be_visible()


def test_a_session_that_ended_says_so_and_comes_back_to_where_it_was(open_as: Open, place: Place) -> None:
    page = open_as(None, link_for(place, "oem"))
    settled(page, "Overview")
    page.get_by_role("link", name="Items").click()
    settled(page, "Items")
    for session in place.call("oem", "GET", "/users/me/sessions/")["items"]:
        place.call("oem", "DELETE", f"/users/me/sessions/{session['id']}/")
    page.get_by_role("link", name="Fleets").click()
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    assert page.url.endswith("/fleets")


def test_without_a_certificate_the_door_says_why(open_as: Open) -> None:
    page = open_as(None, "/")
    settled(page, "Sign in to AosCloud")
    page.get_by_role("button", name="Sign in with a certificate").click()
    expect(page.get_by_role("alert").or_(page.locator(".pf-v6-c-alert"))).to_be_visible()


def test_an_invitation_becomes_a_passkey_that_signs_in(open_as: Open, place: Place) -> None:
    user = place.call("oem", "POST", "/users/", json={"username": "invited", "role": "auditor"})
    token = place.call("oem", "POST", f"/users/{user['id']}/invitations/", json={})["token"]
    page = open_as(None, "/sign-in#link=")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("about:blank")
    page.goto(f"/sign-in#invitation={token}")
    settled(page, "You are invited to AosCloud")
    page.get_by_role("button", name="Make a passkey and sign in").click()
    settled(page, "Overview")
    page.get_by_role("button", name="Your account: invited").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    settled(page, "Overview")
    expect(page.get_by_role("button", name="Your account: invited")).to_be_visible()
