"""What stops or changes what runs, on a Unit's page: environment variables for a while, and a node that is paused."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open, faults
from tests.browser.place import Place, Say
from tests.browser.test_campaigns_pages import wait_for
from tests.browser.test_pages import settled
from tests.browser.test_sets_pages import pictured

UNIT = "van-17"


@pytest.fixture(scope="module")
def say(place: Place) -> Iterator[Say]:
    """A Unit that lives and runs two services, one in two instances, and what has it say more."""
    for service in ("route-planner", "fuel-watch"):
        place.upload(service, "1.0.0")
    place.provision(UNIT)
    [fleet, *_] = place.call("owner", "GET", "/users/me/")["fleets"]
    place.call("oem", "PUT", f"/units/{UNIT}/fleet/", json={"fleet_id": fleet["id"]})
    place.assign("drivers of vans", place.item("route-planner"), UNIT, instances=2)
    place.assign("vans", place.item("fuel-watch"), UNIT)
    with place.living(place.unit(UNIT, pace=0.05)) as say:
        wait_for(place, UNIT)
        yield say


def answer(place: Place, name: str) -> dict[str, object]:
    """The Unit's word that both instances have the variable, whenever it was told."""
    mine = [one for one in place.view(UNIT)["instances"] if one["codename"] == "route-planner"]
    statuses = [
        {"item": {"id": each["item_id"]}, "subject": {"id": each["subject_id"]}, "instance": number, "name": name}
        for number, each in enumerate(mine)
    ]
    return {"correlationId": str(2**62), "statuses": statuses}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_unit_that_is_online_and_runs_its_services_passes_axe(
    open_as: Open, say: Say, scheme: str, tmp_path: Path
) -> None:
    page = open_as("oem", f"/units/{UNIT}", color_scheme=scheme)
    settled(page, UNIT)
    expect(page.get_by_role("heading", name=re.compile("In sync: everything runs as wanted"))).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 1500})
    pictured(page, "unit", scheme, tmp_path)
    assert faults(page) == []


def test_a_variable_is_set_for_a_while_seen_in_force_and_taken_back(open_as: Open, place: Place, say: Say) -> None:
    page = open_as("oem", f"/units/{UNIT}")
    settled(page, UNIT)
    expect(page.get_by_text("None are set.")).to_be_visible()
    page.get_by_role("button", name="Set variables").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Item").select_option(label="route-planner")
    expect(dialog.get_by_text("2 instances of route-planner start anew with them now")).to_be_visible()
    expect(dialog.get_by_role("button", name="Set variables")).to_be_disabled()
    dialog.get_by_role("textbox", name="Variable").fill("AOS_SECRET")
    assert faults(page) == []
    dialog.get_by_role("button", name="Set variables").click()
    expect(dialog.get_by_text("who an instance is, is not for others to say")).to_be_visible()
    dialog.get_by_role("textbox", name="Variable").fill("LEVEL")
    dialog.get_by_label("Value").fill("very secret")
    dialog.get_by_label("Instance").select_option(label="instance 1")
    expect(dialog.get_by_text("1 instance of route-planner starts anew")).to_be_visible()
    dialog.get_by_label("Instance").select_option(label="all instances")
    dialog.get_by_role("button", name="Set variables").click()
    expect(dialog).to_have_count(0)
    row = page.get_by_role("grid", name="Environment variables for a while").locator("tbody tr")
    expect(row).to_contain_text("waits for the Unit")
    say("overrideEnvVarsStatus", answer(place, "LEVEL"))
    expect(row).to_contain_text("in 2 instances")
    assert "very secret" not in page.content()
    assert faults(page) == []

    watcher = open_as("auditor", f"/units/{UNIT}")
    settled(watcher, UNIT)
    expect(watcher.get_by_role("grid", name="Environment variables for a while")).to_be_visible()
    for name in ("Set variables", "Take back LEVEL of route-planner"):
        expect(watcher.get_by_role("button", name=name)).to_have_count(0)

    page.get_by_role("button", name="Take back LEVEL of route-planner").click()
    expect(dialog.get_by_text("Instances of route-planner that have LEVEL start anew without it")).to_be_visible()
    dialog.get_by_role("button", name="Take back").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("None are set.")).to_be_visible()


def test_all_variables_are_taken_back_at_once_and_a_fleet_owner_sets_them_on_their_units(
    open_as: Open, say: Say
) -> None:
    page = open_as("owner", f"/units/{UNIT}")
    settled(page, UNIT)
    page.get_by_role("button", name="Set variables").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Variable").fill("ONE")
    dialog.get_by_role("button", name="Add a variable").click()
    dialog.get_by_role("textbox", name="Variable").nth(1).fill("TWO")
    dialog.get_by_role("button", name="Set variables").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("grid", name="Environment variables for a while").locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Take all back").click()
    expect(dialog.get_by_text(f"All 2 variables of {UNIT} are taken back")).to_be_visible()
    dialog.get_by_role("button", name="Take all back").click()
    expect(page.get_by_text("None are set.")).to_be_visible()


def test_a_node_is_paused_with_a_reason_and_resumed(open_as: Open, place: Place, say: Say) -> None:
    page = open_as("oem", f"/units/{UNIT}")
    settled(page, UNIT)
    [node] = place.view(UNIT)["nodes"]
    page.get_by_role("button", name=f"Pause {node['title'] or node['name']}").click()
    dialog = page.get_by_role("dialog")
    pause = dialog.get_by_role("button", name="Pause", exact=True)
    expect(dialog.get_by_text("and nothing starts there until somebody resumes it")).to_be_visible()
    expect(pause).to_be_disabled()
    dialog.get_by_label("Why").fill("in the workshop")
    assert faults(page) == []
    pause.click()
    expect(dialog).to_have_count(0)
    row = page.get_by_role("grid", name="Nodes").locator("tbody tr")
    expect(row).to_contain_text("paused by somebody")
    expect(row).to_contain_text("in the workshop")
    assert faults(page) == []
    watcher = open_as("auditor", f"/units/{UNIT}")
    settled(watcher, UNIT)
    expect(watcher.get_by_role("grid", name="Nodes")).to_contain_text("in the workshop")
    expect(watcher.get_by_role("button", name="Resume")).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(dialog.get_by_text("updates that waited go on")).to_be_visible()
    dialog.get_by_role("button", name="Resume").click()
    expect(row).not_to_contain_text("paused by somebody")
