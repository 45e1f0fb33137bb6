"""How long an instance takes to run, beside the bare OCI runtime with the same bundle in the same run."""

import asyncio
import os
import shutil
import statistics
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.processes import check
from aosedge.core.runtimes import Means, choose
from aosedge.core.runtimes.oci.cgroups import is_hybrid
from aosedge.core.runtimes.oci.program import OciProgram
from aosedge.core.runtimes.oci.runtime import OciRuntime
from aosedge.core.runtimes.records import instance_name
from aosedge.model.digests import sha256
from aosedge.model.errors import AosError
from aosedge.model.ids import ItemId, SubjectId
from aosedge.model.oci import ItemConfig, Quotas, RunConfig

MORE_MOST_MS = 150.0
"""The aim: activation within so much of the bare runtime."""


class Times(msgspec.Struct, frozen=True):
    """Milliseconds until the instance's process runs, one a round."""

    bare: list[float]
    start: list[float]
    whole: list[float]
    """`arrange` and `start`: what the agent does from the decision to the running process."""


def spec(kind: str, number: int) -> InstanceSpec:
    """A service that does nothing, with what real ones have: limits, a port, a connection."""
    return InstanceSpec(
        InstanceKey(ItemId("bench"), SubjectId("subject"), number), "bench", "1.0.0", sha256(b"index"),
        (sha256(b"layer"),), (),
        RunConfig(cmd=("/bin/busybox", "sleep", "600"), exposed_ports={"80/tcp": {}}),
        ItemConfig(
            base_layer_is_node_rootfs=False, allowed_connections={"bench/80/tcp": {}},
            quotas=Quotas(cpu_dmips_limit=1_000, ram_limit=64 << 20, pids_limit=32, no_file_limit=128),
        ),
        kind,
    )  # fmt: skip


async def measure(kind: str, rounds: int) -> Times:
    """Rounds of the bare runtime and of ours in turn. Raises AosError where the runtime does not work here."""
    with tempfile.TemporaryDirectory(prefix="aosedge-bench-") as name:
        folder = Path(name)
        layer = folder / "layer"
        (layer / "bin").mkdir(parents=True)
        shutil.copy("/bin/busybox", layer / "bin" / "busybox")
        means = Means(
            folder / "state", folder / "run", lambda digest: layer, 20_000, f"b{os.getpid()}", "10.66.0.0/24"
        )
        runtime = (await choose(kind, means)).runtime
        assert isinstance(runtime, OciRuntime)
        try:
            return await _rounds(runtime, kind, means, rounds)
        finally:
            await runtime.clear(0)
            await runtime.close()


async def _rounds(runtime: OciRuntime, kind: str, means: Means, rounds: int) -> Times:
    times = Times([], [], [])
    beside = [spec(kind, number) for number in (1, 2, 3)]
    await runtime.arrange(beside)
    for one in beside:
        await runtime.start(one)
    one = spec(kind, 0)
    for _ in range(rounds):
        arranging = await _timed(lambda: runtime.arrange([*beside, one]))
        starting = await _timed(lambda: runtime.start(one))
        times.start.append(starting)
        times.whole.append(arranging + starting)
        async with _bare(kind, means, one) as command:
            times.bare.append(await _timed(lambda: check(command)))
        await runtime.stop(one.key, 0)
        await runtime.arrange(beside)
    return times


@asynccontextmanager
async def _bare(kind: str, means: Means, one: InstanceSpec) -> AsyncIterator[list[str]]:
    """The command that runs the same bundle, its root mounted beforehand; the container is removed afterwards."""
    folder = means.state / "instances" / instance_name(one.key)
    bundle = means.state.parent / "bare"
    (bundle / "rootfs").mkdir(parents=True)
    config = msgspec.json.decode((folder / "config.json").read_bytes())
    config["linux"]["cgroupsPath"] = "/aosedge-bench"
    (bundle / "config.json").write_bytes(msgspec.json.encode(config))
    lowers = ":".join(str(link.resolve()) for link in sorted((folder / "l").iterdir()))
    await check(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={lowers}", str(bundle / "rootfs")])
    program = OciProgram(kind, means.run / "bare", hide_unified=kind == "crun" and is_hybrid())
    program.prepare()
    try:
        # output goes nowhere: a detached container would hold on to ours
        line = program.command("run", "--detach", "--bundle", str(bundle), "bare")
        yield ["sh", "-c", 'exec "$@" > /dev/null 2>&1', "sh", *line]
    finally:
        await program.remove("bare")
        await check(["umount", str(bundle / "rootfs")])
        shutil.rmtree(bundle)


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    loop = asyncio.get_running_loop()
    begin = loop.time()
    await work()
    return (loop.time() - begin) * 1_000


def show(kind: str, times: Times) -> bool:
    """Print the figures and their ratios; whether the aim is met at the median."""
    bare, start, whole = (statistics.median(part) for part in (times.bare, times.start, times.whole))
    print(f"{kind}: from the decision to the running process, median (slowest) of {len(times.bare)} rounds")
    for name, part, median in (
        (f"bare {kind} run", times.bare, bare), ("start", times.start, start), ("arrange + start", times.whole, whole)
    ):  # fmt: skip
        print(f"  {name:16} {median:7.1f} ms ({max(part):.1f})  x{median / bare:.2f}  +{median - bare:.1f} ms")
    met = whole - bare <= MORE_MOST_MS
    print(f"  aim: within {MORE_MOST_MS:.0f} ms of the bare runtime: {'met' if met else 'MISSED'}")
    return met


async def activation(rounds: int) -> tuple[bool, dict[str, float]]:
    """Both runtimes, where they work: whether the aim is met, and the median of the bare ones."""
    met, bare_ms = True, {}
    for kind in ("crun", "runc"):
        try:
            times = await measure(kind, rounds)
            met &= show(kind, times)
            bare_ms[kind] = statistics.median(times.bare)
        except AosError as error:
            print(f"{kind}: {error}")
    print(
        "made of: create and start, two calls of the runtime, each with a start-up of its own; conmon; the mounts;\n"
        "two calls of ip for namespace and port; one durable record. arrange: nft replaces the firewall as a whole."
    )
    return met, bare_ms
