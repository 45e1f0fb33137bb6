"""What every place for blobs must keep: a folder, memory, and a real S3 server."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.contract.s3_server import S3Server

from aosedge.cloud.blobs import ObjectBlobs, open_blobs
from aosedge.cloud.ports import Blobs
from aosedge.model.digests import sha3_256_hex, sha256
from aosedge.model.errors import Invalid, NotFound, Unavailable

BIG = os.urandom(3 * 1024 * 1024 + 7)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3"))
    try:
        server.make_bucket("blobs")
        yield server
    finally:
        server.stop()


@pytest.fixture(params=["folder", "memory", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectBlobs:
    if request.param == "s3":
        server: S3Server = request.getfixturevalue("s3")
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
    places = {"folder": str(tmp_path / "blobs"), "memory": "memory:///", "s3": "s3://blobs/" + tmp_path.name}
    return open_blobs(places[request.param], tmp_path / "scratch")


async def parts(content: bytes, size: int = 1 << 20) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def streamed(blobs: Blobs, content: bytes, start: int, end: int) -> bytes:
    return b"".join([part async for part in blobs.stream(sha256(content), start, end)])


async def test_a_blob_is_named_by_both_digests_and_read_back(blobs: ObjectBlobs) -> None:
    stored = await blobs.put(parts(BIG))
    assert (stored.digest, stored.sha3_256, stored.size_bytes) == (sha256(BIG), sha3_256_hex(BIG), len(BIG))
    assert await blobs.size(stored.digest) == len(BIG)
    assert await blobs.read(stored.digest) == BIG
    assert await streamed(blobs, BIG, 0, len(BIG)) == BIG


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (1_048_575, 1_048_577), (len(BIG) - 1, len(BIG)), (5, 5), (0, 2_000_000)]
)
async def test_any_part_of_a_blob_can_be_read(blobs: ObjectBlobs, start: int, end: int) -> None:
    await blobs.put(parts(BIG))
    assert await streamed(blobs, BIG, start, end) == BIG[start:end]


async def test_the_same_content_again_is_the_same_blob(blobs: ObjectBlobs) -> None:
    assert await blobs.put_bytes(b"once") == await blobs.put_bytes(b"once")
    assert [digest async for digest in blobs.digests()].count(sha256(b"once")) == 1


async def test_an_empty_blob_is_one_too(blobs: ObjectBlobs) -> None:
    stored = await blobs.put_bytes(b"")
    assert (stored.size_bytes, await blobs.read(stored.digest)) == (0, b"")


async def test_a_missing_blob_is_not_found(blobs: ObjectBlobs) -> None:
    nothing = sha256(b"nothing such")
    for ask in (blobs.read(nothing), blobs.size(nothing), streamed(blobs, b"nothing such", 0, 1)):
        with pytest.raises(NotFound):
            await ask
    await blobs.remove(nothing)


async def test_a_removed_blob_is_gone(blobs: ObjectBlobs) -> None:
    stored = await blobs.put_bytes(b"soon gone")
    await blobs.remove(stored.digest)
    with pytest.raises(NotFound):
        await blobs.size(stored.digest)


async def test_a_stream_that_breaks_leaves_nothing(blobs: ObjectBlobs, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"first half"
        raise ConnectionError("gone")

    before = [digest async for digest in blobs.digests()]
    with pytest.raises(Unavailable):
        await blobs.put(broken())
    assert [digest async for digest in blobs.digests()] == before
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_many_at_once_do_not_mix(blobs: ObjectBlobs) -> None:
    contents = [bytes([number]) * 100_000 for number in range(20)] * 2
    async with asyncio.TaskGroup() as tasks:
        for content in contents:
            tasks.create_task(blobs.put(parts(content, 1_000)))
    for content in contents:
        assert await blobs.read(sha256(content)) == content


async def test_a_blob_that_was_spoiled_on_disk_is_not_read(tmp_path: Path) -> None:
    blobs = open_blobs(str(tmp_path / "blobs"), tmp_path / "scratch")
    stored = await blobs.put_bytes(b"right")
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    path.chmod(0o600)
    path.write_bytes(b"wrong")
    with pytest.raises(Unavailable, match="spoiled"):
        await blobs.read(stored.digest)


KILLED = """
import asyncio, sys
from pathlib import Path
from aosedge.cloud.blobs import open_blobs

async def slow():
    yield b"x" * 100_000
    print("half", flush=True)
    await asyncio.sleep(60)

asyncio.run(open_blobs(sys.argv[1], Path(sys.argv[1])).put(slow()))
"""


def test_a_crash_leaves_no_half_blob_and_its_remains_are_swept(tmp_path: Path) -> None:
    """I12: what a crash left is removed by the next start; what a living process writes is not."""
    writer = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    assert len(list((tmp_path / ".aside").iterdir())) == 1
    open_blobs(str(tmp_path), tmp_path)
    assert len(list((tmp_path / ".aside").iterdir())) == 1
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    blobs = open_blobs(str(tmp_path), tmp_path)
    assert list((tmp_path / ".aside").iterdir()) == []
    assert asyncio.run(blobs.put_bytes(b"goes on")).digest == sha256(b"goes on")


def test_a_folder_is_synced_before_the_blob_counts(tmp_path: Path) -> None:
    """I4: file, then its name, then the folder's; seen from outside by the system calls."""
    script = "import asyncio,sys;from pathlib import Path;from aosedge.cloud.blobs import open_blobs as o;"
    script += "asyncio.run(o(sys.argv[1],Path(sys.argv[1])).put_bytes(b'durable'));"
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-o", str(trace)]
    ran = subprocess.run(
        [*command, sys.executable, "-c", script, str(tmp_path / "b")], capture_output=True, check=False
    )
    if ran.returncode != 0 or not trace.exists():
        pytest.skip("strace is not permitted here")
    calls = [line for line in trace.read_text().splitlines() if str(tmp_path / "b") in line]
    kinds = ["rename" if "rename" in line else "sync" for line in calls]
    assert kinds == ["sync", "rename", "sync", "sync", "sync"]


def test_another_kind_of_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="not a place for blobs"):
        open_blobs("gopher://x/y", tmp_path)
