"""The installation that the matrix is run on: two OEMs, four Service Providers, and one of everything for each.

It is made once, through the product's own repositories; the database is then copied back after each change.
"""

import asyncio
from pathlib import Path

from tests.made_bundles import CONFIG_TEXT, config
from tests.system.access import underway
from tests.system.access.logins import Logins
from tests.system.access.placing import HOUR, Placed, World, org_id
from tests.system.access.underway import made_id
from tests.system.access.words import (
    GRANTS,
    OEMS,
    ORGANIZATIONS,
    PROVIDERS,
    org_word,
    staff_word,
    word,
)

from aosedge.clock import RandomIds, SystemClock
from aosedge.cloud.blobs import open_blobs
from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.access.callers import Caller, Person, Scope, Task
from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.catalogue import Bundle, Item, ItemVersion
from aosedge.cloud.domain.clones import Takeovers
from aosedge.cloud.domain.enrolment import EnrolmentKey
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.items import Layer, compose
from aosedge.cloud.domain.organizations import SIGHTS, Grant, Organization
from aosedge.cloud.domain.people import User
from aosedge.cloud.domain.provisioning import AskedCertificate, RegisteredNode, Registration
from aosedge.cloud.domain.rxswins import Rxswin
from aosedge.cloud.domain.service_states import KeptState
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.target_systems import TargetSystem
from aosedge.cloud.domain.unit_sets import UnitSet
from aosedge.cloud.domain.unit_variables import EVERY, Variable
from aosedge.cloud.domain.units import Node, Unit
from aosedge.cloud.domain.waiting import WaitingUnit
from aosedge.cloud.ports import Blobs, StoredBlob
from aosedge.cloud.reconcilers.targets import CompileTargets
from aosedge.cloud.settings import Settings
from aosedge.cloud.store import EverySession, Session, UnitsSession
from aosedge.cloud.upkeep import opened
from aosedge.cloud.usecases import installation, statuses
from aosedge.model.bundle import parse_config
from aosedge.model.digests import sha256
from aosedge.model.ids import NodeName, RxswinId, SystemId, Txn, UnitId, UserId
from aosedge.model.instants import Instant
from aosedge.model.oci import LAYER_TAR_GZIP
from aosedge.trust import csr


async def build(settings: Settings) -> World:
    """Make it in the data folder; gives what is there."""
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    now = SystemClock().wall()
    authority, _made = installation.ready_authority(settings, now)
    installation.ready_secret(settings)
    async with opened(settings) as store:
        builder = _Builder(store, authority, now)
        builder.documents = await _documents(open_blobs(settings.blobs_url, settings.data_folder / "scratch"))
        await builder.everything()
        compiling = CompileTargets(store, InProcessBus(), SystemClock(), RandomIds())
        while (await compiling.activate()).more:
            pass
    return builder.world


async def _documents(blobs: Blobs) -> dict[str, tuple[StoredBlob, ...]]:
    """What the one version of each item is made of, by the item's id, the index last."""
    made = {}
    for org in (*OEMS, *PROVIDERS):
        for kind in ("item", "spare-item"):
            bundle = parse_config(
                config(f"{kind}-{word(org)}", text=CONFIG_TEXT.replace("author: A", "author: CODENAME"))
            )
            composed = compose(bundle.items[0], bundle, (Layer(LAYER_TAR_GZIP, sha256(b"layer"), 5),))
            made[made_id(kind, word(org))] = tuple([await blobs.put_bytes(each) for each in composed.documents])
    return made


class _Builder(Logins):
    documents: dict[str, tuple[StoredBlob, ...]]

    async def everything(self) -> None:
        for steps in (self._organizations, self._grants):
            await self._store.write_every(Caller(Task("test"), "r", self._now), steps)
        scope = Scope(reach="all")
        caller = Caller(Task("test"), "r", self._now)
        for work in (self._hardware, self._people, self._units, self._software, self._removed):
            await self._store.write(caller, scope, work)
        for org, fleets in OEMS.items():
            await self._state(org, made_id("unit", word(fleets[0])))
        await self._store.write_every(Caller(Task("test"), "r", self._now), self._sessions)
        await self._reports()
        for org in ORGANIZATIONS:  # a line in each trail
            who = Person(made_id("user", staff_word(org)), "auditor", org_id(org))  # type: ignore[arg-type]

            def note(session: Session, org: str = org) -> None:
                session.audit.append("fleets_create", "done", target=f"{word(org)} {staff_word(org)}")
                self._put("audit", f"line-{org}", org)

            await self._store.write(Caller(who, "r", self._now), scope, note)

    async def _state(self, org: str, unit: str) -> None:
        kept = KeptState(made_id("subject", word(org)), made_id("item", word(org)), 0, checksum=word(org))  # type: ignore[arg-type]

        def put(session: UnitsSession) -> None:
            session.states.put(kept, b"state")

        await self._store.write_units(frozenset([UnitId(unit)]), put)
        self._put("state", kept.name, org)
        self.world.gone["state"].append(Placed(f"{kept.item}.1", org))

    def _organizations(self, session: EverySession) -> None:
        for org in ORGANIZATIONS:
            kind = "platform" if org == "platform" else "oem" if org in OEMS else "sp"
            made = Organization(org_id(org), kind, f"title {org_word(org)}", self._now, active=org != "asleep")  # type: ignore[arg-type]
            session.organizations.add(made)
            self._put("organization", made.id, org)
            if org in PROVIDERS:
                self._put("provider", made.id, org)
        empty = Organization(made_id("org", "empty"), "sp", "nothing in it", self._now)  # type: ignore[arg-type]
        session.organizations.add(empty)
        self._put("empty organization", empty.id, "empty")

    def _grants(self, session: EverySession) -> None:
        for oem, sp in sorted(GRANTS):
            sees = SIGHTS if (oem, sp) in underway.SEEING else ()
            given = Grant(org_id(oem), org_id(sp), self._now, sees=sees, secret=f"{oem} {sp}")  # type: ignore[arg-type]
            session.organizations.grant(given)
            self._put("grant", org_id(sp), oem, also=sp)
            if (oem, sp) == ("alpha", "three"):
                self._put("unused grant", org_id(sp), oem)
        for oem, other_oem, ungranted in (("alpha", "beta", "two"), ("beta", "alpha", "one")):
            self._put("grantable", org_id(ungranted), oem)
            self.world.gone["grantable"].append(Placed(org_id(other_oem), oem))
            self.world.gone["unused grant"].append(Placed(org_id(ungranted), oem))

    def _hardware(self, session: Session) -> None:
        for org, fleets in OEMS.items():
            for fleet in (*fleets, f"spare{org}"):
                spare = fleet.startswith("spare")
                mark = word(org) if spare else word(fleet)
                made = Fleet(made_id("fleet", mark), org_id(org), f"title {mark}", self._now)  # type: ignore[arg-type]
                session.fleets.add(made)
                self._put("any fleet", made.id, org, fleet=fleet)
                self._put("empty fleet" if spare else "fleet", made.id, org, fleet=fleet)
            for kind in ("system", "spare system"):
                id = made_id(kind.replace(" ", "-"), word(org))
                session.target_systems.add(TargetSystem(id, org_id(org), f"{kind} {word(org)}", self._now))  # type: ignore[arg-type]
                self._put("target system" if kind == "system" else "spare target system", id, org)
                if kind == "system":
                    name = RxswinId(made_id("rxswin", word(org)))
                    session.rxswins.add(Rxswin(name, org_id(org), id, f"R79 {word(org)}", 1, (), self._now, None))  # type: ignore[arg-type]
                    self._put("rxswin", name, org)

    async def _reports(self) -> None:
        """What Units have said: their state, an alert, figures."""
        for placed in self.world.objects["unit"]:
            for number, message in enumerate(underway.said(placed.fleet, placed.org)):
                report = statuses.Report(UnitId(placed.id), Txn(f"t{number}"), message, self._now)
                assert await statuses.keep(self._store, [report], self._now) == [True]
        await self._store.write_every(Caller(Task("test"), "r", self._now), self._suspected)

    def _suspected(self, session: EverySession) -> None:
        """Every Unit looks like two."""
        for placed in self.world.objects["unit"]:
            times = self._now, self._now, 3, self._now
            session.takeovers.put([Takeovers(UnitId(placed.id), f"older {word(placed.fleet)}", "newer", *times)])

    def _units(self, session: Session) -> None:
        for org, fleets in OEMS.items():
            subject = Subject(made_id("subject", word(org)), org_id(org), f"title {word(org)}", "group", self._now)  # type: ignore[arg-type]
            session.subjects.add(subject)
            self._put("subject", subject.id, org)
            for fleet in fleets:
                self._unit(session, org, fleet, subject)
        bare, tested = underway.verifying(session, "beta", "field", self._now)
        session.subjects.join(subject.id, bare.id)
        self._put("unit", bare.id, "beta", fleet="field", names=(bare.system_uid,))
        self._put("unit set", tested.id, "beta", fleet="field")
        self.world.logins["unit"] = self._unit_login(session, "north")
        self.world.logins["unit of beta"] = self._unit_login(session, "field")

    def _unit(self, session: Session, org: str, fleet: str, subject: Subject) -> None:
        mark, of = word(fleet), made_id("fleet", word(fleet))
        unit = Unit(
            made_id("unit", mark),  # type: ignore[arg-type]
            org_id(org),  # type: ignore[arg-type]
            of,  # type: ignore[arg-type]
            made_id("system-id", mark),  # type: ignore[arg-type]
            f"model {mark}",
            self._now,
            lifecycle="provisioned",
            target_system=made_id("system", word(org)),  # type: ignore[arg-type]
        )
        session.units.add(unit)
        session.units.put_nodes(unit.id, [Node(unit.id, "main", "type", f"title {mark}", True)])  # type: ignore[arg-type]
        session.labels.put(unit.id, {"place": mark})
        session.unit_certificates.put_secrets(unit.id, {"main": f"sealed {mark}"})  # type: ignore[dict-item]
        given = f"item {mark}", "", EVERY, "LEVEL", f"value {mark}", Instant(self._now + HOUR), self._now
        session.unit_variables.put(unit.id, [Variable(unit.id, *given)])  # type: ignore[arg-type]
        self._put("unit", unit.id, org, fleet=fleet, names=(unit.system_uid,))
        made = UnitSet(made_id("set", mark), unit.tenant, unit.fleet, f"title {mark}", self._now)  # type: ignore[arg-type]
        session.unit_sets.add(made)
        session.unit_sets.join(made.id, unit.id)
        self._put("unit set", made.id, org, fleet=fleet)
        self._at_the_door(session, unit, org, fleet)
        session.subjects.join(subject.id, unit.id)

    def _at_the_door(self, session: Session, unit: Unit, org: str, fleet: str) -> None:
        """An enrolment key, and a Unit that came with it."""
        mark, owner, end = word(fleet), (unit.tenant, unit.fleet), Instant(self._now + HOUR)
        words = f"title {mark}", f"hash {mark}", 1, "approve", self._now, end, UserId("nobody")
        key = EnrolmentKey(made_id("enrolment", mark), *owner, *words)  # type: ignore[arg-type]
        session.enrolment_keys.add(key)
        self._put("enrolment key", key.id, org, fleet=fleet)
        name = SystemId(f"new-{unit.system_uid}")
        online = csr.unit_request(csr.new_key(), name, "online").decode()
        asked = (AskedCertificate("online", NodeName("main"), online, "online_public_csr"),)
        said = Registration(name, "model", "1", (RegisteredNode(NodeName("main"), "type", "", True, {}),), asked)
        waiting = WaitingUnit(
            made_id("waiting", mark), *owner, "enrolment", UnitId(made_id("newunit", mark)), name, mark, mark, said,  # type: ignore[arg-type]
            "address", self._now, end,
        )  # fmt: skip
        session.waiting_units.add(waiting)
        self._put("waiting unit", waiting.id, org, fleet=fleet)

    def _software(self, session: Session) -> None:
        for org in (*OEMS, *PROVIDERS):
            mark = word(org)
            for kind in ("item", "spare item"):
                name = kind.replace(" ", "-")
                bundle = Bundle(
                    made_id(f"bundle-{name}", mark),  # type: ignore[arg-type]
                    org_id(org),  # type: ignore[arg-type]
                    "ready",
                    self._now,
                    filename=f"{name} {mark}.tar.gz",
                    digest=f"sha256:{mark}",
                )
                session.bundles.add(bundle)
                self._put("bundle", bundle.id, org)
                item = Item(
                    made_id(name, mark), bundle.owner, f"{name}-{mark}", "service", self._now, f"title {mark}"
                )  # type: ignore[arg-type]
                session.items.add(item)
                self._put("any item", item.id, org)
                self._put(kind, item.id, org)
                digest = sha256(item.id.encode())
                documents = self.documents[item.id]
                session.blobs.put([StoredBlob(digest, f"3-{item.id}", 10), *documents])
                version = ItemVersion(
                    made_id(f"version-{name}", mark),  # type: ignore[arg-type]
                    item.id,
                    "1.0.0",
                    documents[-1].digest,
                    bundle.id,
                    self._now,
                )
                session.items.add_version(version, [digest, *(document.digest for document in documents)])
        for oem, sp in sorted(GRANTS):
            if (oem, sp) != ("alpha", "three"):
                self._assign(session, oem, sp)
        for org, fleets in OEMS.items():
            for fleet in fleets:
                for kind, id in (
                    ("campaign", underway.campaign(session, org, fleet, word(fleet), self._now)),
                    ("running campaign", underway.running(session, org, fleet, self._now)),
                ):
                    self._put(kind, id, org, fleet=fleet)
                document = self.documents[made_id("item", word(org))][-1]  # type: ignore[index]
                made = underway.batch(session, org, fleet, self._now, document.digest)
                for kind, id in zip(("batch", "evidence"), made, strict=True):
                    self._put(kind, id, org, fleet=fleet)

    def _assign(self, session: Session, oem: str, sp: str) -> None:
        id, subject, item = (made_id(*pair) for pair in (
            (f"assignment-{sp}", word(oem)), ("subject", word(oem)), ("item", word(sp)))
        )  # fmt: skip
        session.assignments.add(Assignment(id, org_id(oem), subject, self._now, item=item))  # type: ignore[arg-type]
        session.subjects.mark_dirty(subject)  # type: ignore[arg-type]
        self._put("assignment", id, oem)

    def _removed(self, session: Session) -> None:
        """One of each kind that was there once."""
        for org, fleets in OEMS.items():
            tenant, mark = org_id(org), f"gone{word(org)}"
            fleet = made_id("fleet", mark)
            session.fleets.add(Fleet(fleet, tenant, f"gone {mark}", self._now))  # type: ignore[arg-type]
            session.fleets.delete(fleet)  # type: ignore[arg-type]
            of = made_id("fleet", word(fleets[0]))
            unit, system_uid = made_id("unit", mark), made_id("system-id", mark)
            session.units.add(Unit(unit, tenant, of, system_uid, "m", self._now))  # type: ignore[arg-type]
            session.units.delete(unit)  # type: ignore[arg-type]
            subject = made_id("subject", mark)
            session.subjects.add(Subject(subject, tenant, f"gone {mark}", "group", self._now))  # type: ignore[arg-type]
            session.subjects.delete(subject)  # type: ignore[arg-type]
            unit_set = made_id("set", mark)
            session.unit_sets.add(UnitSet(unit_set, tenant, of, f"gone {mark}", self._now))  # type: ignore[arg-type]
            session.unit_sets.delete(unit_set)  # type: ignore[arg-type]
            campaign = underway.campaign(session, org, fleets[0], mark, self._now)
            session.campaigns.delete(campaign)  # type: ignore[arg-type]
            user = made_id("user", mark)
            session.users.add(User(user, tenant, "auditor", f"gone.{org}", self._now))  # type: ignore[arg-type]
            session.users.delete(user)  # type: ignore[arg-type]
            for kind, id in (
                ("fleet", fleet), ("any fleet", fleet), ("empty fleet", fleet), ("unit", unit), ("subject", subject),
                ("unit set", unit_set), ("campaign", campaign), ("running campaign", campaign), ("user", user),
                ("person", user),
            ):  # fmt: skip
                self.world.gone[kind].append(Placed(id, org))


if __name__ == "__main__":
    import sys

    asyncio.run(build(Settings(data_folder=Path(sys.argv[1]))))
