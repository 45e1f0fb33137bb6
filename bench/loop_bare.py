"""The baseline of the loop: the OCI runtime alone with the same bundle, its root and network made beforehand."""

import os
import shutil
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import URLError
from urllib.request import urlopen

import msgspec

from aosedge.clock import SystemClock
from aosedge.core.runtimes.oci.cgroups import is_hybrid
from aosedge.core.runtimes.oci.program import OciProgram
from aosedge.model.instants import MILLISECOND, SECOND

HERE, THERE = "10.69.0.1", "10.69.0.2"
PATIENCE_S = 20
PAUSE_S = 0.002


class Bare:
    """A copy of an instance's bundle that nobody supervises."""

    def __init__(self, kind: str, folder: Path, bundle: Path) -> None:
        self._folder, self._source, self._clock = folder, bundle, SystemClock()
        self._name = f"bare{os.getpid()}"
        self._program = OciProgram(kind, folder / "run", hide_unified=kind == "crun" and is_hybrid())

    def __enter__(self) -> Self:
        root = self._folder / "rootfs"
        root.mkdir(parents=True)
        self._program.prepare()
        config = msgspec.json.decode((self._source / "config.json").read_bytes())
        config["linux"]["cgroupsPath"] = f"/aosedge-{self._name}"
        for namespace in config["linux"]["namespaces"]:
            if namespace["type"] == "network":
                namespace["path"] = f"/run/netns/{self._name}"
        (self._folder / "config.json").write_bytes(msgspec.json.encode(config))
        lowers = ":".join(str(link.resolve()) for link in sorted((self._source / "l").iterdir()))
        _do("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={lowers}", str(root))
        _do("ip", "netns", "add", self._name)
        _do("ip", "link", "add", self._name, "type", "veth", "peer", "name", "eth0", "netns", self._name)
        _do("ip", "address", "add", f"{HERE}/30", "dev", self._name)
        _do("ip", "link", "set", self._name, "up")
        inside = ("ip", "-n", self._name)
        _do(*inside, "link", "set", "lo", "up")
        _do(*inside, "address", "add", f"{THERE}/30", "dev", "eth0")
        _do(*inside, "link", "set", "eth0", "up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for command in (("umount", str(self._folder / "rootfs")), ("ip", "netns", "delete", self._name)):
            subprocess.run(command, check=False)
        shutil.rmtree(self._folder)

    def answer_ms(self) -> float:
        """From the runtime's start to the first HTTP answer; the container is removed afterwards."""
        line = self._program.command("run", "--detach", "--bundle", str(self._folder), self._name)
        begin = self._clock.monotonic()
        # output goes nowhere: a detached container would hold on to ours
        subprocess.run(
            line, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            while not self._answers():
                if self._clock.monotonic() - begin > PATIENCE_S * SECOND:
                    raise TimeoutError("the bare container does not answer")
                threading.Event().wait(PAUSE_S)
            return (self._clock.monotonic() - begin) / MILLISECOND
        finally:
            subprocess.run(self._program.command("delete", "--force", self._name), check=True)

    def _answers(self) -> bool:
        try:
            with urlopen(f"http://{THERE}:8080/", timeout=1) as answer:
                status: Any = answer.status
                return bool(status == 200)
        except (URLError, OSError):
            return False


def _do(*command: str) -> None:
    subprocess.run(command, check=True)
