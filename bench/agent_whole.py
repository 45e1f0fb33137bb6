"""The agent as a process with a cloud: memory and CPU at rest, and the time from a target to a running container."""

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path

import msgspec
from bench.figures import cpu_s_of, memory_of
from tests.system.small_cloud import SmallCloud, content_item

from aosedge.core.processes import run
from aosedge.model.digests import Digest
from aosedge.model.oci import ItemConfig, RunConfig
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.from_cloud import DesiredInstance, DesiredItem
from aosedge.protocol.messages.parts import Generation, Identity

RSS_MOST_MIB, CORE_MOST_PERCENT = 48.0, 0.5
"""The aims at rest."""
COMMAND = (sys.executable, "-m", "aosedge.cli.aoscore")


class Figures(msgspec.Struct, frozen=True):
    """Memory in KiB at rest, share of a core in percent, and milliseconds of each activation."""

    runtime: str
    rss_kib: int
    pss_kib: int
    idle_percent: float
    activations_ms: list[float]


def target(number: int, index: Digest, instances: int) -> DesiredStatus:
    """So many instances of one service."""
    item, subject = Identity(id="service"), Identity(id="subject")
    return DesiredStatus(
        generation=Generation(1, number),
        items=(DesiredItem(Identity(id="service", type="service"), "1.0.0", Identity(id="sp"), index),),
        instances=(DesiredInstance(item, subject, num_instances=instances),),
    )


async def measure(rounds: int, idle_s: float) -> Figures:
    """One Unit with one instance at rest; then a second one comes and goes, its content being there."""
    with tempfile.TemporaryDirectory(prefix="aosedge-bench-") as name:
        async with SmallCloud(Path(name)) as cloud:
            folder = Path(name) / "unit"
            cloud.provision(folder)
            made = content_item(
                "service", {"bin/busybox": Path("/bin/busybox").read_bytes()},
                ItemConfig(base_layer_is_node_rootfs=False), RunConfig(cmd=("/bin/busybox", "sleep", "3600")),
            )  # fmt: skip
            cloud.content.blobs |= made.blobs
            settings = {
                "AOSCORE_BRIDGE": f"w{os.getpid()}",
                "AOSCORE_SUBNET": "10.67.0.0/24",
                "AOSCORE_LOG_LEVEL": "error",
            }
            agent = await asyncio.create_subprocess_exec(
                *COMMAND, "run", "--state", str(folder), env={**os.environ, **settings}
            )
            try:
                return await _measured(cloud, agent.pid, made.index, rounds, idle_s)
            finally:
                await run([*COMMAND, "down", "--state", str(folder)])
                await agent.wait()


async def _measured(cloud: SmallCloud, pid: int, index: Digest, rounds: int, idle_s: float) -> Figures:
    cloud.send(target(1, index, 1))
    await cloud.until_idle(1)
    runtime = next(node.runtimes[0].runtime_type for status in cloud.statuses for node in status.nodes or ())
    activations = []
    for round_ in range(1, rounds + 1):
        activations.append(await _activation(cloud, target(2 * round_, index, 2)))
        await cloud.until_idle(2 * round_)
        cloud.send(target(2 * round_ + 1, index, 1))
        await cloud.until_idle(2 * round_ + 1)
    await asyncio.sleep(2)
    before = cpu_s_of(pid)
    await asyncio.sleep(idle_s)
    spent, memory = cpu_s_of(pid) - before, memory_of(pid)
    return Figures(runtime, memory.rss_kib, memory.pss_kib, spent / idle_s * 100, activations)


async def _activation(cloud: SmallCloud, wanted: DesiredStatus) -> float:
    """From the sending of the target to the report that the second instance is active."""
    cloud.statuses.clear()
    loop = asyncio.get_running_loop()
    begin = loop.time()
    cloud.send(wanted)
    await cloud.until(lambda: _second_is_active(cloud))
    return (loop.time() - begin) * 1_000


def _second_is_active(cloud: SmallCloud) -> bool:
    return any(
        one.instance == 1 and one.state == "active"
        for status in cloud.statuses
        for group in status.instances or ()
        for one in group.instances
    )


def show(found: Figures, bare_ms: dict[str, float]) -> bool:
    """Print, beside the bare runtime's median by its name; whether the aims are met."""
    rss = found.rss_kib / 1024
    print("agent at rest, one instance running, connected")
    print(f"  RSS {rss:.1f} MiB, PSS {found.pss_kib / 1024:.1f} MiB  aim: RSS {RSS_MOST_MIB:.0f} MiB or less")
    print(f"  {found.idle_percent:.2f} % of a core  aim: {CORE_MOST_PERCENT} % or less")
    met = rss <= RSS_MOST_MIB and found.idle_percent <= CORE_MOST_PERCENT
    print(f"  aims at rest: {'met' if met else 'MISSED'}")
    part = found.activations_ms
    median, bare = statistics.median(part), bare_ms.get(found.runtime)
    print(f"{found.runtime}: from sending the target to the report that the container is active, content being there")
    ratio = f"  x{median / bare:.2f}  +{median - bare:.1f} ms against bare {found.runtime} run" if bare else ""
    print(f"  median {median:.1f} ms ({max(part):.1f}) of {len(part)} rounds{ratio}")
    return met


async def whole(rounds: int, idle_s: float, bare_ms: dict[str, float]) -> bool:
    """Measure and print."""
    return show(await measure(rounds, idle_s), bare_ms)
