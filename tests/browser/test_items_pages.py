"""Items and bundles as people have them: what an item needs, where it is, and what came of an upload."""

import json
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open, faults
from tests.browser.place import Place
from tests.browser.test_pages import PICTURES, settled
from tests.browser.wares import NEEDING, upload
from tests.made_bundles import config

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wares(place: Place) -> dict[str, str]:
    """Pages of an item that needs others, of its bundle and of one that was refused, by name."""
    bundle = upload(place, NEEDING, "navigation", "maps", "geometry", name="navigation-2.4.0.tar.gz")
    with place.cloud.person("sp") as client:
        files = {"file": ("broken.tar.gz", b"not an archive", "application/gzip")}
        assert client.post("/deployment-bundles/upload/", files=files).status_code == 400
    [refused, *_] = place.call("sp", "GET", "/deployment-bundles/?state=rejected")["items"]
    return {"item": place.item("navigation"), "bundle": bundle, "refused": refused["id"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_items_and_bundles_come_and_pass_axe(
    open_as: Open, place: Place, wares: dict[str, str], scheme: str, tmp_path: Path
) -> None:
    folder = PICTURES if os.environ.get("PICTURES") else tmp_path
    pages = {
        "item": ("oem", f"/items/{wares['item']}", "navigation"),
        "item-configuration": ("oem", f"/items/{wares['item']}?version=2.4.0", "navigation"),
        "item-provider": ("sp", f"/items/{place.item('hello')}", "hello"),
        "bundle": ("oem", f"/bundles/{wares['bundle']}", "navigation-2.4.0"),
        "bundle-refused": ("sp", f"/bundles/{wares['refused']}", "broken"),
        "platform": ("admin", "/platform", "Platform"),
    }
    for name, (user, path, title) in pages.items():
        page = open_as(user, path, color_scheme=scheme)
        settled(page, title)
        if name == "item":
            page.set_viewport_size({"width": 1280, "height": 1300})  # with its graph
        if name == "item-configuration":
            page.set_viewport_size({"width": 1280, "height": 1000})
            page.get_by_role("heading", name="Configuration: 2.4.0").evaluate("it => it.scrollIntoView()")
        page.screenshot(path=folder / f"{name}-{scheme}.png")
        assert faults(page) == [], name


def test_what_an_item_needs_is_a_graph_that_one_can_walk(open_as: Open, wares: dict[str, str]) -> None:
    page = open_as("oem", f"/items/{wares['item']}")
    settled(page, "navigation")
    graph = page.get_by_role("region", name="What it needs")
    expect(graph.get_by_role("link")).to_have_count(3)
    expect(graph.get_by_text(">=1.2.0")).to_be_visible()
    graph.get_by_role("link", name=re.compile("^maps")).focus()
    page.keyboard.press("Enter")
    settled(page, "maps")
    expect(page.get_by_role("region", name="What it needs").get_by_role("link")).to_have_count(2)


def test_the_configuration_of_each_version_is_shown_in_words(
    open_as: Open, place: Place, wares: dict[str, str]
) -> None:
    older = NEEDING.replace("version: 2.4.0", "version: 2.3.0").replace("64MiB", "32MiB")
    older = older[: older.index("- identity: {type: service, codename: maps")]
    upload(place, older, "navigation", name="navigation-2.3.0.tar.gz")
    page = open_as("oem", f"/items/{wares['item']}?version=2.4.0")
    settled(page, "navigation")
    expect(page.get_by_role("heading", name="Configuration: 2.4.0")).to_be_visible()
    for words in ("at most 64 MiB", "at most 1,500 DMIPS", "at most 2.5 Mbit/s", "maps 8080/tcp", "gps (read)"):
        expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_text("http on port 8080, /up; every 10 s")).to_be_visible()
    expect(page.get_by_text("REGION", exact=True)).to_be_visible()
    expect(page.get_by_text("north", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Version: 2.4.0").click()
    page.get_by_role("option", name="2.3.0").click()
    expect(page.get_by_text("at most 32 MiB")).to_be_visible()
    expect(page.get_by_text("at most 64 MiB")).to_have_count(0)
    assert page.url.endswith("?version=2.3.0")
    said = place.cloud.aos("oem", "item", "configuration", "navigation", "--version", "2.4.0").stdout
    assert "at most 67.1 MB" in said and "gps (read)" in said and "REGION" in said and "north" not in said
    unknown = place.cloud.aos("oem", "item", "configuration", "navigation", "--version", "9.9.9")
    assert "no such version" in unknown.stderr and unknown.returncode != 0


def test_units_are_counted_by_the_version_that_they_have(open_as: Open, place: Place) -> None:
    with place.living(place.unit("real-1", pace=0.05)):
        page = open_as("oem", f"/items/{place.item('hello')}")
        settled(page, "hello")
        table = page.get_by_role("grid", name="Where it is")
        expect(table.get_by_role("gridcell", name="1.0.0")).to_be_visible(timeout=30_000)
        said = place.cloud.aos("oem", "item", "units", "hello").stdout
        assert "1.0.0" in said and "installed" in said
        assert "real-1" in place.cloud.aos("oem", "item", "units", "hello", "--version", "1.0.0").stdout
        table.get_by_role("button", name="1", exact=True).click()
        page.get_by_role("dialog").get_by_role("link", name="real-1").click()
        settled(page, "real-1")


def test_a_provider_sees_how_its_instances_run_and_their_alerts_where_a_grant_lets_it(
    open_as: Open, place: Place
) -> None:
    hello, provider = place.item("hello"), place.call("sp", "GET", "/users/me/")["service_provider"]["id"]
    page = open_as("sp", f"/items/{hello}")
    settled(page, "hello")
    expect(page.get_by_text("No alerts, or no OEM lets you see them.")).to_be_visible()
    place.call("oem", "PUT", f"/grants/{provider}/", json={"sees": ["deployment_results", "alerts"]})
    news = {"timestamp": "2026-01-31T12:00:00Z", "item": {"id": hello}, "subject": {"id": "s"}, "instance": 0}
    alerts = [
        {"tag": "updateItemInstanceAlert", **news, "version": "1.0.0", "message": "words of the Unit"},
        {"tag": "instanceQuotaAlert", **news, "parameter": "ram", "value": 97, "state": "raise"},
    ]
    with place.living(place.unit("real-1", pace=0.05)) as say:
        say("alerts", {"items": alerts})
        for _ in range(100):
            seen = place.call("sp", "GET", f"/items/{hello}/alerts/")
            if seen["total"] == 2 and place.call("sp", "GET", f"/items/{hello}/deployment-counts/")["items"]:
                break
            page.wait_for_timeout(100)
        page.reload()
        settled(page, "hello")
        rows = page.get_by_role("grid", name="Alerts of its instances").locator("tbody tr")
        expect(rows).to_have_count(2)
        expect(rows.filter(has_text="ram is over its quota: 97").get_by_text("Warning")).to_be_visible()
        expect(rows.filter(has_text="did not start, ended, or was not healthy").get_by_text("Error")).to_be_visible()
        counts = page.get_by_role("grid", name="How it runs at OEMs")
        expect(counts.get_by_role("gridcell", name="active")).to_be_visible()
        assert faults(page) == []
    assert "real-1" not in page.content() and "words of the Unit" not in page.content()
    said = place.cloud.aos("sp", "item", "alerts", "hello", "--severity", "error").stdout
    assert said.count("updateItemInstance") + said.count("instance\t") == 2 and "quota" not in said
    since = place.cloud.aos("sp", "item", "alerts", "hello", "--since", "2026-02-01", "--json").stdout
    assert json.loads(since) == []
    wrong = place.cloud.aos("sp", "item", "alerts", "hello", "--severity", "bad")
    assert wrong.returncode == 1 and "severity" in wrong.stderr


def test_an_upload_can_be_cancelled_and_says_that_it_begins_anew(open_as: Open, tmp_path: Path) -> None:
    page = open_as("sp", "/bundles")
    settled(page, "Bundles")
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    line.send("Network.emulateNetworkConditions", slow)
    large = tmp_path / "large.tar.gz"
    with large.open("wb") as file:
        file.truncate(4 * 2**30)  # as large as there are; nothing of it is on the disk
    page.get_by_label("Choose a file", exact=True).set_input_files(large)
    expect(page.get_by_text(re.compile(r"Sending large.tar.gz: .* of 4 GiB"))).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The upload was cancelled; nothing of it is kept.")).to_be_visible()
    expect(page.get_by_text("It cannot be resumed")).to_be_visible()


def test_lists_are_found_by_a_part_of_a_title_and_bundles_by_when_they_came(open_as: Open, place: Place) -> None:
    for title in ("harbour crane", "yard crane", "gate"):
        place.call("oem", "POST", "/target-systems/", json={"title": title})
    page = open_as("oem", "/target-systems")
    settled(page, "Target systems")
    page.get_by_role("textbox", name="Name contains").fill("CRANE")
    expect(page.locator("tbody tr")).to_have_count(2)
    assert "name=CRANE" in page.url
    assert place.cloud.aos("oem", "target-system", "list", "--search", "yard").stdout.count("crane") == 1
    page.goto("/campaigns?name=nowhere")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    refused = place.cloud.aos("sp", "bundle", "list", "--since", "14d", "--state", "ready")
    assert refused.returncode == 0 and "hello" in refused.stdout
    assert "hello" not in place.cloud.aos("sp", "bundle", "list", "--since", "2099-01-01").stdout
    page = open_as("sp", "/bundles?state=ready&recent=yes")
    settled(page, "Bundles")
    expect(page.get_by_role("button", name="Uploaded: in the last 14 days")).to_be_visible()
    expect(page.get_by_text("hello 1.0.0").first).to_be_visible()


def test_a_bundle_is_dropped_on_the_page(open_as: Open) -> None:
    page = open_as("sp", "/bundles")
    settled(page, "Bundles")
    dropped = page.evaluate_handle(
        """() => { const given = new DataTransfer();
                   given.items.add(new File(['no archive'], 'dropped.tar.gz')); return given; }"""
    )
    page.locator(".aos-drop").dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.get_by_text("dropped.tar.gz was refused")).to_be_visible()
    expect(page.get_by_role("grid", name="Reasons")).to_be_visible()


def test_a_view_of_the_units_is_kept_in_the_browser(open_as: Open) -> None:
    page = open_as("oem", "/units?deployment=failed&sort=-system_uid&page=2")
    settled(page, "Units")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this view").click()
    page.get_by_label("Name", exact=True).fill("what failed")
    page.keyboard.press("Enter")
    page.goto("/units")
    settled(page, "Units")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="what failed", exact=True).click()
    expect(page.locator("tbody td[data-label=Deployment]").first).to_have_text("Failed")
    assert "deployment=failed" in page.url and "sort=-system_uid" in page.url and "page=" not in page.url


def test_the_palette_finds_whatever_has_a_page(open_as: Open, place: Place) -> None:
    fleet = place.call("oem", "POST", "/fleets/", json={"title": "found fleet"})["id"]
    place.call("oem", "POST", "/unit-sets/", json={"title": "found set", "fleet_id": fleet})
    system = place.call("oem", "POST", "/target-systems/", json={"title": "found hardware"})["id"]
    bundle = upload(place, config("found-item", "1.0.0").decode(), "found-item", name="found.tar.gz")
    batch = place.call("oem", "POST", "/verification-batches/", json={"bundle_id": bundle, "fleet_id": fleet})["id"]
    version = {"item_id": place.item("found-item"), "version": "1.0.0"}
    number = {"target_system_id": system, "number": "found number", "items": [version]}
    place.call("oem", "POST", "/rxswins/", json=number)
    page = open_as("oem", "/")
    settled(page, "Overview")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("found")
    for each in (" set Unit Set", " fleet Fleet", " hardware Target system", " number, revision 1 RXSWIN"):
        expect(page.get_by_role("option", name="found" + each)).to_be_visible()
    for each in ("found-item Item", "found, ready Bundle"):
        expect(page.get_by_role("option", name=each)).to_be_visible()
    page.get_by_role("option", name=re.compile("^found, .* Verification$")).click()
    settled(page, "Verification of found")
    assert page.url.endswith(batch)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("audito")
    expect(page.get_by_role("option", name="auditor Person")).to_be_visible()
    page.keyboard.press("Enter")
    settled(page, "auditor")


def test_the_platform_shows_its_tasks_and_no_secret(open_as: Open) -> None:
    page = open_as("admin", "/platform")
    settled(page, "Platform")
    expect(page.get_by_role("gridcell", name="Compile targets of Units")).to_be_visible()
    expect(page.get_by_role("gridcell", name="session_idle_minutes")).to_be_visible()
    expect(page.get_by_role("gridcell", name="secret", exact=True)).to_have_count(0)
