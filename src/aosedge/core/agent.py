"""The loop: events into a bounded inbox, a batch at a time through the engine, one fsync, then the effects.

Effects run as tasks beside the loop and their results are events. Of one instance, and of one item version, they run
one after the other. Instances outlive this process: at boot the runtime is asked what it has, and the engine goes on.
"""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from aosedge.core import logs
from aosedge.core.domain.effects import (
    Arrange,
    CancelFetch,
    Collect,
    Effect,
    Fetch,
    Install,
    Persist,
    Probe,
    PushLogs,
    Refuse,
    Report,
    Send,
    SendStatus,
    Settle,
    Start,
    Stop,
)
from aosedge.core.domain.engine import Engine
from aosedge.core.domain.events import (
    Arranged,
    ArrangeFailed,
    Cause,
    Collected,
    ContentFailed,
    ContentProgress,
    ContentReady,
    Event,
    FoundInstances,
    Installed,
    InstallFailed,
    InstanceExited,
    InstanceStarted,
    InstanceStopped,
    LogsPushed,
    ProbeAnswered,
    Received,
    StartFailed,
    StopFailed,
    TimePassed,
)
from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.domain.state import State
from aosedge.core.images.threads import in_thread
from aosedge.core.journal import Journal
from aosedge.core.ports import Images, Runtime
from aosedge.core.resources.service_states import StateFiles, StateWork
from aosedge.core.store.ledger import Ledger
from aosedge.model.digests import Digest
from aosedge.model.errors import AosError, Invalid, Unavailable, Untrusted
from aosedge.model.ids import Txn
from aosedge.model.instants import SECOND, Clock, Now
from aosedge.protocol.messages import Alerts, FromUnit, RequestLog
from aosedge.protocol.messages.from_cloud import BlobUrl
from aosedge.protocol.messages.from_unit import CoreAlert, UpdateItemInstanceAlert

INBOX_MOST = 1024
BATCH_MOST = 256
AGAIN_S = 2.0
"""After what failed at the disk or the runtime itself."""
PROGRESS_S = 0.25
NO_ROOM = "make room on the disk"
"""The cure of the errors that mean a full disk."""

log = Journal("aoscore.agent")


class Line(Protocol):
    """What the agent needs of the line to the cloud."""

    def say(self, message: FromUnit) -> None:
        """Send it, if there is a channel."""

    def report(self, message: FromUnit) -> None:
        """Send it, kept until acknowledged."""

    def settle(self, txn: Txn) -> None:
        """Acknowledge."""

    def refuse(self, txn: Txn) -> None:
        """Do not take."""

    async def locate(self, digest: Digest) -> BlobUrl:
        """Where a blob is."""

    async def run(self) -> None:
        """Keep a channel until cancelled."""


class Agent:
    """One Unit at work. `run` until cancelled; instances go on without it."""

    def __init__(
        self, engine: Engine, ledger: Ledger, images: Images, runtime: Runtime, states: StateFiles, clock: Clock
    ) -> None:
        self.engine, self.runtime, self._states = engine, runtime, states
        self._ledger, self._images, self._clock = ledger, images, clock
        self._inbox: asyncio.Queue[Event] = asyncio.Queue(INBOX_MOST)
        self._lanes: dict[object, asyncio.Task[None]] = {}
        self._urls: dict[Digest, str] = {}
        self._phase = engine.state.update.phase if engine.state.update else "idle"

    async def hear(self, event: Event) -> None:
        """Put an event into the inbox; waits while it is full."""
        await self._inbox.put(event)

    async def run(self, line: Line) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_exits())
            group.create_task(self._take_stock())
            group.create_task(line.run())
            while True:
                events = await self._batch()
                await self._step(events, group, line)

    def now(self) -> Now:
        """Both clocks."""
        return Now(self._clock.wall(), self._clock.monotonic())

    # the loop

    async def _batch(self) -> Sequence[Event]:
        due = self.engine.due()
        wait_s = None if due is None else max(0.0, (due - self._clock.monotonic()) / SECOND)
        try:
            async with asyncio.timeout(wait_s):
                events = [await self._inbox.get()]
        except TimeoutError:
            return [TimePassed()]
        while len(events) < BATCH_MOST and not self._inbox.empty():
            events.append(self._inbox.get_nowait())
        return events

    async def _step(self, events: Sequence[Event], group: asyncio.TaskGroup, line: Line) -> None:
        if log.tells_steps:
            for event in events:
                log.debug("heard", **_brief(event))
        for effect in self.engine.handle(events, self.now()):
            match effect:
                case Persist(state):
                    await self._persist(state)
                    log.debug("saved")
                    self._tell(state)
                case Settle(txn):
                    line.settle(txn)
                case Refuse(txn):
                    line.refuse(txn)
                case SendStatus(message) | Send(message):
                    line.say(message)
                case Report(message):
                    self._report(message, line)
                case _:
                    self._carry_out(effect, group, line)

    async def _persist(self, state: State) -> None:
        """Nothing goes on before the state is durable: running instances stay as they are meanwhile."""
        while True:
            try:
                await in_thread(self._ledger.save, state)
            except OSError as error:
                log.error("the state can't be saved", why=error.strerror)
                await asyncio.sleep(AGAIN_S)
            else:
                return

    def _tell(self, state: State) -> None:
        phase = state.update.phase if state.update else "idle"
        if phase != self._phase:
            self._phase = phase
            at = state.target.generation if state.target else None
            log.info("update", phase=phase, generation=f"{at.epoch}.{at.number}" if at else "none")

    def _report(self, message: FromUnit, line: Line) -> None:
        for alert in message.items if isinstance(message, Alerts) else ():
            if isinstance(alert, UpdateItemInstanceAlert):
                log.warning("instance", item=alert.item.id, version=alert.version, said=alert.message)
            elif isinstance(alert, CoreAlert):
                log.warning(alert.message)
        try:
            line.report(message)
        except OSError as error:
            log.error("a report is lost: the disk does not take it", why=error.strerror)

    # effects beside the loop

    def _carry_out(self, effect: Effect, group: asyncio.TaskGroup, line: Line) -> None:
        if isinstance(effect, StateWork):
            self._in_lane(group, ("state", effect.key), self._state(effect))
            return
        match effect:
            case Fetch(digest):
                self._in_lane(group, digest, self._fetch(digest, line))
            case CancelFetch(digest):
                self._give_up(digest)
            case Install(content):
                self._in_lane(group, content.index_digest, self._install(effect))
            case Collect(keep):
                self._in_lane(group, "collect", self._collect(keep))
            case Arrange(specs):
                self._in_lane(group, "network", self._arrange(specs))
            case Start(spec):
                self._in_lane(group, spec.key, self._start(spec))
            case Stop(key):
                self._give_up(("probe", key))
                self._give_up(key)
                self._in_lane(group, key, self._stop(key))
            case Probe(spec):
                self._in_lane(group, ("probe", spec.key), self._probe(spec))
            case PushLogs(correlation_id, request):
                self._in_lane(group, ("logs", correlation_id), self._push_logs(correlation_id, request, line))
            case Persist() | Settle() | Refuse() | SendStatus() | Send() | Report():
                return

    def _in_lane(self, group: asyncio.TaskGroup, lane: object, work: Coroutine[None, None, Event]) -> None:
        """Do the work after what is under way in its lane, and hear what came of it."""
        before = self._lanes.get(lane)

        async def go() -> None:
            try:
                if before is not None:
                    await asyncio.wait([before])
                await self.hear(await work)
            finally:
                work.close()
                if self._lanes.get(lane) is asyncio.current_task():
                    del self._lanes[lane]

        self._lanes[lane] = group.create_task(go())

    def _give_up(self, lane: object) -> None:
        if lane in self._lanes:
            self._lanes[lane].cancel()

    async def _fetch(self, digest: Digest, line: Line) -> Event:
        loop, told = asyncio.get_running_loop(), 0.0

        async def locate(blob: Digest) -> BlobUrl:
            place = await line.locate(blob)
            if place.urls:
                self._urls[digest] = urlsplit(place.urls[0])._replace(query="").geturl()
            return place

        def progress(done_bytes: int, total_bytes: int) -> None:
            nonlocal told
            if loop.time() - told >= PROGRESS_S and not self._inbox.full():
                told = loop.time()
                self._inbox.put_nowait(ContentProgress(digest, done_bytes, total_bytes, self._urls.get(digest, "")))

        try:
            content = await self._images.fetch(digest, locate, progress)
        except Exception as error:  # noqa: BLE001 - the rim: whatever content does to us, the Unit goes on
            # bytes that are not the content are the fault of who sent them: another try may be honest
            return ContentFailed(digest, _cause(error, Untrusted), _words(error), self._urls.pop(digest, ""))
        return ContentReady(content, self._urls.pop(digest, ""))

    async def _install(self, effect: Install) -> Event:
        try:
            await self._images.install(effect.content)
        except Exception as error:  # noqa: BLE001 - the rim: whatever content does to us, the Unit goes on
            return InstallFailed(effect.content.index_digest, _cause(error, ()), _words(error))
        return Installed(effect.content.index_digest)

    async def _collect(self, keep: frozenset[Digest]) -> Event:
        try:
            return Collected(await self._images.collect(keep))
        except (AosError, OSError) as error:
            log.warning("garbage stays for now", why=str(error))
            return Collected(0)

    async def _arrange(self, specs: Sequence[InstanceSpec]) -> Event:
        digests = tuple(spec.digest() for spec in specs)
        return await _tried(
            self.runtime.arrange(specs), lambda: Arranged(digests), lambda words: ArrangeFailed(digests, words)
        )

    async def _start(self, spec: InstanceSpec) -> Event:
        digest = spec.digest()
        return await _tried(
            self._started(spec),
            lambda: InstanceStarted(spec.key, digest),
            lambda words: StartFailed(spec.key, digest, words),
        )

    async def _started(self, spec: InstanceSpec) -> None:
        """Start from layers that were compared with their seals since this agent began (I1); then that is free."""
        for content in self.engine.state.contents:
            if content.index_digest == spec.index_digest:
                await self._images.install(content)
        await self.runtime.start(spec)

    async def _stop(self, key: InstanceKey) -> Event:
        return await _tried(
            self.runtime.stop(key), lambda: InstanceStopped(key), lambda words: StopFailed(key, words)
        )

    async def _probe(self, spec: InstanceSpec) -> Event:
        digest = spec.digest()
        try:
            result = await self.runtime.probe(spec)
        except Exception as error:  # noqa: BLE001 - the rim: a probe that breaks is a failed probe
            return ProbeAnswered(spec.key, digest, False, _words(error))
        return ProbeAnswered(spec.key, digest, result.healthy, result.message)

    async def _state(self, work: StateWork) -> Event:
        return await in_thread(self._states.do, work)

    async def _push_logs(self, correlation_id: str, request: RequestLog, line: Line) -> Event:
        specs = self.engine.specs()
        for part in await logs.parts(correlation_id, request, self.engine.node_name, specs, self.runtime):
            self._report(part, line)
        return LogsPushed(correlation_id)

    # what the runtime says by itself

    async def _watch_exits(self) -> None:
        async for end in self.runtime.exits():
            await self.hear(InstanceExited(end.key, end.spec, end.exit_code, end.out_of_memory))

    async def _take_stock(self) -> None:
        while True:
            try:
                found = await self.runtime.found()
            except (AosError, OSError) as error:
                log.error("the runtime does not say what it has", why=str(error))
                await asyncio.sleep(AGAIN_S)
            else:
                await self.hear(FoundInstances(tuple(found)))
                return


async def _tried(work: Awaitable[None], well: Callable[[], Event], badly: Callable[[str], Event]) -> Event:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - the rim: one instance's trouble is not the agent's
        return badly(_words(error))
    return well()


def _brief(event: Event) -> dict[str, object]:
    """An event for the log: what it is, and of which instance or how healthy."""
    told: dict[str, object] = {"event": type(event).__name__}
    match event:
        case Received(message=message):
            told["message"] = type(message).__name__
        case InstanceStarted(key) | InstanceStopped(key) | InstanceExited(key):
            told["instance"] = str(key)
        case ProbeAnswered(key, _, healthy):
            told |= {"instance": str(key), "healthy": healthy}
        case _:
            pass
    return told


def _cause(error: Exception, passing: type[Exception] | tuple[()]) -> Cause:
    """Why content did not come: for good, for want of room, or for now. `passing` errors are for now."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "disk"
    if isinstance(error, Unavailable) and error.cure == NO_ROOM:
        return "disk"
    return "untrusted" if isinstance(error, Invalid) and not isinstance(error, passing) else "unavailable"


def _words(error: Exception) -> str:
    if not isinstance(error, AosError | OSError):
        log.error("unexpected", error)
    return str(error) or type(error).__name__
