"""Pages of the docs, run: every `$` line of a page in one shell, and what it says held against the page."""

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

PAGES = sorted(
    page for page in (Path(__file__).parents[2] / "docs").glob("*.md") if "$ aoscloud init\n" in page.read_text()
)
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TIMEOUT_S = 400


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
@pytest.mark.timeout(TIMEOUT_S + 60)
@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_it_goes_as_the_page_says(file: Path, tmp_path: Path, ports: dict[str, str]) -> None:
    page = file.read_text()
    for written, real in ports.items():
        page = page.replace(written, real)
    of = list(steps(page))
    api, door = (real.rpartition(":")[2] for real in ports.values())
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AOS")},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "AOS_CONFIG": str(tmp_path / "logins"),
        "AOSCLOUD_API_PORT": api,
        "AOSCLOUD_UNIT_PORT": "0",
        "AOSCLOUD_CHANNEL_PORT": "0",
        "AOSCORE_PROVISIONING_PORT": door,
    }
    heard = tmp_path / "heard"
    with heard.open("w") as output:
        shell = subprocess.Popen(
            ["bash", "-c", shell_script(of)],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            start_new_session=True,
        )
    with suppress(subprocess.TimeoutExpired):
        shell.wait(timeout=TIMEOUT_S)
    # Instances outlive the agent, and so a page that ended early.
    for unit in (folder.parent for folder in tmp_path.glob("*/identity")):
        down = [sys.executable, "-m", "aosedge.cli.aoscore", "down", "--state", str(unit)]
        subprocess.run(down, cwd=tmp_path, capture_output=True, check=False)
    with suppress(ProcessLookupError):
        os.killpg(shell.pid, signal.SIGKILL)
    shell.wait()
    said = answers(heard.read_text())
    logs = "".join(f"\n--- {log.name}\n{log.read_text()[-2000:]}" for log in tmp_path.glob("*.log"))
    for step, (answer, code) in zip(of, said, strict=False):
        shown = f"$ {step.command}\n--- said\n{answer}? {code}\n--- the page\n{step.said}{logs}"
        assert holds(step.said, answer), shown
        assert (code != 0) == ("\naos: " in f"\n{step.said}"), shown
    assert len(said) == len(of), f"it did not end: $ {of[len(said)].command}{logs}"
