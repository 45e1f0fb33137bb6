"""A double of a Unit of AosCore 9.1.1, as it was seen on the wire, with its faults.

It shares no code with the product: JSON by hand, its own delivery, its own HTTP. What it does that a cloud must know:
an empty systemId before it knows its id; BINARY frames only, fragments and TEXT ignored; no answer to what it cannot
parse or that is over a limit; an ack means parsed; no de-duplication; four message threads, one of which a stray nack
blocks for ever; four sends, then the message is dropped; blobs one at a time, compared by SHA3-256 and asked for
again at once, for ever, when they differ; a lost connection opened again at once with the same entry and token.
"""

import asyncio
import contextlib
import json
import ssl
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import websockets.exceptions
from tests.system.real_unit_http import http_post
from tests.system.real_unit_identity import Renewal
from tests.system.real_unit_shapes import Json, complete, lowered, within_limits
from tests.system.real_unit_update import Update
from websockets.asyncio.client import ClientConnection, connect

MESSAGE_THREADS, SENDS = 4, 4


class Waiting:
    """A message that no ack has come for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.nacked_for_s: float | None = None
        self.news = asyncio.Event()
        self.acked = False


class RealUnit:
    """One Unit. `pace` shortens its waits (10 s between sends, 1 s before it connects again) in tests."""

    def __init__(
        self,
        system_id: str,
        discovery_url: str,
        tls: ssl.SSLContext,
        blob_tls: ssl.SSLContext | None = None,
        *,
        architecture: str = "amd64",
        pace: float = 1.0,
        knows_its_id: bool = False,
    ) -> None:
        self.system_id = system_id
        self.discovery_url = discovery_url
        self.tls = tls
        self.pace = pace
        self.knows_its_id = knows_its_id
        self.heard: list[Json] = []  # every message that it parsed, keys in lower case
        self.sent: list[Json] = []  # every message that it queued
        self.seen: Counter[str] = Counter()  # drops, stray nacks, acks, connections, discoveries, ...
        self.deafens_to_acks = False  # as if every ack were lost on the way
        self.update = Update(self, architecture, blob_tls)
        self.renewal: Renewal | None = None  # without it, it has no certificates that it could renew
        self._entries: list[str] = []
        self._token = ""
        self._waiting: dict[str, Waiting] = {}
        self._answers: dict[str, asyncio.Future[Json]] = {}
        self._inbox: asyncio.Queue[str] = asyncio.Queue()
        self._connection: ClientConnection | None = None
        self._tasks: asyncio.TaskGroup
        self._news = asyncio.Condition()

    @property
    def deaf(self) -> bool:
        """Whether stray nacks have blocked all its message threads."""
        return self.seen["stray nack"] >= MESSAGE_THREADS

    async def run(self) -> None:
        """Live until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            for _ in range(MESSAGE_THREADS):
                self._tasks.create_task(self._message_thread())
            self._tasks.create_task(self.update.run())
            await self._stay_connected()

    async def until(self, condition: Callable[["RealUnit"], bool], timeout_s: float = 30.0) -> None:
        """Wait until the condition holds of this Unit."""
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(lambda: condition(self))

    def cut(self) -> None:
        """Lose the connection, as a network does."""
        if self._connection is not None:
            self._connection.transport.abort()

    def know(self, entry: str, token: str) -> None:
        """Have discovered."""
        self._entries, self._token = [entry], token

    def forget_token(self) -> None:
        """Hold a token that the cloud does not take any more."""
        self._token = "an.old.one"

    # Connecting.

    async def _stay_connected(self) -> None:
        delay_s = 1.0
        while True:
            if not self._entries and not await self._discover():
                await asyncio.sleep(delay_s * self.pace)
                delay_s = delay_s * 2 if delay_s < 8 else 1.0
                continue
            try:
                await self._talk(self._entries[0])
                delay_s = 1.0  # a closed or lost connection is opened again at once: same entry, same token
            except websockets.exceptions.InvalidStatus as refused:
                self._count(f"refused {refused.response.status_code}")
                self._entries = [] if refused.response.status_code == 401 else self._entries[1:]
            except (OSError, EOFError, TimeoutError, websockets.exceptions.InvalidHandshake):
                self._count("failed to connect")
                self._entries = self._entries[1:]

    async def _discover(self) -> bool:
        self._count("discovery")
        question = {"version": 7, "systemId": self.system_id, "supportedProtocols": ["wss"]}
        status, raw = await asyncio.to_thread(http_post, self.discovery_url, self.tls, json.dumps(question).encode())
        if status != 200:
            self._count(f"discovery {status}")
            return False
        answer = json.loads(raw)
        self._entries, self._token = list(answer["connectionInfo"]), answer["authToken"]
        return bool(self._entries)

    async def _talk(self, url: str) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        async with connect(
            url,
            ssl=self.tls,
            server_hostname=urlsplit(url).hostname,
            additional_headers=headers,
            compression=None,
            max_size=None,
            open_timeout=10,
        ) as self._connection:
            self._count("connection")
            self._tasks.create_task(self._resend(list(self._waiting.values())))
            self.update.connected()
            with contextlib.suppress(websockets.exceptions.ConnectionClosed):
                while True:
                    await self._take(self._connection)
        self._count("connection lost")

    async def _take(self, connection: ClientConnection) -> None:
        parts = [part async for part in connection.recv_streaming()]
        if len(parts) != 1:
            self._count("fragments ignored")
        elif isinstance(parts[0], str):
            self._count("text ignored")
        else:
            self._inbox.put_nowait(parts[0].decode("utf-8", "replace"))

    # What it hears.

    async def _message_thread(self) -> None:
        while True:
            text = await self._inbox.get()
            try:
                message = lowered(json.loads(text))
                header, data = message["header"], message["data"]
                kind, txn = data["messagetype"].lower(), header["txn"]
            except (ValueError, KeyError, TypeError):
                self._count("unparsable ignored")
                continue
            if header.get("version") != 7 or header.get("systemid") != self.system_id:
                self._count("foreign ignored")
                continue
            if kind == "nack" and not self._nack(txn, data.get("retryafter")):
                await asyncio.Event().wait()  # this thread waits for ever
            await self._parsed(kind, txn, data)

    async def _parsed(self, kind: str, txn: str, data: Json) -> None:
        if kind == "ack" and not self.deafens_to_acks:
            waiting = self._waiting.pop(txn, None)
            if waiting is not None:
                waiting.acked = True
                waiting.news.set()
            self._count("ack" if waiting else "ack of nothing")
        elif kind not in ("ack", "nack"):
            if not within_limits(data) or (kind == "desiredstatus" and not complete(data)):
                self._count("over a limit or incomplete: ignored")
                return
            await self._write(self._envelope({"messageType": "ack"}, txn))
            self.heard.append(data)
            self._count(f"heard {kind}")
            await self._process(kind, data)

    async def _process(self, kind: str, data: Json) -> None:
        answered = self._answers.pop(data.get("correlationid", ""), None)
        if answered is not None and not answered.done():
            answered.set_result(data)
        elif kind == "desiredstatus":
            self.update.wanted(data)  # also when it was here before: nothing is de-duplicated
        elif kind == "renewcertificatesnotification" and self.renewal is not None:
            self._tasks.create_task(self.renewal.asked(data))
        elif kind == "updatestate":
            self.update.state_given(data)
        elif kind == "stateacceptance":
            self.update.state_judged(data)

    def _nack(self, txn: str, retry_after_ms: float | None) -> bool:
        """Whether this nack is one that the Unit waits for."""
        waiting = self._waiting.get(txn)
        if waiting is None or waiting.nacked_for_s is not None:
            self._count("stray nack")
            return False
        self._count("nack")
        waiting.nacked_for_s = (retry_after_ms or 0) / 1000
        waiting.news.set()
        return True

    # What it says.

    def say(self, kind: str, data: Json) -> str:
        """Queue a message; its txn. It goes out up to four times, 10 s apart, with the same txn and createdAt."""
        txn = str(uuid.uuid4())
        envelope = self._envelope({"messageType": kind, **data}, txn, self.system_id if self.knows_its_id else "")
        self.sent.append(json.loads(envelope))
        self._waiting[txn] = Waiting(envelope)
        self._tasks.create_task(self._deliver(txn, self._waiting[txn]))
        return txn

    async def ask(self, kind: str, data: Json) -> Json:
        """Say something and wait for the answer with the same correlationId."""
        correlation = str(uuid.uuid4())
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._answers[correlation] = answer
        self.say(kind, {"correlationId": correlation, **data})
        return await answer

    async def _deliver(self, txn: str, waiting: Waiting) -> None:
        for _ in range(SENDS):
            await self._write(waiting.text)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(10 * self.pace):
                    await waiting.news.wait()
            if waiting.acked:
                return
            waiting.news.clear()
            if waiting.nacked_for_s is not None:
                await asyncio.sleep(max(waiting.nacked_for_s, 0.01))
                waiting.nacked_for_s = None
        self._waiting.pop(txn, None)
        self._count("given up")

    async def _resend(self, left: list[Waiting]) -> None:
        """What waited over a lost connection goes out with the next, as it was written."""
        for waiting in left:
            await self._write(waiting.text)

    async def _write(self, text: str) -> None:
        if self._connection is None:
            return
        with contextlib.suppress(websockets.exceptions.ConnectionClosed):
            await self._connection.send(text.encode())

    def _envelope(self, data: Json, txn: str, system_id: str | None = None) -> str:
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        sender = self.system_id if system_id is None else system_id
        return json.dumps(
            {"header": {"version": 7, "systemId": sender, "createdAt": created, "txn": txn}, "data": data}
        )

    def _count(self, what: str) -> None:
        self.seen[what] += 1
        self.told()

    def told(self) -> None:
        """Wake whoever waits for something of this Unit."""
        self._tasks.create_task(self._tell())

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()
