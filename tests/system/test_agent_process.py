"""`aoscore` as people run it, instances as plain processes: killed, started again, asked, stopped."""

import asyncio
import json
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from tests.contract.content_server import Request
from tests.contract.made_content import Made
from tests.system.small_cloud import SYSTEM_ID, SmallCloud, content_item, desired

from aosedge.core.domain.state import State
from aosedge.core.store.disk import OsDisk
from aosedge.core.store.ledger import Ledger
from aosedge.model.oci import HealthCheck, ItemConfig, RunConfig

BUSYBOX = Path("/bin/busybox").read_bytes()
FILLER = random.Random(5).randbytes(2_000_000)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def server_item(port: int, version: int, slow_s: int = 0) -> Made:
    """A busybox httpd that answers with its version, after a while if told so."""
    start = f"/bin/busybox sleep {slow_s}; exec /bin/busybox httpd -f -p 127.0.0.1:{port} -h www"
    check = HealthCheck(
        type="http",
        port=port,
        path="/index.html",
        interval=timedelta(milliseconds=500),
        start_period=timedelta(seconds=min(slow_s * 3, 10)),
    )
    return content_item(
        "server",
        {"bin/busybox": BUSYBOX, "bin/sh": BUSYBOX, "www/index.html": b"version %d\n" % version, "filler": FILLER},
        ItemConfig(base_layer_is_node_rootfs=False, health_check=check),
        RunConfig(cmd=("/bin/sh", "-c", start)),
    )


async def aoscore(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a command."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, arguments[0], "--state", str(folder), *arguments[1:], stdout=-1, stderr=-2, env=ENVIRONMENT
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


COMMAND = (sys.executable, "-m", "aosedge.cli.aoscore")
ENVIRONMENT = {**os.environ, "AOSCORE_RUNTIME": "native", "AOSCORE_LOG_LEVEL": "info"}


class Unit:
    """One Unit's agent as a process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *arguments: str) -> None:
        log = (self.folder.parent / "agent.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            *COMMAND, "run", "--state", str(self.folder), *arguments, stdout=log, stderr=log, env=ENVIRONMENT
        )
        log.close()

    async def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return await self.process.wait()

    def ledger(self) -> State | None:
        return Ledger(OsDisk(self.folder / "store")).load()

    async def status(self) -> dict[str, object]:
        _, output = await aoscore(self.folder, "status", "--json")
        return json.loads(output)  # type: ignore[no-any-return]


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[SmallCloud]:
    async with SmallCloud(tmp_path) as cloud:
        cloud.provision(tmp_path / "unit")
        yield cloud


@asynccontextmanager
async def unit_of(cloud: SmallCloud, made: Made, *more: Made, arguments: tuple[str, ...] = ()) -> AsyncIterator[Unit]:
    for one in (made, *more):
        cloud.content.blobs |= one.blobs
    unit = Unit(cloud.folder / "unit")
    await unit.start(*arguments)
    try:
        yield unit
    finally:
        code, output = await aoscore(unit.folder, "down")
        if code and unit.process is not None and unit.process.returncode is None:
            unit.process.kill()
        assert code == 0, output
        if unit.process is not None and unit.process.returncode is None:
            await asyncio.wait_for(unit.process.wait(), 20)


async def page(port: int) -> bytes:
    """What the server answers; empty while there is none."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /index.html HTTP/1.0\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    except OSError:
        return b""
    return answer.rpartition(b"\r\n\r\n")[2]


async def test_an_agent_killed_in_a_download_goes_on_where_it_stopped(cloud: SmallCloud) -> None:
    port = free_port()
    made = server_item(port, 1)
    big = max(made.blobs, key=lambda d: len(made.blobs[d]))
    stalled = asyncio.Event()

    async def half(request: Request, writer: asyncio.StreamWriter) -> None:
        if not request.path.startswith(f"/blobs/{big}") or request.offset:
            await cloud.content.honest(request, writer)
            return
        body = made.blobs[big]
        writer.write(b'HTTP/1.1 200 OK\r\nETag: "%s"\r\nContent-Length: %d\r\n\r\n' % (big.encode(), len(body)))
        writer.write(body[: len(body) // 2])
        await writer.drain()
        await asyncio.sleep(1.0)
        stalled.set()
        await asyncio.sleep(30)

    cloud.content.always = half
    async with unit_of(cloud, made) as unit:
        cloud.send(desired(1, ("server", "1.0.0", made)))
        await asyncio.wait_for(stalled.wait(), 20)
        assert await unit.end(signal.SIGKILL) == -signal.SIGKILL
        state = unit.ledger()
        assert state is not None
        assert state.update is not None
        assert state.update.phase == "downloading"
        await unit.start()
        await cloud.until_idle(1, 40)
        assert await page(port) == b"version 1\n"
        resumed = [r.offset for r in cloud.content.requests if r.path.startswith(f"/blobs/{big}")]
        assert resumed[0] == 0
        assert resumed[-1] > 0


async def test_an_agent_killed_in_a_launch_goes_on_and_starts_nothing_twice(cloud: SmallCloud) -> None:
    port = free_port()
    made = server_item(port, 1, slow_s=3)
    async with unit_of(cloud, made) as unit:
        cloud.send(desired(1, ("server", "1.0.0", made)))
        await cloud.until(lambda: "waiting_active" in cloud.phases(), 40)
        await unit.end(signal.SIGKILL)
        state = unit.ledger()
        assert state is not None
        assert state.update is not None
        assert state.update.phase in ("launching", "waiting_active")
        cloud.statuses.clear()
        await unit.start()
        await cloud.until_idle(1, 40)
        assert await page(port) == b"version 1\n"
        code, output = await aoscore(unit.folder, "exec", "server", "--", "/bin/busybox", "cat", "/proc/uptime")
        assert (code, bool(output)) == (0, True)


async def test_instances_outlive_the_agent_and_are_adopted_without_a_restart(cloud: SmallCloud) -> None:
    """I13: and no cloud is needed for it."""
    port = free_port()
    made = server_item(port, 1)
    async with unit_of(cloud, made) as unit:
        cloud.send(desired(1, ("server", "1.0.0", made)))
        await cloud.until_idle(1, 40)
        before = listener(port)
        for how in (signal.SIGTERM, signal.SIGKILL):
            assert await unit.end(how) == (0 if how == signal.SIGTERM else -how)
            assert await page(port) == b"version 1\n"
            assert (await unit.status())["agent"] is False
            await unit.start()
            cloud.statuses.clear()
            await cloud.until(lambda: cloud.instance_states() == {("server", "1.0.0"): "active"}, 40)
            assert listener(port) == before
        assert (await unit.status())["connected"] is True
    assert await page(port) == b""


async def test_a_version_that_does_not_come_up_gives_way_to_the_one_before(cloud: SmallCloud) -> None:
    """I8, with real processes."""
    port, nowhere = free_port(), free_port()
    good, bad = server_item(port, 1), server_item(nowhere, 2, slow_s=60)
    ENVIRONMENT["AOSCORE_HEALTHY_WITHIN_S"] = "3"
    try:
        async with unit_of(cloud, good, bad) as unit:
            cloud.send(desired(1, ("server", "1.0.0", good)))
            await cloud.until_idle(1, 40)
            cloud.send(desired(2, ("server", "2.0.0", bad)))
            await cloud.until_idle(2, 40)
            assert await page(port) == b"version 1\n"
            _, words = await aoscore(unit.folder, "status")
            assert "quarantine" in words
            assert "not healthy by its deadline" in words
            assert "aoscore clear server\n" in words
            assert (await aoscore(unit.folder, "clear", "server"))[0] == 0
    finally:
        del ENVIRONMENT["AOSCORE_HEALTHY_WITHIN_S"]


async def test_people_ask_the_agent(cloud: SmallCloud) -> None:
    port = free_port()
    made = server_item(port, 1)
    async with unit_of(cloud, made) as unit:
        cloud.send(desired(1, ("server", "1.0.0", made)))
        await cloud.until_idle(1, 40)
        assert (unit.folder / "aoscore.sock").stat().st_mode & 0o777 == 0o600
        _, words = await aoscore(unit.folder, "instances")
        heading, row = (line.split() for line in words.splitlines())
        assert (heading, row) == (
            ["INSTANCE", "VERSION", "RUNTIME", "STATE"],
            ["server", "1.0.0", "native", "active"],
        )
        [instance] = json.loads((await aoscore(unit.folder, "instances", "--json"))[1])
        assert instance["state"] == "active"
        code, output = await aoscore(unit.folder, "exec", "server/s/0", "--", "/bin/busybox", "sh", "-c", "exit 7")
        assert code == 7, output
        assert (await aoscore(unit.folder, "logs", "server"))[0] == 0
        code, words = await aoscore(unit.folder, "logs", "nobody")
        assert (code, "no such instance (list what there is with: aoscore instances)" in words) == (3, True)
        code, words = await aoscore(unit.folder, "run")
        assert (code, "another AosCore" in words) == (1, True)
        assert (await aoscore(unit.folder, "exec", "server"))[0] == 2
        code, words = await aoscore(unit.folder, "clear", "sha256:1")
        assert (code, "no such content in quarantine (list what there is with: aoscore status)" in words) == (3, True)


async def test_an_agent_may_take_its_instances_with_it(cloud: SmallCloud) -> None:
    port = free_port()
    made = server_item(port, 1)
    async with unit_of(cloud, made, arguments=("--stop-instances-on-exit",)) as unit:
        cloud.send(desired(1, ("server", "1.0.0", made)))
        await cloud.until_idle(1, 40)
        assert await unit.end(signal.SIGTERM) == 0
        assert await page(port) == b""
        assert await aoscore(unit.folder, "down") == (0, "0 instances are stopped\n")


async def test_a_unit_that_is_not_provisioned_says_how_to(tmp_path: Path) -> None:
    ENVIRONMENT["AOSCORE_PROVISIONING_PORT"] = "0"
    try:
        code, words = await aoscore(tmp_path / "new", "run")
    finally:
        del ENVIRONMENT["AOSCORE_PROVISIONING_PORT"]
    assert (code, "aoscore provision" in words) == (1, True)
    code, words = await aoscore(tmp_path / "new", "status")
    assert (code, "no Unit lives here" in words) == (1, True)
    assert await aoscore(tmp_path / "new", "down") == (0, "there are no instances\n")


async def test_a_relative_state_folder_is_the_same_from_everywhere() -> None:
    """Root file systems link into it, from folders of their own."""
    code, words = await aoscore(Path("nowhere"), "status")
    assert (code, f"{Path('nowhere').absolute()}: no Unit lives here" in words) == (1, True)
    assert SYSTEM_ID


def listener(port: int) -> str:
    """The inode of the socket that listens there: another one is another process."""
    wanted = f"0100007F:{port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return next(f[9] for f in (line.split() for line in lines) if f[1] == wanted and f[3] == "0A")
