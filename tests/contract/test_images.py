"""The content store against a real server over TLS and a real disk."""

import asyncio
import os
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.contract.content_server import ContentServer, Request
from tests.contract.content_stores import BIG, ENCRYPTED, QUICK, bring, open_store, serve, server, store
from tests.contract.made_content import HERE, item, layer
from tests.contract.misbehaviour import cut_after, in_turn, only

from aosedge.core.images.store import ContentStore, Room
from aosedge.core.images.walk import Limits
from aosedge.core.ports import Content
from aosedge.core.store.disk import OsDisk
from aosedge.model.errors import Invalid, Unavailable, Untrusted
from aosedge.model.oci import ImageConfig, ItemConfig, Platform

__all__ = ["server", "store"]


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
    assert store.layer_folder(made.layers[0]).parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a/../../out"])
async def test_a_layer_that_leads_out_is_refused_and_leaves_nothing(
    store: ContentStore, server: ContentServer, tmp_path: Path, name: str
) -> None:
    made = item(layer({"good": b"good", name: b"bad"}))
    serve(server, made)
    content = await bring(store, server, made)
    with pytest.raises(Untrusted, match="layer is refused") as caught:
        await store.install(content)
    assert made.layers[0] in caught.value.element
    assert not (tmp_path / "out").exists()
    assert list(store.layer_folder(made.layers[0]).parent.iterdir()) == []


async def test_a_layer_bomb_is_refused_and_leaves_nothing(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"zeros": bytes(64 * 1024**2)}))
    serve(server, made)
    content = await bring(store, server, made)
    with pytest.raises(Untrusted, match="layer is refused"):
        await store.install(content)
    assert list(store.layer_folder(made.layers[0]).parent.iterdir()) == []


async def test_an_encrypted_layer_is_refused_before_it_is_fetched(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"a": BIG}), media_type=ENCRYPTED)
    serve(server, made)
    with pytest.raises(Invalid, match="no key"):
        await bring(store, server, made)
    assert made.layers[0] not in server.located
    image = ImageConfig("amd64", "linux")
    content = Content(made.index, made.index, image, ItemConfig(), made.layers, (ENCRYPTED,), (), 0)
    with pytest.raises(Invalid, match="no key"):
        await store.install(content)


async def test_another_platforms_item_is_refused_naming_those_there_are(
    store: ContentStore, server: ContentServer
) -> None:
    made = item(layer({"a": b"b"}), platform=Platform("arm64", variant="v8"))
    serve(server, made)
    with pytest.raises(Invalid, match="linux/arm64/v8"):
        await bring(store, server, made)


# The disk is finite, and not to be trusted for ever.


@pytest.mark.parametrize("spoiled", [layer({"data": b"evil"}), b"no archive", b""])
async def test_a_layer_spoiled_before_it_is_unpacked_is_fetched_again(
    store: ContentStore, server: ContentServer, tmp_path: Path, spoiled: bytes
) -> None:
    """I1: noticed by the hash while unpacking, though it was right when it came."""
    made = item(layer({"data": BIG}))
    serve(server, made)
    content = await bring(store, server, made)
    blob = tmp_path / "images/blobs" / made.layers[0].removeprefix("sha256:")
    blob.write_bytes(spoiled)
    with pytest.raises(Unavailable, match="spoiled"):
        await store.install(content)
    assert store.content(made.index) is None
    await store.install(await bring(store, server, made))
    assert (store.layer_folder(made.layers[0]) / "data").read_bytes() == BIG


SPOIL: dict[str, Callable[[Path], object]] = {
    "a byte": lambda layer: (layer / "bin/app").write_bytes(b"apq"),
    "a file gone": lambda layer: (layer / "bin/app").unlink(),
    "a file more": lambda layer: (layer / "bin/more").write_bytes(b""),
    "a mode": lambda layer: (layer / "bin/app").chmod(0o4755),
    "a folder's mode": lambda layer: layer.chmod(0o777),
    "a link elsewhere": lambda layer: ((layer / "link").unlink(), (layer / "link").symlink_to("/etc")),
    "no seal": lambda layer: layer.with_name(layer.name + ".seal").unlink(),
    "another seal": lambda layer: layer.with_name(layer.name + ".seal").write_bytes(b"0" * 64),
}


@pytest.mark.parametrize("what", sorted(SPOIL))
async def test_an_unpacked_layer_that_the_disk_spoiled_is_unpacked_anew_after_a_start(
    store: ContentStore, server: ContentServer, tmp_path: Path, what: str
) -> None:
    """I1: what is active is what was verified, also after the night."""
    made = item(layer({"bin/app": b"app"}, links={"link": "bin/app"}))
    serve(server, made)
    content = await bring(store, server, made)
    await store.install(content)
    folder = store.layer_folder(made.layers[0])
    inode = folder.stat().st_ino
    store = open_store(tmp_path, server)
    await store.install(content)
    assert folder.stat().st_ino == inode
    SPOIL[what](folder)
    await open_store(tmp_path, server).install(content)
    assert folder.stat().st_ino != inode
    assert (folder / "bin/app").read_bytes() == b"app"
    assert (folder / "link").readlink() == Path("bin/app")
    await store.collect(frozenset({made.index}))
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name, f"{folder.name}.seal"]


async def test_what_is_missing_cannot_be_installed(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)
    content = await bring(store, server, made)
    await store.collect(frozenset())
    with pytest.raises(Unavailable, match="not here"):
        await store.install(content)
    assert store.content(made.index) is None


async def test_collection_frees_what_nothing_needs_and_nothing_else(
    store: ContentStore, server: ContentServer, tmp_path: Path
) -> None:
    """I12."""
    shared = layer({"base": b"shared"})
    old, new = item(shared, layer({"app": BIG})), item(shared, layer({"app": b"new"}))
    serve(server, old, new)
    for made in (old, new):
        await store.install(await bring(store, server, made))
    assert await store.collect(frozenset({old.index, new.index})) == 0
    assert await store.collect(frozenset({new.index})) > 2 * len(BIG)
    assert store.content(old.index) is None
    assert store.content(new.index) is not None
    assert [store.layer_folder(digest).is_dir() for digest in (*new.layers, old.layers[1])] == [True, True, False]
    assert await store.collect(frozenset()) > 0
    assert [path for path in (tmp_path / "images").rglob("*") if path.is_file()] == []


async def test_what_is_being_fetched_is_not_collected(store: ContentStore, server: ContentServer) -> None:
    """I12: collection in the middle of a download takes nothing of it."""
    made = item(layer({"data": BIG}))
    serve(server, made)

    async def collecting(request: Request, writer: asyncio.StreamWriter) -> None:
        content = server.content(request)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content[:-1])
        await writer.drain()
        await asyncio.sleep(0.05)
        await store.collect(frozenset())
        writer.write(content[-1:])

    server.always = collecting
    await store.install(await bring(store, server, made))
    assert len(server.requests) == 5


@pytest.mark.parametrize("leftover", [".tmp", ".gone"])
async def test_what_a_crash_left_of_a_layer_is_cleared(
    store: ContentStore, server: ContentServer, leftover: str
) -> None:
    made = item(layer({"data": b"data"}))
    serve(server, made)
    folder = store.layer_folder(made.layers[0])
    aside = folder.with_name(folder.name + leftover)
    (aside / "sub").mkdir(parents=True)
    (aside / "sub/part").write_bytes(b"half of it")
    (aside / "sub").chmod(0)
    await store.install(await bring(store, server, made))
    await store.collect(frozenset({made.index}))
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name, f"{folder.name}.seal"]
    assert sorted(path.name for path in folder.iterdir()) == ["data"]


async def test_a_budget_is_kept_and_named(tmp_path: Path, server: ContentServer) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)
    root = tmp_path / "images"
    store = ContentStore(
        OsDisk(root), root / "layers", HERE, server.trust, QUICK, room=Room(blobs_bytes=5 * 1024**2, reserve_bytes=0)
    )
    await bring(store, server, made)
    big = item(layer({"data": random.Random(2).randbytes(5 * 1024**2)}))
    serve(server, big)
    with pytest.raises(Unavailable, match=r"no room .* bytes are still to come"):
        await bring(store, server, big)
    assert store.content(made.index) is not None


async def test_what_has_come_already_needs_no_room_again(tmp_path: Path, server: ContentServer) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)
    root, limits = tmp_path / "images", Limits(document_bytes=1000)
    room = Room(blobs_bytes=sum(map(len, made.blobs.values())) + 1000, reserve_bytes=0)
    store = ContentStore(OsDisk(root), root / "layers", HERE, server.trust, QUICK, limits, room)
    server.always = only(server, made.layers[0], in_turn([cut_after(server, 600_000)], cut_after(server, 0)))
    with pytest.raises(Unavailable, match="closed in the middle"):
        await bring(store, server, made)
    server.always = None
    await bring(store, server, made)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4M", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.root
async def test_a_full_disk_stops_the_download_loses_nothing_and_goes_on_with_room(
    small: Path, server: ContentServer
) -> None:
    """I4, I12."""
    active, wanted = item(layer({"app": b"active"})), item(layer({"data": BIG}), hostname="wanted")
    serve(server, active, wanted)
    store = ContentStore(
        OsDisk(small),
        small / "layers",
        HERE,
        server.trust,
        QUICK,
        Limits(document_bytes=65536),
        Room(reserve_bytes=0),
    )
    await store.install(await bring(store, server, active))
    ballast = small / "ballast"
    ballast.write_bytes(bytes(OsDisk(small).free_bytes() - 900_000))

    async def fill(request: Request, writer: asyncio.StreamWriter) -> None:
        if len(server.content(request)) > 9999:
            with ballast.open("ab") as file:
                file.write(bytes(500_000))
        await server.honest(request, writer)

    server.always = fill
    with pytest.raises(Unavailable, match=r"No space left on device; .* bytes are still to come"):
        await bring(store, server, wanted)
    assert store.content(active.index) is not None
    assert (store.layer_folder(active.layers[0]) / "app").read_bytes() == b"active"
    server.always = None
    with pytest.raises(Unavailable, match="no room"):
        await bring(store, server, wanted)
    come = store.catalogue.blobs.unfinished()[wanted.layers[0]]
    assert come > 100_000
    ballast.unlink()
    server.requests.clear()
    content = await bring(store, server, wanted)
    # a document that had no room either may be asked for first
    assert [each.offset for each in server.requests if wanted.layers[0] in each.path] == [come]
    ballast.write_bytes(bytes(OsDisk(small).free_bytes() - 300_000))
    with pytest.raises(Unavailable, match="cannot unpack"):
        await store.install(content)
    assert {path.stem for path in (small / "layers").iterdir()} == {active.layers[0].removeprefix("sha256:")}
    ballast.unlink()
    await store.install(content)
    assert (store.layer_folder(wanted.layers[0]) / "data").read_bytes() == BIG
