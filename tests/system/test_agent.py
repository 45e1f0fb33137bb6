"""AosCore's agent with scripted instances against a small cloud over real mutual TLS, disk and downloads real."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from tests.contract.content_server import Request
from tests.system.small_cloud import SmallCloud, content_item, desired

from aosedge.clock import RandomIds, SystemClock
from aosedge.core import identity
from aosedge.core.agent import Agent
from aosedge.core.app import IMAGES, INSTANCES, STORE, content_store
from aosedge.core.cloudlink.link import CloudLink
from aosedge.core.domain.engine import Engine
from aosedge.core.domain.instances import InstanceSpec
from aosedge.core.domain.state import Policy, State
from aosedge.core.resources.node import describe
from aosedge.core.resources.service_states import StateFiles, stamp_of
from aosedge.core.runtimes.scripted import Script, ScriptedRuntime
from aosedge.core.settings import Settings
from aosedge.core.store.disk import OsDisk
from aosedge.core.store.ledger import Ledger
from aosedge.core.store.spool import Spool
from aosedge.model.instants import MILLISECOND, SECOND
from aosedge.model.oci import HealthCheck, ItemConfig, RunConfig
from aosedge.protocol.messages import FromUnit, PushLog, RequestLog
from aosedge.protocol.messages.from_cloud import LogFilter
from aosedge.protocol.messages.from_unit import CoreAlert, DownloadProgressAlert, UpdateItemInstanceAlert
from aosedge.protocol.session import Policy as Patience

QUICK = {"healthy_within_us": 2 * SECOND, "proven_after_us": 50 * MILLISECOND, "restart_first_us": 100 * MILLISECOND}
CHECKED = ItemConfig(health_check=HealthCheck(type="tcp", port=1, interval=timedelta(milliseconds=100)))
HELLO = content_item("hello", {"bin/hello": b"1"}, CHECKED, RunConfig(cmd=("/bin/hello",)))
HELLO_2 = content_item("hello", {"bin/hello": b"2"}, CHECKED, RunConfig(cmd=("/bin/hello",)))
BIG = content_item("big", {"data": random.Random(3).randbytes(3_000_000)}, ItemConfig(), RunConfig(cmd=("/data",)))


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[SmallCloud]:
    async with SmallCloud(tmp_path) as cloud:
        cloud.provision(tmp_path / "unit")
        for made in (HELLO, HELLO_2, BIG):
            cloud.content.blobs |= made.blobs
        yield cloud


async def quiet(message: FromUnit) -> None:
    """Nobody waits for what is acknowledged."""


class Unit:
    """An agent in this process. Instances are the runtime's, which outlives it."""

    def __init__(self, folder: Path, script: Callable[[InstanceSpec], Script] = lambda _: Script()) -> None:
        self.settings = Settings(state_folder=folder)
        self.runtime = ScriptedRuntime(script)
        self.patience = Patience()

    @asynccontextmanager
    async def running(self, **policy: int) -> AsyncIterator[Agent]:
        who, disk = identity.load(self.settings.state_folder), OsDisk(self.settings.state_folder / STORE)
        ledger = Ledger(disk)
        state = ledger.load() or State(unit=who.system_id)
        node = describe("main", "edge", "scripted", self.settings.state_folder)
        engine = Engine(state, Policy(node=node, **{**QUICK, **policy}))
        images = content_store(self.settings, who.content_context())
        instances = self.settings.state_folder / INSTANCES
        states = StateFiles(OsDisk(instances), stamp_of(instances))
        agent = Agent(engine, ledger, images, self.runtime, states, SystemClock())
        self.spool, context = Spool(disk), who.client_context()
        self.link = CloudLink(
            who.system_id,
            who.discovery_url + "/sd/v7/",
            lambda: context,
            self.spool,
            state.settled,
            agent.hear,
            quiet,
            SystemClock(),
            RandomIds(),
            lambda: 0.05,
            self.patience,
        )
        async with asyncio.TaskGroup() as group:
            task = group.create_task(agent.run(self.link))
            yield agent
            task.cancel()

    def ledger(self) -> State:
        state = Ledger(OsDisk(self.settings.state_folder / STORE)).load()
        assert state is not None
        return state


async def test_a_target_becomes_a_running_instance_and_each_phase_is_told(cloud: SmallCloud, tmp_path: Path) -> None:
    unit = Unit(tmp_path / "unit")
    async with unit.running():
        await cloud.until(lambda: bool(cloud.statuses))
        first = cloud.statuses[0]
        assert not first.is_delta_info
        assert first.nodes is not None
        assert first.nodes[0].identity.codename == "main"
        cloud.send(desired(1, ("hello-item", "1.0.0", HELLO)))
        await cloud.until_idle(1)
    assert cloud.phases() == [
        "idle", "downloading", "pending", "installing", "launching", "waiting_active", "finalizing", "idle",
    ]  # fmt: skip
    assert cloud.instance_states() == {("hello-item", "1.0.0"): "active"}
    assert not cloud.statuses[-1].is_delta_info
    assert [f.alive for f in await unit.runtime.found()] == [True]


async def test_an_unhealthy_version_gives_way_to_the_last_good_one_and_is_not_tried_again(
    cloud: SmallCloud, tmp_path: Path
) -> None:
    """I7, I8."""
    unit = Unit(tmp_path / "unit", lambda spec: Script(unhealthy_probes=10**6 if spec.version == "2.0.0" else 0))
    async with unit.running():
        cloud.send(desired(1, ("hello-item", "1.0.0", HELLO)))
        await cloud.until_idle(1)
        cloud.send(desired(2, ("hello-item", "2.0.0", HELLO_2)))
        await cloud.until_idle(2)
        assert cloud.item_states()["hello-item", "2.0.0"] == "failed"
        assert cloud.instance_states()["hello-item", "1.0.0"] == "active"
        news = [a.message for a in cloud.alerts() if isinstance(a, UpdateItemInstanceAlert)]
        assert any("back to the last good set" in words for words in news)
        assert [q.digest for q in unit.ledger().quarantine] == [HELLO_2.index]
        fetched = len(cloud.content.requests)
        cloud.send(desired(3, ("hello-item", "2.0.0", HELLO_2)))
        await cloud.until_idle(3)
        assert len(cloud.content.requests) == fetched
        assert [i.version for i in unit.ledger().good.items] == ["1.0.0"]


async def test_an_older_target_is_acknowledged_reported_and_not_taken(cloud: SmallCloud, tmp_path: Path) -> None:
    """I2, I4, I6."""
    unit = Unit(tmp_path / "unit")
    async with unit.running():
        cloud.send(desired(5, ("hello-item", "2.0.0", HELLO_2)), "t-5")
        await cloud.until_idle(5)
        cloud.send(desired(4, ("hello-item", "1.0.0", HELLO)))
        await cloud.until(
            lambda: any(isinstance(a, CoreAlert) and "older target" in a.message for a in cloud.alerts())
        )
        await cloud.until(lambda: not cloud.session.unacknowledged())
        assert [i.version for i in unit.ledger().good.items] == ["2.0.0"]
    # a new session of the cloud says it again: the txn is known for good
    before = unit.ledger()
    cloud.session.withdraw("t-5")
    async with unit.running():
        cloud.send(desired(5, ("hello-item", "2.0.0", HELLO_2)), "t-5")
        await cloud.until(lambda: not cloud.session.unacknowledged())
    assert unit.ledger().target == before.target


async def test_an_agent_that_starts_again_adopts_what_runs(cloud: SmallCloud, tmp_path: Path) -> None:
    """I13."""
    starts: list[str] = []

    def script(spec: InstanceSpec) -> Script:
        starts.append(spec.version)
        return Script()

    unit = Unit(tmp_path / "unit", script)
    async with unit.running():
        cloud.send(desired(1, ("hello-item", "1.0.0", HELLO)))
        await cloud.until_idle(1)
    await cloud.close_channel()
    cloud.statuses.clear()
    async with unit.running() as agent:
        await until(lambda: agent.engine.snapshot(agent.now()).instances != {})
        await cloud.open_channel()
        await cloud.until(lambda: cloud.instance_states() == {("hello-item", "1.0.0"): "active"})
    assert starts == ["1.0.0"]


async def test_a_layer_that_rotted_while_nothing_ran_is_unpacked_anew_before_it_runs(
    cloud: SmallCloud, tmp_path: Path
) -> None:
    """I1, I8: the seal of the last good set's layers is looked at before the first start of a new agent."""
    unit = Unit(tmp_path / "unit")
    async with unit.running():
        cloud.send(desired(1, ("hello-item", "1.0.0", HELLO)))
        await cloud.until_idle(1)
    await cloud.close_channel()
    for one in await unit.runtime.found():
        await unit.runtime.stop(one.key)
    (program,) = (unit.settings.state_folder / IMAGES / "layers").glob("*/bin/hello")
    program.chmod(0o755)
    program.write_bytes(b"!")
    async with unit.running():
        await until(lambda: contents(program) == b"1")
        await cloud.open_channel()
        await cloud.until(lambda: cloud.instance_states() == {("hello-item", "1.0.0"): "active"})


async def test_what_was_not_acknowledged_is_said_again_by_the_next_agent(cloud: SmallCloud, tmp_path: Path) -> None:
    unit = Unit(tmp_path / "unit", lambda _: Script(refusal="no way"))
    async with unit.running():
        await cloud.until(lambda: bool(cloud.statuses))
        cloud.acknowledges = False
        cloud.send(desired(1, ("hello-item", "1.0.0", HELLO)))
        await cloud.until(lambda: any("no way" in str(a) for a in cloud.alerts()))
        assert unit.spool.messages()
    cloud.messages.clear()
    cloud.acknowledges = True
    cloud.session = type(cloud.session)(cloud.session._system_id)
    async with unit.running():
        await cloud.until(lambda: any("no way" in str(a) for a in cloud.alerts()))
        await until(lambda: not unit.spool.messages())


async def test_a_lost_channel_is_opened_again_with_a_ticket_and_a_whole_status(
    cloud: SmallCloud, tmp_path: Path
) -> None:
    unit = Unit(tmp_path / "unit")
    async with unit.running():
        await cloud.until(lambda: bool(cloud.statuses))
        cloud.send(desired(1, ("hello-item", "1.0.0", HELLO)))
        await cloud.until_idle(1)
        cloud.statuses.clear()
        cloud.cut()
        await cloud.until(lambda: bool(cloud.statuses))
        assert not cloud.statuses[0].is_delta_info
        assert (cloud.connections, cloud.resumed, cloud.discoveries) == (2, 1, 1)


async def test_a_token_that_is_no_good_any_more_makes_the_unit_discover_again(
    cloud: SmallCloud, tmp_path: Path
) -> None:
    unit = Unit(tmp_path / "unit")
    cloud.tokens.clear()
    async with unit.running():
        await until(lambda: cloud.discoveries >= 2)
        cloud.tokens.add("let-me-in")
        await cloud.until(lambda: bool(cloud.statuses))


async def test_a_full_disk_is_reported_and_the_running_set_stays(
    cloud: SmallCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I12."""
    unit = Unit(tmp_path / "unit")
    full = False
    monkeypatch.setattr(OsDisk, "free_bytes", lambda self: 0 if full and self.root.name == IMAGES else 1 << 40)
    async with unit.running():
        cloud.send(desired(1, ("hello-item", "1.0.0", HELLO)))
        await cloud.until_idle(1)
        full = True
        cloud.send(desired(2, ("hello-item", "1.0.0", HELLO), ("big-item", "1.0.0", BIG)))
        await cloud.until_idle(2)
        assert cloud.item_states()["big-item", "1.0.0"] == "failed"
        assert any("no room" in str(a) for a in cloud.alerts())
        assert cloud.instance_states()["hello-item", "1.0.0"] == "active"


async def test_a_byte_that_changes_on_the_way_is_never_active_and_the_next_honest_try_works(
    cloud: SmallCloud, tmp_path: Path
) -> None:
    """I1: bytes that are not the content are the fault of who sent them, so the content itself is not quarantined."""
    unit = Unit(tmp_path / "unit")
    lying = True

    async def flipped(request: Request, writer: asyncio.StreamWriter) -> None:
        content = bytearray(cloud.content.content(request))
        content[len(content) // 2] ^= lying
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content)

    async with unit.running(hold_first_us=SECOND, fetch_attempts=1):
        cloud.send(desired(1, ("hello-item", "1.0.0", HELLO)))
        await cloud.until_idle(1)
        cloud.content.always = flipped
        cloud.send(desired(2, ("hello-item", "2.0.0", HELLO_2)))
        await cloud.until(lambda: cloud.item_states().get(("hello-item", "2.0.0")) == "failed", 60)
        assert "sha256:" in str(cloud.alerts())
        assert {s.version for s in unit.runtime.arranged} == {"1.0.0"}
        assert unit.ledger().quarantine == ()
        lying = False
        await cloud.until(lambda: cloud.instance_states().get(("hello-item", "2.0.0")) == "active", 60)


async def test_a_download_is_told_as_it_begins_and_ends(cloud: SmallCloud, tmp_path: Path) -> None:
    unit = Unit(tmp_path / "unit")

    async def slowly(request: object, writer: asyncio.StreamWriter) -> None:
        body = cloud.content.content(request)  # type: ignore[arg-type]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
        for at in range(0, len(body), 300_000):
            writer.write(body[at : at + 300_000])
            await writer.drain()
            await asyncio.sleep(0.05)

    cloud.content.always = slowly
    async with unit.running():
        cloud.send(desired(1, ("big-item", "1.0.0", BIG)))
        await cloud.until_idle(1)
    told = [a for a in cloud.alerts() if isinstance(a, DownloadProgressAlert)]
    assert [a.state for a in told] == ["started", "finished"]
    assert told[0].url.startswith("http://127.0.0.1")
    assert "signature" not in told[0].url
    assert any(s.update and s.update.items for s in cloud.statuses)


async def test_logs_are_pushed_when_asked_for(cloud: SmallCloud, tmp_path: Path) -> None:
    unit = Unit(tmp_path / "unit", lambda _: Script(output=b"hello log\n"))
    async with unit.running():
        cloud.send(desired(1, ("hello-item", "1.0.0", HELLO)))
        await cloud.until_idle(1)
        cloud.send(RequestLog(correlation_id="c-1", log_type="instanceLog", filter=LogFilter(node_ids=("main",))))
        await cloud.until(lambda: any(isinstance(m, PushLog) for m in cloud.messages))
    [part] = [m for m in cloud.messages if isinstance(m, PushLog)]
    assert (part.correlation_id, part.status, part.part, part.parts_count) == ("c-1", "ok", 1, 1)
    assert unit.ledger().questions == ()


def contents(file: Path) -> bytes:
    """Nothing while it is being made anew."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


async def until(so: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not so():  # noqa: ASYNC110 - it looks at several objects from outside
            await asyncio.sleep(0.02)


async def test_a_status_that_is_never_acknowledged_is_said_anew_as_a_whole(cloud: SmallCloud, tmp_path: Path) -> None:
    unit = Unit(tmp_path / "unit")
    unit.patience = Patience(response_timeout_us=100 * MILLISECOND, attempts=2)
    async with unit.running():
        await cloud.until(lambda: bool(cloud.statuses))
        cloud.acknowledges = False
        cloud.send(desired(1, ("hello-item", "1.0.0", HELLO)))
        await cloud.until(lambda: len([s for s in cloud.statuses if not s.is_delta_info]) >= 3)
        cloud.acknowledges = True
        await cloud.until_idle(1)
