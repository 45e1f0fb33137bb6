"""Subjects and kinds of hardware, and what can be done to one Unit, as a person has them in a browser."""

import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Open, faults
from tests.browser.place import Place
from tests.browser.test_pages import settled
from tests.browser.test_sets_pages import pictured

BOARD = {
    "title": "board",
    "limits": {"instances": 32},
    "nodes": [
        {
            "type": "main",
            "labels": ["gpu"],
            "resource_ratios": {"cpu": 80, "ram": 60},
            "alert_rules": {
                "ram": {"min_threshold": 75, "max_threshold": 85, "min_timeout_s": 10},
                "partitions": [{"name": "state", "min_threshold": 70, "max_threshold": 90}],
            },
        }
    ],
}
UNITS = ("truck-06000", "truck-06001")


@pytest.fixture(scope="module")
def things(place: Place) -> dict[str, str]:
    """A user with an assignment on a Unit, and a kind of hardware with one: their ids."""
    system = place.call("oem", "POST", "/target-systems/", json=BOARD)["id"]
    place.call("oem", "PUT", f"/units/{UNITS[0]}/target-system/", json={"target_system_id": system})
    user = place.call("oem", "POST", "/subjects/", json={"title": "driver", "type": "user"})["id"]
    place.call("oem", "PUT", f"/subjects/{user}/units/{UNITS[0]}/")
    place.call("oem", "POST", f"/subjects/{user}/assignments/", json={"item_id": place.item("hello")})
    return {"system": system, "user": user}


def deed(page: Page, name: str) -> None:
    """Choose one of the Unit's actions."""
    page.get_by_role("button", name="Actions", exact=True).click()
    page.get_by_role("menuitem", name=name).click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_subjects_and_hardware_come_and_pass_axe(
    open_as: Open, things: dict[str, str], scheme: str, tmp_path: Path
) -> None:
    pages = {
        "subjects": ("/subjects", "Subjects"),
        "subject": (f"/subjects/{things['user']}", "driver"),
        "target-systems": ("/target-systems", "Target systems"),
        "target-system": (f"/target-systems/{things['system']}", "board"),
    }
    for name, (path, title) in pages.items():
        page = open_as("oem", path, color_scheme=scheme)
        settled(page, title)
        pictured(page, name, scheme, tmp_path)
        assert faults(page) == [], name


def test_a_subject_gets_an_item_and_a_unit_gets_both(open_as: Open, place: Place) -> None:
    page = open_as("oem", "/subjects")
    settled(page, "Subjects")
    page.get_by_role("button", name="Create a subject").click()
    page.get_by_role("dialog").get_by_label("Title").fill("riders")
    page.get_by_role("dialog").get_by_role("button", name="Create a subject").click()
    settled(page, "riders")
    page.get_by_role("button", name="Add Units").click()
    page.get_by_role("textbox", name="Name contains").fill("real-1")
    page.get_by_role("button", name="Add real-1").click()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Assign", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Item").select_option("hello")
    dialog.get_by_label("Instances").fill("2")
    expect(dialog.get_by_text("1 Unit gets it")).to_be_visible()
    assert faults(page) == []
    dialog.get_by_role("button", name="Assign", exact=True).click()
    row = page.get_by_role("grid", name="Assigned to it").get_by_role("row", name="hello")
    expect(row).to_contain_text("newest")
    assert "riders" in place.view("real-1")["subjects"]
    row.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("1 Unit loses what only the assignment of hello gave")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Nothing is assigned to it")).to_be_visible()


def test_a_user_moves_from_one_unit_to_another(open_as: Open, place: Place, things: dict[str, str]) -> None:
    page = open_as("oem", f"/subjects/{things['user']}")
    settled(page, "driver")
    page.get_by_role("button", name="Move to a Unit").click()
    expect(page.get_by_text("It leaves the Unit that it is on")).to_be_visible()
    page.get_by_role("textbox", name="Name contains").fill(UNITS[1])
    page.get_by_role("button", name=f"Add {UNITS[1]}").click()
    expect(page.get_by_role("link", name=UNITS[1])).to_be_visible()
    expect(page.get_by_role("link", name=UNITS[0])).to_have_count(0)
    assert place.view(UNITS[0])["subjects"] == [] and place.view(UNITS[1])["subjects"] == ["driver"]


def test_kept_state_of_a_user_is_downloaded_and_reset(
    open_as: Open, place: Place, things: dict[str, str], tmp_path: Path
) -> None:
    kept = {"subject": things["user"], "item": place.item("hello"), "instance": 0, "place": "", "checksum": "ab" * 28}
    kept |= {"size_bytes": 3, "unit": "u", "reported_at": 1, "holder": "u", "held_at": 1, "content": b"42\n"}
    with sqlite3.connect(place.cloud.folder / "aoscloud.db", timeout=30) as database:  # as a Unit reported it
        names, places = ", ".join(kept), ", ".join(f":{name}" for name in kept)
        database.execute(f"INSERT INTO service_states ({names}) VALUES ({places})", kept)
    page = open_as("oem", f"/subjects/{things['user']}")
    settled(page, "driver")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download the state of hello #0").click()
    begun.value.save_as(tmp_path / "state")
    assert (tmp_path / "state").read_bytes() == b"42\n" and begun.value.suggested_filename == "hello-0.state"
    page.get_by_role("button", name="Go back to the default").click()
    expect(page.get_by_text("What hello #0 has kept is thrown away")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Go back to the default").click()
    expect(page.get_by_text("the item's default")).to_be_visible()


def test_a_kind_of_hardware_is_changed_and_what_the_form_does_not_have_stays(
    open_as: Open, place: Place, things: dict[str, str]
) -> None:
    page = open_as("oem", f"/target-systems/{things['system']}")
    settled(page, "board")
    page.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("CPU %").fill("many")
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    dialog.get_by_label("CPU %").fill("70")
    expect(dialog.get_by_text("1 Unit gets the new configuration")).to_be_visible()
    assert faults(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("CPU 70 %, RAM 60 %")).to_be_visible()
    [node] = place.call("oem", "GET", f"/target-systems/{things['system']}/")["nodes"]
    assert node["resource_ratios"]["cpu"] == 70 and node["alert_rules"]["partitions"][0]["name"] == "state"
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("give these Units another target system first").first).to_be_visible()


def test_a_unit_s_labels_and_kind_are_changed_on_its_page(
    open_as: Open, place: Place, things: dict[str, str]
) -> None:
    name = "truck-06006"
    place.call("oem", "PUT", f"/units/{name}/labels/", json={"set": {"site": "north", "old": "1"}})
    page = open_as("oem", f"/units/{name}")
    settled(page, name)
    deed(page, "Change labels")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Remove the label old").click()
    dialog.get_by_role("button", name="Add a label").click()
    dialog.get_by_role("textbox", name="Label").last.fill("fw")
    dialog.get_by_role("textbox", name="Value").last.fill("1.2.0")
    assert faults(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    assert place.view(name)["labels"] == {"site": "north", "fw": "1.2.0"}
    deed(page, "Change the kind of hardware")
    dialog.get_by_label("Target system").select_option("board")
    dialog.get_by_role("button", name="Change the kind of hardware").click()
    expect(dialog).to_have_count(0)
    assert place.view(name)["target_system_title"] == "board"


def test_a_unit_is_cut_off_and_decommissioned_after_a_plain_sentence(open_as: Open, place: Place) -> None:
    place.provision("real-2")
    page = open_as("oem", "/units/real-2")
    settled(page, "real-2")
    deed(page, "Revoke all certificates")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("No certificate of real-2 opens a door any more")).to_be_visible()
    dialog.get_by_role("button", name="Revoke all certificates").click()
    expect(page.get_by_text("The Unit has no certificate in use.")).to_be_visible()
    deed(page, "Decommission")
    expect(dialog.get_by_text("real-2 stops everything that runs on it")).to_be_visible()
    dialog.get_by_role("button", name="Decommission").click()
    expect(page.get_by_text("Decommissioned", exact=True).first).to_be_visible()
    assert place.view("real-2")["status"] == "deprovisioned"
