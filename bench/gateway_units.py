"""Many Units in one process, for the gateway's benchmark: mutual TLS, messages of a real size, acks counted.

Talks with the driver in JSON lines: a command on stdin, a result on stdout. The client side is picows too, so that
the server under test stays the slower one.
"""

import asyncio
import ssl
import sys
import time
import uuid
from collections.abc import Callable

import msgspec
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

TXN = "00000000-0000-4000-8000-000000000000"


class Plan(msgspec.Struct, frozen=True):
    """Who to be and where to go."""

    url: str
    root: str
    units: list[tuple[str, str, str]]
    """System id, PEM file of key and certificate, token."""
    answered_by: str
    """What is in a frame that answers a message: `"ack"`, or anything for an echo."""
    message: str
    """A message with `TXN` in it."""
    concurrency: int = 32


class Command(msgspec.Struct, frozen=True):
    """What to do next: `connect` `count` more Units; `send` for `seconds`, `window` unanswered a Unit; or `end`."""

    do: str
    count: int = 0
    seconds: float = 0.0
    window: int = 1


class Result(msgspec.Struct, frozen=True):
    """How much was done in how long; `slow_ms`: 50th and 99th percentile of the time to an answer."""

    count: int
    seconds: float
    slow_ms: tuple[float, float] = (0.0, 0.0)


class Unit(WSListener):
    """One Unit: keeps some messages unanswered while it sends."""

    def __init__(self, message: str, answered_by: str) -> None:
        head, _, tail = message.partition(TXN)
        self._head, self._tail = head.encode(), tail.encode()
        self._answered_by = answered_by.encode()
        self._transport: WSTransport | None = None
        self._sending = False
        self._sent_at: list[float] = []
        self.answered = 0
        self.waits: list[float] = []

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type is WSMsgType.CLOSE:
            transport.disconnect()
        elif self._answered_by in frame.get_payload_as_bytes():
            self.answered += 1
            if self._sent_at:
                self.waits.append(time.monotonic() - self._sent_at.pop(0))
            if self._sending:
                self.send()

    def start(self, window: int) -> None:
        self._sending = True
        self.answered, self.waits = 0, []
        for _ in range(window):
            self.send()

    def stop(self) -> None:
        self._sending = False

    def send(self) -> None:
        assert self._transport is not None
        self._sent_at.append(time.monotonic())
        self._transport.send(WSMsgType.BINARY, self._head + str(uuid.uuid4()).encode() + self._tail)

    def leave(self) -> None:
        if self._transport is not None:
            self._transport.disconnect(graceful=False)


class Fleet:
    """All Units of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._contexts = [self._context(identity) for _, identity, _ in plan.units]
        self._units: list[Unit] = []

    def _context(self, identity: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self._plan.root)
        context.load_cert_chain(identity)
        return context

    async def connect(self, count: int) -> Result:
        room = asyncio.Semaphore(self._plan.concurrency)

        async def one(name: str, token: str, context: ssl.SSLContext) -> Unit:
            async with room:
                unit = Unit(self._plan.message.replace("SYSTEM-ID", name), self._plan.answered_by)
                headers = {"Authorization": f"Bearer {token}"}
                await ws_connect(
                    lambda: unit, self._plan.url, ssl_context=context, extra_headers=headers,
                    websocket_handshake_timeout=60, read_buffer_init_size=2048,
                )  # fmt: skip
                return unit

        start, there = time.monotonic(), len(self._units)
        async with asyncio.TaskGroup() as tasks:
            joining = [
                tasks.create_task(one(name, token, context))
                for (name, _, token), context in zip(
                    self._plan.units[there : there + count], self._contexts[there : there + count], strict=True
                )
            ]
        self._units += [task.result() for task in joining]
        return Result(len(joining), time.monotonic() - start)

    async def send(self, seconds: float, window: int) -> Result:
        start = time.monotonic()
        for unit in self._units:
            unit.start(window)
        await asyncio.sleep(seconds)
        took = time.monotonic() - start
        count = sum(unit.answered for unit in self._units)
        for unit in self._units:
            unit.stop()
        waits = sorted(wait for unit in self._units for wait in unit.waits) or [0.0]
        await asyncio.sleep(0.5)
        slow = (waits[len(waits) // 2] * 1000, waits[len(waits) * 99 // 100] * 1000)
        return Result(count, took, slow)

    def leave(self) -> None:
        for unit in self._units:
            unit.leave()


async def main(say: Callable[[Result], None]) -> None:
    """Carry out commands until the end."""
    lines = asyncio.StreamReader(limit=1 << 26)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    fleet = Fleet(msgspec.json.decode(await lines.readline(), type=Plan))
    while line := await lines.readline():
        command = msgspec.json.decode(line, type=Command)
        match command.do:
            case "connect":
                say(await fleet.connect(command.count))
            case "send":
                say(await fleet.send(command.seconds, command.window))
            case _:
                break
    fleet.leave()


def _say(result: Result) -> None:
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main(_say))
