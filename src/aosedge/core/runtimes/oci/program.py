"""The OCI runtime's command line, and conmon, which holds a container whose agent may die.

conmon stays with each container: it keeps the log within its bound, reaps the container and leaves its exit code in a
file. Both run in a mount namespace of their own, where the root file system is mounted: it is gone with the last
process of the container, whatever happens to the agent.
"""

import asyncio
import contextlib
import os
import re
import shlex
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from aosedge.core.processes import Finished, run
from aosedge.model.errors import AosError, Invalid, Unavailable

UNIFIED = Path("/sys/fs/cgroup/unified")
_NEEDED = {"conmon": "conmon", "unshare": "util-linux", "mount": "mount", "ip": "iproute2", "nft": "nftables"}
"""Programs beside the runtime, and the packages that have them."""
LOG_BYTES = 1 << 20
"""conmon starts the log anew beyond this: it holds at most so much."""
_OWN_MOUNTS = ("unshare", "--mount", "--propagation", "slave", "sh", "-c")
_SYNC_MOST = 1 << 16
_CREATE_S = 20.0
_LOG_FORM = re.compile(r'msg="(.*)"$')
_FAULTS_OF_THE_IMAGE = ("executable file", "no such file or directory", "permission denied", "not a directory")


class _Sync(msgspec.Struct):
    """What conmon says when the container is created: its pid, or what the runtime said."""

    data: int = -1
    message: str = ""


class OciProgram:
    """`runc` or `crun` with a state folder of ours.

    `hide_unified`: crun 1.8 refuses hosts with cgroup v1 controllers beside a cgroup2 mount ("hybrid"); without that
    mount in its own mount namespace it takes them for the v1 hosts that they are.
    """

    def __init__(self, kind: str, root: Path, *, hide_unified: bool = False) -> None:
        self.kind = kind
        self._root = root
        self._hide = hide_unified
        self._exec = f'umount {UNIFIED} && exec "$@"' if hide_unified else 'exec "$@"'

    def prepare(self) -> None:
        """Make its folders; raises Unavailable where a program is missing."""
        for name in (self.kind, *_NEEDED):
            _which(name)
        (self._root / "attach").mkdir(parents=True, exist_ok=True, mode=0o700)

    def command(self, *arguments: str) -> list[str]:
        """How to call the runtime from outside of the container's namespaces."""
        plain = [_which(self.kind), "--root", str(self._root / self.kind), *arguments]
        return [*_OWN_MOUNTS, self._exec, "sh", *plain] if self._hide else plain

    async def call(self, *arguments: str) -> Finished:
        """Run the runtime's command; raises Unavailable if it does not end in time."""
        return await run(self.command(*arguments))

    async def create(self, name: str, bundle: Path, mounts: str) -> int:
        """Create the container, its root mounted by the `mounts` commands; the pid of its first process.

        Raises Invalid for what the image is at fault for, AosError otherwise. Not given up half-way: whoever
        cancels this knows when it is done what there is to remove.
        """
        script = " && ".join(filter(None, ("umask 022", f"cd {shlex.quote(str(bundle))}", mounts, self._exec)))
        reading, writing = os.pipe()
        pipe = _SyncPipe(reading)
        with (bundle / "create.err").open("wb") as errors:
            try:
                process = await asyncio.create_subprocess_exec(
                    *_OWN_MOUNTS, script, "sh", *self._conmon(name, bundle), stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL, stderr=errors, pass_fds=(writing,),
                    env={**os.environ, "_OCI_SYNCPIPE": str(writing)}, start_new_session=True,
                )  # fmt: skip
            finally:
                os.close(writing)
        try:
            await _created(pipe, process)
        except asyncio.CancelledError:
            await _created(pipe, process)
            raise
        finally:
            pipe.close()
        sync = pipe.decoded()
        if sync.data > 0:
            return sync.data
        words = _words(sync.message or (bundle / "create.err").read_text(errors="replace"))
        fault = any(part in words.lower() for part in _FAULTS_OF_THE_IMAGE)
        kind = Invalid if fault else AosError
        raise kind(words or f"{self.kind} made no container", element="image" if fault else self.kind)

    def _conmon(self, name: str, bundle: Path) -> list[str]:
        options = {
            "--cid": name, "--cuuid": name, "--name": name, "--runtime": _which(self.kind), "--bundle": str(bundle),
            "--container-pidfile": str(bundle / "pid"), "--conmon-pidfile": str(bundle / "conmon.pid"),
            "--exit-dir": str(bundle / "exit"), "--log-path": f"k8s-file:{bundle / 'log'}",
            "--log-size-max": str(LOG_BYTES), "--socket-dir-path": str(self._root / "attach"), "--api-version": "1",
        }  # fmt: skip
        flat = [word for pair in options.items() for word in pair]
        return ["conmon", *flat, "--no-sync-log", "--runtime-arg=--root", f"--runtime-arg={self._root / self.kind}"]

    def has(self, name: str) -> bool:
        """Whether the container is this runtime's."""
        return (self._root / self.kind / name).exists()

    def is_created_only(self, name: str) -> bool:
        """Whether the container waits for its `start`: both runtimes keep a pipe until then."""
        return (self._root / self.kind / name / "exec.fifo").exists()

    async def remove(self, name: str) -> None:
        """Kill and remove the container with its cgroups; a missing one is no error."""
        if self.has(name):
            done = await self.call("delete", "--force", name)
            if done.code != 0 and self.has(name):
                raise AosError(done.words(), element=self.kind)
        (self._root / "attach" / name).unlink(missing_ok=True)


async def execute(
    program: OciProgram, bundle: Path, command: Sequence[str], timeout_s: float, most_bytes: int
) -> tuple[int, bytes]:
    """Run a command in the bundle's container, as its user, with its environment, limits and rights.

    Its exit code and the end of its output; killed inside and Unavailable on time-out.
    """
    config = msgspec.json.decode((bundle / "config.json").read_bytes())
    process = config["process"] | {"args": list(command)}
    with tempfile.TemporaryDirectory(prefix="exec-", dir=bundle) as folder:
        pid_file, process_file = Path(folder, "pid"), Path(folder, "process.json")
        process_file.write_bytes(msgspec.json.encode(process))

        def abandon() -> None:
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(pid_file.read_text()), signal.SIGKILL)

        argv = program.command("exec", "--pid-file", str(pid_file), "--process", str(process_file), bundle.name)
        done = await run(argv, timeout_s=timeout_s, abandon=abandon)
    return done.code, (done.out + done.err)[-most_bytes:]


async def _created(pipe: "_SyncPipe", process: asyncio.subprocess.Process) -> None:
    """Until conmon has spoken; raises Unavailable if it doesn't."""
    try:
        async with asyncio.timeout(_CREATE_S):
            await process.wait()
            await pipe.done.wait()
    except TimeoutError as error:
        raise Unavailable(f"no container within {_CREATE_S:g} s") from error


class _SyncPipe:
    """conmon's one line, read as it comes; `done` also where the pipe ends without one."""

    def __init__(self, fd: int) -> None:
        self.said = b""
        self.done = asyncio.Event()
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        os.set_blocking(fd, False)
        self._loop.add_reader(fd, self._ready)

    def _ready(self) -> None:
        part = os.read(self._fd, _SYNC_MOST)
        self.said += part
        if not part or b"\n" in part or len(self.said) > _SYNC_MOST:
            self._loop.remove_reader(self._fd)
            self.done.set()

    def close(self) -> None:
        self._loop.remove_reader(self._fd)
        os.close(self._fd)

    def decoded(self) -> _Sync:
        """No pid and no words where nothing sensible came."""
        try:
            return msgspec.json.decode(self.said, type=_Sync)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _Sync()


def _which(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Unavailable(f"no program {name}", cure=f"install the package {_NEEDED.get(name, name)}")
    return found


def _words(text: str) -> str:
    """The last thing said, without runc's log form and without mount's advice to look elsewhere."""
    lines = [line for line in text.strip().splitlines() if line.strip() and not line.lstrip().startswith("dmesg(1)")]
    found = _LOG_FORM.search(lines[-1]) if lines else None
    return (found[1].replace('\\"', '"') if found else lines[-1] if lines else "")[-300:]
