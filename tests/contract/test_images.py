"""The content store against a real server over TLS and a real disk."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.contract.content_server import ContentServer
from tests.contract.made_content import HERE, Made, item, layer

from aosedge.core.images.fetching import Policy
from aosedge.core.images.store import ContentStore
from aosedge.core.images.transfer import Pace
from aosedge.core.ports import Content, Images
from aosedge.core.store.disk import OsDisk

QUICK = Policy(attempts=3, wait_s=lambda _: 0.01, pace=Pace(window_s=0.5, least_bytes=1024))
BIG = random.Random(1).randbytes(700_000)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ContentServer]:
    async with ContentServer(tmp_path) as server:
        yield server


@pytest.fixture
def store(tmp_path: Path, server: ContentServer) -> ContentStore:
    return open_store(tmp_path, server)


def open_store(tmp_path: Path, server: ContentServer, policy: Policy = QUICK) -> ContentStore:
    root = tmp_path / "images"
    return ContentStore(OsDisk(root), root / "layers", HERE, server.trust, policy)


def serve(server: ContentServer, *made: Made) -> None:
    for one in made:
        server.blobs |= one.blobs


async def bring(store: Images, server: ContentServer, made: Made) -> Content:
    async with asyncio.timeout(30):
        return await store.fetch(made.index, server.locate, lambda done, total: None)


async def test_an_item_is_fetched_verified_and_unpacked(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"bin/hello": b"#!hello", "data": BIG}), layer({"bin/hello": b"newer"}))
    serve(server, made)
    seen: list[tuple[int, int]] = []
    content = await store.fetch(made.index, server.locate, lambda done, total: seen.append((done, total)))
    assert content == store.content(made.index)
    assert content.layers == made.layers
    assert set(content.blobs) == set(made.blobs)
    assert content.size_bytes == sum(map(len, made.blobs.values()))
    assert content.config.hostname == "hello"
    assert seen[-1] == (content.size_bytes, content.size_bytes)
    await store.install(content)
    assert (store.layer_folder(made.layers[0]) / "data").read_bytes() == BIG
    assert (store.layer_folder(made.layers[1]) / "bin/hello").read_bytes() == b"newer"
