"""A peer that says to the gateway whatever a test wants said."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import websockets.exceptions
from tests.system.gateway_place import Member, Place
from tests.system.real_unit_http import http_post
from websockets.asyncio.client import ClientConnection, connect

Json = dict[str, Any]
_numbers = itertools.count(1)
FULL: Json = {
    "messageType": "unitStatus",
    "isDeltaInfo": False,
    "unitConfig": [{"state": "absent"}],
    "nodes": [],
    "items": [],
    "instances": [],
    "subjects": [],
}
DELTA: Json = {"messageType": "unitStatus", "isDeltaInfo": True, "items": []}


async def token_of(place: Place, member: Member) -> str:
    """A token by discovery."""
    question = {"version": 7, "systemId": member.system_id, "supportedProtocols": ["wss"]}
    status, body = await asyncio.to_thread(http_post, place.discovery_url, member.tls, json.dumps(question).encode())
    assert status == 200, status
    return str(json.loads(body)["authToken"])


class GatewayPeer:
    """One connection; everything that comes is kept and acknowledged, unless told otherwise."""

    def __init__(self, connection: ClientConnection, member: Member) -> None:
        self.connection = connection
        self.member = member
        self.heard: list[Json] = []
        self.closed: tuple[int, str] | None = None
        self.acknowledges = True
        self._news = asyncio.Event()

    def envelope(self, data: Json, txn: str | None = None, system_id: str | None = None, **header: object) -> str:
        """A message as JSON."""
        whole = {
            "version": 7,
            "systemId": self.member.system_id if system_id is None else system_id,
            "createdAt": datetime.now(UTC).isoformat(),
            "txn": txn or f"{self.member.system_id}-{next(_numbers)}",
        }
        return json.dumps({"header": whole | header, "data": data})

    async def say(self, data: Json, txn: str | None = None, system_id: str | None = None) -> str:
        """Send a message; its txn."""
        text = self.envelope(data, txn, system_id)
        await self.connection.send(text.encode())
        return str(json.loads(text)["header"]["txn"])

    async def say_and_wait(self, data: Json, txn: str | None = None, system_id: str | None = None) -> None:
        """Send a message and wait until it is acknowledged."""
        txn = await self.say(data, txn, system_id)
        await self.until(lambda: self.receipts(txn) == ["ack"])

    def receipts(self, txn: str) -> list[str]:
        """What came in answer to this txn."""
        return [
            message["data"]["messageType"]
            for message in self.heard
            if message["header"]["txn"] == txn and message["data"]["messageType"] in ("ack", "nack")
        ]

    def of(self, kind: str) -> list[Json]:
        """The messages of this kind that came."""
        return [message["data"] for message in self.heard if message["data"]["messageType"] == kind]

    async def until(self, condition: Any, timeout_s: float = 10.0) -> None:
        """Wait until it holds."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def until_closed(self) -> tuple[int, str]:
        """Wait for the end; its code and reason."""
        await self.until(lambda: self.closed)
        assert self.closed is not None
        return self.closed

    async def listen(self) -> None:
        """Take what comes."""
        try:
            while True:
                raw = await self.connection.recv()
                assert isinstance(raw, bytes), "the cloud sent TEXT"
                message = json.loads(raw)
                assert message["header"]["systemId"] == self.member.system_id
                self.heard.append(message)
                if self.acknowledges and message["data"]["messageType"] not in ("ack", "nack"):
                    await self.say({"messageType": "ack"}, message["header"]["txn"])
                self._news.set()
        except websockets.exceptions.ConnectionClosed as closed:
            self.closed = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
        self._news.set()


@asynccontextmanager
async def joined(
    place: Place, member: Member, token: str | None = None, address: str = "127.0.0.1"
) -> AsyncIterator[GatewayPeer]:
    """A peer that holds the member's certificate."""
    bearer = await token_of(place, member) if token is None else token
    async with connect(
        place.channel_url,
        ssl=member.tls,
        additional_headers={"Authorization": f"Bearer {bearer}"},
        compression=None,
        max_size=None,
        close_timeout=1,
        local_addr=(address, 0),
    ) as connection:
        peer = GatewayPeer(connection, member)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(peer.listen())
            try:
                yield peer
            finally:
                with suppress(websockets.exceptions.ConnectionClosed):
                    await connection.close()
                listening.cancel()
