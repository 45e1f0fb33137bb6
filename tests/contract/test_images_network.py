"""The content store while the network does its worst."""

import asyncio
import gzip
import ssl
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.contract.content_server import Answer, ContentServer, Request
from tests.contract.content_stores import BIG, QUICK, bring, open_store, serve, server, store
from tests.contract.made_content import HERE, item, layer
from tests.contract.misbehaviour import asked, cut_after, endless, in_turn, lie, only, raw, trickle

from aosedge.core.images.fetching import Policy
from aosedge.core.images.store import ContentStore
from aosedge.core.images.transfer import Pace
from aosedge.core.store.disk import OsDisk
from aosedge.model.digests import Digest
from aosedge.model.errors import AosError, NotFound, TooLarge, Unavailable, Untrusted
from aosedge.protocol.messages.from_cloud import BlobUrl

__all__ = ["server", "store"]


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


async def test_a_dead_blob_does_not_keep_others_waiting(tmp_path: Path, server: ContentServer) -> None:
    patient = Policy(concurrency=1, wait_s=lambda _: 60, pace=QUICK.pace)
    store = open_store(tmp_path, server, patient)
    dead, alive = item(layer({"a": b"dead"})), item(layer({"a": b"alive"}))
    serve(server, dead, alive)
    server.always = only(server, dead.index, raw("HTTP/1.1 500 Oh\n\n")(server))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(store.fetch(dead.index, server.locate, lambda done, total: None))
        await bring(store, server, alive)
        task.cancel()
