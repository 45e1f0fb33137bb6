"""`aoscore run` on a Unit that nobody has provisioned, as a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from aosedge.core.identity import Card, read_card


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class NewUnit:
    """One Unit with its door on a port of its own; `start` waits until the door is open."""

    def __init__(self, folder: Path, port: int = 0, settings: Mapping[str, str] = {}) -> None:
        self._settings = settings
        self.folder, self.port = folder, port or free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None
        self._said = threading.Condition()

    def __enter__(self) -> "NewUnit":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything that was started for this Unit: instances outlive their agent, which takes them up again."""
        if self.process is not None:
            if self.process.poll() is None:
                self.end(signal.SIGTERM)
            self.process = None
        end = time.monotonic() + 20
        while left := _below(self.folder):
            assert time.monotonic() < end, left
            for number in left:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            time.sleep(0.05)

    def start(self, *words: str) -> None:
        """Run, until the Unit waits for a tool."""
        self.launch(*words)
        self.until("waiting for a tool")

    def launch(self, *words: str) -> None:
        """Run."""
        environment = {
            **os.environ,
            "AOSCORE_RUNTIME": "native",
            "AOSCORE_PROVISIONING_PORT": str(self.port),
            **{f"AOSCORE_{name.upper()}": value for name, value in self._settings.items()},
        }
        command = [sys.executable, "-m", "aosedge.cli.aoscore", "run", "--state", str(self.folder), *words]
        self.lines = []
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def end(self, number: signal.Signals) -> int:
        """The exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(20)
        self.process = None
        return code

    def until(self, words: str, timeout_s: float = 30) -> None:
        """Wait until a line of the log has these words."""
        with self._said:
            assert self._said.wait_for(lambda: any(re.search(words, line) for line in self.lines), timeout_s), (
                self.lines
            )

    @property
    def card(self) -> Card:
        card = read_card(self.folder)
        assert card is not None
        return card

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        with process.stderr as said:
            for line in said:
                with self._said:
                    self.lines.append(line.rstrip())
                    self._said.notify_all()


def _below(folder: Path) -> list[int]:
    """The processes whose command or working folder is of this folder, without remains that wait to be collected."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                words = (process / "cmdline").read_bytes()
                if words and f"{folder}/" in f"{os.fsdecode(words)} {(process / 'cwd').readlink()}/":
                    found.append(int(process.name))
    return found
