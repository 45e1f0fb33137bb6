"""AosEdge's public SDK as people install it: from the package index into an environment of its own, unmodified.

Only the root certificate that each tool brings is replaced by ours. The tools ask port 10000 of the domain in the
user's certificate, so they and the cloud run in a network namespace.
"""

import os
import subprocess
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

PACKAGES = ("aos-keys==1.10.1", "aos-signer==2.1.0")
BUNDLED_ROOT = Path("files/1rootCA.crt")


@contextmanager
def network() -> Iterator[list[str]]:
    """A namespace whose loopback is up; the command that runs another in it."""
    name = f"aos-sdk-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        yield ["ip", "netns", "exec", name]
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


class Sdk:
    """The installed tools. `home` is the person's home folder, where they keep keys."""

    def __init__(self, folder: Path, within: Sequence[str]) -> None:
        self.home, self._environment, self._within = folder / "home", folder / "environment", list(within)
        self.home.mkdir(parents=True)

    def install(self, packages: Sequence[str] = PACKAGES) -> None:
        """From the package index; skips the test where there is none."""
        venv.create(self._environment, with_pip=True)
        command = [str(self._environment / "bin" / "python"), "-m", "pip", "install", "-q", *packages]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=170)
        if done.returncode != 0 and "No matching distribution" in done.stderr + done.stdout:
            pytest.skip("no package index here has the SDK")
        assert done.returncode == 0, done.stderr

    def trust(self, roots: Path) -> None:
        """Replace the root that each tool brings: all that is changed."""
        (site,) = (self._environment / "lib").glob("python*/site-packages")
        replaced = [path for path in site.glob("aos_*/files/1rootCA.crt") if path.write_bytes(roots.read_bytes())]
        assert len(replaced) >= 2, "a tool keeps its root elsewhere"

    def run(self, tool: str, *words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """One of the tools to its end."""
        command = [*self._within, str(self._environment / "bin" / tool), *words]
        environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "COLUMNS": "200", "TERM": "dumb"}
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
