"""Campaigns in a browser: one made with the wizard that goes through, and a bad one that halts and goes back."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import Open, faults
from tests.browser.place import HOSTILE, Place
from tests.browser.test_pages import settled
from tests.browser.test_sets_pages import pictured
from tests.browser.wares import unfit

pytestmark = pytest.mark.slow

Bundles = dict[str, str]
"""Ids of bundles by version."""
UNITS = ("wave-1", "wave-2", "wave-3")
FIRST, GOOD, BAD = "1.0.0", "2.0.0", "3.0.0"
ENDS_MS = 60_000


@pytest.fixture(scope="module")
def alive(place: Place) -> Iterator[Bundles]:
    """Three Units that live and have a service in its first version; fleet and item are theirs alone."""
    fleet = place.call("oem", "POST", "/fleets/", json={"title": "waves"})["id"]
    bundles = {version: str(place.upload("tick", version)["id"]) for version in (FIRST, GOOD)}
    bundles[BAD] = unfit(place, "tick", BAD)
    subject = place.call("oem", "POST", "/subjects/", json={"title": "clocks"})["id"]
    place.call("oem", "POST", f"/subjects/{subject}/assignments/", json={"bundle_id": bundles[FIRST]})
    for name in UNITS:
        place.provision(name)
        place.call("oem", "PUT", f"/units/{name}/fleet/", json={"fleet_id": fleet})
        place.call("oem", "PUT", f"/subjects/{subject}/units/{name}/")
    with ExitStack() as stack:
        units = {name: place.unit(name, pace=0.05) for name in UNITS}
        for unit in units.values():
            stack.enter_context(place.living(unit))
        for name in UNITS:
            wait_for(place, name)
        yield bundles


def wait_for(place: Place, name: str) -> None:
    end = time.monotonic() + 60
    while place.view(name)["deployment"] != "in_sync":
        assert time.monotonic() < end, place.view(name)
        time.sleep(0.2)


def chosen(page: Page, title: str) -> None:
    """What, of the bundle in the address, and whom: the fleet `waves`."""
    settled(page, "New campaign")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Purpose").fill("to see it through")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("checkbox", name="waves").check()
    expect(page.get_by_text("3 Units match now")).to_be_visible()
    page.get_by_role("button", name="Next").click()


def filled_in(page: Page, title: str, soak_minutes: str) -> None:
    """The wizard up to its plan: one canary, then all."""
    chosen(page, title)
    page.get_by_label("Canary: 5 %, then all").check()
    page.get_by_label("Healthy for (minutes)").fill(soak_minutes)
    page.get_by_role("button", name="Next").click()


def started(page: Page, title: str) -> None:
    page.get_by_role("button", name="Start: bring it to 3 Units").click()
    settled(page, title)


def wave(page: Page, number: int) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=f"Wave {number}", exact=True))


def gate(page: Page, number: int) -> Locator:
    """A wave's gate in figures."""
    return wave(page, number).get_by_role("list", name="Gate")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_wizard_passes_axe_and_shows_the_plan_before_anything_moves(
    open_as: Open, place: Place, alive: Bundles, scheme: str, tmp_path: Path
) -> None:
    page = open_as("oem", f"/campaigns/new?bundle={alive[GOOD]}", color_scheme=scheme)
    settled(page, "New campaign")
    page.get_by_label("Title").fill(f"looked at {scheme}")
    pictured(page, "campaign-what", scheme, tmp_path)
    assert faults(page) == []
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Choose a fleet, a set, labels or Units.")).to_be_visible()
    page.get_by_role("checkbox", name="waves").check()
    expect(page.get_by_text("3 Units match now")).to_be_visible()
    pictured(page, "campaign-whom", scheme, tmp_path)
    assert faults(page) == []
    page.get_by_role("button", name="Next").click()
    page.get_by_label("May fail (percent)").fill("20")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.get_by_label("May fail (percent)").fill("2")
    page.set_viewport_size({"width": 1280, "height": 2250})
    pictured(page, "campaign-how", scheme, tmp_path)
    assert faults(page) == []
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("3 Units will get it in 4 waves.")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 1150})
    pictured(page, "campaign-plan", scheme, tmp_path)
    assert faults(page) == []
    page.get_by_role("button", name="Cancel").click()
    settled(page, "Campaigns")
    listed = place.call("oem", "GET", "/campaigns/")["items"]
    assert f"looked at {scheme}" not in [each["title"] for each in listed]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_plan_is_rehearsed_and_passes_axe_and_an_empty_wave_takes_no_time(
    open_as: Open, place: Place, alive: Bundles, scheme: str, tmp_path: Path
) -> None:
    has = place.view(UNITS[0])["items"][0]["actual_version"]
    body = {
        "title": f"rehearsed {scheme}",
        "bundle_id": alive[GOOD if has == FIRST else FIRST],
        "selection": {"fleets": [place.view(UNITS[0])["fleet_id"]]},
        "policy": {"strategy": "staged", "timing": {"install": [{"from": "00:00", "to": "24:00"}]}},
    }
    id = place.call("oem", "POST", "/campaigns/", json=body)["id"]
    place.call("oem", "POST", f"/campaigns/{id}/plan/")
    page = open_as("oem", f"/campaigns/{id}", color_scheme=scheme)
    settled(page, body["title"])
    plan = page.get_by_role("grid", name="The plan")
    expect(plan.get_by_role("columnheader", name="Begins not before")).to_be_visible()
    assert "0 seconds" not in plan.inner_text()
    page.get_by_label("Units that fail (percent)").fill("101")
    expect(page.get_by_role("button", name="Rehearse it")).to_be_disabled()
    page.get_by_label("Units that fail (percent)").fill("30")
    page.get_by_label("An update takes (minutes)").fill("2")
    page.get_by_role("button", name="Rehearse it").click()
    expect(page.get_by_text(re.compile("of 100 runs go to the end"))).to_be_visible(timeout=ENDS_MS)
    expect(page.get_by_text("30 % fail, as you said; an update takes about 2 min, as you said.")).to_be_visible()
    expect(page.get_by_role("list", name="When it is done").get_by_role("listitem").first).to_be_visible()
    touched = page.get_by_role("list", name="Units that were offered it before a halt")
    expect(touched.get_by_role("listitem")).to_have_count(3)
    page.set_viewport_size({"width": 1280, "height": 1500})
    pictured(page, "campaign-rehearsal", scheme, tmp_path)
    assert faults(page) == []
    place.call("oem", "DELETE", f"/campaigns/{id}/")


def test_a_good_release_goes_to_the_end_while_somebody_watches(
    open_as: Open, place: Place, alive: Bundles, tmp_path: Path
) -> None:
    page = open_as("oem", f"/campaigns/new?bundle={alive[GOOD]}")
    filled_in(page, "spring", "0")
    expect(page.get_by_text("3 Units will get it in 2 waves.")).to_be_visible()
    started(page, "spring")
    page.evaluate("window.here = true")
    expect(wave(page, 1).get_by_text("Passed")).to_be_visible(timeout=ENDS_MS)
    expect(page.get_by_text("Completed", exact=True)).to_be_visible(timeout=ENDS_MS)
    expect(wave(page, 2).get_by_role("link", name="2 succeeded")).to_be_visible()
    assert page.evaluate("window.here")
    expect(gate(page, 2).get_by_text("2 succeeded, 2 needed")).to_be_visible()
    expect(page.get_by_text("3 of 3 have it")).to_be_visible()
    rows = page.get_by_role("grid", name="Plan and result").locator("tbody tr")
    expect(rows.nth(1)).to_contain_text(re.compile("Wave 2.*2.*0.*2.*0.*0"))
    page.get_by_role("button", name="What was to be").click()
    changes = page.get_by_role("grid", name="Before and after")
    expect(changes.get_by_text(re.compile(f"{FIRST} → {GOOD}"))).to_have_count(3)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as JSON").click()
    assert b"to see it through" in Path(download.value.path()).read_bytes()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    expect(page.get_by_role("img", name="0 of 2 results failed")).to_be_visible()
    page.get_by_role("button", name="Wave: the newest").click()
    page.get_by_role("option", name="1", exact=True).click()
    expect(page.get_by_role("img", name="0 of 1 results failed")).to_be_visible()
    wave(page, 2).get_by_role("link", name="2 succeeded").click()
    expect(page).to_have_url(re.compile("member=succeeded"))
    expect(page.locator("#members tbody td[data-label=Unit]")).to_have_count(2)
    for name in UNITS:
        assert [item["actual_version"] for item in place.view(name)["items"]] == [GOOD]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_bad_release_halts_by_itself_and_goes_back_and_its_pages_pass_axe(
    open_as: Open, place: Place, alive: Bundles, scheme: str, tmp_path: Path
) -> None:
    title = f"summer {scheme}"
    page = open_as("oem", f"/campaigns/new?bundle={alive[BAD]}", color_scheme=scheme)
    filled_in(page, title, "0")
    started(page, title)
    expect(page.get_by_text("Rolled back", exact=True)).to_be_visible(timeout=ENDS_MS)
    expect(page.get_by_role("heading", name=re.compile("1 of 1 failed: more than usual"))).to_be_visible()
    expect(wave(page, 1).get_by_role("link", name=re.compile("1 (failed|went back)"))).to_be_visible()
    expect(gate(page, 1).get_by_text("1 failed, none may")).to_be_visible()
    expect(wave(page, 3).get_by_text("brings back wave 1")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("1 of 1 results failed"))).to_be_visible()
    settled(page, title)
    page.set_viewport_size({"width": 1280, "height": 1500})
    pictured(page, "campaign", scheme, tmp_path)
    assert faults(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/campaigns")
    settled(page, "Campaigns")
    pictured(page, "campaigns", scheme, tmp_path)
    assert faults(page) == []


def test_every_verb_says_what_it_will_do_and_only_who_may_is_offered_it(
    open_as: Open, place: Place, alive: Bundles
) -> None:
    page = open_as("oem", f"/campaigns/new?bundle={alive[BAD]}")
    filled_in(page, HOSTILE[:90], "600")
    page.get_by_role("link", name="Keep the plan for later").click()
    settled(page, HOSTILE[:90])
    expect(page.get_by_text("3 Units will get it in 2 waves.")).to_be_visible()
    watcher = open_as("auditor", page.url)
    settled(watcher, HOSTILE[:90])
    expect(watcher.get_by_role("button", name="Start")).to_have_count(0)
    page.get_by_role("button", name="Start").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("3 Units will get it in 2 waves, 1 Unit first")).to_be_visible()
    assert faults(page) == []
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    settled(page, "Campaigns")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_running_one_passes_axe_and_is_paused_resumed_halted_and_rolled_back(
    open_as: Open, place: Place, alive: Bundles, scheme: str, tmp_path: Path
) -> None:
    title = f"autumn {scheme}"
    has = place.view(UNITS[0])["items"][0]["actual_version"]
    page = open_as("oem", f"/campaigns/new?bundle={alive[GOOD if has == FIRST else FIRST]}", color_scheme=scheme)
    filled_in(page, title, "600")
    started(page, title)
    expect(wave(page, 1).get_by_text(re.compile("soaking until"))).to_be_visible(timeout=ENDS_MS)
    settled(page, title)
    pictured(page, "campaign-soaking", scheme, tmp_path)
    assert faults(page) == []
    changed_while_it_runs(page, title, scheme, tmp_path)
    told(page, "Pause", "Nobody further is offered it. 0 Units that are on it now go on.")
    expect(page.get_by_role("heading", name="Paused: paused by a person")).to_be_visible()
    told(page, "Resume", "It goes on, and its gate is asked again. 2 Units still wait for it.")
    told(page, "Halt", "From now on nobody starts. Offers to 0 Units that have not begun are withdrawn", "too soon")
    expect(page.get_by_role("heading", name="Halted: too soon")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Resume")).to_be_disabled()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    told(page, "Roll back", "1 Unit that was offered it goes back to what it ran before", "never mind")
    expect(page.get_by_text("Rolled back", exact=True)).to_be_visible(timeout=ENDS_MS)
    expect(page.get_by_text("rolled a campaign back").first).to_be_visible()


def changed_while_it_runs(page: Page, title: str, scheme: str, folder: Path) -> None:
    """How it goes is changed, having read what that means."""
    page.get_by_role("link", name="Change the campaign").click()
    settled(page, "Change the campaign")
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(0)
    page.get_by_label("At most at once").fill("1")
    page.get_by_label("Must succeed (percent)").fill("101")
    expect(page.get_by_role("button", name="Save the change")).to_be_disabled()
    page.get_by_label("Purpose").fill("Changed on the way")
    expect(page.get_by_text("Its title or purpose: other words are no other plan.")).to_be_visible()
    expect(page.get_by_role("button", name="Save the change")).to_be_enabled()
    page.get_by_label("Must succeed (percent)").fill("90")
    expect(page.get_by_label("Starts in the first minute")).to_have_count(0)
    page.get_by_label("At most starts a minute").fill("60")
    page.get_by_label("Starts in the first minute").fill("6")
    page.get_by_label("Megabytes a second").fill("20")
    changes = page.get_by_role("list", name="What changes")
    says = "1 at once, 60 starts a minute, growing from 6 in 1 hour, 20 MB a second"
    expect(changes.get_by_text(says)).to_be_visible()
    expect(page.get_by_text("The gate counts for the one wave that has not begun")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 1800})
    pictured(page, "campaign-change", scheme, folder)
    assert faults(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_text("Changed on the way")).to_be_visible()
    settled(page, title)
    expect(page.get_by_text(says)).to_be_visible()
    expect(gate(page, 1).get_by_text("healthy for")).to_contain_text("of 10 hours")
    expect(wave(page, 2).get_by_text("Passes when 90 % succeeded")).to_be_visible()


def test_waves_are_unit_sets_in_their_order_and_it_starts_when_one_says(
    open_as: Open, place: Place, alive: Bundles
) -> None:
    fleet = place.view(UNITS[0])["fleet_id"]
    for name in UNITS[:2]:
        set_ = place.call("oem", "POST", "/unit-sets/", json={"title": f"only {name}", "fleet_id": fleet})["id"]
        place.call("oem", "PUT", f"/unit-sets/{set_}/units/{name}/")
    page = open_as("oem", f"/campaigns/new?bundle={alive[BAD]}")
    chosen(page, "set after set")
    page.get_by_label("Unit Sets, one after another").check()
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    for name in UNITS[:2]:
        page.get_by_label("Next wave").select_option(label=f"only {name}")
    page.get_by_role("button", name=f"only {UNITS[1]} sooner").click()
    page.get_by_label("Somebody else must approve the plan").check()
    page.get_by_role("button", name="Next").click()
    rows = page.get_by_role("grid", name="The plan").locator("tbody tr")
    expect(rows.nth(0)).to_contain_text(f"only {UNITS[1]}")
    expect(rows.nth(1)).to_contain_text(f"only {UNITS[0]}")
    expect(rows.nth(2)).to_contain_text("all the rest")
    page.get_by_role("button", name="Back").click()
    page.get_by_label("Somebody else must approve the plan").uncheck()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Start at").fill("2020-01-01T00:00")
    expect(page.get_by_text("That time has passed.")).to_be_visible()
    expect(page.get_by_role("button", name="Start: bring it to")).to_be_disabled()
    page.get_by_label("Start at").fill("2099-01-02T03:04")
    page.get_by_role("button", name="Schedule it for 3 Units: 2 Jan 2099").click()
    settled(page, "set after set")
    expect(page.get_by_text("Scheduled", exact=True)).to_be_visible()
    told(page, "Cancel the campaign", "It is over for good: 3 Units never get it")


def told(page: Page, verb: str, sentence: str, reason: str = "") -> None:
    """Say it, having read what it will do."""
    page.get_by_role("button", name=verb, exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(sentence)).to_be_visible()
    if reason:
        dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=verb, exact=True).click()
    expect(dialog).to_have_count(0)
