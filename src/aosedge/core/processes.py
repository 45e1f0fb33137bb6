"""Processes from outside: short commands run to their end, and long-lived ones watched by pidfd, without polling."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from aosedge.model.errors import AosError, Unavailable

COMMAND_TIMEOUT_S = 30.0
_GATHER_S = 5.0
_ABANDON_S = 0.5


class Finished(msgspec.Struct, frozen=True):
    """A command's exit code and what it wrote."""

    code: int
    out: bytes
    err: bytes

    def words(self) -> str:
        """The last line of what it wrote, for an error."""
        lines = (self.err or self.out).decode(errors="replace").strip().splitlines()
        return lines[-1][-300:] if lines else f"exit code {self.code}"


async def run(
    argv: Sequence[str],
    *,
    content: bytes | None = None,
    timeout_s: float = COMMAND_TIMEOUT_S,
    abandon: Callable[[], None] | None = None,
) -> Finished:
    """Run a command to its end, feeding `content`. Killed on time-out or cancellation, with its group.

    `abandon` is called before that, to end what the command started elsewhere; the command may then end by itself.
    Raises Unavailable where the program is missing or does not end in time.
    """
    feed = asyncio.subprocess.DEVNULL if content is None else asyncio.subprocess.PIPE
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=feed, stdout=pipe, stderr=pipe, start_new_session=True
        )
    except FileNotFoundError as error:
        raise Unavailable(f"no program {argv[0]}", cure=f"install {argv[0]}") from error
    try:
        async with asyncio.timeout(timeout_s):
            out, err = await process.communicate(content)
    except TimeoutError as error:
        await _end(process, abandon)
        raise Unavailable(f"{argv[0]} did not end within {timeout_s:g} s") from error
    except asyncio.CancelledError:
        await _end(process, abandon)
        raise
    return Finished(process.returncode if process.returncode is not None else -1, out, err)


async def check(argv: Sequence[str], *, content: bytes | None = None, timeout_s: float = COMMAND_TIMEOUT_S) -> bytes:
    """What the command wrote; raises AosError with its words unless it exits 0."""
    done = await run(argv, content=content, timeout_s=timeout_s)
    if done.code != 0:
        raise AosError(done.words(), element=argv[0])
    return done.out


async def _end(process: asyncio.subprocess.Process, abandon: Callable[[], None] | None) -> None:
    if abandon is not None:
        abandon()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ABANDON_S):
                await process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_GATHER_S):
            await process.wait()


class Watch:
    """A living process held by pidfd: `on_end` is called once, in the loop, as soon as it has ended."""

    def __init__(self, pid: int, on_end: Callable[[], None]) -> None:
        """Raises ProcessLookupError where there is no such process any more."""
        self.pid = pid
        self.ended = asyncio.Event()
        self._on_end = on_end
        self._fd = os.pidfd_open(pid)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._ready)

    def _ready(self) -> None:
        self.close()
        self.ended.set()
        self._on_end()

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to exactly this process; one that has ended is no error."""
        if self._fd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._fd, number)

    async def wait(self, timeout_s: float) -> bool:
        """Whether it ended within the time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self.ended.wait()
        return self.ended.is_set()

    def close(self) -> None:
        """Let go; the process goes on."""
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1


def started_at(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; with the pid and the boot it names one process.

    None where there is none, or only its remains (a zombie).
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def boot_id() -> str:
    """Names this boot of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
