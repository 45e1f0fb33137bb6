"""The first journey: a bundle goes from an upload in the browser to a process that runs, with a real agent."""

import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open
from tests.browser.place import Place
from tests.browser.test_pages import settled
from tests.browser.wares import signed

RUNNING = """schemaVersion: 2
publisher: {author: A, company: C}
items:
- identity: {type: service, codename: first-steps, title: First steps}
  version: 1.0.0
  images: [{archInfo: {architecture: ARCHITECTURE}, cmd: /bin/busybox sleep 600}]
  configuration: {baseLayerIsNodeRootfs: false}
"""
BUSYBOX = Path("/bin/busybox")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


class Agent:
    """AosCore as people run it; instances are plain processes."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.folder, self._log = folder, folder.with_suffix(".log")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AOS")},
            "AOSCORE_STATE_FOLDER": str(folder),
            "AOSCORE_RUNTIME": "native",
        }
        p12 = place.cloud.folder / "users" / "oem.p12"
        self._say("provision", "--cloud", place.cloud.url, "--user", str(p12))

    def _say(self, *words: str) -> str:
        command = [sys.executable, "-m", "aosedge.cli.aoscore", *words]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr or done.stdout
        return done.stdout

    def instances(self) -> str:
        """What it says that it runs."""
        return self._say("instances")

    def start(self) -> subprocess.Popen[bytes]:
        """In the background."""
        command = [sys.executable, "-m", "aosedge.cli.aoscore", "run", "--stop-instances-on-exit"]
        with self._log.open("wb") as log:
            return subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)


@pytest.fixture
def agent(place: Place, tmp_path: Path) -> Iterator[Agent]:
    agent = Agent(place, tmp_path / "unit")
    process = agent.start()
    yield agent
    process.send_signal(signal.SIGTERM)
    process.wait(30)


@pytest.mark.skipif(not BUSYBOX.exists(), reason="no static busybox here: apt-get install busybox-static")
def test_a_first_bundle_goes_from_the_upload_to_a_process_that_runs(
    open_as: Open, place: Place, agent: Agent
) -> None:
    name = place.call("oem", "GET", "/units/?limit=1&ordering=-created_at")["items"][0]["system_uid"]
    provider = open_as("sp", "/bundles")
    settled(provider, "Bundles")
    here = ARCHITECTURES[platform.machine()]
    text, program = RUNNING.replace("ARCHITECTURE", here), ("bin/busybox", BUSYBOX.read_bytes())
    content = signed(place, text, "first-steps", program=program, of=here)
    provider.get_by_label("Choose a file", exact=True).set_input_files(
        {"name": "first-steps.tar.gz", "mimeType": "application/gzip", "buffer": content}
    )
    expect(provider.get_by_text("first-steps is ready")).to_be_visible()

    page = open_as("oem", "/subjects")
    settled(page, "Subjects")
    page.get_by_role("button", name="Create a subject").click()
    page.get_by_role("dialog").get_by_label("Title").fill("first steps")
    page.get_by_role("dialog").get_by_role("button", name="Create a subject").click()
    settled(page, "first steps")
    page.get_by_role("button", name="Add Units").click()
    page.get_by_role("textbox", name="Name contains").fill(name)
    page.get_by_role("button", name=f"Add {name}").click()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Assign", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#assign-item-id").select_option("first-steps")
    dialog.get_by_role("button", name="Assign", exact=True).click()
    expect(dialog).to_have_count(0)

    page.goto(f"/units/{name}")
    settled(page, name)
    expect(page.locator("td[data-label=Instance]")).to_have_text("first-steps #0", timeout=60_000)
    expect(page.get_by_text("In sync").first).to_be_visible(timeout=60_000)
    runs = agent.instances()
    assert place.item("first-steps") in runs and "active" in runs
