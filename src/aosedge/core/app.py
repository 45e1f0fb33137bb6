"""Composition of AosCore: reads the settings, builds the parts, runs them, and takes instances down on request."""

import asyncio
import fcntl
import os
import secrets
import signal
import ssl
from collections.abc import Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

import msgspec

from aosedge.clock import RandomIds, SystemClock
from aosedge.core import identity as identities
from aosedge.core.agent import Agent
from aosedge.core.cloudlink.link import CloudLink
from aosedge.core.domain.engine import Engine
from aosedge.core.domain.state import Policy, State
from aosedge.core.identity import Identity, custody
from aosedge.core.identity.custody import Custody
from aosedge.core.identity.node_custody import NodesCustody
from aosedge.core.identity.node_records import NodeRecords
from aosedge.core.identity.smith import Process
from aosedge.core.identity.wayback import Question, WayBack, cloud_of
from aosedge.core.images.store import ContentStore
from aosedge.core.images.threads import in_thread
from aosedge.core.journal import Journal
from aosedge.core.local import (
    AskDown,
    LocalDoor,
    StatusView,
    ask,
    free_bytes,
    hold_view,
    instance_views,
    item_names,
    quarantine_views,
)
from aosedge.core.network.claim import claimed
from aosedge.core.nodes import NodesWatch
from aosedge.core.ports import Images, Runtime
from aosedge.core.resources.node import architecture, describe, dmips
from aosedge.core.resources.service_states import StateFiles, stamp_of
from aosedge.core.runtimes import Chosen, Means, choose
from aosedge.core.settings import Settings
from aosedge.core.store.disk import OsDisk
from aosedge.core.store.ledger import Ledger
from aosedge.core.store.spool import Spool
from aosedge.model.errors import Conflict, Invalid, Unavailable
from aosedge.model.instants import SECOND
from aosedge.model.oci import Platform
from aosedge.protocol.messages.from_unit import NodeStatus

STORE, IMAGES, INSTANCES, RUN = "store", "images", "instances", "run"
STOP_GRACE_S = 5.0
DOWN_TIMEOUT_S = 90.0

log = Journal("aoscore")


class Parts(msgspec.Struct, frozen=True):
    """What an agent is made of on this machine."""

    identity: Identity
    ledger: Ledger
    spool: Spool
    images: Images
    runtime: Runtime
    state: State
    node: NodeStatus
    content_trust: ssl.SSLContext
    """Whom content may come from; roots are added to it."""


async def build(settings: Settings) -> Parts:
    """The parts over the state folder. Raises Invalid for what is wrong with it, AosError where no runtime works."""
    identity = identities.load(settings.state_folder)
    disk = OsDisk(settings.state_folder / STORE)
    ledger = Ledger(disk)
    state = ledger.load() or State(unit=identity.system_id)
    if state.unit != identity.system_id:
        raise Invalid(
            "the ledger is another Unit's",
            element=str(settings.state_folder),
            expected=identity.system_id,
            got=state.unit,
        )
    content_trust = identity.content_context()
    images = content_store(settings, content_trust)
    chosen = await runtime_of(settings, images)
    log.info("runtime", kind=chosen.runtime.kind, why=chosen.reason)
    node = describe(
        identity.node,
        settings.node_type,
        chosen.runtime.kind,
        settings.state_folder,
        max_dmips=settings.max_dmips,
        max_instances=settings.max_instances,
    )
    return Parts(identity, ledger, Spool(disk), images, chosen.runtime, state, node, content_trust)


def content_store(settings: Settings, trust: ssl.SSLContext) -> ContentStore:
    """The content store of this Unit."""
    folder = settings.state_folder / IMAGES
    arch = architecture()
    platform = Platform(arch.architecture, "linux", arch.variant)
    return ContentStore(OsDisk(folder), folder / "layers", platform, trust)


async def runtime_of(settings: Settings, images: ContentStore) -> Chosen:
    """The runtime that the settings ask for. Raises AosError saying of each why not."""
    folder = settings.state_folder.resolve()
    means = Means(
        folder / INSTANCES,
        folder / RUN,
        images.layer_folder,
        dmips(settings.max_dmips),
        settings.bridge,
        settings.subnet,
    )
    return await choose(settings.runtime, means)


class Program:
    """One running agent: `run` until a signal or a question at the socket ends it."""

    def __init__(self, settings: Settings, parts: Parts, *, stop_instances: bool = False) -> None:
        self._settings, self._parts = settings, parts
        self._end = asyncio.Event()
        policy = Policy(
            node=parts.node,
            healthy_within_us=settings.healthy_within_s * SECOND,
            state_quiet_us=settings.state_quiet_s * SECOND,
            state_look_us=settings.state_quiet_s * SECOND // 2,
        )
        clock = SystemClock()
        instances = settings.state_folder / INSTANCES
        states = StateFiles(OsDisk(instances), stamp_of(instances))
        engine = Engine(parts.state, policy)
        self.agent = Agent(engine, parts.ledger, parts.images, parts.runtime, states, clock)
        self.custody = self._custody(clock)
        url = (settings.discovery_url or parts.identity.discovery_url).rstrip("/")
        self.link = CloudLink(
            parts.identity.system_id,
            url if url.endswith("/sd/v7") else url + settings.discovery_path,
            self.custody.context,
            parts.spool,
            parts.state.settled,
            self.custody.hear,
            self.custody.delivered,
            clock,
            RandomIds(),
            secrets.SystemRandom().random,
        )
        self._take_down = stop_instances
        self._ended = asyncio.Event()

    def _custody(self, clock: SystemClock) -> Custody:
        who, folder = self._parts.identity, self._settings.state_folder
        return Custody(
            custody.Unit(who.system_id, who.node, who.password),
            identities.cabinet_of(folder),
            self.agent.hear,
            lambda roots: self._parts.content_trust.load_verify_locations(cadata=roots),
            lambda: identities.take_leave(folder),
            self._end.set,
            Process(self._settings.keys, folder / identities.FOLDER),
            clock,
        )

    async def run(self) -> None:
        """Work until told to end; instances go on, unless they shall be taken down."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end.set)
        door = LocalDoor(self._settings.state_folder, self.agent, self.status, self._down)
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(door.serve())
            try:
                await self._work()
            finally:
                self._ended.set()
                await door.finish()
                listening.cancel()

    async def _work(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                working = [
                    group.create_task(self.agent.run(self.link)),
                    group.create_task(self.custody.run(self.link)),
                    group.create_task(self._way_back().run()),
                ]
                if self._settings.nodes_port:
                    working += [group.create_task(each) for each in self._nodes()]
                await self._end.wait()
                for task in working:
                    task.cancel()
            if self._take_down:
                await take_down(self._parts.runtime)
        finally:
            await self._parts.runtime.close()

    def _nodes(self) -> tuple[Coroutine[None, None, None], ...]:
        records = NodeRecords(OsDisk(self._settings.state_folder / identities.FOLDER))
        nodes = NodesWatch(self._settings, self.agent.hear, lambda with_: others.came(with_))
        others = self.custody.others = NodesCustody(records, nodes.ask, SystemClock())
        return nodes.run(), others.run(self.link)

    def _way_back(self) -> WayBack:
        settings, folder = self._settings, self._settings.state_folder
        cloud = cloud_of(settings.cloud, self._parts.identity.discovery_url)
        process = Process(settings.keys, folder / identities.FOLDER)
        chance = secrets.SystemRandom().random
        question = Question(folder, cloud, settings.model, settings.keys)
        return WayBack(question, identities.cabinet_of(folder), process, SystemClock(), chance)

    def status(self) -> StatusView:
        """How the Unit stands."""
        state = self.agent.engine.state
        snapshot = self.agent.engine.snapshot(self.agent.now())
        return StatusView(
            system_id=state.unit,
            agent=True,
            connected=self.link.is_connected,
            node=self.agent.engine.node_name,
            runtime=self._parts.runtime.kind,
            update=snapshot.update,
            items=tuple(snapshot.items.values()),
            instances=instance_views(tuple(snapshot.instances.values()), self.agent.engine.specs()),
            names=item_names(state),
            quarantine=quarantine_views(state),
            free_bytes=free_bytes(self._settings.state_folder),
            waiting_reports=len(self._parts.spool.messages()),
            dropped_reports=self._parts.spool.dropped,
            hold=hold_view(state),
            signals=dict(self.agent.engine.signals),
        )

    async def _down(self, instances: bool) -> None:
        self._take_down = instances
        self._end.set()
        await self._ended.wait()


async def take_down(runtime: Runtime) -> int:
    """Stop every instance of ours and take its network away; how many there were. Raises AosError."""
    found = await runtime.found()
    async with asyncio.TaskGroup() as group:
        for one in found:
            group.create_task(runtime.stop(one.key, STOP_GRACE_S))
    await runtime.arrange(())
    return len(found)


async def serve(settings: Settings, *, stop_instances: bool = False) -> None:
    """Run the agent of this state folder until a signal. Raises Conflict where another one runs."""
    settings.state_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(settings.state_folder), own_network(settings):
        parts = await build(settings)
        log.info("AosCore", unit=parts.identity.system_id, node=parts.identity.node, state=str(settings.state_folder))
        await Program(settings, parts, stop_instances=stop_instances).run()


async def end(settings: Settings) -> str:
    """Stop the agent, if one runs, and every instance; says what was done. Raises AosError."""
    with suppress(Unavailable):
        await in_thread(ask, settings.state_folder, AskDown(), DOWN_TIMEOUT_S)
        return "the agent and its instances are stopped"
    if not (settings.state_folder / INSTANCES).exists():
        return "there are no instances"
    with alone(settings.state_folder), own_network(settings):
        images = content_store(settings, ssl.create_default_context())
        runtime = (await runtime_of(settings, images)).runtime
        try:
            return f"{await take_down(runtime)} instances are stopped"
        finally:
            await runtime.close()


def own_network(settings: Settings) -> AbstractContextManager[None]:
    """Hold bridge and subnet, where instances may be containers. Raises Conflict naming setting and holder."""
    if settings.runtime == "native" or os.geteuid() != 0:
        return nullcontext()
    return claimed(settings.bridge, settings.subnet, settings.state_folder)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the state folder; raises Conflict while another process does."""
    descriptor = os.open(folder / "aoscore.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                "another AosCore runs on this state folder",
                element=str(folder),
                cure=f"aoscore down --state {folder}",
            ) from error
        yield
    finally:
        os.close(descriptor)
