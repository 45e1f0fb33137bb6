"""The Unit channel's contract: both adapters, over real sockets with mutual TLS."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import websockets.exceptions
from tests.contract.channel_peers import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Authority,
    Hall,
    RawPeer,
    listening,
)
from websockets.asyncio.client import ClientConnection, connect

from aosedge.cloud.gateway.channel import Accept, Door, Limits, Refusal, picows_door, websockets_door

Listen = Callable[[Accept, socket.socket, ssl.SSLContext, Limits], Awaitable[Door]]
ADAPTERS: dict[str, Listen] = {"picows": picows_door.listen, "websockets": websockets_door.listen}
Knock = Callable[..., Awaitable[RawPeer]]
SMALL = Limits(message_bytes=64 * 1024, unsent_bytes=1024 * 1024, opening_s=1.0)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"), "Root")


@pytest.fixture(scope="module")
def server(authority: Authority) -> Path:
    return authority.issue("localhost")


@pytest.fixture(scope="module")
def unit(authority: Authority) -> Path:
    return authority.issue("unit-1")


@pytest.fixture(params=list(ADAPTERS))
def listen(request: pytest.FixtureRequest) -> Listen:
    return ADAPTERS[request.param]


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
async def door(listen: Listen, hall: Hall, authority: Authority, server: Path) -> AsyncIterator[Door]:
    door = await listen(hall.accept, listening(), authority.server_tls(server), SMALL)
    yield door
    await door.close()


@pytest.fixture
def tls(authority: Authority, unit: Path) -> ssl.SSLContext:
    return authority.client_tls(unit)


@pytest.fixture
async def knock(door: Door, tls: ssl.SSLContext) -> AsyncIterator[Knock]:
    """Opens raw connections to the door and leaves none behind."""
    peers: list[RawPeer] = []

    async def connect_raw(upgrade: bool = True) -> RawPeer:
        peers.append(await RawPeer.connect(door.port, tls, upgrade))
        return peers[-1]

    yield connect_raw
    for peer in peers:
        peer.cut()
    await asyncio.sleep(0)


async def join(door: Door, tls: ssl.SSLContext, **options: object) -> ClientConnection:
    url = f"wss://localhost:{door.port}/ws/v7/"
    return await connect(url, ssl=tls, compression=None, max_size=None, **options)  # type: ignore[arg-type]


async def test_whoever_opens_a_channel_is_known_by_certificate_path_headers_and_address(
    door: Door, hall: Hall, tls: ssl.SSLContext, authority: Authority, unit: Path
) -> None:
    async with await join(door, tls, additional_headers={"Authorization": "Bearer T"}):
        [opening] = hall.openings
        assert opening.certificate == ssl.PEM_cert_to_DER_cert(
            "-----BEGIN CERT" + unit.read_text().split("BEGIN CERT")[1]
        )
        assert opening.path == "/ws/v7/"
        assert opening.headers["authorization"] == "Bearer T"
        assert opening.origin.startswith("127.0.0.1:")


async def test_nobody_comes_in_without_a_certificate_of_our_authority(
    door: Door, hall: Hall, authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "Other")
    stranger = authority.client_tls(other.issue("unit-1"))
    for context in (authority.client_tls(None), stranger):
        with pytest.raises((OSError, websockets.exceptions.InvalidHandshake, EOFError)):
            await join(door, context)
    assert hall.openings == []


async def test_a_resumed_tls_session_is_cheaper_and_still_names_the_certificate(
    door: Door, hall: Hall, tls: ssl.SSLContext
) -> None:
    first = await asyncio.to_thread(visit, door.port, tls, None)
    second = await asyncio.to_thread(visit, door.port, tls, first.session)
    assert (first.session_reused, second.session_reused) == (False, True)
    before, after = hall.openings
    assert before.certificate == after.certificate != b""


class Visit(NamedTuple):
    session: ssl.SSLSession | None
    session_reused: bool


def visit(port: int, tls: ssl.SSLContext, session: ssl.SSLSession | None) -> Visit:
    """Open a channel and leave; the TLS session that the server offered."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
        tls.wrap_socket(plain, server_hostname="localhost", session=session) as secure,
    ):
        secure.sendall(
            b"GET /ws/v7/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert secure.recv(4096).startswith(b"HTTP/1.1 101")
        return Visit(secure.session, bool(secure.session_reused))


async def test_a_refusal_is_a_status_without_a_body(door: Door, hall: Hall, knock: Knock) -> None:
    hall.refusal = Refusal(429, retry_after_s=7)
    peer = await knock(upgrade=False)
    answer = await peer.request("/ws/v7/")
    assert answer.startswith(b"HTTP/1.1 429 ")
    assert b"retry-after: 7" in answer.lower()
    async with asyncio.timeout(5):
        assert await peer.reader.read() == b""
    assert hall.hearers == []


async def test_messages_arrive_in_order_and_answers_go_out_in_one_binary_frame_each(
    door: Door, hall: Hall, tls: ssl.SSLContext, knock: Knock
) -> None:
    hall.echo = True
    async with await join(door, tls) as peer:
        sent = [b"%d " % number * number for number in range(1, 300)]
        for message in sent:
            await peer.send(message)
        assert [await peer.recv() for _ in sent] == sent
    raw = await knock()
    raw.frame(BINARY, b"x" * 60_000)
    assert await raw.read_frame() == (BINARY, b"x" * 60_000)


async def test_messages_sent_together_are_a_frame_each(door: Door, hall: Hall, knock: Knock) -> None:
    raw = await knock()
    [hearer] = hall.hearers
    await hearer.until(lambda it: it.opened)
    sent = [b"", b"a", b"b" * 125, b"c" * 126, b"d" * 65_535, b"e" * 65_536, b"f" * 200_000]
    hearer.connection.send(*sent)
    assert [await raw.read_frame() for _ in sent] == [(BINARY, message) for message in sent]


async def test_a_text_message_is_noticed_and_not_handed_on(door: Door, hall: Hall, tls: ssl.SSLContext) -> None:
    async with await join(door, tls) as peer:
        await peer.send("{}")
        await peer.send([b"a", b"b"])
        [hearer] = hall.hearers
        await hearer.until(lambda it: it.messages and it.texts)
        assert (hearer.texts, hearer.messages) == (1, [b"ab"])


async def test_text_that_is_not_utf_8_closes_with_1007(door: Door, knock: Knock) -> None:
    peer = await knock()
    peer.frame(TEXT, b"\xff\xfe")
    assert await peer.close_code() == 1007


async def test_fragments_are_put_together_and_pings_may_come_between(door: Door, hall: Hall, knock: Knock) -> None:
    peer = await knock()
    peer.frame(BINARY, b"one ", fin=False)
    peer.frame(PING, b"alive?")
    peer.frame(CONTINUATION, b"two ", fin=False)
    peer.frame(CONTINUATION, b"three")
    assert await peer.read_frame() == (PONG, b"alive?")
    [hearer] = hall.hearers
    await hearer.until(lambda it: it.messages)
    assert hearer.messages == [b"one two three"]


@pytest.mark.parametrize("fragments", [1, 2, 50])
async def test_a_message_over_the_bound_closes_with_1009_and_is_never_handed_on(
    door: Door, hall: Hall, knock: Knock, fragments: int
) -> None:
    peer = await knock()
    each = (SMALL.message_bytes + 1) // fragments + 1
    for number in range(fragments):
        peer.frame(CONTINUATION if number else BINARY, b"x" * each, fin=number == fragments - 1)
    assert await peer.close_code() == 1009
    await peer.end()
    [hearer] = hall.hearers
    await hearer.until(lambda it: it.closed)
    assert hearer.messages == []


async def test_a_message_as_long_as_the_bound_is_taken(door: Door, hall: Hall, tls: ssl.SSLContext) -> None:
    async with await join(door, tls) as peer:
        await peer.send(b"x" * SMALL.message_bytes)
        [hearer] = hall.hearers
        await hearer.until(lambda it: it.messages)
        assert len(hearer.messages[0]) == SMALL.message_bytes


@pytest.mark.parametrize(
    "opcodes",
    [(CONTINUATION,), (BINARY, BINARY), (3,)],
    ids=["a continuation of nothing", "a message inside a message", "an unknown opcode"],
)
async def test_broken_framing_closes_with_1002(door: Door, knock: Knock, opcodes: tuple[int, ...]) -> None:
    peer = await knock()
    for opcode in opcodes:
        peer.frame(opcode, b"x", fin=False)
    assert await peer.close_code() == 1002
    await peer.end()


async def test_a_peer_that_does_not_read_is_cut_and_others_notice_nothing(
    door: Door, hall: Hall, tls: ssl.SSLContext, knock: Knock
) -> None:
    hall.echo = True
    deaf = await knock()
    deaf.reader._transport.pause_reading()  # type: ignore[attr-defined]
    async with await join(door, tls) as other:
        hearer = hall.hearers[0]
        await hearer.until(lambda it: it.opened)
        async with asyncio.timeout(10):
            while not hearer.closed:
                hearer.connection.send(b"x" * 60_000)
                await asyncio.sleep(0)
        await other.send(b"still here?")
        assert await other.recv() == b"still here?"


async def test_pings_of_a_peer_that_does_not_read_are_within_the_bound_too(
    door: Door, hall: Hall, knock: Knock
) -> None:
    deaf = await knock()
    deaf.reader._transport.pause_reading()  # type: ignore[attr-defined]
    [hearer] = hall.hearers
    async with asyncio.timeout(20):
        while not hearer.closed and len(hearer.messages) < 300:
            for _ in range(1000):
                deaf.frame(PING, b"x" * 120)
            deaf.frame(BINARY, b"still taken")
            await asyncio.sleep(0.001)


async def test_a_paused_channel_hands_on_little_and_loses_nothing(
    door: Door, hall: Hall, tls: ssl.SSLContext
) -> None:
    async with await join(door, tls) as peer:
        [hearer] = hall.hearers
        await hearer.until(lambda it: it.opened)
        hearer.connection.pause()
        sent = [b"%d" % number + b"x" * 10_000 for number in range(2_000)]

        async def pour() -> None:
            for message in sent:
                await peer.send(message)

        async with asyncio.TaskGroup() as tasks:
            pouring = tasks.create_task(pour())
            await asyncio.sleep(0.3)
            assert not pouring.done(), "20 MB went into a paused channel"
            assert len(hearer.messages) < 100
            hearer.connection.resume()
            await hearer.until(lambda it: len(it.messages) == len(sent), timeout_s=20)
        assert hearer.messages == sent


async def test_the_owner_closes_with_a_code_and_a_reason(door: Door, hall: Hall, tls: ssl.SSLContext) -> None:
    async with await join(door, tls) as peer:
        [hearer] = hall.hearers
        await hearer.until(lambda it: it.opened)
        hearer.connection.send(b"last words")
        hearer.connection.close(1008, "too many messages")
        assert await peer.recv() == b"last words"
        with pytest.raises(websockets.exceptions.ConnectionClosedError) as closed:
            await peer.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "too many messages")
        await hearer.until(lambda it: it.closed)
        hearer.connection.send(b"into the void")
        hearer.connection.close()
        hearer.connection.pause()
        hearer.connection.resume()
        assert hearer.closed == 1
    assert door.connections == 0


async def test_the_owner_closes_a_peer_that_never_answers(door: Door, hall: Hall, knock: Knock) -> None:
    await knock()
    [hearer] = hall.hearers
    await hearer.until(lambda it: it.opened)
    hearer.connection.close(1008)
    await hearer.until(lambda it: it.closed)


async def test_a_peer_that_says_goodbye_is_answered_and_heard_once(door: Door, hall: Hall, knock: Knock) -> None:
    peer = await knock()
    peer.frame(BINARY, b"bye")
    peer.frame(CLOSE, (1000).to_bytes(2))
    assert await peer.close_code() == 1000
    await peer.end()
    [hearer] = hall.hearers
    await hearer.until(lambda it: it.closed)
    assert (hearer.messages, hearer.closed) == ([b"bye"], 1)


async def test_a_cut_connection_is_heard_once(door: Door, hall: Hall, knock: Knock) -> None:
    peer = await knock()
    peer.frame(BINARY, b"x", fin=False)
    await peer.writer.drain()
    peer.cut()
    [hearer] = hall.hearers
    await hearer.until(lambda it: it.closed)
    assert (hearer.messages, hearer.closed, door.connections) == ([], 1, 0)


async def test_a_fault_of_ours_closes_that_channel_alone(door: Door, hall: Hall, tls: ssl.SSLContext) -> None:
    hall.echo = True
    async with await join(door, tls) as peer, await join(door, tls) as other:
        hall.hearers[0].fault = ValueError("a fault of ours")
        await peer.send(b"x")
        with pytest.raises(websockets.exceptions.ConnectionClosedError) as closed:
            await peer.recv()
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1011
        await other.send(b"still here?")
        assert await other.recv() == b"still here?"


async def test_a_silent_peer_is_asked_and_cut_while_an_idle_one_that_answers_stays(
    listen: Listen, hall: Hall, authority: Authority, server: Path, tls: ssl.SSLContext
) -> None:
    limits = Limits(ping_idle_s=0.2, ping_answer_s=0.2)
    door = await listen(hall.accept, listening(), authority.server_tls(server), limits)
    silent = await RawPeer.connect(door.port, tls)
    async with await join(door, tls, ping_interval=None) as idle:
        await hall.hearers[0].until(lambda it: it.closed)
        await asyncio.sleep(0.5)
        assert hall.hearers[1].closed == 0
        await idle.send(b"x")
        await hall.hearers[1].until(lambda it: it.messages)
    silent.cut()
    await door.close()


async def test_whoever_does_not_ask_for_an_upgrade_in_time_is_cut(door: Door, hall: Hall, knock: Knock) -> None:
    peer = await knock(upgrade=False)
    await peer.end()
    assert hall.openings == []


async def test_a_closing_door_says_goodbye_to_all(
    listen: Listen, hall: Hall, authority: Authority, server: Path, tls: ssl.SSLContext
) -> None:
    door = await listen(hall.accept, listening(), authority.server_tls(server), SMALL)
    port = door.port
    async with await join(door, tls) as first, await join(door, tls) as second, asyncio.TaskGroup() as tasks:
        tasks.create_task(door.close())
        for peer in (first, second):
            with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:
                await peer.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1001
    assert [hearer.closed for hearer in hall.hearers] == [1, 1]
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)
