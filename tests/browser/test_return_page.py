"""A real Unit that was away until its certificates had ended is let in on the page, and comes back."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import context_of, faults
from tests.browser.test_pages import settled
from tests.system.expired import Expired

pytestmark = pytest.mark.slow

BACK_MS = 150_000


def test_an_expired_unit_is_let_in_on_the_page_and_comes_back(browser: Browser, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as apart:  # the browser's interface has the loop of this thread
        expired = apart.submit(Expired, tmp_path).result()
    unit = expired.unit
    try:
        expired.age()
        name = unit.card.system_id
        unit.launch()
        unit.until("at the cloud's door.*waiting", 60)
        with closing(context_of(browser, expired.cloud, "oem")) as context:
            page = context.new_page()
            page.goto("/")
            page.get_by_role("link", name=re.compile("Unit waits|Units wait")).click()
            settled(page, "Waiting for approval")
            row = page.get_by_role("row", name=name)
            expect(row.get_by_text("back, with expired certificates")).to_be_visible()
            page.goto(f"/units/{name}")
            settled(page, name)
            expect(page.get_by_text("Offline", exact=True).first).to_be_visible()
            page.goto("/waiting?kind=return")
            row.get_by_role("button", name="Let in").click()
            dialog = page.get_by_role("dialog")
            expect(dialog.get_by_text(f"{name} gets new certificates when it next asks")).to_be_visible()
            assert faults(page) == []
            dialog.get_by_role("button", name="Let in").click()
            expect(dialog).to_have_count(0)
            expect(row).to_have_count(0)
            page.goto(f"/units/{name}")
            expect(page.get_by_text("Online", exact=True).first).to_be_visible(timeout=BACK_MS)
            expect(page.get_by_text("In sync", exact=True).first).to_be_visible(timeout=BACK_MS)
    finally:
        unit.close()
        expired.cloud.stop()
