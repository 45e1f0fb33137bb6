"""Instances as containers of runc or crun: the Runtime port over conmon, overlay roots and cgroups."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from aosedge.core.domain.instances import Exited, Found, InstanceKey, InstanceSpec
from aosedge.core.network.connections import check_spec
from aosedge.core.network.network import TEND_S, Network
from aosedge.core.ports import ProbeResult
from aosedge.core.processes import boot_id
from aosedge.core.resources.figures import Figures, read_figures
from aosedge.core.runtimes.oci.bundles import Bundles
from aosedge.core.runtimes.oci.cgroups import killed_for_memory
from aosedge.core.runtimes.oci.containers import Container, catches
from aosedge.core.runtimes.oci.logs import read_log
from aosedge.core.runtimes.oci.program import OciProgram, execute
from aosedge.core.runtimes.probes import probe_network
from aosedge.core.runtimes.records import Record, instance_name, read_record, write_record
from aosedge.model.digests import Digest
from aosedge.model.errors import AosError, Invalid, NotFound, Unavailable

OUTPUT_MOST_BYTES = 1 << 20
_END_S = 10.0
_REPLACE_GRACE_S = 10.0


class OciRuntime:
    """Runs instances with an OCI runtime. Everything that says what runs lies in files: whoever opens it adopts."""

    def __init__(
        self, program: OciProgram, bundles: Bundles, network: Network | None, others: Sequence[OciProgram] = ()
    ) -> None:
        """Without a `network` each instance has nothing but a loopback of its own.

        `others` ran instances before: what they have is adopted and removed like our own.
        """
        self.kind = program.kind
        self._network = network
        self._program, self._all = program, (program, *others)
        self._bundles = bundles
        self._containers: dict[InstanceKey, Container] = {}
        self._locks: dict[InstanceKey, asyncio.Lock] = {}
        self._exits: asyncio.Queue[Exited] = asyncio.Queue()
        self._tend_at = 0.0

    def open(self) -> None:
        """Make the folders; raises Unavailable without the programs, Invalid for a state folder that is exposed."""
        self._program.prepare()
        self._bundles.open()

    async def found(self) -> list[Found]:
        """Adopts what runs and watches it from now on; removes what never came to start."""
        folders = self._bundles.folders()
        if self._network is not None:
            await self._network.sweep({folder.name for folder in folders})
        for folder in folders:
            record = read_record(folder)
            if record is None:
                await self._clear(folder)
                continue
            async with self._lock(record.key):
                self._look(record.key)
        return [
            Found(key, one.record.spec, one.alive, one.exit_code()) for key, one in sorted(self._containers.items())
        ]

    async def arrange(self, specs: Sequence[InstanceSpec]) -> None:
        """Raises Conflict where the network's subnet is in use by somebody else.

        Without any instance, arranged or there, the node's network is as if we had never been.
        """
        if not specs and not self._bundles.folders():
            await self._leave()
        elif self._network is not None:
            await self._arrange(self._network, specs)

    async def _leave(self) -> None:
        self._bundles.leave()
        if self._network is not None:
            await self._network.remove()

    async def _arrange(self, network: Network, specs: Sequence[InstanceSpec]) -> None:
        await network.arrange({instance_name(spec.key): spec for spec in specs})
        self._rename_peers(network)

    async def start(self, spec: InstanceSpec) -> None:
        """Start it unless it runs; the process runs when this returns. Raises AosError, Invalid for a bad image."""
        check_spec(spec)
        digest = spec.digest()
        async with self._lock(spec.key):
            there = self._look(spec.key)
            if there is not None and there.alive and there.record.spec == digest:
                return
            if there is not None:
                await self._end(there, _REPLACE_GRACE_S)
            try:
                await self._launch(spec, digest)
            except AosError:
                await self._detach(spec.key)
                await self._clear(self._bundles.folder(spec.key))
                raise

    async def _launch(self, spec: InstanceSpec, digest: Digest) -> None:
        folder = self._bundles.folder(spec.key)
        folder.mkdir(mode=0o700)
        record = Record(spec.key, digest, boot_id())
        write_record(folder, record)
        if self._network is None:
            root = self._bundles.make(spec, "", "127.0.0.1 localhost\n")
        else:
            place = await self._network.attach(folder.name, spec)
            root = self._bundles.make(spec, place.namespace, place.hosts)
        await self._program.create(folder.name, folder, root.script())
        started = await self._program.call("start", folder.name)
        if started.code != 0:
            raise AosError(started.words(), element=self.kind)
        container = self._containers[spec.key] = Container(record, folder)
        if not container.watch(self._ended):
            self._ended(container)

    def _look(self, key: InstanceKey) -> Container | None:
        """The instance's container, adopted from its folder if we do not know it yet."""
        if key in self._containers:
            return self._containers[key]
        folder = self._bundles.folder(key)
        record = read_record(folder)
        if record is None:
            return None
        container = self._containers[key] = Container(record, folder)
        if not any(program.is_created_only(folder.name) for program in self._all):
            container.watch(self._ended)
        return container

    def _ended(self, container: Container) -> None:
        if not container.stopping:
            memory = killed_for_memory(self._bundles.cgroup(container.name))
            record = container.record
            self._exits.put_nowait(Exited(record.key, record.spec, container.exit_code(), memory))

    async def stop(self, key: InstanceKey, grace_s: float = 10.0) -> None:
        """End it and remove all traces but storage and state."""
        async with self._lock(key):
            there = self._look(key)
            if there is not None:
                await self._end(there, grace_s)
            else:
                await self._clear(self._bundles.folder(key))
            await self._detach(key)

    async def _detach(self, key: InstanceKey) -> None:
        if self._network is not None:
            await self._network.detach(instance_name(key))

    async def _end(self, container: Container, grace_s: float) -> None:
        container.stopping = True
        pid = container.pid()
        if container.alive and pid is not None and grace_s > 0 and catches(pid, signal.SIGTERM):
            _kill(pid, signal.SIGTERM)
            await container.ended(grace_s)
        pid = container.pid()
        if pid is not None:
            _kill(pid, signal.SIGKILL)
            if container.alive and not await container.ended(_END_S):
                raise Unavailable(f"{container.name} does not end")
        container.close()
        await self._clear(container.folder)
        self._containers.pop(container.record.key, None)

    async def _clear(self, folder: Path) -> None:
        if folder.exists():
            for program in self._all:
                await program.remove(folder.name)
            self._bundles.remove(folder)

    async def exits(self) -> AsyncIterator[Exited]:
        """Ends by themselves, as they happen; not those by `stop` or by a `start` that replaces.

        While somebody waits here, the network is tended from time to time.
        """
        while True:
            end = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(self._tend_at if self._network is not None else None):
                    end = await self._exits.get()
            if end is not None:
                yield end
            elif self._network is not None:
                with contextlib.suppress(AosError, OSError):
                    await self._network.tend()
                self._rename_peers(self._network)
                self._tend_at = asyncio.get_running_loop().time() + TEND_S

    def _rename_peers(self, network: Network) -> None:
        for folder in self._bundles.folders():
            self._bundles.rename_peers(folder, network.hosts(folder.name))

    async def probe(self, spec: InstanceSpec) -> ProbeResult:
        """`http` and `tcp` from the node, `exec` inside; without a health check, whether it lives.

        One that fails where the network has been taken away is tried once more when the network is back.
        """
        result = await self._probe(spec)
        if not result.healthy and self._network is not None and await self._network.mend():
            result = await self._probe(spec)
        return result

    async def _probe(self, spec: InstanceSpec) -> ProbeResult:
        there = self._containers.get(spec.key)
        if there is None or not there.alive:
            return ProbeResult(False, "it is not running")
        check = spec.config.health_check
        if check is None:
            return ProbeResult(True)
        if check.type != "exec":
            address = self.address(spec.key)
            return await probe_network(check, address) if address else ProbeResult(False, "it has no network")
        try:
            code, output = await self.execute(spec.key, check.command, check.timeout.total_seconds())
        except AosError as error:
            return ProbeResult(False, str(error))
        words = output.decode(errors="replace").strip()[-200:]
        return ProbeResult(code == 0, "" if code == 0 else f"exec: exit code {code} {words}".rstrip())

    def figures(self, key: InstanceKey) -> Figures | None:
        """What the instance uses now; None where it is not."""
        return read_figures(self._bundles.cgroup(instance_name(key)))

    def discard(self, key: InstanceKey) -> None:
        """Remove storage and state of an instance that shall never come back; it does not run any more."""
        self._bundles.discard(key)

    def address(self, key: InstanceKey) -> str | None:
        """The instance's address on the node's bridge, if it has one."""
        return self._network.address(instance_name(key)) if self._network is not None else None

    async def execute(self, key: InstanceKey, command: Sequence[str], timeout_s: float) -> tuple[int, bytes]:
        """Exit code and the end of the output; raises NotFound if it is not running, Unavailable on time-out."""
        there = self._containers.get(key)
        if there is None or not there.alive:
            raise NotFound("instance", str(key))
        if not command:
            raise Invalid("there is nothing to execute", element="command")
        program = next((one for one in self._all if one.has(there.name)), self._program)
        return await execute(program, there.folder, command, timeout_s, OUTPUT_MOST_BYTES)

    async def logs(self, key: InstanceKey, most_bytes: int) -> bytes:
        """Standard output and error in their order; raises NotFound for an instance without traces."""
        folder = self._bundles.folder(key)
        if not folder.exists():
            raise NotFound("instance", str(key))
        return read_log(folder / "log", most_bytes)

    async def clear(self, grace_s: float = 10.0) -> None:
        """Stop all instances and take the network down: the node is as before, but for storage and state."""
        for found in await self.found():
            await self.stop(found.key, grace_s)
        await self._leave()

    async def close(self) -> None:
        """Let go of watchers; instances go on."""
        for container in self._containers.values():
            container.close()
        self._containers.clear()

    def _lock(self, key: InstanceKey) -> asyncio.Lock:
        return self._locks.setdefault(key, asyncio.Lock())


def _kill(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
