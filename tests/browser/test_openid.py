"""Signing in at a real OpenID Connect provider: there and back, which organization, and what goes wrong."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import WAIT_MS, faults
from tests.browser.test_pages import settled
from tests.system.cloud_process import CloudProcess
from tests.system.openid_place import account, give_address, made, provider


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider() as url:
        yield url


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, issuer: str) -> Iterator[CloudProcess]:
    with ThreadPoolExecutor(1) as thread:  # the browser's interface has the loop of this one
        cloud = thread.submit(made, tmp_path_factory.mktemp("openid"), issuer).result()
    for username in ("owner", "stranger"):
        give_address(cloud, username, "several@example.org")
    give_address(cloud, "oem", "oem@example.org")
    account(issuer, "one", email="oem@example.org", email_verified=True)
    account(issuer, "several", email="several@example.org", email_verified=True)
    account(issuer, "nobody", email="nobody@example.org", email_verified=True)
    yield cloud
    assert cloud.stop() == 0


@pytest.fixture
def page(browser: Browser, cloud: CloudProcess) -> Iterator[Page]:
    context = browser.new_context(base_url=cloud.url, ignore_https_errors=True)
    context.set_default_timeout(WAIT_MS)
    yield context.new_page()
    context.close()


def at_the_provider(page: Page, cloud: CloudProcess, path: str, who: str) -> None:
    """From the page that somebody wants, over the provider's page, back to the console."""
    page.goto(path)
    settled(page, "Sign in to AosCloud")
    page.get_by_role("link", name="Corporate account").click()
    page.wait_for_url("http://localhost:*/**")
    page.locator("input[name=sub]").fill(who)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(re.compile(re.escape(cloud.url)))


def test_somebody_signs_in_at_the_provider_and_is_where_they_wanted_to_be(page: Page, cloud: CloudProcess) -> None:
    at_the_provider(page, cloud, "/items?type=service", "one")
    settled(page, "Items")
    assert page.url.endswith("/items?type=service")
    expect(page.get_by_role("button", name="Your account: oem")).to_be_visible()
    page.reload()
    settled(page, "Items")


def test_somebody_of_several_organizations_chooses_one(page: Page, cloud: CloudProcess) -> None:
    at_the_provider(page, cloud, "/fleets", "several")
    expect(page.get_by_role("button", name=re.compile("^owner, First OEM"))).to_be_visible()
    assert "choice=" not in page.url
    assert faults(page) == []
    page.get_by_role("button", name=re.compile("^stranger, Other OEM")).click()
    settled(page, "Fleets")
    expect(page.get_by_role("button", name="Your account: stranger")).to_be_visible()


def test_somebody_whom_nobody_here_knows_hears_so_at_the_door(page: Page, cloud: CloudProcess) -> None:
    at_the_provider(page, cloud, "/fleets", "nobody")
    settled(page, "Sign in to AosCloud")
    expect(page.get_by_text(re.compile("nobody here has your address"))).to_be_visible()
    assert "error=" not in page.url
    assert faults(page) == []
