"""Command transcripts against a real AosCloud.

`$ [NAME=value ...] command`, then the lines it says (both outputs, in this order: standard output, standard error),
then `? code` where it is not 0. `...` stands for any lines, `[..]` for anything in a line, `${name}` for a place.
"""

import re
import shlex
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.cloud_process import CloudProcess

pytestmark = pytest.mark.slow

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.txt"))
PROGRAMS = {"aos": "aosedge.cli.app", "aoscloud": "aosedge.cli.aoscloud"}


def steps(text: str) -> Iterator[tuple[str, list[str], int]]:
    """Command, expected lines, expected exit code."""
    command, lines, code = "", [], 0
    for line in [*text.splitlines(), "$ "]:
        if line.startswith("$ "):
            if command:
                yield command, lines, code
            command, lines, code = line[2:], [], 0
        elif line.startswith("? "):
            code = int(line[2:])
        elif command:
            lines.append(line)


def pattern(lines: list[str]) -> str:
    """The expected lines as a regular expression."""
    return "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(re.escape("[..]"), ".*") + r"\n" for line in lines
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_the_transcript_holds(cloud: CloudProcess, script: Path, tmp_path: Path) -> None:
    users = cloud.folder / "users"
    places = {"folder": str(tmp_path), "users": str(users), "url": cloud.url, "data": str(cloud.folder)}
    for command, lines, code in steps(string.Template(script.read_text()).safe_substitute(places)):
        words = shlex.split(command)
        environment = {"AOS_USER": "oem", "AOS_URL": cloud.url, "AOS_CA": str(cloud.folder / "root.pem")}
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            environment[name] = value
        if environment["AOS_USER"]:
            environment["AOS_USER"] = str(users / f"{environment['AOS_USER']}.p12")
        done = cloud.run(PROGRAMS[words[0]], *words[1:], **environment)
        said = done.stdout + done.stderr
        assert done.returncode == code, f"$ {command}\n{said}"
        assert re.fullmatch(pattern(lines), said), f"$ {command}\n--- said\n{said}--- expected\n" + "\n".join(lines)
