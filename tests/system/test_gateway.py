"""The Unit side door on a real store, over mutual TLS: what Units may rely on, and what the ill-behaved get."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
import websockets.exceptions
from tests.system.gateway_peer import DELTA, FULL, joined, token_of
from tests.system.gateway_place import SECRET, Place, place_in

from aosedge.cloud.domain.clones import OFTEN
from aosedge.cloud.gateway import conversation
from aosedge.cloud.gateway.signatures import Tokens
from aosedge.cloud.gateway.switchboard import Policy
from aosedge.model.instants import SECOND

ALERT = {
    "messageType": "alerts",
    "items": [
        {"timestamp": "2026-01-31T12:00:00Z", "tag": "systemAlert", "node": {"codename": "main"}, "message": "hot"}
    ],
}


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with place_in(tmp_path) as place, place.serving():
        yield place


async def refused(place: Place, member, token: str | None = None) -> int:  # type: ignore[no-untyped-def]
    """The status with which a channel is refused."""
    with pytest.raises(websockets.exceptions.InvalidStatus) as answer:
        async with joined(place, member, token):
            pass
    assert answer.value.response.body == b""
    return answer.value.response.status_code


# Coming in.


async def test_the_channel_opens_only_with_a_token_of_discovery_for_the_same_certificate(place: Place) -> None:
    unit, other = await place.unit("unit-1"), await place.unit("unit-2")
    old = Tokens(SECRET, life_us=-SECOND).issue(unit.issued.serial, place.clock.wall())
    for token in ("", "x", await token_of(place, other), old):
        assert await refused(place, unit, token) == 401
    async with joined(place, unit) as peer:
        await peer.say_and_wait(FULL)


async def test_a_token_opens_the_channel_again_after_the_connection_and_the_cloud_were_gone(tmp_path: Path) -> None:
    async with place_in(tmp_path) as place:
        unit = await place.unit("unit-1")
        async with place.serving():
            token = await token_of(place, unit)
            for _ in range(2):
                async with joined(place, unit, token) as peer:
                    await peer.say_and_wait(FULL)
        async with place.serving(), joined(place, unit, token) as peer:
            await peer.say_and_wait(FULL)


async def test_a_certificate_revoked_after_discovery_is_shown_out_and_then_answered_429(place: Place) -> None:
    unit = await place.unit("unit-1")
    token = await token_of(place, unit)
    await place.revoke(unit)
    async with joined(place, unit, token) as peer:
        code, reason = await peer.until_closed()
    assert code == 1008 and "certificate" in reason
    assert await refused(place, unit, token) == 429


async def test_a_deprovisioned_unit_is_shown_out_at_once_and_comes_in_no_more(place: Place) -> None:
    unit, other = await place.unit("unit-1"), await place.unit("unit-2")
    async with joined(place, unit) as peer, joined(place, other) as stays:
        await peer.say_and_wait(FULL)
        await place.deprovision(unit)
        code, reason = await peer.until_closed()
        assert code == 1008 and "certificate" in reason
        await stays.say_and_wait(FULL)
    assert await refused(place, unit, Tokens(SECRET).issue(unit.issued.serial, place.clock.wall())) == 429
    row = await place.until_row(unit, lambda row: row.connectivity == "Offline")
    assert row.lifecycle == "deprovisioned"


async def test_a_certificate_revoked_while_connected_is_shown_out_soon(tmp_path: Path) -> None:
    async with place_in(tmp_path) as place, place.serving(Policy(revise_s=0.2)):
        unit, other, gone = await place.unit("unit-1"), await place.unit("unit-2"), await place.unit("unit-3")
        async with joined(place, unit) as peer, joined(place, other) as stays, joined(place, gone) as deleted:
            for one in (peer, stays, deleted):
                await one.say_and_wait(FULL)
            await place.revoke(unit)
            await place.forget(gone)
            assert (await peer.until_closed())[0] == 1008
            assert (await deleted.until_closed())[0] == 1008
            await stays.say_and_wait(DELTA)
            assert stays.closed is None


async def test_a_unit_that_comes_back_all_the_time_is_slowed_down(tmp_path: Path) -> None:
    async with place_in(tmp_path) as place, place.serving(Policy(opens_burst=3)):
        unit = await place.unit("unit-1")
        token = await token_of(place, unit)
        for _ in range(3):
            async with joined(place, unit, token):
                pass
        assert await refused(place, unit, token) == 429


async def test_units_beyond_what_can_be_signed_in_at_once_are_answered_503(tmp_path: Path) -> None:
    async with place_in(tmp_path) as place, place.serving(Policy(arrivals_most=0)):
        assert await refused(place, await place.unit("unit-1")) == 503


async def test_connectivity_is_connected_then_online_then_offline(place: Place) -> None:
    unit = await place.unit("unit-1")
    assert (await place.row(unit)).connectivity == "Offline"
    async with joined(place, unit) as peer:
        await place.until_row(unit, lambda row: row.connectivity == "Connected")
        await peer.say_and_wait(FULL)
        assert (await place.row(unit)).connectivity == "Online"
    await place.until_row(unit, lambda row: row.connectivity == "Offline")


async def test_of_two_connections_with_one_identity_the_newer_counts_and_people_see_both(place: Place) -> None:
    unit = await place.unit("unit-1")
    token = await token_of(place, unit)
    async with joined(place, unit, token) as older, joined(place, unit, token) as newer:
        code, reason = await older.until_closed()
        assert code == 1008 and "another connection" in reason
        await newer.say_and_wait(FULL)
        assert (await place.row(unit)).connectivity == "Online"
    note = await place.until_noted("two_connections", unit)
    assert note.detail.count("127.0.0.1:") == 2
    assert (await place.clone(unit)) is None  # once, from one address: it may be a device that came back


async def test_two_connections_from_two_addresses_mark_the_unit_with_both(place: Place) -> None:
    unit = await place.unit("unit-1")
    token = await token_of(place, unit)
    async with joined(place, unit, token), joined(place, unit, token, "127.0.0.2"):
        note = await place.until_noted("clone_suspected", unit)
    seen = await place.clone(unit)
    assert seen is not None and seen.suspected_at is not None and seen.times == 1
    assert seen.older.startswith("127.0.0.1:") and seen.newer.startswith("127.0.0.2:")
    assert seen.older in note.detail and seen.newer in note.detail


async def test_two_devices_behind_one_address_give_themselves_away(place: Place) -> None:
    unit = await place.unit("unit-1")
    token = await token_of(place, unit)
    async with AsyncExitStack() as connections:
        for _ in range(OFTEN + 1):
            await connections.enter_async_context(joined(place, unit, token))
        await place.until_noted("clone_suspected", unit)
    seen = await place.clone(unit)
    assert seen is not None and seen.times == OFTEN


# What is said.


async def test_a_status_is_acknowledged_once_it_is_in_the_database(place: Place, tmp_path: Path) -> None:
    """I4: acknowledged means durable."""
    unit = await place.unit("unit-1")
    async with joined(place, unit) as peer:
        await peer.say_and_wait(FULL)
        with closing(sqlite3.connect(f"file:{tmp_path / 'aoscloud.db'}?mode=ro", uri=True)) as other:
            assert other.execute("SELECT count(*) FROM statuses WHERE unit = ?", (unit.id,)).fetchone() == (1,)


async def test_nothing_is_acknowledged_while_the_database_takes_nothing(place: Place, tmp_path: Path) -> None:
    """I4, and nothing is lost: it is acknowledged when the database takes it."""
    unit = await place.unit("unit-1")
    async with joined(place, unit) as peer:
        await peer.say_and_wait(FULL)
        with closing(sqlite3.connect(tmp_path / "aoscloud.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            txn = await peer.say(DELTA)
            await asyncio.sleep(1.0)
            assert peer.receipts(txn) == []
            other.execute("ROLLBACK")
        await peer.until(lambda: peer.receipts(txn) == ["ack"])


async def test_a_message_that_comes_a_thousand_times_counts_once(place: Place) -> None:
    """I6."""
    unit = await place.unit("unit-1")
    async with joined(place, unit) as peer:
        await peer.say_and_wait(FULL)
        for _ in range(1_000):
            await peer.say(ALERT, txn="the-same")
        await peer.until(lambda: len(peer.receipts("the-same")) > 200, timeout_s=30)
        assert set(peer.receipts("the-same")) == {"ack"}
    assert len(await place.alerts(unit)) == 1


async def test_a_message_that_comes_again_on_another_connection_counts_once(place: Place) -> None:
    """I6: over reconnects too, where a receipt was lost on the way."""
    unit = await place.unit("unit-1")
    for _ in range(3):
        async with joined(place, unit) as peer:
            await peer.say_and_wait(ALERT, txn="the-same")
    assert len(await place.alerts(unit)) == 1


async def test_an_empty_system_id_is_the_certificates(place: Place) -> None:
    unit = await place.unit("unit-1")
    async with joined(place, unit) as peer:
        await peer.say_and_wait(FULL, system_id="")
    assert (await place.row(unit)).connectivity in ("Online", "Offline")


async def test_a_message_in_another_units_name_changes_nothing_and_people_see_it(place: Place) -> None:
    """I9: a Unit acts for itself only."""
    unit, victim = await place.unit("unit-1"), await place.unit("victim")
    async with joined(place, unit) as peer, joined(place, victim) as other:
        await other.say_and_wait(FULL)
        txn = await peer.say(ALERT, system_id="victim")
        await peer.say_and_wait(FULL)
        assert peer.receipts(txn) == []
        assert other.receipts(txn) == []
    assert not await place.alerts(victim)
    assert "victim" in (await place.until_noted("wrong_system_id", unit)).detail


GARBAGE = {
    "not JSON": b"{",
    "not UTF-8": b'{"header":{"version":7,"systemId":"\xff"}}',
    "nothing": b"",
    "another version": b'{"header":{"version":6},"data":{}}',
    "no such message": b'{"header":{"version":7,"systemId":"","createdAt":"2026-01-31T12:00:00Z","txn":"t"},'
    b'"data":{"messageType":"selfDestruct"}}',
    "deep": b"[" * 500_000,
    "the cloud's own": b'{"header":{"version":7,"systemId":"","createdAt":"2026-01-31T12:00:00Z","txn":"t"},'
    b'"data":{"messageType":"desiredStatus"}}',
}


@pytest.mark.parametrize("raw", GARBAGE.values(), ids=GARBAGE.keys())
async def test_what_cannot_be_read_gets_no_answer_and_the_next_message_is_taken(place: Place, raw: bytes) -> None:
    unit = await place.unit("unit-1")
    async with joined(place, unit) as peer:
        await peer.connection.send(raw)
        await peer.say_and_wait(FULL)
        assert len(peer.heard) == 1


async def test_text_frames_get_no_answer_and_too_many_close_the_channel(place: Place) -> None:
    unit = await place.unit("unit-1")
    token = await token_of(place, unit)
    async with joined(place, unit, token) as peer:
        for number in range(21):
            await peer.connection.send(peer.envelope(FULL, txn=f"text-{number}"))
        assert (await peer.until_closed())[0] == 1008
        assert peer.heard == []
    assert await refused(place, unit, token) == 429


async def test_a_message_of_ten_mebibytes_closes_its_channel_and_others_notice_nothing(place: Place) -> None:
    unit, other = await place.unit("unit-1"), await place.unit("unit-2")
    async with joined(place, other) as calm, joined(place, unit) as peer:
        await calm.say_and_wait(FULL)
        with pytest.raises(websockets.exceptions.ConnectionClosed):
            await peer.connection.send(b"x" * 10 * 1024 * 1024)
            await peer.until_closed()
            await peer.connection.send(b"")
        await calm.say_and_wait(DELTA)
    async with joined(place, unit) as peer:
        await peer.say_and_wait(FULL)


async def test_a_flood_is_slowed_down_and_another_unit_is_answered_at_once(tmp_path: Path) -> None:
    policy = Policy(unit=conversation.Policy(messages_burst=50, messages_per_s=300))
    async with place_in(tmp_path) as place, place.serving(policy):
        unit, other = await place.unit("unit-1"), await place.unit("unit-2")
        async with joined(place, unit) as wild, joined(place, other) as calm:
            await calm.say_and_wait(FULL)
            start = time.monotonic()
            async with asyncio.TaskGroup() as tasks:
                flooding = tasks.create_task(flood(wild, 1_000))
                waits = []
                while not flooding.done():
                    before = time.monotonic()
                    await calm.say_and_wait(DELTA)
                    waits.append(time.monotonic() - before)
                    await asyncio.sleep(0.05)
            assert time.monotonic() - start > 2.0, "1,000 messages at 300 a second, less what was under way"
            assert max(waits) < 1.0
            assert len(wild.of("ack")) == 1_000, "none was lost"


async def flood(peer, count: int) -> None:  # type: ignore[no-untyped-def]
    for _ in range(count):
        await peer.say(ALERT | {"padding": "x" * 2_000})
    await peer.until(lambda: len(peer.of("ack")) == count, timeout_s=30)
