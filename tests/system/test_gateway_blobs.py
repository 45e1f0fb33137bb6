"""Blobs as Units fetch them: over real HTTP, from a real folder, by signed links."""

import asyncio
import contextlib
import http.client
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.system.real_unit_http import download

from aosedge.clock import SystemClock
from aosedge.cloud import https
from aosedge.cloud.blobs import open_blobs
from aosedge.cloud.gateway.blob_door import BlobDoor
from aosedge.cloud.gateway.signatures import Links
from aosedge.cloud.ports import StoredBlob
from aosedge.model.digests import Digest, sha256
from aosedge.model.instants import SECOND

SECRET = b"s" * 32
CONTENT = bytes(range(256)) * 8192  # 2 MiB
Answer = tuple[int, dict[str, str], bytes]


class Shop:
    """A blob on a shelf and the door to it."""

    def __init__(self, links: Links, blob: StoredBlob) -> None:
        self.links = links
        self.blob = blob

    def link(self, digest: Digest | None = None) -> str:
        return self.links.issue(digest or self.blob.digest, SystemClock().wall())

    async def ask(self, url: str, method: str = "GET", **headers: str) -> Answer:
        return await asyncio.to_thread(_ask, url, method, headers)


def _ask(url: str, method: str, headers: dict[str, str]) -> Answer:
    parts = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)) as connection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, f"{parts.path}?{parts.query}", headers=named)
        response = connection.getresponse()
        body = response.read()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, body


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    blobs = open_blobs(str(tmp_path / "blobs"), tmp_path / "scratch")
    blob = await blobs.put_bytes(CONTENT)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    links = Links(SECRET, f"http://127.0.0.1:{listener.getsockname()[1]}/")
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(https.serve(BlobDoor(blobs, links, SystemClock()), listener, None, stop))
        yield Shop(links, blob)
        stop.set()


async def test_the_whole_blob_by_get_and_its_size_by_head(shop: Shop) -> None:
    status, headers, body = await shop.ask(shop.link())
    assert (status, body) == (200, CONTENT)
    assert headers["accept-ranges"] == "bytes"
    assert headers["etag"] == f'"{shop.blob.digest}"'
    status, headers, body = await shop.ask(shop.link(), "HEAD")
    assert (status, body, headers["content-length"]) == (200, b"", str(len(CONTENT)))
    assert headers["accept-ranges"] == "bytes"


async def test_a_part_of_the_blob(shop: Shop) -> None:
    status, headers, body = await shop.ask(shop.link(), Range="bytes=1000-1999")
    assert (status, body) == (206, CONTENT[1000:2000])
    assert headers["content-range"] == f"bytes 1000-1999/{len(CONTENT)}"
    assert (await shop.ask(shop.link(), Range="bytes=-10"))[2] == CONTENT[-10:]
    status, headers, body = await shop.ask(shop.link(), "HEAD", Range="bytes=5-")
    assert (status, body, headers["content-length"]) == (206, b"", str(len(CONTENT) - 5))


async def test_a_part_only_if_the_blob_is_still_the_same(shop: Shop) -> None:
    same, other = f'"{shop.blob.digest}"', '"sha256:0"'
    assert (await shop.ask(shop.link(), Range="bytes=0-9", If_Range=same))[0] == 206
    status, _, body = await shop.ask(shop.link(), Range="bytes=0-9", If_Range=other)
    assert (status, len(body)) == (200, len(CONTENT))


async def test_errors_have_no_body_for_a_unit_to_take_for_content(shop: Shop) -> None:
    missing = sha256(b"nothing")
    link = shop.link()
    expired = Links(SECRET, link.partition("/blobs")[0], life_us=-3600 * SECOND)
    refused = {
        "behind the end": (await shop.ask(link, Range=f"bytes={len(CONTENT)}-"), 416),
        "missing": (await shop.ask(shop.link(missing)), 404),
        "signed for another": (await shop.ask(link.replace(shop.blob.digest, missing)), 403),
        "unsigned": (await shop.ask(link.partition("?")[0]), 403),
        "expired": (await shop.ask(expired.issue(shop.blob.digest, SystemClock().wall())), 403),
        "no digest": (await shop.ask(link.replace("sha256:", "sha256:..%2f")), 403),
        "deleting": (await shop.ask(link, "DELETE"), 405),
    }
    for what, ((status, headers, body), expected) in refused.items():
        assert (status, body, headers["content-length"]) == (expected, b"", "0"), what


async def test_a_real_unit_downloads_with_resume(shop: Shop) -> None:
    link, part, whole, rounds = shop.link(), b"", False, 0
    while not whole:
        rounds += 1
        stop_after = len(part) + 300_000
        part, whole = await asyncio.to_thread(download, link, None, part, stop_after)
    assert part == CONTENT
    assert rounds == 7


async def test_a_peer_that_goes_away_does_not_cost_the_rest_of_the_blob(shop: Shop) -> None:
    for _ in range(20):
        await asyncio.to_thread(download, shop.link(), None, b"", 1)
    assert (await shop.ask(shop.link()))[2] == CONTENT
