"""Bring one blob here: several URLs in turn, again and again within bounds, going on where the last attempt stopped.

What is wrong with bytes that came is the fault of who sent them, not of the content: such an attempt is forgotten and
the next URL is asked. TRUST's "slow retrieval" and "endless data" end here.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from aosedge.core.images.blobs import Blobs, Intake
from aosedge.core.images.threads import in_thread
from aosedge.core.images.transfer import Interrupted, Pace, Refused, get
from aosedge.core.ports import Locate
from aosedge.model.digests import Digest
from aosedge.model.errors import AosError, Invalid, TooLarge, Unavailable, Untrusted
from aosedge.protocol.messages.from_cloud import BlobUrl

Advanced = Callable[[Digest, int], None]
"""Called with a blob and how many of its bytes are here."""


def doubling(failures: int) -> float:
    """1, 2, 4, ... at most 60 seconds."""
    return float(min(2 ** min(failures - 1, 6), 60))


class Policy(msgspec.Struct, frozen=True):
    """How hard to try. Chance, if waits shall have some, is in `wait_s`."""

    attempts: int = 4
    """Rounds over all URLs without notable progress, after which it is given up for now."""
    concurrency: int = 2
    """Downloads at once."""
    wait_s: Callable[[int], float] = doubling
    """Seconds to wait after so many failed rounds (from 1)."""
    pace: Pace = Pace()


class Fetcher:
    """Downloads into `Blobs`; at most one a digest, and so many at once."""

    def __init__(self, blobs: Blobs, trust: ssl.SSLContext, policy: Policy) -> None:
        self._blobs, self._trust, self._policy = blobs, trust, policy
        self._slots = asyncio.Semaphore(policy.concurrency)
        self._turns: dict[Digest, tuple[asyncio.Lock, int]] = {}

    async def bring(
        self, digest: Digest, size: int | None, most_bytes: int, locate: Locate, advanced: Advanced
    ) -> None:
        """Return once the blob is here, verified and durable. A size of None is the cloud's to say.

        Raises Untrusted where every URL sent something else, Unavailable where it can't be had now (network, disk
        full), TooLarge for a size over `most_bytes`, and what `locate` raises.
        """
        async with self.turn(digest):
            if await in_thread(self._blobs.verified, digest):
                return
            place = await locate(digest)
            size = place.size if size is None else size
            if not 0 <= size <= most_bytes:
                raise TooLarge("blob is too large", element=digest, expected=f"at most {most_bytes}", got=str(size))
            try:
                intake = await in_thread(self._blobs.take, digest, size)
                await self._persist(intake, place, locate, advanced)
            except OSError as error:
                missing = size - self._blobs.unfinished().get(digest, 0)
                raise Unavailable(
                    f"cannot store {digest}: {error.strerror}; {missing} bytes are still to come",
                    retry_after_s=60,
                    cure="make room on the disk",
                ) from error

    async def _persist(self, intake: Intake, place: BlobUrl, locate: Locate, advanced: Advanced) -> None:
        failures = 0
        etags: dict[str, str] = {}
        while True:
            before = intake.done_bytes
            errors: list[AosError] = []
            for url in place.urls:
                try:
                    async with self._slots:
                        await self._attempt(intake, url, etags, advanced)
                    return
                except (Interrupted, Refused, Invalid) as error:
                    errors.append(error)
            notable = intake.done_bytes - before >= self._policy.pace.least_bytes
            failures = 1 if notable else failures + 1
            if failures >= self._policy.attempts:
                raise _verdict(intake.digest, errors)
            await asyncio.sleep(self._policy.wait_s(failures))
            if not errors or any(isinstance(error, Refused) for error in errors):
                place = await locate(intake.digest)

    async def _attempt(self, intake: Intake, url: str, etags: dict[str, str], advanced: Advanced) -> None:
        if intake.done_bytes < intake.size or intake.size == 0:
            try:
                await self._download(intake, url, etags, advanced)
            except Refused as error:
                if error.status == 416:
                    intake.restart()
                raise
        await in_thread(intake.commit)
        advanced(intake.digest, intake.size)

    async def _download(self, intake: Intake, url: str, etags: dict[str, str], advanced: Advanced) -> None:
        asked_etag = etags.get(url, "")
        async with get(
            url, self._trust, self._policy.pace, offset=intake.done_bytes, size=intake.size, etag=asked_etag
        ) as transfer:
            answer = transfer.answer
            if answer.offset != intake.done_bytes and answer.etag != asked_etag:
                intake.restart()
            etags[url] = answer.etag
            known = intake.done_bytes - answer.offset
            while intake.done_bytes < intake.size and (part := await transfer.part()):
                part, known = part[known:], max(known - len(part), 0)
                if part := part[: intake.size - intake.done_bytes]:
                    intake.feed(part)
                    advanced(intake.digest, intake.done_bytes)

    @asynccontextmanager
    async def turn(self, digest: Digest) -> AsyncIterator[None]:
        """Be the only one who writes anything of this digest."""
        lock, users = self._turns.get(digest, (asyncio.Lock(), 0))
        self._turns[digest] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._turns[digest]
            self._turns[digest] = (lock, users - 1)
            if users == 1:
                del self._turns[digest]


def _verdict(digest: Digest, errors: list[AosError]) -> AosError:
    """Untrusted only if nobody sent anything else: one that is merely out of reach may be honest tomorrow."""
    if errors and all(isinstance(error, Untrusted) for error in errors):
        return errors[-1]
    words = "; ".join(str(error) for error in errors) or "the cloud names no URL"
    return Unavailable(f"cannot fetch {digest}: {words}", retry_after_s=60)
