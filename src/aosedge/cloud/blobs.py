"""Content-addressed blobs in a local folder or an object store.

A stream is written aside first, since its name is its digest. Into a folder it goes by fsync, rename and fsync of the
folder: obstore's local store renames, but does not sync (0.12), so writing there is our own. Object stores show an
object only when it is whole. Whatever a crash leaves aside is removed by the next start.
"""

import asyncio
import fcntl
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from aosedge.cloud.ports import StoredBlob
from aosedge.model.digests import ContentHash, Digest, parse_digest, sha256
from aosedge.model.errors import Invalid, NotFound, Unavailable

_PART = 1024 * 1024
_SMALL_MOST = 16 * 1024 * 1024
_ASIDE = ".aside"


def open_blobs(url: str, scratch: Path) -> "ObjectBlobs":
    """The blobs at `url`: a folder's path, or `s3://`, `gs://`, `az://`, `memory://`.

    `scratch` is a folder on this machine for what is being uploaded to an object store. Credentials and endpoints
    of object stores come from the environment, as their own tools read it. Raises Invalid for another URL.
    """
    if "://" in url and not url.startswith("file://"):
        try:
            return ObjectBlobs(from_url(url), None, scratch)
        except (BaseError, ValueError) as error:
            cure = "a folder, or s3://bucket/folder, gs://..., az://..."
            raise Invalid("not a place for blobs", element="blobs", expected=cure, got=str(error)[:200]) from error
    root = Path(url.removeprefix("file://")).absolute()
    root.mkdir(parents=True, exist_ok=True, mode=0o750)
    return ObjectBlobs(LocalStore(root), root, root / _ASIDE)


class ObjectBlobs:
    """`cloud.ports.Blobs` on obstore. `root` is set where the store is a folder of this machine."""

    def __init__(self, store: ObjectStore, root: Path | None, scratch: Path) -> None:
        self._store, self._root, self._scratch = store, root, scratch
        scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(scratch)

    async def put(self, content: AsyncIterator[bytes]) -> StoredBlob:
        """Store a stream under its digest; the same content again is free. Raises Unavailable where there is no room.

        On return it is durable; before, nobody sees any of it.
        """
        running = ContentHash()
        with _aside(self._scratch) as file:
            path = Path(file.name)
            try:
                async for part in content:
                    running.update(part)
                    await asyncio.to_thread(file.write, part)
                await asyncio.to_thread(file.flush)
                await self._publish(running.digest(), path, file)
            except OSError as error:
                raise _unavailable("cannot store a blob", error) from error
            finally:
                path.unlink(missing_ok=True)
        return StoredBlob(running.digest(), running.sha3_256(), running.size_bytes)

    async def put_bytes(self, content: bytes) -> StoredBlob:
        """Store bytes under their digest."""

        async def whole() -> AsyncIterator[bytes]:
            yield content

        return await self.put(whole())

    async def read(self, digest: Digest) -> bytes:
        """A small blob as a whole, checked against its digest; raises NotFound, Unavailable where it is spoiled."""
        if await self.size(digest) > _SMALL_MOST:
            raise Invalid("the blob is too large to read at once", element=digest, cure="stream it")
        content = bytes(await (await self._get(digest)).bytes_async())
        if sha256(content) != digest:
            raise Unavailable(f"blob {digest} is spoiled in the store", cure="restore it from a back-up")
        return content

    async def size(self, digest: Digest) -> int:
        """Bytes of a blob; raises NotFound."""
        try:
            return int((await obstore.head_async(self._store, _key(digest)))["size"])
        except FileNotFoundError as error:
            raise NotFound("blob", digest) from error
        except BaseError as error:
            raise _unavailable(f"cannot look for blob {digest}", error) from error

    async def stream(self, digest: Digest, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes from `start` up to, not including, `end`; raises NotFound."""
        if start >= end:
            return
        result = await self._get(digest, start, end)
        async for part in result.stream(min_chunk_size=_PART):
            yield bytes(part)

    async def remove(self, digest: Digest) -> None:
        """Forget a blob; a missing one is no error."""
        with suppress(FileNotFoundError):
            await obstore.delete_async(self._store, _key(digest))

    async def digests(self) -> AsyncIterator[Digest]:
        """Every blob there is."""
        async for page in obstore.list(self._store, prefix="sha256"):
            for entry in page:
                with suppress(Invalid):
                    yield parse_digest("sha256:" + entry["path"].rpartition("/")[2])

    async def _get(self, digest: Digest, start: int = 0, end: int | None = None) -> "obstore.GetResult":
        options: obstore.GetOptions = {} if end is None else {"range": (start, end)}
        try:
            return await obstore.get_async(self._store, _key(digest), options=options)
        except FileNotFoundError as error:
            raise NotFound("blob", digest) from error
        except BaseError as error:
            raise _unavailable(f"cannot read blob {digest}", error) from error

    async def _publish(self, digest: Digest, path: Path, file: BinaryIO) -> None:
        with suppress(NotFound):
            await self.size(digest)
            return
        if self._root is not None:
            await asyncio.to_thread(_into_folder, file, path, self._root / _key(digest), self._root)
            return
        try:
            await obstore.put_async(self._store, _key(digest), path)
        except BaseError as error:
            raise _unavailable("cannot store a blob", error) from error


def _key(digest: Digest) -> str:
    hex_digits = digest.removeprefix("sha256:")
    return f"sha256/{hex_digits[:2]}/{hex_digits}"


def _aside(scratch: Path) -> BinaryIO:
    """A file that a sweep of another process leaves alone as long as it is open."""
    while True:
        file = cast(BinaryIO, tempfile.NamedTemporaryFile(dir=scratch, delete=False))  # noqa: SIM115
        fcntl.flock(file.fileno(), fcntl.LOCK_SH)
        if Path(file.name).exists():  # not swept between its creation and the lock
            return file
        file.close()


def _sweep(scratch: Path) -> None:
    """Remove what no living process is writing."""
    for path in scratch.iterdir():
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _into_folder(file: BinaryIO, path: Path, target: Path, root: Path) -> None:
    os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    path.chmod(0o440)
    path.rename(target)
    for folder in (target.parent, target.parent.parent, root):  # above too: the folders may be new
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unavailable(what: str, error: Exception) -> Unavailable:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)[:200]
    return Unavailable(f"{what}: {reason}", retry_after_s=30, cure="see to the place that `blobs` names")
