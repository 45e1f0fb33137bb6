"""Plain processes, without any isolation: for development where there is no root or no container runtime.

An instance is a session of its own under a small shell that keeps the log within its bound and writes down the exit
code; it needs no agent to live. Its root is a copy of the merged layers: verified content stays out of its reach, but
nothing else does. Instances share the node's network: host names do not resolve, so each allowed connection is given
as `AOS_PEER_<HOST NAME>`, and two that serve on one port are in each other's way. Quotas do not hold.
"""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import msgspec

from aosedge.core.domain.instances import Exited, Found, InstanceKey, InstanceSpec
from aosedge.core.network.connections import host_name, parse_connection
from aosedge.core.ports import ProbeResult
from aosedge.core.processes import Watch, boot_id, check, run, started_at
from aosedge.core.runtimes.merge import merge_layers
from aosedge.core.runtimes.oci.spec import arguments, environment
from aosedge.core.runtimes.probes import probe_network
from aosedge.core.runtimes.records import STATE, Record, instance_name, read_record, write_record
from aosedge.model.digests import Digest
from aosedge.model.errors import AosError, Invalid, NotFound, Unavailable

_LOG_BLOCKS = 256
"""The log begins anew after so many writes of at most 4 KiB; the one before is kept beside it."""
OUTPUT_MOST_BYTES = 1 << 20
_LOOPBACK = "127.0.0.1"
_END_S = 5.0
_KEEPER = """\
cd "$1" || exit 1
read -r stat < /proc/self/stat
echo "$stat" > stat
echo "$stat"
exec < /dev/null > /dev/null 2>&1
rm -f pipe code
mkfifo pipe
( trap "" TERM INT HUP
  most=$2
  while set -- $(dd bs=4096 count="$most" of=log 2>&1); [ $(($1)) -ge "$most" ]; do mv log log.1; done ) < pipe &
( cd "$3" && shift 3 && exec env -i "$@" ) > pipe 2>&1 &
trap : TERM INT HUP
while wait $!; code=$?; kill -0 $! 2> /dev/null; do :; done
echo $code > code.new
mv code.new code
"""
_LET_GO = 'sh -c "$0" keeper "$@" &'


class _Surroundings(msgspec.Struct, frozen=True):
    """Where an instance's commands run, and with what environment."""

    root: str
    where: str
    variables: list[str]

    def program(self, name: str) -> str:
        """The program's path: in the instance's root, else on the node. Raises Invalid where there is none."""
        root = Path(self.root)
        path = next((entry[5:] for entry in self.variables if entry.startswith("PATH=")), os.defpath)
        if "/" in name:
            places = [root / name.lstrip("/") if name.startswith("/") else Path(self.where) / name, Path(name)]
        else:
            folders = path.split(":")
            places = [root / folder.lstrip("/") / name for folder in folders] + [
                Path(folder, name) for folder in folders
            ]
        for place in places:
            if place.is_file() and os.access(place, os.X_OK) and place.is_absolute():
                return str(place)
        raise Invalid("no such program in the image", element="cmd", got=name[:200])


class _Process:
    """One instance as its folder tells of it."""

    def __init__(self, record: Record, folder: Path) -> None:
        self.record = record
        self.folder = folder
        self.alive = False
        self.stopping = False
        self.watch: Watch | None = None

    def exit_code(self) -> int | None:
        try:
            return int((self.folder / "code").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def surroundings(self) -> _Surroundings:
        return msgspec.json.decode((self.folder / "surroundings.json").read_bytes(), type=_Surroundings)

    def keeper(self) -> tuple[int, int] | None:
        """Pid and process group of the shell, if it is the one that was started and lives."""
        try:
            fields = (self.folder / "stat").read_text().split()
            pid, group, started = int(fields[0]), int(fields[4]), int(fields[21])
        except (FileNotFoundError, ValueError, IndexError):
            return None
        same = self.record.boot == boot_id() and started_at(pid) == started
        return (pid, group) if same else None


class NativeRuntime:
    """The Runtime port over plain processes below a state folder."""

    kind = "native"

    def __init__(self, state: Path, layer_folder: Callable[[Digest], Path], storage: Path) -> None:
        """`storage` is where the state files of instances are, whichever runtime runs them."""
        self._instances, self._storage = state / "instances", storage
        self._layer_folder = layer_folder
        self._processes: dict[InstanceKey, _Process] = {}
        self._locks: dict[InstanceKey, asyncio.Lock] = {}
        self._exits: asyncio.Queue[Exited] = asyncio.Queue()
        self._hosts: frozenset[str] = frozenset()

    def open(self) -> None:
        """Make the folders."""
        self._instances.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def found(self) -> list[Found]:
        """Adopts what runs and watches it from now on; removes what never came to start."""
        for folder in sorted(self._instances.iterdir()):
            record = read_record(folder)
            if record is None:
                shutil.rmtree(folder, ignore_errors=True)
                continue
            async with self._lock(record.key):
                self._look(record.key)
        return [
            Found(key, one.record.spec, one.alive, one.exit_code()) for key, one in sorted(self._processes.items())
        ]

    async def arrange(self, specs: Sequence[InstanceSpec]) -> None:
        """Which host names are instances here, for those that start from now on."""
        self._hosts = frozenset(host_name(spec) for spec in specs)

    async def start(self, spec: InstanceSpec) -> None:
        """Start it unless it runs; raises Invalid where there is nothing to execute, AosError otherwise."""
        digest = spec.digest()
        async with self._lock(spec.key):
            there = self._look(spec.key)
            if there is not None and there.alive and there.record.spec == digest:
                return
            if there is not None:
                await self._end(there, _END_S)
            folder = self._instances / instance_name(spec.key)
            try:
                await self._launch(spec, digest, folder)
            except AosError:
                shutil.rmtree(folder, ignore_errors=True)
                raise

    async def _launch(self, spec: InstanceSpec, digest: Digest, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        record = Record(spec.key, digest, boot_id())
        write_record(folder, record)
        root = folder / "rootfs"
        await asyncio.to_thread(merge_layers, [self._layer_folder(layer) for layer in spec.layers], root)
        where = root / spec.run.working_dir.lstrip("/")
        if not where.is_dir():
            raise Invalid("no such folder in the image", element="workingDir", got=spec.run.working_dir)
        words = arguments(spec)
        self._place_state(spec, folder.name, root)
        surroundings = _Surroundings(str(root), str(where), self._environment(spec, folder))
        (folder / "surroundings.json").write_bytes(msgspec.json.encode(surroundings))
        command = [*surroundings.variables, surroundings.program(words[0]), *words[1:]]
        await check(["sh", "-c", _LET_GO, _KEEPER, str(folder), str(_LOG_BLOCKS), str(where), *command])
        process = self._processes[spec.key] = _Process(record, folder)
        if not self._watch(process):
            self._ended(process)

    def _place_state(self, spec: InstanceSpec, name: str, root: Path) -> None:
        """The state file, as `state.dat` of the root: what a container sees as `/state.dat`."""
        if spec.config.quotas.state_limit:
            file = self._storage / name / STATE
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(0o600)
            with contextlib.suppress(FileExistsError):
                (root / STATE).symlink_to(file)

    def _environment(self, spec: InstanceSpec, folder: Path) -> list[str]:
        name = folder.name
        found = [*environment(spec, name), _mark(folder)]
        if spec.config.quotas.state_limit:
            found.append(f"AOS_STATE_FILE={self._storage / name / STATE}")
        for text in sorted(spec.config.allowed_connections):
            with contextlib.suppress(Invalid):
                host = parse_connection(text).host
                found.append(f"{_variable(host)}={_LOOPBACK if host in self._hosts else host}")
        return found

    def _look(self, key: InstanceKey) -> _Process | None:
        if key in self._processes:
            return self._processes[key]
        folder = self._instances / instance_name(key)
        record = read_record(folder)
        if record is None:
            return None
        process = self._processes[key] = _Process(record, folder)
        self._watch(process)
        return process

    def _watch(self, process: _Process) -> bool:
        keeper = process.keeper()
        if keeper is None:
            return False
        try:
            process.watch = Watch(keeper[0], lambda: self._ended(process))
        except ProcessLookupError:
            return False
        process.alive = True
        return True

    def _ended(self, process: _Process) -> None:
        process.alive = False
        if not process.stopping:
            record = process.record
            self._exits.put_nowait(Exited(record.key, record.spec, process.exit_code()))

    async def stop(self, key: InstanceKey, grace_s: float = 10.0) -> None:
        """End it and all that it started, and remove its folder."""
        async with self._lock(key):
            there = self._look(key)
            if there is not None:
                await self._end(there, grace_s)
            shutil.rmtree(self._instances / instance_name(key), ignore_errors=True)

    async def _end(self, process: _Process, grace_s: float) -> None:
        process.stopping = True
        keeper = process.keeper()
        if keeper is not None and process.watch is not None:
            _kill_group(keeper[1], signal.SIGTERM)
            await process.watch.wait(grace_s)
            _kill_group(keeper[1], signal.SIGKILL)
            if process.alive and not await process.watch.wait(_END_S):
                raise Unavailable(f"{process.record.key} does not end")
        if process.watch is not None:
            process.watch.close()
        _kill_rest(process.folder)
        shutil.rmtree(process.folder, ignore_errors=True)
        self._processes.pop(process.record.key, None)

    async def exits(self) -> AsyncIterator[Exited]:
        """Ends by themselves, as they happen; not those by `stop` or by a `start` that replaces."""
        while True:
            yield await self._exits.get()

    async def probe(self, spec: InstanceSpec) -> ProbeResult:
        """`http` and `tcp` on the node's loopback, `exec` in its folder; without a check, whether it lives."""
        there = self._processes.get(spec.key)
        if there is None or not there.alive:
            return ProbeResult(False, "it is not running")
        check = spec.config.health_check
        if check is None:
            return ProbeResult(True)
        if check.type != "exec":
            return await probe_network(check, _LOOPBACK)
        try:
            code, output = await self.execute(spec.key, check.command, check.timeout.total_seconds())
        except AosError as error:
            return ProbeResult(False, str(error))
        words = output.decode(errors="replace").strip()[-200:]
        return ProbeResult(code == 0, "" if code == 0 else f"exec: exit code {code} {words}".rstrip())

    async def execute(self, key: InstanceKey, command: Sequence[str], timeout_s: float) -> tuple[int, bytes]:
        """In the instance's folder with its environment; raises NotFound, Invalid, Unavailable on time-out."""
        there = self._processes.get(key)
        if there is None or not there.alive:
            raise NotFound("instance", str(key))
        if not command:
            raise Invalid("there is nothing to execute", element="command")
        surroundings = there.surroundings()
        words = [*surroundings.variables, surroundings.program(command[0]), *command[1:]]
        done = await run(["sh", "-c", 'cd "$0" && exec env -i "$@"', surroundings.where, *words], timeout_s=timeout_s)
        return done.code, (done.out + done.err)[-OUTPUT_MOST_BYTES:]

    async def logs(self, key: InstanceKey, most_bytes: int) -> bytes:
        """Standard output and error in their order; raises NotFound for an instance without traces."""
        folder = self._instances / instance_name(key)
        if not folder.exists():
            raise NotFound("instance", str(key))
        parts = [file.read_bytes() for name in ("log.1", "log") if (file := folder / name).exists()]
        return b"".join(parts)[-most_bytes:] if most_bytes > 0 else b""

    async def clear(self, grace_s: float = 10.0) -> None:
        """Stop all instances and leave no trace of them."""
        for found in await self.found():
            await self.stop(found.key, grace_s)

    async def close(self) -> None:
        """Let go of watchers; instances go on."""
        for process in self._processes.values():
            if process.watch is not None:
                process.watch.close()
        self._processes.clear()

    def _lock(self, key: InstanceKey) -> asyncio.Lock:
        return self._locks.setdefault(key, asyncio.Lock())


def _variable(host: str) -> str:
    return "AOS_PEER_" + "".join(letter if letter.isalnum() else "_" for letter in host.upper())


def _kill_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _mark(folder: Path) -> str:
    """In the environment of all that an instance starts: its folder, as another Unit here may have its name too."""
    return f"AOS_INSTANCE_FOLDER={folder}"


def _kill_rest(folder: Path) -> None:
    """Kill what the instance left running when its first process ended, known by its environment."""
    mark = _mark(folder).encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    os.kill(int(entry.name), signal.SIGKILL)
