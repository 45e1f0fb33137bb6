"""The content store against a real server over TLS and a real disk."""

import asyncio
import gzip
import os
import random
import ssl
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.contract.content_server import Answer, ContentServer, Request
from tests.contract.made_content import HERE, Made, item, layer

from aosedge.core.images.fetching import Policy
from aosedge.core.images.store import ContentStore, Room
from aosedge.core.images.transfer import Pace
from aosedge.core.images.walk import Limits
from aosedge.core.ports import Content, Images
from aosedge.core.store.disk import OsDisk
from aosedge.model import oci
from aosedge.model.digests import Digest, sha256
from aosedge.model.errors import AosError, Invalid, NotFound, TooLarge, Unavailable, Untrusted
from aosedge.model.oci import ImageConfig, ItemConfig, Platform
from aosedge.protocol.messages.from_cloud import BlobUrl

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


def only(server: ContentServer, digest: Digest, attack: Answer) -> Answer:
    """Attack this blob, serve the others."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await (attack if digest in request.path else server.honest)(request, writer)

    return answer


def in_turn(answers: list[Answer], then: Answer) -> Answer:
    """These answers one after the other, `then` for ever."""
    left = list(answers)

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if left else then)(request, writer)

    return answer


def cut_after(server: ContentServer, most_bytes: int, etag: str = "") -> Answer:
    """Send so many bytes of what was asked for, then hang up."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        content = server.content(request)
        head, size = "HTTP/1.1 200 OK", len(content)
        if request.offset:
            head = f"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {request.offset}-{size - 1}/{size}"
        tag = etag or f'"{sha256(content)}"'
        writer.write(f"{head}\r\nETag: {tag}\r\nContent-Length: {size - request.offset}\r\n\r\n".encode())
        writer.write(content[request.offset : request.offset + most_bytes])

    return answer


def asked(server: ContentServer, digest: Digest) -> list[Request]:
    """The requests for this blob."""
    return [request for request in server.requests if digest in request.path]


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
    assert store.layer_folder(made.layers[0]).parent.stat().st_mode & 0o777 == 0o700


# The network does its worst.


async def test_an_interrupted_download_goes_on_where_it_stopped(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)

    half = len(server.blobs[made.layers[0]]) // 2
    server.always = only(server, made.layers[0], in_turn([cut_after(server, half)], server.honest))
    await bring(store, server, made)
    first, second = asked(server, made.layers[0])
    assert (first.offset, second.offset) == (0, half)
    assert second.headers["if-range"] == f'"{made.layers[0]}"'


async def test_a_download_goes_on_after_a_restart(tmp_path: Path, server: ContentServer) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)
    half = len(server.blobs[made.layers[0]]) // 2

    half_way, hung_up = asyncio.Event(), asyncio.Event()

    async def stall(request: Request, writer: asyncio.StreamWriter) -> None:
        content = server.content(request)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content[:half])
        await hung_up.wait()

    def progress(done: int, total: int) -> None:
        if done == total - len(server.blobs[made.layers[0]]) + half:
            half_way.set()

    store = open_store(tmp_path, server, Policy(pace=Pace(window_s=30)))
    async with asyncio.TaskGroup() as group:
        server.always = only(server, made.layers[0], stall)
        task = group.create_task(store.fetch(made.index, server.locate, progress))
        await half_way.wait()
        task.cancel()
    hung_up.set()
    server.always = None
    server.requests.clear()
    await bring(open_store(tmp_path, server), server, made)
    assert [request.offset for request in server.requests] == [half]


async def test_a_server_without_ranges_is_read_from_its_beginning(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)
    cuts = [100_000, 200_000]

    async def rangeless(request: Request, writer: asyncio.StreamWriter) -> None:
        content = server.content(request)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode())
        writer.write(content[: cuts.pop(0)] if len(content) > 9999 and cuts else content)

    server.always = rangeless
    await bring(store, server, made)
    assert not cuts
    assert len(asked(server, made.layers[0])) == 3


async def test_a_server_that_refuses_ranges_is_asked_without(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)
    answers = [cut_after(server, 1000), raw("HTTP/1.1 416 Range Not Satisfiable\nContent-Length: 0\n\n")(server)]
    server.always = only(server, made.layers[0], in_turn(answers, server.honest))
    await bring(store, server, made)
    assert [request.offset for request in asked(server, made.layers[0])] == [0, 1000, 0]


async def test_a_link_that_breaks_again_and_again_is_enough_if_it_brings_something(
    store: ContentStore, server: ContentServer
) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)
    server.always = only(server, made.layers[0], in_turn([cut_after(server, 60_000)] * 8, server.honest))
    await bring(store, server, made)
    assert [request.offset for request in asked(server, made.layers[0])] == [60_000 * n for n in range(9)]


async def test_a_link_that_brings_next_to_nothing_is_given_up(store: ContentStore, server: ContentServer) -> None:
    """TRUST: slow retrieval, one connection after the other."""
    made = item(layer({"data": BIG}))
    serve(server, made)
    server.always = only(server, made.layers[0], cut_after(server, 100))
    with pytest.raises(Unavailable, match="closed in the middle"):
        await bring(store, server, made)
    assert len(asked(server, made.layers[0])) == QUICK.attempts


async def test_a_weak_entity_tag_is_not_one_to_go_on_by(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)
    server.always = only(server, made.layers[0], in_turn([cut_after(server, 1000, 'W/"weak"')], server.honest))
    await bring(store, server, made)
    assert [request.headers.get("if-range") for request in asked(server, made.layers[0])] == [None, None]


async def test_a_blob_that_changed_on_the_server_is_begun_anew(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)

    async def other(request: Request, writer: asyncio.StreamWriter) -> None:
        size = len(server.content(request))
        writer.write(f'HTTP/1.1 200 OK\r\nETag: "other"\r\nContent-Length: {size}\r\n\r\n'.encode() + bytes(50_000))

    server.always = only(server, made.layers[0], in_turn([other], server.honest))
    await bring(store, server, made)
    _, anew = asked(server, made.layers[0])
    assert (anew.offset, anew.headers["if-range"]) == (50_000, '"other"')
    assert store.catalogue.blobs.verified(made.layers[0])


async def test_chunked_and_unannounced_lengths_are_read(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)

    async def chunked(request: Request, writer: asyncio.StreamWriter) -> None:
        content = server.content(request)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for at in range(0, len(content), 5000):
            part = content[at : at + 5000]
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        writer.write(b"0\r\n\r\n")

    async def unannounced(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + server.content(request))

    server.misbehave = [chunked, unannounced, chunked, unannounced, chunked]
    await bring(store, server, made)


def lie(change: Callable[[bytes], bytes]) -> Callable[[ContentServer], Answer]:
    def of(server: ContentServer) -> Answer:
        async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
            content = change(server.content(request))
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)

        return answer

    return of


def raw(head: str, body: bytes = b"") -> Callable[[ContentServer], Answer]:
    def of(server: ContentServer) -> Answer:
        async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(head.replace("\n", "\r\n").encode() + body)

        return answer

    return of


def endless(head: bytes, part: bytes) -> Callable[[ContentServer], Answer]:
    def of(server: ContentServer) -> Answer:
        async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(head)
            while True:
                writer.write(part)
                await writer.drain()

        return answer

    return of


def trickle(server: ContentServer) -> Answer:
    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        content = server.content(request)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode())
        for byte in content:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    return answer


ZIP_BOMB = gzip.compress(bytes(10_000_000))
ATTACKS: dict[str, tuple[Callable[[ContentServer], Answer], type[AosError], str]] = {
    "one bit": (lie(lambda content: content[:-1] + bytes([content[-1] ^ 1])), Untrusted, "not what its digest says"),
    "longer": (lie(lambda content: content + b"x"), Untrusted, "another size"),
    "shorter": (lie(lambda content: content[:-1]), Untrusted, "another size"),
    "error page as content": (raw("HTTP/1.1 200 OK\nContent-Length: 5\n\n", b"sorry"), Untrusted, "another size"),
    "gzip bomb in transit": (
        raw(f"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: {len(ZIP_BOMB)}\n\n", ZIP_BOMB),
        Untrusted,
        "encoded in transit",
    ),
    "endless data": (endless(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536)), Untrusted, "not what its digest says"),
    "endless headers": (
        endless(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 100),
        Unavailable,
        "endless headers",
    ),
    "endless one header": (endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 1000), Unavailable, "endless headers"),
    "slow retrieval": (trickle, Unavailable, "slow retrieval"),
    "another part": (
        raw("HTTP/1.1 206 Partial Content\nContent-Range: bytes 7-8/9\nContent-Length: 2\n\n", b"xx"),
        Untrusted,
        "another part",
    ),
    "a part of nothing": (
        raw("HTTP/1.1 206 Partial Content\nContent-Length: 2\n\n", b"xx"),
        Untrusted,
        "another part",
    ),
    "no HTTP": (raw("SSH-2.0-OpenSSH\n"), Unavailable, "not an HTTP answer"),
    "silence and close": (raw(""), Unavailable, "closed before an answer"),
    "refused": (raw("HTTP/1.1 403 Forbidden\nContent-Length: 0\n\n"), Unavailable, "got 403"),
    "range never right": (raw("HTTP/1.1 416 Range Not Satisfiable\nContent-Length: 0\n\n"), Unavailable, "got 416"),
    "error": (raw("HTTP/1.1 500 Oh\nContent-Length: 0\n\n"), Unavailable, "got 500"),
    "plain redirect": (
        raw("HTTP/1.1 302 Found\nLocation: http://127.0.0.1:1/\n\n"),
        Untrusted,
        "redirect is not followed",
    ),
    "redirect to a file": (raw("HTTP/1.1 302 Found\nLocation: file:///etc/passwd\n\n"), Untrusted, "redirect is not"),
    "redirect to nowhere": (raw("HTTP/1.1 302 Found\nContent-Length: 0\n\n"), Untrusted, "redirect is not followed"),
    "redirect for ever": (raw("HTTP/1.1 302 Found\nLocation: ?again\n\n"), Untrusted, "too many redirects"),
}


@pytest.mark.parametrize("name", sorted(ATTACKS))
async def test_an_attack_is_named_leaves_the_active_item_alone_and_the_next_honest_cycle_works(
    store: ContentStore, server: ContentServer, name: str
) -> None:
    """I1, I12, and TRUST's "after each"."""
    attack, kind, words = ATTACKS[name]
    active, wanted = item(layer({"app": b"active"})), item(layer({"data": BIG}), hostname="wanted")
    serve(server, active, wanted)
    await store.install(await bring(store, server, active))
    for digest in sorted(wanted.blobs.keys() - active.blobs.keys()):
        server.always = only(server, digest, attack(server))
        with pytest.raises(kind, match=words) as caught:
            await bring(store, server, wanted)
        assert type(caught.value) is kind
        assert "secret" not in str(caught.value)
        assert store.content(wanted.index) is None
        assert store.content(active.index) is not None
        assert (store.layer_folder(active.layers[0]) / "app").read_bytes() == b"active"
        stored = sum(path.stat().st_size for path in store.layer_folder(active.layers[0]).parents[1].rglob("*"))
        assert stored < 3 * len(BIG)
        server.always = None
        await store.collect(frozenset({active.index}))
    await store.install(await bring(store, server, wanted))
    assert (store.layer_folder(wanted.layers[0]) / "data").read_bytes() == BIG


async def test_the_next_url_is_asked_where_one_fails(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"data": BIG}))
    serve(server, made)
    nobody = "https://127.0.0.1:1/nobody"

    async def locate(digest: Digest) -> BlobUrl:
        place = await server.locate(digest)
        wrong = (
            nobody,
            "ftp://x/",
            "https://user@host/",
            "https://[::1/",
            "https:///path",
            "https://a b/",
            "x" * 5000,
        )
        return msgspec.structs.replace(place, urls=(*wrong, *place.urls))

    content = await store.fetch(made.index, locate, lambda done, total: None)
    assert content.layers == made.layers
    assert len(server.located) == 5


async def test_urls_with_a_password_are_not_followed(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"a": b"b"}))
    serve(server, made)

    async def locate(digest: Digest) -> BlobUrl:
        place = await server.locate(digest)
        return msgspec.structs.replace(place, urls=(place.urls[0].replace("//", "//user:word@"),))

    with pytest.raises(Unavailable, match="not a URL of a blob"):
        await store.fetch(made.index, locate, lambda done, total: None)
    assert not server.requests


async def test_one_lying_mirror_does_not_condemn_what_another_may_still_bring(
    store: ContentStore, server: ContentServer
) -> None:
    made = item(layer({"a": b"b"}))
    serve(server, made)
    server.always = lie(lambda content: content[:-1] + b"?")(server)

    async def locate(digest: Digest) -> BlobUrl:
        place = await server.locate(digest)
        return msgspec.structs.replace(place, urls=("https://127.0.0.1:1/down", *place.urls))

    with pytest.raises(Unavailable, match=r"no connection.*not what its digest says"):
        await store.fetch(made.index, locate, lambda done, total: None)


async def test_a_server_of_another_authority_is_not_trusted(tmp_path: Path, server: ContentServer) -> None:
    made = item(layer({"a": b"b"}))
    serve(server, made)
    root = tmp_path / "images"
    store = ContentStore(OsDisk(root), root / "layers", HERE, ssl.create_default_context(), QUICK)
    with pytest.raises(Untrusted, match="not trusted"):
        await bring(store, server, made)
    assert not server.requests


async def test_plain_http_is_enough_and_may_lead_to_https(tmp_path: Path, server: ContentServer) -> None:
    """Content is trusted for its digest, not for where it came from."""
    made = item(layer({"data": BIG}))
    async with ContentServer(tmp_path, secure=False) as plain:
        serve(server, made)
        serve(plain, made)

        async def redirect(request: Request, writer: asyncio.StreamWriter) -> None:
            target = f"https://127.0.0.1:{server.port}{request.path}"
            writer.write(f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {target}\r\n\r\n".encode())

        plain.misbehave = [plain.honest, redirect]
        root = tmp_path / "images"
        store = ContentStore(OsDisk(root), root / "layers", HERE, server.trust, QUICK)
        await bring(store, plain, made)
        assert len(server.requests) == 1
        assert len(plain.requests) == 5


async def test_an_expired_url_is_asked_for_anew(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"a": b"b"}))
    serve(server, made)
    server.misbehave = [raw("HTTP/1.1 403 Forbidden\nContent-Length: 0\n\n")(server)]
    await bring(store, server, made)
    assert server.located[:2] == [made.index, made.index]


async def test_what_the_cloud_says_of_a_place_goes_on_to_the_caller(
    store: ContentStore, server: ContentServer
) -> None:
    async def offline(digest: Digest) -> BlobUrl:
        raise Unavailable("no cloud")

    async def unknown(digest: Digest) -> BlobUrl:
        raise NotFound("blob")

    made = item(layer({"a": b"b"}))
    with pytest.raises(Unavailable, match="no cloud"):
        await store.fetch(made.index, offline, lambda done, total: None)
    with pytest.raises(NotFound):
        await store.fetch(made.index, unknown, lambda done, total: None)


async def test_no_url_and_an_endless_index_are_refused(store: ContentStore, server: ContentServer) -> None:
    made = item(layer({"a": b"b"}))

    async def nowhere(digest: Digest) -> BlobUrl:
        return BlobUrl(digest, (), "", 5)

    async def endless_index(digest: Digest) -> BlobUrl:
        return BlobUrl(digest, (server.url(digest),), "", 1 << 40)

    with pytest.raises(Unavailable, match="no URL"):
        await store.fetch(made.index, nowhere, lambda done, total: None)
    with pytest.raises(TooLarge):
        await store.fetch(made.index, endless_index, lambda done, total: None)
    assert not server.requests


async def test_downloads_at_once_are_bounded_and_a_shared_layer_comes_once(
    store: ContentStore, server: ContentServer
) -> None:
    """I12."""
    shared = layer({"base": BIG})
    items = [item(shared, layer({"app": bytes([n])}), hostname=f"h{n}") for n in range(6)]
    serve(server, *items)

    async def slowly(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        await server.honest(request, writer)

    server.always = slowly
    async with asyncio.TaskGroup() as group:
        for made in items:
            group.create_task(bring(store, server, made))
    assert server.busiest <= QUICK.concurrency + 1  # one more may not have hung up yet
    asked = Counter(request.path.partition("?")[0] for request in server.requests)
    assert set(asked.values()) == {1}


async def test_a_dead_blob_does_not_keep_others_waiting(store: ContentStore, server: ContentServer) -> None:
    dead, alive = item(layer({"a": b"dead"})), item(layer({"a": b"alive"}))
    serve(server, dead, alive)
    server.always = only(server, dead.index, raw("HTTP/1.1 500 Oh\n\n")(server))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(store.fetch(dead.index, server.locate, lambda done, total: None))
        await bring(store, server, alive)
        task.cancel()


# What comes in may be the digest's and mean harm all the same.


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
    assert server.requests[0].offset == come
    ballast.write_bytes(bytes(OsDisk(small).free_bytes() - 300_000))
    with pytest.raises(Unavailable, match="cannot unpack"):
        await store.install(content)
    assert {path.stem for path in (small / "layers").iterdir()} == {active.layers[0].removeprefix("sha256:")}
    ballast.unlink()
    await store.install(content)
    assert (store.layer_folder(wanted.layers[0]) / "data").read_bytes() == BIG
