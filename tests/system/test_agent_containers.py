"""`aoscore` with real containers: beside another one, and with its network taken away."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from tests.contract.made_content import Made
from tests.system.small_cloud import SmallCloud, content_item, desired

from aosedge.core.processes import Finished, check, run
from aosedge.model.oci import HealthCheck, ItemConfig, RunConfig

pytestmark = [pytest.mark.root, pytest.mark.slow]
COMMAND = (sys.executable, "-m", "aosedge.cli.aoscore")
NUMBER = os.getpid() % 10_000
BRIDGE, SUBNET = f"g{os.getpid()}", f"10.{140 + NUMBER // 250}.{NUMBER % 250}.0/24"
ENVIRONMENT = {**os.environ, "AOSCORE_BRIDGE": BRIDGE, "AOSCORE_SUBNET": SUBNET, "AOSCORE_LOG_LEVEL": "info"}


def server() -> Made:
    check = HealthCheck(type="http", port=80, path="/", interval=timedelta(milliseconds=300), retries=30)
    return content_item(
        "server",
        {"bin/busybox": Path("/bin/busybox").read_bytes(), "www/index.html": b"here\n"},
        ItemConfig(base_layer_is_node_rootfs=False, health_check=check),
        RunConfig(cmd=("/bin/busybox", "httpd", "-f", "-p", "80", "-h", "/www"), exposed_ports={"80/tcp": {}}),
    )


@asynccontextmanager
async def running(cloud: SmallCloud) -> AsyncIterator[Path]:
    """The state folder of an agent with one instance that is healthy."""
    folder = cloud.folder / "unit"
    cloud.provision(folder)
    made = server()
    cloud.content.blobs |= made.blobs
    cloud.send(desired(1, ("server", "1.0.0", made)))
    agent = await asyncio.create_subprocess_exec(
        *COMMAND, "run", "--state", str(folder), "--stop-instances-on-exit", env=ENVIRONMENT
    )
    try:
        await cloud.until_idle(1, 40)
        yield folder
    finally:
        agent.terminate()
        await asyncio.wait_for(agent.wait(), 30)


async def refused(folder: Path, **settings: str) -> Finished:
    """What `aoscore run` says beside the one that runs."""
    words = [f"{name}={value}" for name, value in (ENVIRONMENT | settings).items() if name.startswith("AOSCORE_")]
    return await run(["env", *words, *COMMAND, "run", "--state", str(folder)], timeout_s=20)


async def test_a_second_agent_on_the_same_bridge_does_not_start_and_names_the_first(tmp_path: Path) -> None:
    async with SmallCloud(tmp_path) as cloud, running(cloud) as first:
        second = tmp_path / "second"
        cloud.provision(second)
        done = await refused(second)
        said = done.err.decode()
        assert (done.code, "AOSCORE_BRIDGE" in said, str(first) in said) == (1, True, True), said
        done = await refused(second, AOSCORE_BRIDGE=f"h{os.getpid()}")
        assert (done.code, "AOSCORE_SUBNET" in done.err.decode()) == (1, True), done.err
        assert b"200" in await answer()
    assert BRIDGE.encode() not in await check(["ip", "link"])


async def test_a_bridge_that_is_taken_away_comes_back_under_a_running_agent(tmp_path: Path) -> None:
    async with SmallCloud(tmp_path) as cloud, running(cloud):
        await check(["ip", "link", "delete", BRIDGE])
        for _ in range(150):
            if b"200" in await answer():
                return
            await asyncio.sleep(0.1)
        raise AssertionError("it does not answer any more")


async def answer() -> bytes:
    """The first line that the instance answers the node; empty while there is no way to it."""
    address = SUBNET.replace("0/24", "2")
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection(address, 80)
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            line = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return b""
    return line
