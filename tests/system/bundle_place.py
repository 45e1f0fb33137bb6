"""A cloud's store, blobs and intake on a folder, with two Service Providers, an OEM and their signers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from tests.made_bundles import Signer, bundle, config, signer_of

from aosedge.clock import RandomIds, SystemClock
from aosedge.cloud.blobs import ObjectBlobs, open_blobs
from aosedge.cloud.domain.access.callers import Caller, Person, Role, Scope, Task
from aosedge.cloud.domain.catalogue import Bundle, ItemVersion
from aosedge.cloud.domain.organizations import Grant, Organization, OrgKind
from aosedge.cloud.domain.people import Certificate, User
from aosedge.cloud.ports import Subscription
from aosedge.cloud.store import EverySession, Store, open_store
from aosedge.cloud.usecases.bundles import BundleConflict, BundleRejected, Intake
from aosedge.model import oci
from aosedge.model.digests import Digest
from aosedge.model.ids import OrgId, UserId
from aosedge.model.instants import Clock
from aosedge.trust.certificates import Authority, describe

ORGANIZATIONS: dict[str, OrgKind] = {"sp1": "sp", "sp2": "sp", "oem": "oem"}
ROLES: dict[str, Role] = {"sp1": "sp", "sp2": "sp", "oem": "oem"}


class Heard:
    """A bus that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bytes]] = []

    async def publish(self, topic: str, payload: bytes) -> None:
        self.told.append((topic, payload))

    def subscribe(self, pattern: str) -> Subscription:
        raise NotImplementedError

    async def close(self) -> None:
        return


class Place(msgspec.Struct):
    """Everything an upload touches."""

    folder: Path
    store: Store
    blobs: ObjectBlobs
    intake: Intake
    authority: Authority
    signers: dict[str, Signer]
    bus: Heard

    def caller(self, org: str = "sp1") -> Caller:
        who = Person(UserId(f"user-{org}"), ROLES[org], OrgId(org))
        return Caller(who, "request", SystemClock().wall())

    def scope(self, org: str = "sp1") -> Scope:
        return Scope(reach="tenant", tenant=OrgId(org))

    async def upload(self, content: bytes, org: str = "sp1") -> Bundle:
        return await self.intake.receive(self.caller(org), self.scope(org), parts(content), "hello.tar.gz")

    async def bundles(self, org: str = "sp1") -> tuple[Bundle, ...]:
        page = await self.store.read(self.caller(org), self.scope(org), lambda session: session.bundles.page())
        return page.items

    async def versions(self, codename: str = "hello", org: str = "sp1") -> tuple[ItemVersion, ...]:
        def find(session):  # type: ignore[no-untyped-def]
            item = session.items.find(OrgId(org), codename, "service")
            return session.items.versions(item.id).items if item else ()

        return await self.store.read(self.caller(org), self.scope(org), find)  # type: ignore[no-any-return]

    async def stored(self) -> set[Digest]:
        return {digest async for digest in self.blobs.digests()}

    async def close(self) -> None:
        await self.store.close()


async def parts(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def open_place(folder: Path, clock: Clock | None = None) -> Place:
    """The place in this folder, made anew where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = not (folder / "ca").exists()
    clock = clock or SystemClock()
    authority = Authority.create(folder / "ca", "localhost", clock.wall()) if fresh else Authority.load(folder / "ca")
    store = open_store(f"sqlite:///{folder / 'cloud.db'}")
    await store.migrate()
    signers = {org: signer_of(authority, f"user-{org}") for org in ORGANIZATIONS} if fresh else {}
    if fresh:
        await store.write_every(Caller(Task("test"), "", clock.wall()), lambda session: _people(session, signers))
    blobs = open_blobs(str(folder / "blobs"), folder / "scratch")
    bus = Heard()
    intake = Intake(store, blobs, bus, authority.roots, clock, RandomIds(), folder / "uploads", 50_000_000)
    return Place(folder, store, blobs, intake, authority, signers, bus)


def _people(session: EverySession, signers: dict[str, Signer]) -> None:
    now = SystemClock().wall()
    for org, kind in ORGANIZATIONS.items():
        session.organizations.add(Organization(OrgId(org), kind, org, now))
        user = UserId(f"user-{org}")
        session.users.add(User(user, OrgId(org), ROLES[org], user, now))
        session.certificates.add(certificate_of(signers[org], user))
    session.organizations.grant(Grant(OrgId("oem"), OrgId("sp1")))


def certificate_of(signer: Signer, user: str) -> Certificate:
    issued = describe(signer.certificate)
    now = SystemClock().wall()
    return Certificate(issued.serial, "user", user, "user", issued.fingerprint, issued.not_after, now, issued.pem)


def upload_once(folder: Path) -> None:
    """What a process does that is to be killed: start the place and upload the file `bundle` in its folder."""

    async def upload() -> None:
        place = await open_place(folder)
        await place.intake.recover()
        print("begin", flush=True)
        await place.upload((folder / "bundle").read_bytes())
        print("done", flush=True)

    asyncio.run(upload())


def changed(old: bytes, new: bytes) -> bytes:
    text = config()
    assert old in text
    return text.replace(old, new)


async def refused(place: Place, error: BundleRejected | BundleConflict, item: str, field: str, reason: str) -> None:
    """The words are right, nothing is stored, and the next good bundle is taken."""
    print(error)
    found = error.rejections[0]
    assert (found.item, reason in found.reason) == (item, True), str(error)
    assert not field or found.field == field
    (kept, *others) = await place.bundles()
    assert (kept.id, kept.state, kept.rejections) == (error.bundle.id, "rejected", error.rejections)
    assert all(other.state != "ready" for other in others)
    assert await place.stored() == set()
    assert await place.versions() == ()
    assert list((place.folder / "uploads").iterdir()) == []
    assert (await place.upload(bundle(place.signers["sp1"]))).state == "ready"
    assert len(await place.versions()) == 1


async def layer_of(place: Place, index_digest: str, number: int = 0) -> oci.Descriptor:
    index = oci.decode_index(await place.blobs.read(index_digest))  # type: ignore[arg-type]
    manifest = oci.decode_manifest(await place.blobs.read(index.manifests[number].digest))
    (layer,) = manifest.layers
    return layer
