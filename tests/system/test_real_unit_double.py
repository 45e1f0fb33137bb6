"""The double keeps to what AosCore 9.1.1 was seen to do, faults included; else it would prove nothing."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.contract.channel_peers import Authority
from tests.system.real_unit import RealUnit
from tests.system.real_unit_shapes import sha3_224
from websockets.asyncio.server import ServerConnection, serve

Json = dict[str, Any]


class Cloud:
    """Says to one Unit what a test wants said, and hears what it says."""

    def __init__(self) -> None:
        self.connection: ServerConnection
        self.heard: list[Json] = []
        self._news = asyncio.Event()

    async def talk(self, connection: ServerConnection) -> None:
        self.connection = connection
        async for raw in connection:
            assert isinstance(raw, bytes)
            self.heard.append(json.loads(raw))
            self._news.set()

    def envelope(self, data: Json, txn: str = "", system_id: str = "unit", version: int = 7) -> bytes:
        header = {"version": version, "systemId": system_id, "createdAt": "2026-01-31T12:00:00Z"}
        return json.dumps({"header": header | {"txn": txn or str(uuid.uuid4())}, "data": data}).encode()

    async def say(self, data: Json, txn: str = "", **header: Any) -> str:
        txn = txn or str(uuid.uuid4())
        await self.connection.send(self.envelope(data, txn, **header))
        return txn

    def acks(self, txn: str) -> int:
        return sum(m["header"]["txn"] == txn and m["data"]["messageType"] == "ack" for m in self.heard)

    def of(self, kind: str) -> list[Json]:
        return [message for message in self.heard if message["data"]["messageType"] == kind]

    async def until(self, condition: Any, timeout_s: float = 10.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def met(folder: Path, pace: float = 0.05) -> AsyncIterator[tuple[RealUnit, Cloud]]:
    """A Unit that has connected to the cloud."""
    authority, cloud = Authority(folder, "Root"), Cloud()
    tls = authority.server_tls(authority.issue("localhost"))
    async with serve(cloud.talk, "127.0.0.1", 0, ssl=tls, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        unit = RealUnit("unit", "https://localhost:1/", authority.client_tls(authority.issue("unit")), pace=pace)
        unit.know(f"wss://localhost:{port}/ws/v7/", "a.token")
        async with asyncio.TaskGroup() as tasks:
            living = tasks.create_task(unit.run())
            await cloud.until(lambda: cloud.of("unitStatus"))
            yield unit, cloud
            living.cancel()


async def test_its_first_words_are_a_full_status_without_its_name_and_a_node_that_is_not_up(tmp_path: Path) -> None:
    async with met(tmp_path) as (_, cloud):
        [first] = cloud.of("unitStatus")[:1]
        assert first["header"]["systemId"] == ""
        assert first["data"]["isDeltaInfo"] is False and first["data"]["unitConfig"] == [{"state": "absent"}]
        [node] = first["data"]["nodes"]
        assert node["isConnected"] is False and node["runtimes"] == []
        await cloud.until(lambda: any(m["data"]["isDeltaInfo"] for m in cloud.of("unitStatus")))
        delta = next(m["data"] for m in cloud.of("unitStatus") if m["data"]["isDeltaInfo"])
        assert set(delta) == {"messageType", "isDeltaInfo", "nodes"}
        assert delta["nodes"][0]["isConnected"] and delta["nodes"][0]["runtimes"]


async def test_a_message_without_an_ack_goes_out_four_times_and_is_dropped(tmp_path: Path) -> None:
    async with met(tmp_path, pace=0.01) as (unit, cloud):
        await unit.until(lambda it: it.seen["given up"] >= 1)
        first = cloud.of("unitStatus")[0]
        assert [m for m in cloud.heard if m["header"]["txn"] == first["header"]["txn"]] == [first] * 4


async def test_four_stray_nacks_make_it_deaf(tmp_path: Path) -> None:
    async with met(tmp_path) as (unit, cloud):
        for _ in range(3):
            await cloud.say({"messageType": "nack"})
        txn = await cloud.say({"messageType": "overrideEnvVars", "items": []})
        await cloud.until(lambda: cloud.acks(txn))
        await cloud.say({"messageType": "nack"})
        await unit.until(lambda it: it.deaf)
        txn = await cloud.say({"messageType": "overrideEnvVars", "items": []})
        await asyncio.sleep(0.3)
        assert cloud.acks(txn) == 0


async def test_a_nack_that_it_waits_for_is_a_later_repeat_and_a_second_one_is_stray(tmp_path: Path) -> None:
    async with met(tmp_path, pace=1.0) as (unit, cloud):
        txn = cloud.of("unitStatus")[0]["header"]["txn"]
        await cloud.say({"messageType": "nack", "retryAfter": 300}, txn)
        await cloud.say({"messageType": "nack", "retryAfter": 300}, txn)
        await unit.until(lambda it: it.seen["stray nack"] == 1)
        assert sum(m["header"]["txn"] == txn for m in cloud.heard) == 1
        await cloud.until(lambda: sum(m["header"]["txn"] == txn for m in cloud.heard) == 2)
        await cloud.say({"messageType": "ack"}, txn)
        await unit.until(lambda it: it.seen["ack"] == 1)


MANY = [{"item": {"id": str(number), "type": "service"}, "version": "1", "owner": {"id": "o"},
         "indexDigest": "sha256:0"} for number in range(65)]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "header"),
    [
        ({"messageType": "desiredStatus"}, {"system_id": "another"}),
        ({"messageType": "desiredStatus"}, {"version": 8}),
        ({"messageType": "desiredStatus", "items": MANY}, {}),
        ({"messageType": "desiredStatus", "items": [{**MANY[0], "owner": {}}]}, {}),
        ({"messageType": "desiredStatus", "items": [{**MANY[0], "version": "1" * 33}]}, {}),
    ],
    ids=["another systemId", "another version", "65 items", "no owner", "a long version"],
)
async def test_what_it_does_not_take_it_drops_without_an_answer(tmp_path: Path, data: Json, header: Json) -> None:
    async with met(tmp_path) as (_, cloud):
        dropped = await cloud.say(data, **header)
        taken = await cloud.say({"messageType": "overrideEnvVars", "items": []})
        await cloud.until(lambda: cloud.acks(taken))
        assert cloud.acks(dropped) == 0


async def test_text_and_fragments_are_ignored_and_keys_are_read_without_regard_to_case(tmp_path: Path) -> None:
    async with met(tmp_path) as (unit, cloud):
        text = cloud.envelope({"messageType": "overrideEnvVars", "items": []}, "text")
        await cloud.connection.send(text.decode())
        await cloud.connection.send([text[:10], text[10:]])
        odd = cloud.envelope({"messageType": "overrideEnvVars", "items": []}, "odd").replace(b"systemId", b"SystemID")
        await cloud.connection.send(odd)
        await cloud.until(lambda: cloud.acks("odd"))
        assert cloud.acks("text") == 0
        assert unit.seen["text ignored"] == unit.seen["fragments ignored"] == 1


async def test_it_acknowledges_and_does_the_same_again_for_the_same_txn(tmp_path: Path) -> None:
    async with met(tmp_path) as (unit, cloud):
        for number in (1, 2):
            await cloud.say({"messageType": "desiredStatus"}, "the-same")
            await unit.until(lambda it, number=number: it.update.rounds == number)
        await cloud.until(lambda: cloud.acks("the-same") == 2)


async def test_a_state_is_taken_only_with_its_sha3_224(tmp_path: Path) -> None:
    async with met(tmp_path) as (unit, cloud):
        named = {"messageType": "updateState", "item": {"id": "i"}, "subject": {"id": "s"}, "instance": 0}
        await cloud.say({**named, "state": "abc", "stateChecksum": sha3_224(b"abc")})
        await unit.until(lambda it: it.seen["state taken"] == 1)
        await cloud.say({**named, "state": "abc", "stateChecksum": sha3_224(b"abd")})
        await unit.until(lambda it: it.seen["invalid checksum"] == 1)


def test_the_double_shares_no_code_with_the_product() -> None:
    for path in Path(__file__).parent.glob("real_unit*.py"):
        assert "aosedge." not in path.read_text().replace("aosedge.tech", "")
