"""Content stores to test, with a server that has what they fetch."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.contract.content_server import ContentServer
from tests.contract.made_content import HERE, Made

from aosedge.core.images.fetching import Policy
from aosedge.core.images.store import ContentStore
from aosedge.core.images.transfer import Pace
from aosedge.core.ports import Content, Images
from aosedge.core.store.disk import OsDisk
from aosedge.model import oci

QUICK = Policy(attempts=3, wait_s=lambda _: 0.01, pace=Pace(window_s=0.25, least_bytes=1024))
ENCRYPTED = sorted(oci.ENCRYPTED_LAYERS)[0]
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
