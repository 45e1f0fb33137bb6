"""The Unit's line to its cloud: discovery, the channel, and what has to wait until there is one again.

Delivery is `protocol.session`; this is the shell around it: sockets, timers, the spool. Nothing here decides what to
say. A lost connection is opened again after a random wait (full jitter), so that a fleet does not come back at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, assert_never
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI, WebSocketException

from aosedge.core.cloudlink.discovery import Channel, discover
from aosedge.core.cloudlink.resumption import ResumingContext
from aosedge.core.cloudlink.tunnel import Tunnel, Way
from aosedge.core.domain.events import Connected, Disconnected, Event, Received, StatusLost
from aosedge.core.journal import Journal
from aosedge.core.store.spool import Spool
from aosedge.model.digests import Digest
from aosedge.model.errors import AosError, Invalid, NotFound, Unavailable
from aosedge.model.ids import Ids, SystemId, Txn
from aosedge.model.instants import SECOND, Clock, Now
from aosedge.protocol import envelope as wire
from aosedge.protocol.messages import BlobUrls, FromUnit, RequestBlobUrls, UnitStatus
from aosedge.protocol.messages.from_cloud import BlobUrl
from aosedge.protocol.session import Delivered, GaveUp, Misaddressed, Postponed, Session, Work
from aosedge.protocol.session import Event as Delivery
from aosedge.protocol.session import Policy as Patience

FIRST_DELAY_S, MOST_DELAY_S = 1.0, 600.0
OPEN_TIMEOUT_S, PING_S = 10.0, 20.0
ANSWER_TIMEOUT_S = 15.0
HTTPS_PORT: Final = 443

log = Journal("aoscore.cloudlink")


class Lost(Exception):
    """The channel closed, or broke."""


class CloudLink:
    """One per agent; `run` keeps it up. `hear` takes what comes and may wait: then the cloud waits too."""

    def __init__(
        self,
        system_id: SystemId,
        discovery_url: str,
        context: Callable[[], Way],
        spool: Spool,
        settled: Iterable[Txn],
        hear: Callable[[Event], Awaitable[None]],
        delivered: Callable[[FromUnit], Awaitable[None]],
        clock: Clock,
        ids: Ids,
        chance: Callable[[], float],
        patience: Patience = Patience(),
    ) -> None:
        """`context` is asked before each attempt to connect; `delivered` hears of what was acknowledged."""
        self._system_id, self._url, self._next_context = system_id, discovery_url, context
        self._context: Way | None = None
        self._connection: ClientConnection | None = None
        self._delivered = delivered
        self._spool, self._hear, self._clock, self._ids, self._chance = spool, hear, clock, ids, chance
        self._session = Session(system_id, patience, settled)
        self._stir = asyncio.Event()
        self._questions: dict[str, asyncio.Future[BlobUrls]] = {}
        self._up = self._was_up = False
        now = self._now()
        for txn, message in spool.messages():
            self._session.send(message, txn, now, keep=True)

    @property
    def is_connected(self) -> bool:
        """Whether the channel is open."""
        return self._up

    # what the agent wants said

    def say(self, message: FromUnit) -> None:
        """Send it, if there is a channel."""
        self._post(message, Txn(self._ids.new()), keep=False)

    def report(self, message: FromUnit) -> None:
        """Send it, and keep it until it is acknowledged, over restarts too. Raises OSError from the spool."""
        txn = Txn(self._ids.new())
        for gone in self._spool.put(txn, message):
            self._session.withdraw(gone)
        self._post(message, txn, keep=True)

    def settle(self, txn: Txn) -> None:
        """What the message changed is durable: acknowledge it."""
        self._session.settle(txn, self._now())
        self._stir.set()

    def refuse(self, txn: Txn) -> None:
        """The message is not for this Unit."""
        self._session.refuse(txn, self._now())
        self._stir.set()

    def reconnect(self) -> None:
        """Give this channel, if there is one, up for a new one."""
        if self._connection is not None:
            self._connection.transport.abort()

    async def locate(self, digest: Digest) -> BlobUrl:
        """Ask where a blob is. Raises Unavailable without a cloud, NotFound where it has none for this Unit."""
        if not self._up:
            raise Unavailable("no cloud to ask where content is")
        question = self._ids.new()
        answer: asyncio.Future[BlobUrls] = asyncio.get_running_loop().create_future()
        self._questions[question] = answer
        try:
            request = RequestBlobUrls(correlation_id=question, digests=(digest,))
            self._post(request, Txn(self._ids.new()), keep=False)
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                urls = await answer
        except TimeoutError as error:
            raise Unavailable("the cloud does not say where content is") from error
        finally:
            del self._questions[question]
        for item in urls.items:
            if item.digest == digest:
                return item
        raise NotFound("blob", digest)

    # the line

    async def run(self) -> None:
        """Keep a channel until cancelled."""
        attempt, window_s = 0, 0.0
        channel: Channel | None = None
        while True:
            await asyncio.sleep(self._chance() * self._ceiling_s(attempt, window_s))
            try:
                context = self._next_context()
                if channel is None or context is not self._context:  # a token is for one certificate
                    self._context = context
                    channel = await discover(self._url, self._system_id, context)
                window_s = channel.next_request_delay / 1000
                connection, channel = await self._open(channel, context)
            except AosError as error:
                log.info("no cloud", why=str(error), attempt=attempt)
                attempt, channel = attempt + 1, None
                continue
            attempt = 0
            log.info("connected", url=channel.connection_info[0])
            await self._serve(connection)

    def _ceiling_s(self, attempt: int, window_s: float) -> float:
        """The longest wait before the next attempt: none at the very start, the cloud's window after a loss."""
        if attempt == 0:
            return max(window_s, FIRST_DELAY_S) if self._was_up else 0.0
        return float(min(FIRST_DELAY_S * 2 ** (attempt - 1), MOST_DELAY_S))

    async def _open(self, channel: Channel, way: Way) -> tuple[ClientConnection, Channel]:
        """A channel by the first entry that works, and the entries left. Raises Unavailable; then discover again."""
        why = ""
        for place, url in enumerate(channel.connection_info):
            try:
                async with asyncio.timeout(OPEN_TIMEOUT_S):
                    at, how = await _opening(url, way)
                connection = await connect(
                    at,
                    **how,
                    additional_headers={"Authorization": f"Bearer {channel.auth_token}"},
                    user_agent_header="aoscore",
                    compression=None,
                    proxy=None,
                    max_size=wire.LARGEST_BYTES,
                    open_timeout=OPEN_TIMEOUT_S,
                    ping_interval=PING_S,
                    ping_timeout=PING_S,
                    close_timeout=1.0,
                )
            except InvalidStatus as error:
                why = f"{url}: status {error.response.status_code}"
                if error.response.status_code == 401:
                    break
            except (OSError, TimeoutError, InvalidHandshake, InvalidURI, WebSocketException) as error:
                words = way.words() if isinstance(way, Tunnel) else ""
                why = f"{url}: {words or error or type(error).__name__}"
            else:
                return connection, Channel(
                    channel.connection_info[place:], channel.auth_token, channel.next_request_delay
                )
        raise Unavailable(why)

    async def _serve(self, connection: ClientConnection) -> None:
        """Talk until the channel is lost."""
        self._up = self._was_up = True
        self._connection = connection
        try:
            await self._hear(Connected())
            self._session.connected(self._now())
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read(connection))
                group.create_task(self._write(connection))
        except* Lost as lost:
            log.info("disconnected", why=str(lost.exceptions[0]))
        finally:
            self._up = False
            self._connection = None
            self._session.lost(self._now())
            for answer in self._questions.values():
                if not answer.done():
                    answer.set_exception(Unavailable("the cloud was lost before it said where content is"))
            self._keep_ticket(connection)
            connection.transport.abort()
        await self._hear(Disconnected())

    async def _read(self, connection: ClientConnection) -> None:
        try:
            async for raw in connection:
                await self._take(raw if isinstance(raw, bytes) else raw.encode())
        except ConnectionClosed as error:
            raise Lost(str(error)) from error
        raise Lost("closed by the cloud")

    async def _write(self, connection: ClientConnection) -> None:
        try:
            while True:
                for message in self._session.drain():
                    await connection.send(wire.encode(message))
                due = self._session.due()
                wait_s = None if due is None else max(0.0, (due - self._clock.monotonic()) / SECOND)
                try:
                    async with asyncio.timeout(wait_s):
                        await self._stir.wait()
                except TimeoutError:
                    for event in self._session.expire(self._now()):
                        await self._delivery(event)
                self._stir.clear()
        except ConnectionClosed as error:
            raise Lost(str(error)) from error

    async def _take(self, raw: bytes) -> None:
        try:
            message = wire.decode(raw)
        except Invalid as error:
            log.warning("a message that can't be read is not answered", why=str(error))
            return
        for event in self._session.receive(message, self._now()):
            await self._delivery(event)
        self._stir.set()

    async def _delivery(self, event: Delivery) -> None:
        match event:
            case Work(envelope):
                await self._work(envelope)
            case Delivered(txn, sent):
                if isinstance(sent, FromUnit):
                    await self._delivered(sent)
                self._spool.remove(txn)
            case Misaddressed(envelope):
                log.warning("a message for another Unit", system_id=envelope.header.system_id)
            case GaveUp(_, message):
                if isinstance(message, UnitStatus):
                    await self._hear(StatusLost())
            case Postponed():
                return
            case _:
                assert_never(event)

    async def _work(self, envelope: wire.Envelope) -> None:
        message, txn = envelope.data, envelope.header.txn
        if isinstance(message, BlobUrls):
            question = self._questions.get(message.correlation_id or "")
            if question is not None and not question.done():
                question.set_result(message)
            self.settle(txn)
        else:
            await self._hear(Received(txn, envelope.header.system_id or self._system_id, message))

    def _post(self, message: FromUnit, txn: Txn, keep: bool) -> None:
        try:
            self._session.send(message, txn, self._now(), keep=keep)
        except Unavailable as error:
            log.warning("a message is not sent", why=str(error))
        self._stir.set()

    def _keep_ticket(self, connection: ClientConnection) -> None:
        if isinstance(self._context, ResumingContext):
            self._context.keep(connection.transport.get_extra_info("ssl_object"))

    def _now(self) -> Now:
        return Now(self._clock.wall(), self._clock.monotonic())


async def _opening(url: str, way: Way) -> tuple[str, dict[str, Any]]:
    """The URL and how to connect to it: what comes out of a tunnel is in the clear already."""
    target = urlsplit(url)
    if target.scheme != "wss":
        return url, {"ssl": None}
    if not isinstance(way, Tunnel):
        return url, {"ssl": way}
    tunnelled = await way.open(target.hostname or "", target.port or HTTPS_PORT)
    return url.replace("wss:", "ws:", 1), {"sock": tunnelled}
