"""Chromium against a real cloud. Each test has a browser context of its own, as somebody with a certificate."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.browser.place import Place
from tests.system.cloud_process import CloudProcess

from aosedge.cloud.api.console import FOLDER

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox",  # as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
WAIT_MS = 15_000
UNITS = 10_000

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser(place: Place) -> Iterator[Browser]:
    """One Chromium for all tests; after the cloud, since its interface runs a loop in this thread from here on."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium")
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A cloud with 10,000 Units and something of everything else."""
    assert (FOLDER / "index.html").exists(), "the console is not built: make setup"
    place = Place(tmp_path_factory.mktemp("console") / "cloud", plain=False)
    place.cloud.start()
    place.fill(UNITS)
    place.provision("real-1")
    place.upload("hello", "1.0.0")
    place.assign("drivers", place.item("hello"), "real-1")
    yield place
    place.cloud.stop()


@pytest.fixture
def open_as(browser: Browser, place: Place) -> Iterator[Open]:
    """A page of the console, as a user with their certificate, or as nobody. What the page complains of fails."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(user: str | None, path: str = "/", **options: Any) -> Page:
        context = context_of(browser, place.cloud, user, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints, complaints


def context_of(browser: Browser, cloud: CloudProcess, user: str | None, **options: Any) -> BrowserContext:
    """A browser of somebody who comes to this cloud with their certificate, or with none."""
    certificate = {"origin": cloud.url, "pfxPath": str(cloud.folder / "users" / f"{user}.p12")}
    context = browser.new_context(
        base_url=cloud.url,
        ignore_https_errors=True,
        viewport={"width": 1280, "height": 800},
        timezone_id="Europe/Berlin",
        client_certificates=[certificate] if user else [],  # type: ignore[list-item]
        **options,
    )
    context.set_default_timeout(WAIT_MS)
    return context


def faults(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA: rule, and the first element, each."""
    source = AXE.read_text()
    page.evaluate(source)  # by the debugger: the page's policy takes no script from elsewhere
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found["violations"]]
