"""Who signed a bundle must still be trusted when it comes into the catalogue."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from tests.made_bundles import bundle
from tests.system.bundle_place import Place, open_place

from aosedge.clock import RandomIds, SystemClock
from aosedge.cloud.blobs import ObjectBlobs
from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.ports import StoredBlob
from aosedge.cloud.store import EverySession
from aosedge.cloud.usecases.bundles import BundleRejected, Intake
from aosedge.model.digests import Digest
from aosedge.trust.certificates import describe


class SlowBlobs:
    """The place's blobs, while something happens."""

    def __init__(self, blobs: ObjectBlobs, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._blobs, self._meanwhile = blobs, meanwhile

    async def put(self, parts: AsyncIterator[bytes]) -> StoredBlob:
        await self._meanwhile()
        return await self._blobs.put(parts)

    async def put_bytes(self, content: bytes) -> StoredBlob:
        return await self._blobs.put_bytes(content)

    async def remove(self, digest: Digest) -> None:
        await self._blobs.remove(digest)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    made = await open_place(tmp_path / "place")
    yield made
    await made.close()


async def test_a_signer_who_is_revoked_while_the_bundle_is_stored_brings_nothing(place: Place) -> None:
    """I1, I5."""
    signer = place.signers["sp1"]

    def revoke(session: EverySession) -> None:
        session.certificates.revoke(describe(signer.certificate).serial)

    async def meanwhile() -> None:
        await place.store.write_every(Caller(Task("test"), "", SystemClock().wall()), revoke)

    slow = SlowBlobs(place.blobs, meanwhile)
    place.intake = Intake(
        place.store,
        slow,  # type: ignore[arg-type]  # of blobs only what an intake does
        place.bus,
        place.authority.roots,
        SystemClock(),
        RandomIds(),
        place.folder / "slow",
    )
    with pytest.raises(BundleRejected, match="revoked"):
        await place.upload(bundle(signer))
    assert [each.state for each in await place.bundles()] == ["rejected"]
    assert not await place.stored()
    assert not await place.versions()
