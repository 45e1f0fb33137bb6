"""What a Unit raised, on its page and by `aos`."""

import json

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open, faults
from tests.browser.place import Place
from tests.browser.test_pages import settled

pytestmark = pytest.mark.slow


def test_a_page_says_what_its_unit_raised_in_its_own_words(open_as: Open, place: Place) -> None:
    unit = place.unit("real-1", pace=0.05)
    page = open_as("oem", f"/units/{place.call('oem', 'GET', '/units/real-1/')['id']}")
    settled(page, "real-1")
    news = {"item": {"codename": "radio"}, "subject": {"id": "s"}, "instance": 0, "version": "1.0.0"}
    alerts = [
        {"tag": "updateItemInstanceAlert", "timestamp": f"2026-01-31T12:00:{second:02d}Z", **news, "message": words}
        for second, words in enumerate(["<b>it went wrong</b>", *(f"line {n}" for n in range(11))])
    ]
    quota = {"tag": "systemQuotaAlert", "timestamp": "2026-01-31T13:00:00Z", "node": {"codename": "main"}}
    with place.living(unit) as say:
        say("alerts", {"items": [*alerts, {**quota, "parameter": "ram", "value": 97}]})
        for _ in range(100):
            if place.call("oem", "GET", "/units/real-1/alerts/")["total"] == 13:
                break
            page.wait_for_timeout(100)
        page.reload()
        settled(page, "real-1")
    rows = page.get_by_role("grid", name="Alerts").locator("tbody tr")
    expect(rows).to_have_count(10)
    expect(rows.first.get_by_text("ram is 97")).to_be_visible()
    expect(rows.first.get_by_text("Node main")).to_be_visible()
    expect(rows.first.get_by_text("Warning")).to_be_visible()
    expect(rows.nth(1).get_by_text("radio 1.0.0, instance 0")).to_be_visible()
    page.get_by_role("button", name="Go to next page").click()
    expect(rows).to_have_count(3)
    expect(rows.last.get_by_text("<b>it went wrong</b>")).to_be_visible()
    assert faults(page) == []
    said = place.cloud.aos("oem", "unit", "alerts", "real-1", "--severity", "error", "--most", "2").stdout
    assert "line 10" in said and "line 9" in said and "10 older ones" in said and "ram" not in said
    since = place.cloud.aos("oem", "unit", "alerts", "real-1", "--since", "2026-01-31T12:30:00Z", "--json").stdout
    assert [alert["words"] for alert in json.loads(since)] == ["ram is 97"]
    wrong = place.cloud.aos("oem", "unit", "alerts", "real-1", "--severity", "bad")
    assert wrong.returncode == 1 and "severity" in wrong.stderr
