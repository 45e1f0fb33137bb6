"""Units that wait to be let in, and the keys with which they come."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open, faults
from tests.browser.place import Place
from tests.browser.test_pages import settled
from tests.browser.test_sets_pages import pictured
from tests.system.newcomer import Newcomer


@pytest.fixture(scope="module")
def key(place: Place) -> str:
    """An enrolment key of the fleet `default`."""
    [fleet] = [one for one in place.call("oem", "GET", "/fleets/")["items"] if one["title"] == "default"]
    wanted = {"title": "line 4", "fleet_id": fleet["id"], "units": 20}
    return str(place.call("oem", "POST", "/enrolment-keys/", json=wanted)["key"])


@pytest.fixture
def nobody(place: Place) -> Iterator[httpx.Client]:
    with place.cloud.nobody() as client:
        yield client


def at_the_door(client: httpx.Client, key: str, name: str) -> tuple[Newcomer, str]:
    """A Unit that has knocked, and what its place in the line is called."""
    unit = Newcomer(client, name)
    answer = unit.enrol(key)
    assert answer.status_code == 201, answer.text
    return unit, str(answer.json()["id"])


def fingerprint(place: Place, name: str) -> str:
    [found] = place.call("oem", "GET", "/waiting-units/", params={"system_uid": name})["items"]
    return str(found["fingerprint"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_door_come_and_pass_axe(
    open_as: Open, place: Place, nobody: httpx.Client, key: str, scheme: str, tmp_path: Path
) -> None:
    at_the_door(nobody, key, f"seen-{scheme}")
    for name, path, title in (
        ("waiting", "/waiting", "Waiting for approval"),
        ("enrolment-keys", "/enrolment-keys", "Enrolment keys"),
    ):
        page = open_as("oem", path, color_scheme=scheme)
        settled(page, title)
        pictured(page, name, scheme, tmp_path)
        assert faults(page) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_waiting_unit_is_compared_and_let_in(
    open_as: Open, place: Place, nobody: httpx.Client, key: str, scheme: str, tmp_path: Path
) -> None:
    name = f"comes-{scheme}"
    unit, id = at_the_door(nobody, key, name)
    page = open_as("owner", "/waiting", color_scheme=scheme)
    settled(page, "Waiting for approval")
    page.get_by_role("row", name=name).get_by_role("button", name="Let in").click()
    dialog = page.get_by_role("dialog")
    pasted = dialog.get_by_label("The key in the Unit's log")
    pasted.fill("key=0123")
    expect(dialog.get_by_text("It is another key")).to_be_visible()
    expect(dialog.get_by_role("button", name="Let in")).to_be_disabled()
    pasted.fill(f"at the cloud's door key={fingerprint(place, name)}")
    expect(dialog.get_by_text("It is the same key.")).to_be_visible()
    pictured(page, "approve", scheme, tmp_path)
    assert faults(page) == []
    dialog.get_by_role("button", name="Let in").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("row", name=name)).to_have_count(0)
    assert "online" in unit.collect(id).json()["certificates"]
    page.goto(f"/units/{name}")
    settled(page, name)


def test_a_unit_is_rejected_with_a_reason_that_it_hears(open_as: Open, nobody: httpx.Client, key: str) -> None:
    unit, id = at_the_door(nobody, key, "foreign")
    page = open_as("oem", "/waiting")
    settled(page, "Waiting for approval")
    page.get_by_role("row", name="foreign").get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("not ours")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("row", name="foreign")).to_have_count(0)
    assert "not ours" in unit.collect(id).text
    page.goto("/waiting?state=rejected")
    expect(page.get_by_role("row", name="foreign")).to_be_visible()


def test_a_key_is_shown_once_lets_a_unit_knock_and_is_revoked(open_as: Open, nobody: httpx.Client) -> None:
    page = open_as("oem", "/enrolment-keys")
    settled(page, "Enrolment keys")
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("line 5")
    dialog.get_by_label("Fleet").select_option("default")
    dialog.get_by_label("For how many Units").fill("3")
    dialog.get_by_role("button", name="Make a key").click()
    secret = dialog.locator(".aos-secret").inner_text()
    assert faults(page) == []
    dialog.get_by_role("button", name="I have it").click()
    at_the_door(nobody, secret, "with-line-5")
    page.reload()
    settled(page, "Enrolment keys")
    assert secret not in page.content()
    row = page.get_by_role("row", name="line 5")
    row.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No further Unit comes in with line 5")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row.get_by_text("Revoked")).to_be_visible()
    assert Newcomer(nobody, "too-late").enrol(secret).status_code in (401, 403)
