"""Taking a Deployment Bundle: streamed in, believed or not, converted, stored, and in the catalogue all at once.

A bundle is `received > processing > ready|rejected`. Its blobs are stored before the one transaction that names
them, so that what the catalogue names is always there; a journal beside the upload lets the next start undo what a
crash left (invariants I4, I5, I12).
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509

from aosedge.cloud.domain.access.callers import Caller, Person, Role, Scope, Task
from aosedge.cloud.domain.access.roles import WIRE_NAMES
from aosedge.cloud.domain.catalogue import Bundle
from aosedge.cloud.ports import Blobs, Bus, StoredBlob
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases.bundles.benches import Bench, Benches, Journal
from aosedge.cloud.usecases.bundles.catalogue import digests_of, enter, is_conflict, objections
from aosedge.cloud.usecases.bundles.layers import PreparedItem, parts_of, prepare
from aosedge.model.bundle import Rejected, Rejection, rejection
from aosedge.model.digests import Digest
from aosedge.model.errors import AosError, Conflict, Invalid, NotFound, TooLarge, Unavailable, Untrusted
from aosedge.model.ids import BundleId, Ids, UserId
from aosedge.model.instants import Clock
from aosedge.trust.bundles import (
    SIGNATURE,
    Opened,
    SignerName,
    VerifiedBundle,
    open_bundle,
    unknown_signer,
    verify_opened,
)
from aosedge.trust.certificates import parse_pem

OPERATION: Final = "deployment_bundles_create"
_TOGETHER_MOST: Final = 2
"""Bundles unpacked and packed at the same time: each wants a core and its size on the disk, three times."""


class BundleRejected(Rejected):
    """The bundle is not taken; it is kept as rejected, with every reason."""

    def __init__(self, bundle: Bundle) -> None:
        super().__init__(bundle.rejections)
        self.bundle = bundle


class BundleConflict(Conflict):
    """Every version that the bundle brings is there already; it is kept as rejected."""

    def __init__(self, bundle: Bundle) -> None:
        super().__init__("; ".join(map(str, bundle.rejections)), cure="give the items new versions")
        self.bundle = bundle
        self.rejections = bundle.rejections


class Intake:
    """Takes bundles, a few at a time."""

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        bus: Bus,
        roots: Sequence[x509.Certificate],
        clock: Clock,
        ids: Ids,
        scratch: Path,
        most_bytes: int = 2_000_000_000,
    ) -> None:
        self._store, self._blobs, self._bus = store, blobs, bus
        self._roots, self._clock, self._ids = roots, clock, ids
        self._benches, self._most_bytes = Benches(scratch), most_bytes
        self._places = asyncio.Semaphore(_TOGETHER_MOST)
        self._publishing = asyncio.Lock()  # so that nobody removes a blob that another is about to name

    async def receive(self, caller: Caller, scope: Scope, upload: AsyncIterator[bytes], filename: str = "") -> Bundle:
        """Take one upload to its end; returns the ready bundle.

        `caller` is a person whose organization the scope is. Raises TooLarge or what the stream raises, with nothing
        kept; Conflict where the same file is a ready bundle already, with nothing kept; BundleRejected or
        BundleConflict, with the bundle kept as rejected and nothing else; Unavailable where the cloud itself failed.
        """
        assert isinstance(caller.who, Person)  # the dispatcher lets nobody else in
        id, owner = BundleId(self._ids.new()), caller.who.tenant
        journal = Journal(owner, id)
        with self._benches.opened(journal) as bench:
            digest, size_bytes = await self._spool(upload, bench.upload)
            now = self._clock.wall()
            bundle = Bundle(id, owner, "received", now, caller.who.user, filename[:200], digest, size_bytes)
            await self._refuse_known(caller, scope, bundle)
            bench.engaged = True
            await self._store.write(caller, scope, lambda session: session.bundles.add(bundle))
            async with self._places:
                return await self._process(caller, scope, bundle, bench)

    async def _refuse_known(self, caller: Caller, scope: Scope, bundle: Bundle) -> None:
        def find(session: Session) -> Bundle | None:
            return session.bundles.ready_with(bundle.owner, bundle.digest)

        known = await self._store.read(caller, scope, find)
        if known is None:
            return
        detail = "the same file again"
        await self._store.write(
            caller,
            scope,
            lambda session: session.audit.append(OPERATION, "refused", target=known.id, detail=detail),
        )
        raise Conflict(
            f"this very bundle is here already and ready: {known.name}",
            element="file",
            got=known.id,
            cure="nothing is left to do; for a change, give the items new versions",
        )

    async def recover(self) -> int:
        """Undo what uploads left that were broken off; how many there were. For the start, and from time to time."""
        undone = 0
        for bench in self._benches.abandoned():
            journal = bench.journal()
            if journal is not None:
                await self._undo(journal)
                undone += 1
        return undone

    async def _process(self, caller: Caller, scope: Scope, bundle: Bundle, bench: Bench) -> Bundle:
        await self._store.write(caller, scope, lambda session: session.bundles.set_state(bundle.id, "processing"))
        try:
            verified, signer, role = await self._believed(caller, scope, bench)
            prepared = await asyncio.to_thread(prepare, verified, bench.folder)
            items = [entry.item for entry in prepared]
            against = await self._store.read(
                caller, scope, lambda session: objections(session, bundle.owner, role, items)
            )
            if against:
                raise Rejected(against)
            await self._publish(caller, scope, bundle, signer, prepared, bench)
        except Unavailable as error:
            await self._reject(caller, scope, bundle, bench, (rejection(error),))
            raise
        except OSError as error:
            reason = f"the bundle could not be unpacked: {error.strerror}"
            failure = Unavailable(reason, retry_after_s=60, cure="make room on the cloud's disk")
            await self._reject(caller, scope, bundle, bench, (rejection(failure),))
            raise failure from error
        except Invalid as error:
            found = error.rejections if isinstance(error, Rejected) else (rejection(error),)
            rejected = await self._reject(caller, scope, bundle, bench, found)
            raise (BundleConflict if is_conflict(found) else BundleRejected)(rejected) from error
        bench.engaged = False
        ready = msgspec.structs.replace(bundle, state="ready")
        await self._tell(ready)
        return ready

    async def _spool(self, upload: AsyncIterator[bytes], to: Path) -> tuple[str, int]:
        running, size_bytes = hashlib.sha256(), 0
        with to.open("wb") as file:
            async for part in upload:
                size_bytes += len(part)
                if size_bytes > self._most_bytes:
                    expected = f"at most {self._most_bytes} bytes"
                    raise TooLarge("the upload is too large", element="file", expected=expected)
                running.update(part)
                try:
                    await asyncio.to_thread(file.write, part)
                except OSError as error:
                    reason = f"the upload could not be kept: {error.strerror}"
                    raise Unavailable(reason, cure="make room on the cloud's disk") from error
        return f"sha256:{running.hexdigest()}", size_bytes

    async def _believed(self, caller: Caller, scope: Scope, bench: Bench) -> tuple[VerifiedBundle, SignerName, Role]:
        """The bundle, believed, who signed it, and in which role."""

        def opening() -> Opened:
            with bench.upload.open("rb") as source:
                return open_bundle(source, bench.folder)

        opened = await asyncio.to_thread(opening)
        certificate, role = await self._store.read(caller, scope, lambda session: _signer(session, opened.signer))
        now = self._clock.wall()
        verified = await asyncio.to_thread(verify_opened, opened, certificate, self._roots, now)
        return verified, opened.signer, role

    async def _publish(
        self,
        caller: Caller,
        scope: Scope,
        bundle: Bundle,
        signer: SignerName,
        prepared: Sequence[PreparedItem],
        bench: Bench,
    ) -> None:
        """Blobs, then the one transaction that names them."""
        digests = tuple(digest for entry in prepared for digest in digests_of(entry))
        async with self._publishing:
            journal = Journal(bundle.owner, bundle.id, digests)
            await asyncio.to_thread(bench.write, journal)
            try:
                stored = await self._stored(prepared)
                items = [entry.item for entry in prepared]

                def entering(session: Session) -> None:
                    _, role = _signer(session, signer)  # a large upload takes long: who signed may be out meanwhile
                    if against := objections(session, bundle.owner, role, items):
                        raise Rejected(against)
                    enter(session, bundle, prepared, stored, self._ids, caller.now)
                    session.audit.append(OPERATION, "done", target=bundle.id)

                await self._store.write(caller, scope, entering)
            except AosError:
                await self._remove_unnamed(caller, scope, digests)
                raise

    async def _stored(self, prepared: Sequence[PreparedItem]) -> list[StoredBlob]:
        stored = []
        for entry in prepared:
            for _, path in entry.files:
                stored.append(await self._blobs.put(_in_parts(path)))
            stored += [await self._blobs.put_bytes(document) for document in entry.composed.documents]
        return list(dict.fromkeys(stored))

    async def _remove_unnamed(self, caller: Caller, scope: Scope, digests: Sequence[Digest]) -> None:
        named = await self._store.read(caller, scope, lambda session: session.blobs.get(digests))
        for digest in set(digests) - set(named):
            await self._blobs.remove(digest)

    async def _undo(self, journal: Journal) -> None:
        caller = Caller(Task("bundles"), "recovery", self._clock.wall())
        scope = Scope(reach="tenant", tenant=journal.tenant)
        reason = Rejection("", "", "the cloud stopped while it worked on the bundle; upload it again")

        def undo(session: Session) -> None:
            try:
                bundle = session.bundles.get(journal.bundle)
            except NotFound:
                return
            if bundle.state in ("received", "processing"):
                session.bundles.set_state(bundle.id, "rejected", (reason,))

        await self._store.write(caller, scope, undo)
        async with self._publishing:
            await self._remove_unnamed(caller, scope, journal.digests)

    async def _reject(
        self, caller: Caller, scope: Scope, bundle: Bundle, bench: Bench, rejections: tuple[Rejection, ...]
    ) -> Bundle:
        def work(session: Session) -> None:
            session.bundles.set_state(bundle.id, "rejected", rejections)
            session.audit.append(OPERATION, "refused", target=bundle.id, detail=str(rejections[0])[:500])

        await self._store.write(caller, scope, work)
        bench.engaged = False
        rejected = msgspec.structs.replace(bundle, state="rejected", rejections=rejections)
        await self._tell(rejected)
        return rejected

    async def _tell(self, bundle: Bundle) -> None:
        await self._bus.publish(f"bundle.{bundle.id}", msgspec.json.encode({"id": bundle.id, "state": bundle.state}))


def _signer(session: Session, name: SignerName) -> tuple[x509.Certificate, Role]:
    """The signer's certificate and role: somebody of the caller's organization, still trusted to send bundles."""
    known = session.certificates.of_user(name.serial)
    if known is None:
        raise unknown_signer(name)
    if known.state != "active":
        cure = "sign with your new certificate"
        raise Untrusted("the signer's certificate was revoked", element=SIGNATURE, got=name.serial, cure=cure)
    user = session.users.get(UserId(known.owner))
    if not user.active:
        raise Untrusted("the signer is no user any more", element=SIGNATURE, got=user.username)
    if not session.organizations.get(user.org).active:
        raise Untrusted("the signer's organization is suspended", element=SIGNATURE, got=user.username)
    if OPERATION not in user.effective:
        raise Untrusted(
            "the signer may not send Deployment Bundles",
            element=SIGNATURE,
            expected=f"somebody with the permission {OPERATION}",
            got=f"{user.username}, {WIRE_NAMES[user.role]}",
            cure="let somebody sign who has it",
        )
    return parse_pem(known.pem), user.role


async def _in_parts(path: Path) -> AsyncIterator[bytes]:
    parts = parts_of(path)
    while part := await asyncio.to_thread(next, parts, b""):
        yield part
