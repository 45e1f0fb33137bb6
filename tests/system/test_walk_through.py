"""docs/walk-through.md, run: every `$` line in one shell, and what it says held against the page."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.system.provisioned import free_port

PAGE = Path(__file__).parents[2] / "docs" / "walk-through.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TIMEOUT_S = 180


class Step(NamedTuple):
    """A command of the page, and what the page says that it answers."""

    command: str
    said: str


def steps(page: str) -> Iterator[Step]:
    for block in BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, said = part.partition("\n")
            yield Step(command, said)


def shell_script(of: list[Step]) -> str:
    """One script; each answer ends with a line that has the exit code."""
    parts = [f"{{ {step.command}\n}} 2>&1\nprintf '\\001%d\\n' $?\n" for step in of]
    return "".join(parts)


def answers(output: str) -> list[tuple[str, int]]:
    """What each command said, and its exit code."""
    return [(said, int(code)) for said, code in re.findall(r"(.*?)\x01(\d+)\n", output, flags=re.DOTALL)]


def holds(expected: str, said: str) -> bool:
    """A line of three dots is any lines; three dots in a line are anything in it."""
    lines = (
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(re.escape("..."), ".*") + r"\n"
        for line in expected.splitlines()
    )
    return re.fullmatch("".join(lines), said) is not None


@pytest.fixture
def ports() -> dict[str, str]:
    """The page's addresses, and those of this run."""
    api, unit = free_port(), free_port()
    return {"localhost:10000": f"localhost:{api}", "127.0.0.1:8089": f"127.0.0.1:{unit}"}


@pytest.mark.slow
def test_the_walk_through_goes_as_the_page_says(tmp_path: Path, ports: dict[str, str]) -> None:
    page = PAGE.read_text()
    for written, real in ports.items():
        page = page.replace(written, real)
    of = list(steps(page))
    api, door = (real.rpartition(":")[2] for real in ports.values())
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AOS", "PYTHON"))},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "AOS_CONFIG": str(tmp_path / "logins"),
        "AOSCLOUD_API_PORT": api,
        "AOSCLOUD_UNIT_PORT": "0",
        "AOSCLOUD_CHANNEL_PORT": "0",
        "AOSCORE_PROVISIONING_PORT": door,
        "AOSCORE_STATE_FOLDER": "unit",
    }
    shell = subprocess.Popen(
        ["bash", "-c", shell_script(of)],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = shell.communicate(timeout=TIMEOUT_S)
    finally:
        # Instances outlive the agent, and so a page that ended early.
        subprocess.run(["aoscore", "down"], cwd=tmp_path, env=environment, capture_output=True, check=False)
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    said = answers(output)
    logs = "".join(f"\n--- {log.name}\n{log.read_text()[-2000:]}" for log in tmp_path.glob("*.log"))
    for step, (answer, code) in zip(of, said, strict=True):
        shown = f"$ {step.command}\n--- said\n{answer}? {code}\n--- the page\n{step.said}{logs}"
        assert holds(step.said, answer), shown
        assert (code != 0) == step.said.startswith("aos: "), shown
