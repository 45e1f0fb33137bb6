"""Service discovery over mutual TLS: who is told where the channel is, and who is not."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.system.gateway_place import Member, Place, place_in
from tests.system.real_unit_http import http_post


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with place_in(tmp_path) as place, place.serving():
        yield place


async def ask(place: Place, member: Member, url: str = "", **changes: object) -> tuple[int, bytes]:
    question = {"version": 7, "systemId": member.system_id, "supportedProtocols": ["wss"], **changes}
    return await post(place, member, json.dumps(question).encode(), url)


async def post(place: Place, member: Member, body: bytes, url: str = "") -> tuple[int, bytes]:
    return await asyncio.to_thread(http_post, url or place.discovery_url, member.tls, body)


async def test_a_unit_learns_where_its_channel_is(place: Place) -> None:
    unit = await place.unit("unit-1")
    for question in ({}, {"systemId": ""}, {"unknown": 1}):
        status, body = await ask(place, unit, **question)
        answer = json.loads(body)
        assert status == 200
        assert answer["version"] == 7 and answer["systemId"] == "unit-1" and answer["errorCode"] == 0
        assert answer["connectionInfo"] == [place.channel_url]
        assert answer["nextRequestDelay"] >= 1000 and answer["authToken"]


async def test_a_certificate_that_opens_no_door_is_answered_401_without_a_body(place: Place) -> None:
    revoked = await place.unit("revoked")
    await place.revoke(revoked)
    offline = await place.unit("offline", type="offline")
    for member in (revoked, offline):
        assert await ask(place, member) == (401, b"")


async def test_a_certificate_of_an_installation_that_does_not_know_it_is_answered_401(
    place: Place, tmp_path: Path
) -> None:
    async with place_in(tmp_path) as twin:  # same authority and database, another Unit that is then forgotten
        unit = await twin.unit("ghost")
        await twin.forget(unit)
    assert await ask(place, unit) == (401, b"")


async def test_a_unit_that_calls_itself_another_is_answered_403(place: Place) -> None:
    unit, other = await place.unit("unit-1"), await place.unit("unit-2")
    assert await ask(place, unit, systemId=other.system_id) == (403, b"")


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"[]", b"\xff", b'{"version":"7"}', b'{"version":8}', b'{"version":7,"supportedProtocols":["ws"]}'],
)
async def test_what_is_no_discovery_request_is_answered_400_without_a_body(place: Place, body: bytes) -> None:
    unit = await place.unit("unit-1")
    assert await post(place, unit, body) == (400, b"")


async def test_a_request_that_is_too_long_is_answered_413(place: Place) -> None:
    unit = await place.unit("unit-1")
    assert await post(place, unit, b" " * 100_000) == (413, b"")


async def test_other_paths_are_answered_404(place: Place) -> None:
    unit = await place.unit("unit-1")
    assert await ask(place, unit, place.discovery_url.replace("sd", "xx")) == (404, b"")


async def test_nobody_is_answered_without_a_certificate_of_ours(place: Place, tmp_path: Path) -> None:
    async with place_in(tmp_path / "other") as other:
        stranger = await other.unit("unit-1")
    stranger.tls.load_verify_locations(cadata=place.authority.root_pem())
    assert await ask(place, stranger) == (0, b"")
