"""Organizations, made and kept by an Admin; and what they grant to each other."""

from playwright.sync_api import expect
from tests.browser.conftest import Open, faults
from tests.browser.passkeys import give_authenticator
from tests.browser.place import Place
from tests.browser.test_pages import settled


def test_an_organization_begins_with_its_first_user_who_comes_in(open_as: Open, place: Place) -> None:
    page = open_as("admin", "/organizations")
    settled(page, "Organizations")
    page.get_by_role("button", name="Create an organization").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("North Motors")
    assert faults(page) == []
    dialog.get_by_role("button", name="Create", exact=True).click()
    settled(page, "North Motors")
    page.get_by_role("button", name="Set the limit").click()
    dialog.get_by_label("Units at most").fill("many")
    expect(dialog.get_by_text("A whole number from 0 to 10,000,000, or nothing")).to_be_visible()
    dialog.get_by_label("Units at most").fill("500")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("0 of at most 500")).to_be_visible()
    page.get_by_role("button", name="Set the budget").click()
    expect(dialog.get_by_text("No campaign starts a Unit beyond it.")).to_be_visible()
    dialog.get_by_label("Units at risk at most").fill("20")
    assert faults(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("0 of at most 20", exact=True)).to_be_visible()
    page.get_by_role("button", name="Invite the first user").click()
    dialog.get_by_role("textbox", name="User").fill("nora")
    dialog.get_by_role("button", name="Create and invite").click()
    address = dialog.get_by_role("textbox", name="The address, which signs them in with a new passkey").input_value()
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("link", name="nora")).to_be_visible()

    theirs = open_as(None, "/sign-in")
    give_authenticator(theirs)
    theirs.goto("about:blank")
    theirs.goto(address)
    theirs.get_by_role("button", name="Make a passkey and sign in").click()
    settled(theirs, "Overview")
    theirs.get_by_role("link", name="People", exact=True).click()
    settled(theirs, "People")
    expect(theirs.locator("tbody tr")).to_have_count(1)

    page.get_by_role("button", name="Invite a user").click()
    dialog.get_by_role("textbox", name="User").fill("intruder")
    dialog.get_by_role("button", name="Create and invite").click()
    expect(dialog.get_by_text("the organization has users who can sign in").first).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()

    page.get_by_role("button", name="Suspend").click()
    expect(dialog.get_by_text("Nobody of North Motors can sign in, from the next request on")).to_be_visible()
    dialog.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("Suspended")).to_be_visible()
    theirs.get_by_role("link", name="Units", exact=True).click()
    expect(theirs.get_by_role("heading", name="Sign in to AosCloud")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(dialog.get_by_text("in use").first).to_be_visible()


def test_an_empty_organization_is_renamed_and_removed(open_as: Open, place: Place) -> None:
    made = place.call("admin", "POST", "/organizations/", json={"title": "Brief", "kind": "sp"})
    page = open_as("admin", f"/organizations/{made['id']}")
    settled(page, "Brief")
    page.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Briefer")
    dialog.get_by_role("button", name="Save").click()
    settled(page, "Briefer")
    page.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    settled(page, "Organizations")
    page.goto("/organizations?name=Briefer")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_a_grant_is_given_narrowed_and_taken_back(open_as: Open, place: Place) -> None:
    provider = place.call("admin", "POST", "/organizations/", json={"title": "Second SP", "kind": "sp"})["id"]
    page = open_as("oem", "/grants")
    settled(page, "Grants")
    page.get_by_role("button", name="Grant to a provider").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Id of the Service Provider").fill("nobody")
    dialog.get_by_role("button", name="Grant").click()
    expect(dialog.get_by_text("no such organization")).to_be_visible()
    dialog.get_by_label("Id of the Service Provider").fill(provider)
    assert faults(page) == []
    dialog.get_by_role("button", name="Grant").click()
    row = page.get_by_role("row", name="Second SP")
    expect(row.get_by_text("All, and those to come")).to_be_visible()
    row.get_by_role("button").click()
    page.get_by_role("menuitem", name="Change").click()
    dialog.get_by_label("Only these").check()
    dialog.get_by_label("How its instances run").check()
    dialog.get_by_label("Alerts of its instances").check()
    assert faults(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(row.get_by_text("No service")).to_be_visible()
    expect(row.get_by_text("How its instances run, Alerts of its instances")).to_be_visible()
    row.get_by_role("button").click()
    page.get_by_role("menuitem", name="Take back").click()
    dialog.get_by_role("button", name="Take back").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("row", name="Second SP")).to_have_count(0)


def test_a_grant_in_use_is_not_taken_back_and_the_answer_names_the_subjects(open_as: Open) -> None:
    page = open_as("oem", "/grants")
    settled(page, "Grants")
    page.get_by_role("row", name="First Service Provider").get_by_role("button").click()
    page.get_by_role("menuitem", name="Take back").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Take back").click()
    expect(dialog.get_by_text("drivers").first).to_be_visible()
