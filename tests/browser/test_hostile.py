"""What means harm is shown as text everywhere, and nothing of ours can be framed, scripted or overheard."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Open, faults
from tests.browser.place import HOSTILE, Place
from tests.browser.test_pages import settled
from tests.browser.wares import HARMFUL, upload

SCRIPT = "<img src=x onerror=window.hurt=1><script>window.hurt=1</script>"
PRINTABLE = "שלום مرحبا 🚚"
"""What a title may have: marks that turn the direction are refused there."""
RIGHT_TO_LEFT = "\u202eevil\u202c שלום مرحبا"
EMOJI = "🚚👩‍👩‍👧‍👦🏴‍☠️"
LONG = "x" * 10_000


def unhurt(page: Page) -> None:
    """No script of a title ran, no element of it is there, and nothing pushes the page sideways."""
    assert page.evaluate("window.hurt") is None
    assert page.locator("img[src=x]").count() == 0
    assert page.evaluate("document.scripts.length") == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


@pytest.fixture(scope="module")
def hostile(place: Place) -> dict[str, str]:
    """Fleets, sets, subjects, a label and an item named by somebody who means harm: pages with their titles."""
    titles = (SCRIPT, PRINTABLE, HOSTILE[:150])

    def made(path: str, **more: str) -> str:
        """One of each title; the id of the first."""
        first, *_ = [place.call("oem", "POST", path, json={"title": title, **more})["id"] for title in titles]
        return str(first)

    place.call("oem", "PUT", "/units/truck-00001/labels/", json={"set": {"note": "w" * 63}})
    fleet = str(place.call("oem", "POST", "/fleets/", json={"title": SCRIPT})["id"])
    unit_set, subject = made("/unit-sets/", fleet_id=fleet), made("/subjects/")
    words = HARMFUL.replace("TITLE", json.dumps(SCRIPT, ensure_ascii=False)).replace(
        "WORDS", json.dumps(f"{RIGHT_TO_LEFT} {EMOJI} {SCRIPT}", ensure_ascii=False)
    )
    bundle = upload(place, words, "harmful", name=f"{SCRIPT[:40]}.tar.gz")
    return {
        "/fleets": "Fleets",
        f"/fleets/{fleet}": SCRIPT,
        "/sets": "Unit Sets",
        f"/sets/{unit_set}": SCRIPT,
        "/subjects": "Subjects",
        f"/subjects/{subject}": SCRIPT,
        "/items": "Items",
        f"/items/{place.item('harmful')}": "harmful",
        "/bundles": "Bundles",
        f"/bundles/{bundle}": SCRIPT[:40],
        "/": "Overview",
        "/audit": "Audit trail",
        "/units?name=truck-0000": "Units",
    }


def test_harm_in_names_is_shown_as_text_on_every_page(open_as: Open, hostile: dict[str, str]) -> None:
    page = open_as("oem")
    for path, title in hostile.items():
        page.goto(path)
        settled(page, title)
        unhurt(page)


def test_the_palette_shows_harm_as_text(open_as: Open, hostile: dict[str, str]) -> None:
    page = open_as("oem", "/")
    settled(page, "Overview")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("onerror")
    expect(page.get_by_role("option").filter(has_text=SCRIPT).first).to_be_visible()
    assert {"Fleet", "Unit Set", "Subject"} <= {
        text.rpartition("\n")[2] for text in page.get_by_role("option").all_inner_texts()
    }
    unhurt(page)
    assert faults(page) == []


@pytest.mark.parametrize(
    "word", [SCRIPT, RIGHT_TO_LEFT, EMOJI, LONG], ids=["script", "right to left", "emoji", "long"]
)
def test_harm_in_an_address_or_a_filter_is_text(open_as: Open, word: str) -> None:
    page = open_as("oem", "/units")
    settled(page, "Units")
    page.get_by_label("Name contains").first.fill(word)
    expect(page.get_by_role("heading", name=re.compile("No Unit matches|This did not work"))).to_be_visible()
    unhurt(page)


def test_a_bundle_with_a_hostile_name_is_refused_in_words(open_as: Open) -> None:
    page = open_as("sp", "/bundles")
    settled(page, "Bundles")
    page.get_by_label("Choose a file", exact=True).set_input_files(
        {"name": f"{SCRIPT[:60]}{RIGHT_TO_LEFT}{EMOJI}.tar.gz", "mimeType": "application/gzip", "buffer": b"no"}
    )
    expect(page.locator(".pf-m-danger").first).to_be_visible()
    unhurt(page)
    page.reload()
    settled(page, "Bundles")
    unhurt(page)


def test_an_error_of_the_api_shows_its_message_and_the_request(open_as: Open) -> None:
    page = open_as("oem", "/items/nowhere")
    expect(page.get_by_text("It is not there")).to_be_visible()
    expect(page.get_by_text(re.compile("Request [0-9a-f-]{36}"))).to_be_visible()


@pytest.fixture
def page_of_oem(browser: Browser, place: Place) -> Iterator[Page]:
    """A page that may complain: what is tried here must be refused."""
    certificate = {"origin": place.cloud.url, "pfxPath": str(place.cloud.folder / "users" / "oem.p12")}
    context = browser.new_context(
        base_url=place.cloud.url,
        ignore_https_errors=True,
        client_certificates=[certificate],  # type: ignore[list-item]
    )
    yield context.new_page()
    context.close()


def test_no_inline_script_runs_and_nothing_is_asked_elsewhere(page_of_oem: Page, place: Place) -> None:
    page, complaints = page_of_oem, list[str]()
    page.on("console", lambda said: complaints.append(said.text))
    page.goto("/")
    settled(page, "Overview")
    asked = page.evaluate("performance.getEntriesByType('resource').map(each => new URL(each.name).origin)")
    assert set(asked) == {place.cloud.url}
    page.evaluate(
        """() => { const made = document.createElement('script'); made.textContent = 'window.hurt = 1';
                   document.body.append(made); made.remove(); }"""
    )
    assert page.evaluate("window.hurt") is None
    assert any("script-src 'self'" in each for each in complaints)


def test_nobody_may_frame_a_page(page_of_oem: Page, place: Place) -> None:
    page, refusals = page_of_oem, list[str]()
    page.on("console", lambda said: refusals.append(said.text) if "frame-ancestors" in said.text else None)
    page.goto("about:blank")
    page.set_content(f"<iframe src='{place.cloud.url}/'></iframe>")
    expect(page.locator("iframe")).to_be_attached()
    page.wait_for_function("true", timeout=5_000)
    assert page.frame_locator("iframe").get_by_role("heading", name="Overview").count() == 0
    for _ in range(50):
        if refusals:
            break
        page.wait_for_timeout(100)
    assert refusals


def test_every_cookie_is_kept_from_scripts_and_from_other_sites(open_as: Open) -> None:
    page = open_as("oem", "/")
    settled(page, "Overview")
    for cookie in page.context.cookies():
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict"), cookie
    assert page.evaluate("document.cookie") == ""


def test_the_first_view_says_how_soon_it_can_be_used(open_as: Open) -> None:
    page = open_as("oem", "/")
    settled(page, "Overview")
    took = page.evaluate("performance.now()")
    print(f"first view interactive within {took:.0f} ms, wanted: 2,000")
