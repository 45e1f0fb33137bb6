"""What the target compiler reads and writes, for many Units at once."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Select, select, update

from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.campaigns.machines import machine
from aosedge.cloud.domain.catalogue import Catalogue, Item, ItemVersion
from aosedge.cloud.domain.deployment import deployment
from aosedge.cloud.domain.pauses import Stances
from aosedge.cloud.domain.releases import Release, released
from aosedge.cloud.domain.schedules import Pace
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.target_systems import TargetSystem
from aosedge.cloud.domain.targets import CompiledTarget, Intent, UnitTarget, left_out
from aosedge.cloud.store import rows
from aosedge.cloud.store.campaign_tables import unit_releases
from aosedge.cloud.store.documents import Documents
from aosedge.cloud.store.paces import paces_of
from aosedge.cloud.store.reported import ReportedUnits
from aosedge.cloud.store.reported_members import ReportedMembers
from aosedge.cloud.store.set_tables import target_systems
from aosedge.cloud.store.tables import (
    assignments,
    effects,
    generation_floors,
    items,
    nodes,
    subject_units,
    subjects,
    target_documents,
    unit_targets,
    units,
    versions,
)
from aosedge.cloud.store.unverified import unverified_of
from aosedge.model.digests import Digest
from aosedge.model.ids import BundleId, ItemId, SubjectId, TargetSystemId, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.parts import Generation

NONE_YET: Final = Generation(0, 0)


class Aims(NamedTuple):
    """What Units must share to share a target."""

    subjects: tuple[SubjectId, ...]
    system: TargetSystemId | None
    releases: tuple[Release, ...]
    """What campaigns gave them."""
    architectures: frozenset[str] = frozenset()
    """Of their nodes."""


class DirtyUnit(msgspec.Struct, frozen=True):
    """A Unit whose target is to be compiled: what from, and what it has."""

    unit: UnitId
    connected: bool
    aims: Aims
    generation: Generation
    """Of its target now."""
    floor: Generation
    """Never to be given again, nor anything below."""
    digest: Digest | None


class Compiling:
    """All Units' intent and targets."""

    def __init__(self, connection: Connection, documents: Documents) -> None:
        self._connection, self._documents = connection, documents

    def dirty(self, most: int, among: Iterable[UnitId] | None = None) -> tuple[DirtyUnit, ...]:
        """Some of the Units whose intent changed: those that are connected first, and of these Units alone if any."""
        chosen = select(units.c.id).where(units.c.target_dirty).order_by(units.c.connection.desc()).limit(most)
        if among is not None:
            chosen = chosen.where(units.c.id.in_(tuple(among)))
        query = (
            select(
                units.c.id,
                units.c.connection,
                units.c.target_system,
                unit_targets.c.epoch,
                unit_targets.c.number,
                unit_targets.c.digest,
                generation_floors.c.epoch.label("floor_epoch"),
                generation_floors.c.number.label("floor_number"),
            )
            .outerjoin(unit_targets, unit_targets.c.unit == units.c.id)
            .outerjoin(generation_floors, generation_floors.c.system_uid == units.c.system_uid)
            .where(units.c.id.in_(tuple(self._connection.execute(chosen).scalars())))
        )
        found = self._connection.execute(query).all()
        ids = [row.id for row in found]
        joined, released, nodes_of = self.subjects_of(ids), self.releases_of(ids), self._architectures_of(ids)
        dirty = []
        for row in found:
            generation = NONE_YET if row.epoch is None else Generation(row.epoch, row.number)
            floor = NONE_YET if row.floor_epoch is None else Generation(row.floor_epoch, row.floor_number)
            given = joined.get(row.id, ()), row.target_system, released.get(row.id, ())
            aims = Aims(*given, nodes_of.get(row.id, frozenset()))
            dirty.append(
                DirtyUnit(row.id, row.connection != "", aims, generation, max(generation, floor), row.digest)
            )
        return tuple(dirty)

    def subjects_of(self, ids: Sequence[UnitId] | Select[Any]) -> dict[UnitId, tuple[SubjectId, ...]]:
        """The subjects that these Units have, in order."""
        joined: dict[UnitId, tuple[SubjectId, ...]] = {}
        members = select(subject_units).where(subject_units.c.unit.in_(ids)).order_by(subject_units.c.subject)
        for subject, unit in self._connection.execute(members).all():
            joined[unit] = (*joined.get(unit, ()), subject)
        return joined

    def releases_of(self, ids: Sequence[UnitId] | Select[Any]) -> dict[UnitId, tuple[Release, ...]]:
        """What campaigns released to these Units, in order."""
        found: dict[UnitId, tuple[Release, ...]] = {}
        query = select(unit_releases).where(unit_releases.c.unit.in_(ids))
        for row in self._connection.execute(query.order_by(unit_releases.c.at, unit_releases.c.bundle)).all():
            found[row.unit] = (*found.get(row.unit, ()), Release(row.at, row.bundle))
        return found

    def _architectures_of(self, ids: Sequence[UnitId]) -> dict[UnitId, frozenset[str]]:
        """What the nodes of these Units said that they are, where they did."""
        said: dict[UnitId, tuple[bytes, ...]] = {}
        for unit, info in self._connection.execute(
            select(nodes.c.unit, nodes.c.info).where(nodes.c.unit.in_(ids))
        ).all():
            said[unit] = (*said.get(unit, ()), info)
        return {unit: machine(infos).architectures for unit, infos in said.items()}

    def intents(self, wanted: Iterable[Aims]) -> dict[Aims, Intent]:
        """The intent behind each set of subjects on each kind of hardware; one catalogue for all."""
        sets = set(wanted)
        ids = {id for each in sets for id in each.subjects}
        system_of = self._systems({each.system for each in sets if each.system is not None})
        known = rows.every(self._connection, select(subjects).where(subjects.c.id.in_(ids)), Subject)
        subject_of = {subject.id: subject for subject in known}
        assigned: dict[SubjectId, list[Assignment]] = {}
        query = select(assignments).where(assignments.c.subject.in_(ids)).order_by(assignments.c.id)
        for assignment in rows.every(self._connection, query, Assignment):
            assigned.setdefault(assignment.subject, []).append(assignment)
        everything = [assignment for each in assigned.values() for assignment in each]
        catalogue = self._catalogue(everything, {release.bundle for each in sets for release in each.releases})
        unverified = unverified_of(self._connection, {subject.tenant for subject in known}, catalogue.versions)
        return {
            each: Intent(
                catalogue=catalogue,
                subjects=tuple(subject_of[id] for id in each.subjects),
                assignments=released(
                    (a for id in each.subjects for a in assigned.get(id, ())), each.releases, catalogue
                ),
                system=None if each.system is None else system_of[each.system],
                unverified=frozenset().union(*(unverified.get(subject_of[id].tenant, ()) for id in each.subjects)),
                architectures=each.architectures,
            )
            for each in sets
        }

    def catalogue_of(self, bundle: BundleId) -> Catalogue:
        """What the bundle brings, and everything that this may need."""
        return self._catalogue((), {bundle})

    def _systems(self, ids: set[TargetSystemId]) -> dict[TargetSystemId, TargetSystem]:
        query = select(target_systems).where(target_systems.c.id.in_(ids))
        return {system.id: system for system in rows.every(self._connection, query, TargetSystem)} if ids else {}

    def _catalogue(self, assigned: Sequence[Assignment], given: set[BundleId]) -> Catalogue:
        """Everything that the assignments, released bundles and what they need may come to."""
        bundles = {assignment.bundle for assignment in assigned if assignment.bundle is not None} | given
        wanted = {assignment.item for assignment in assigned if assignment.item is not None} | self._members(bundles)
        found: dict[ItemId, Item] = {}
        known: list[ItemVersion] = []
        while wanted:
            new = rows.every(self._connection, select(items).where(items.c.id.in_(wanted)), Item)
            found |= {item.id: item for item in new}
            more = rows.every(self._connection, select(versions).where(versions.c.item.in_(wanted)), ItemVersion)
            known += more
            wanted = self._needed(more, found) - found.keys()
        return Catalogue(found.values(), known)

    def _members(self, bundles: set[BundleId]) -> set[ItemId]:
        query = select(versions.c.item).where(versions.c.bundle.in_(bundles))
        return set(self._connection.execute(query).scalars()) if bundles else set()

    def _needed(self, some: Iterable[ItemVersion], found: dict[ItemId, Item]) -> set[ItemId]:
        needs = {(found[v.item].owner, need) for v in some for need in v.dependencies}
        ids = {ItemId(need.id) for _, need in needs if need.id}
        names = {(owner, need.codename, need.type) for owner, need in needs if not need.id}
        if names:
            query = select(items.c.id, items.c.owner, items.c.codename, items.c.type)
            query = query.where(items.c.codename.in_({codename for _, codename, _ in names}))
            ids |= {row.id for row in self._connection.execute(query) if tuple(row[1:]) in names}
        there = self._connection.execute(select(items.c.id).where(items.c.id.in_(ids))).scalars() if ids else ()
        return set(there)

    def paces(self, ids: Sequence[UnitId]) -> dict[UnitId, Pace]:
        """When what campaigns released to these Units may come, where they say."""
        return paces_of(self._connection, ids)

    def stances(self, ids: Sequence[UnitId]) -> dict[UnitId, Stances]:
        """What nodes of these Units shall be, where somebody ever said."""
        n = nodes.c
        query = select(n.unit, n.name, n.shall).where(n.unit.in_(ids), n.shall != "").order_by(n.unit, n.name)
        found: dict[UnitId, Stances] = {}
        for unit, name, shall in self._connection.execute(query):
            found[unit] = (*found.get(unit, ()), (name, shall))
        return found

    def put_documents(self, compiled: Iterable[CompiledTarget]) -> None:
        """Store documents by digest; known ones are left as they are."""
        new = {target.digest: {"digest": target.digest, "body": target.body} for target in compiled}
        if new:
            statement = rows.insert_into(self._connection, target_documents).on_conflict_do_nothing()
            self._connection.execute(statement, list(new.values()))

    def put_targets(self, targets: Sequence[UnitTarget]) -> None:
        """What Units shall be from now on, with the deployment axis that follows from it."""
        if not targets:
            return
        values = [
            {
                "unit": target.unit,
                "epoch": target.generation.epoch,
                "number": target.generation.number,
                "digest": target.digest,
                "reasons": target.reasons,
                "problem": target.problem,
                "left_out": left_out(target.reasons),
                "compiled_at": target.compiled_at,
            }
            for target in targets
        ]
        statement = rows.insert_into(self._connection, unit_targets)
        changed = {name: statement.excluded[name] for name in values[0] if name != "unit"}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["unit"], set_=changed), values)
        self._settle(frozenset(target.unit for target in targets), targets[0].compiled_at)

    def _settle(self, ids: frozenset[UnitId], now: Instant) -> None:
        reported = ReportedUnits(self._connection, self._documents, ids)
        axes, loaded = [], reported.load(ids)
        for known in loaded.values():
            new = deployment(known.aim, known.actual)
            if (new.state, new.reason) != (known.deployment, known.reason):
                axes.append((known.unit, known.connectivity, new.state, new.reason.replace("\0", "")))
        reported.put_axes(axes)
        members = ReportedMembers(self._connection, ids)
        moved = []
        for member in members.watched():  # a target that is no news to the Unit brings no report
            found = member.moved(loaded[member.unit].aim, loaded[member.unit].actual, made=True)
            if found is not None:
                moved.append((member, found))
        members.put(moved, now)

    def clean(self, ids: Sequence[UnitId]) -> None:
        """These Units' targets say what is intended."""
        self._connection.execute(update(units).where(units.c.id.in_(ids)).values(target_dirty=False))

    def announce(self, targets: Sequence[UnitTarget]) -> None:
        """Leave an effect for each: whoever holds the Unit's channel is to hear of it, once."""
        values = [
            {
                "key": f"target/{target.unit}/{target.generation.epoch}.{target.generation.number}",
                "topic": f"unit.{target.unit}.target",
                "payload": target.unit,
            }
            for target in targets
        ]
        if values:
            self._connection.execute(rows.insert_into(self._connection, effects).on_conflict_do_nothing(), values)
