"""Two OEMs and two Service Providers in one store; the first OEM granted the first provider."""

import itertools

from aosedge.cloud.domain.access.callers import Caller, Person, Scope, Task
from aosedge.cloud.domain.catalogue import Bundle, Dependency, Item, ItemVersion
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.organizations import Grant, Organization
from aosedge.cloud.domain.people import Certificate, User
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.ports import StoredBlob
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.model.digests import Digest, sha256
from aosedge.model.ids import BundleId, FleetId, ItemId, OrgId, SubjectId, SystemId, UnitId, UserId, VersionId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.parts import ItemType

NOW = Instant(1_800_000_000_000_000)
TASK = Caller(Task("test"), "request", NOW)


class Counted:
    """Ids in order."""

    def __init__(self, prefix: str = "id") -> None:
        self._numbers = itertools.count(1)
        self._prefix = prefix
        self.first = f"{prefix}-1"

    def new(self) -> str:
        return f"{self._prefix}-{next(self._numbers)}"


def person(org: str, now: Instant = NOW) -> Caller:
    return Caller(Person(UserId(f"user-{org}"), "oem", OrgId(org)), "request", now)


def tenant(org: str) -> Scope:
    return Scope(reach="tenant", tenant=OrgId(org))


def unit(name: str, org: str = "oem-1") -> Unit:
    return Unit(
        UnitId(name), OrgId(org), FleetId(f"fleet-{org}"), SystemId(f"system-{name}"), "model", NOW,
        lifecycle="provisioned",
    )  # fmt: skip


def certificate(serial: str, kind: str, owner: str) -> Certificate:
    type = "user" if kind == "user" else "online"
    return Certificate(serial, kind, owner, type, f"print-{serial}", NOW, NOW, "pem")  # type: ignore[arg-type]


def version(item: str, number: str, bundle: str, *dependencies: Dependency, **values: object) -> ItemVersion:
    index = sha256(f"{item} {number}".encode())
    return ItemVersion(
        VersionId(f"{item}/{number}"), ItemId(item), number, index, BundleId(bundle), NOW,
        dependencies=dependencies, **values,
    )  # type: ignore[arg-type]  # fmt: skip


def add_bundle(
    session: Session,
    owner: str,
    id: str,
    *content: tuple[str, ItemType, ItemVersion],
    uploaded_by: str | None = None,
) -> None:
    """A ready bundle of one owner; new items are made."""
    by = None if uploaded_by is None else UserId(uploaded_by)
    session.bundles.add(Bundle(BundleId(id), OrgId(owner), "ready", NOW, by))
    for codename, type, each in content:
        if session.items.find(OrgId(owner), codename, type) is None:
            session.items.add(Item(each.item, OrgId(owner), codename, type, NOW))
        blob = StoredBlob(Digest(each.index_digest), f"3-{each.id}", 10)
        session.blobs.put([blob])
        session.items.add_version(each, [blob.digest])


async def settle(store: Store) -> Store:
    """Make the world: organizations, users, fleets, one Unit and one subject each, items of `sp-1` and `sp-2`."""

    def organizations(session: EverySession) -> None:
        for id in ("oem-1", "oem-2", "sp-1", "sp-2"):
            session.organizations.add(Organization(OrgId(id), "oem" if id[0] == "o" else "sp", id.upper(), NOW))
            session.users.add(User(UserId(f"user-{id}"), OrgId(id), "oem", f"name-{id}", NOW))
            session.certificates.add(certificate(f"U-{id}", "user", f"user-{id}"))
        session.organizations.grant(Grant(OrgId("oem-1"), OrgId("sp-1")))
        session.organizations.grant(Grant(OrgId("oem-1"), OrgId("sp-1")))

    await store.write_every(TASK, organizations)
    for org in ("oem-1", "oem-2"):

        def hardware(session: Session, org: str = org) -> None:
            session.fleets.add(Fleet(FleetId(f"fleet-{org}"), OrgId(org), "Fleet", NOW))
            session.units.add(unit(f"unit-{org}", org))
            session.certificates.add(certificate(f"C-{org}", "unit", f"unit-{org}"))
            session.subjects.add(Subject(SubjectId(f"subject-{org}"), OrgId(org), "Subject", "group", NOW))

        await store.write(person(org), tenant(org), hardware)
    for org in ("sp-1", "sp-2"):

        def software(session: Session, org: str = org) -> None:
            add_bundle(
                session, org, f"bundle-{org}", ("app", "service", version(f"item-{org}", "1.0.0", f"bundle-{org}"))
            )

        await store.write(person(org), tenant(org), software)
    return store
