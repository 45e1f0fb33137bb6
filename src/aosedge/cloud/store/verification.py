"""Verification Batches with their evidence, and what they are resolved and judged from."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, insert, or_, select, update

from aosedge.cloud.domain import events
from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.campaigns.machines import machine
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.domain.catalogue import Catalogue
from aosedge.cloud.domain.organizations import Grant
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.target_systems import TargetSystem
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.domain.verification.evidence import Evidence
from aosedge.cloud.domain.verification.resolving import System, kinds_of
from aosedge.cloud.domain.verification.state import Batch, BatchState, Settings
from aosedge.cloud.store import rows
from aosedge.cloud.store.campaign_tables import campaigns
from aosedge.cloud.store.compiling import Compiling
from aosedge.cloud.store.documents import Documents
from aosedge.cloud.store.set_tables import target_systems, unit_sets
from aosedge.cloud.store.tables import (
    assignments,
    bundles,
    effects,
    grants,
    items,
    nodes,
    organizations,
    subject_units,
    subjects,
    units,
    versions,
)
from aosedge.cloud.store.unverified import unverified_of
from aosedge.cloud.store.verification_tables import (
    verification_batches,
    verification_evidence,
    verification_settings,
)
from aosedge.model.errors import NotFound
from aosedge.model.ids import BatchId, BundleId, EvidenceId, FleetId, ItemId, OrgId, SetId, TargetSystemId, UnitId
from aosedge.model.instants import Instant

_BEFORE_START = ("draft", "planned", "scheduled", "cancelled")


class Verification:
    """The batches of the scope; `verifiers` look past it."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope
        self.verifiers = Verifiers(connection)

    def of(self, seen: Campaign | Unit) -> "Verification":
        """Those of the organization that it belongs to, for whoever sees it and asks what it waits for."""
        return Verification(self._connection, Scope("tenant", seen.tenant))

    def _mine(self) -> Select[Any]:
        query, scope, batch = select(verification_batches), self._scope, verification_batches.c
        match scope.reach:
            case "all":
                return query
            case "tenant":
                return query.where(batch.tenant == scope.tenant)
            case "fleet":
                return query.where(batch.tenant == scope.tenant, batch.fleet.in_(scope.fleets or ()))
            case "own" | "none":
                return query.where(false())

    def get(self, id: BatchId) -> Batch:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(verification_batches.c.id == id), Batch)
        if found is None:
            raise NotFound("verification batch", id)
        return found

    def page(
        self,
        window: Window = Window(),
        *,
        state: BatchState | None = None,
        bundle: BundleId | None = None,
        fleet: FleetId | None = None,
        search: str | None = None,
        order: str = "-created_at",
    ) -> Page[Batch]:
        """Batches that match every filter given; `search`: part of the bundle's file's name, in any case."""
        query, batch = self._mine(), verification_batches.c
        for column, value in ((batch.state, state), (batch.bundle, bundle), (batch.fleet, fleet)):
            if value is not None:
                query = query.where(column == value)
        if search is not None:
            named = select(bundles.c.id).where(bundles.c.filename.icontains(search, autoescape=True))
            query = query.where(batch.bundle.in_(named))
        return rows.page(self._connection, query, Batch, window, order, ("created_at", "state"))

    def add(self, batch: Batch) -> None:
        """Raises NotFound outside the scope."""
        scope = self._scope
        if scope.reach != "all" and batch.tenant != scope.tenant:
            raise NotFound("organization", batch.tenant)
        if scope.reach == "fleet" and batch.fleet not in (scope.fleets or ()):
            raise NotFound("fleet", batch.fleet or "")
        add_batch(self._connection, batch)

    def put(self, batch: Batch) -> None:
        """Keep what has changed; raises NotFound."""
        self.get(batch.id)
        changed = rows.values_of(batch, without=("id", "tenant", "bundle", "created_at"))
        statement = update(verification_batches).where(verification_batches.c.id == batch.id)
        self._connection.execute(statement.values(changed))

    def announce(self, batch: BatchId, key: str) -> None:
        """Leave an effect, one for each key: whoever watches the batch is to look."""
        payload = events.encode(events.BatchNews(batch)).decode()
        value = {"key": f"batch/{batch}/{key}", "topic": events.batch_topic(batch), "payload": payload}
        self._connection.execute(rows.insert_into(self._connection, effects).on_conflict_do_nothing(), [value])

    def of_bundle(self, bundle: BundleId) -> tuple[Batch, ...]:
        """The organization's batches of a bundle: whoever may start a campaign of it may know, of all its fleets."""
        query = select(verification_batches).where(verification_batches.c.tenant == self._scope.tenant)
        return rows.every(self._connection, query.where(verification_batches.c.bundle == bundle), Batch)

    def settings(self) -> Settings:
        """How the scope's organization verifies; the defaults for one that has said nothing."""
        table = verification_settings.c
        query = select(table.required, table.four_eyes, table.criteria).where(table.tenant == self._scope.tenant)
        return rows.one(self._connection, query, Settings) or Settings()

    def put_settings(self, settings: Settings) -> None:
        """Of the scope's organization."""
        values = rows.values_of(settings)
        mine = {"tenant": self._scope.tenant, **values}
        statement = rows.insert_into(self._connection, verification_settings).values(mine)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["tenant"], set_=values))

    def since(self) -> Instant | None:
        """From when on the scope's organization asks for verification."""
        query = select(verification_settings.c.since).where(verification_settings.c.tenant == self._scope.tenant)
        return self._connection.execute(query).scalar()

    def put_since(self, at: Instant | None) -> None:
        """Of the scope's organization."""
        mine = {"tenant": self._scope.tenant, **rows.values_of(Settings()), "since": at}
        statement = rows.insert_into(self._connection, verification_settings).values(mine)
        changed = statement.on_conflict_do_update(index_elements=["tenant"], set_={"since": at})
        self._connection.execute(changed)

    def mark_followers(self, bundle: BundleId | None = None) -> None:
        """Units of the scope's organization that may follow what came in a bundle, or anything."""
        mine = select(subjects.c.id).where(subjects.c.tenant == self._scope.tenant)
        given: ColumnElement[bool] = assignments.c.subject.in_(mine)
        if bundle is not None:
            brought = select(items.c.owner).join(versions, versions.c.item == items.c.id)
            owners = brought.where(versions.c.bundle == bundle)
            theirs = select(items.c.id).where(items.c.owner.in_(owners))  # any may need what came as a layer
            whole = select(bundles.c.id).where(bundles.c.owner.in_(owners))
            given &= or_(assignments.c.item.in_(theirs), assignments.c.bundle.in_(whole))
        joined = select(subject_units.c.unit).join(assignments, assignments.c.subject == subject_units.c.subject)
        self._connection.execute(update(units).where(units.c.id.in_(joined.where(given))).values(target_dirty=True))

    def sets(self, fleet: FleetId | None = None) -> tuple[SetId, ...]:
        """The verification sets of the scope's organization, with `fleet` of that fleet only."""
        found = select(unit_sets.c.id).where(unit_sets.c.tenant == self._scope.tenant, unit_sets.c.verification)
        if fleet is not None:
            found = found.where(unit_sets.c.fleet == fleet)
        return tuple(self._connection.execute(found.order_by(unit_sets.c.id)).scalars())

    def systems(self, fleet: FleetId | None) -> tuple[System, ...]:
        """The organization's kinds of hardware by what nodes of a Unit say that they are; those of no Unit too."""
        mine = select(units.c.id, units.c.target_system, nodes.c.info).join(nodes, nodes.c.unit == units.c.id)
        mine = mine.where(units.c.tenant == self._scope.tenant, units.c.lifecycle == "provisioned")
        if fleet is not None:
            mine = mine.where(units.c.fleet == fleet)
        nodes_of: dict[tuple[UnitId, TargetSystemId | None], list[bytes]] = {}
        for unit, system, info in self._connection.execute(mine):
            nodes_of.setdefault((unit, system), []).append(info)
        said: dict[TargetSystemId | None, set[tuple[str, ...]]] = {}
        for (_, system), infos in nodes_of.items():
            said.setdefault(system, set()).add(tuple(sorted(machine(infos).architectures)))
        query = select(target_systems).where(target_systems.c.tenant == self._scope.tenant)
        known = rows.every(self._connection, query.order_by(target_systems.c.title), TargetSystem)
        titles: dict[TargetSystemId | None, str] = {each.id: each.title for each in known}
        if None in said or not known:
            titles[None] = "Units without a target system"
        return tuple(each for id, title in titles.items() for each in kinds_of(id, title, said.get(id, ())))

    def catalogue(self, bundle: BundleId) -> Catalogue:
        """What the bundle brings, and everything that this may need."""
        return Compiling(self._connection, Documents()).catalogue_of(bundle)

    def unverified(self, catalogue: Catalogue) -> frozenset[BundleId]:
        """What of this the scope's organization wants to see verified first."""
        tenant = self._scope.tenant
        return (
            frozenset()
            if tenant is None
            else unverified_of(self._connection, {tenant}, catalogue.versions).get(tenant, frozenset())
        )

    def started(self, batch: Batch) -> str:
        """The title of a campaign that has started with the batch's bundle, other than its trial; empty for none."""
        c = campaigns.c
        query = select(c.title).where(c.tenant == batch.tenant, c.bundle == batch.bundle, c.batch.is_(None))
        query = query.where(c.state.not_in(_BEFORE_START))
        if batch.fleet is not None:
            query = query.where(c.fleet == batch.fleet)
        return self._connection.execute(query.limit(1)).scalar() or ""

    def add_evidence(self, evidence: Evidence) -> None:
        """Raises NotFound for evidence of a batch outside the scope."""
        self.get(evidence.batch)
        self._connection.execute(insert(verification_evidence).values(rows.values_of(evidence)))

    def evidence(self, batch: BatchId, window: Window = Window()) -> Page[Evidence]:
        """Of one batch, oldest first; raises NotFound."""
        self.get(batch)
        query = select(verification_evidence).where(verification_evidence.c.batch == batch)
        return rows.page(self._connection, query, Evidence, window, "at", ("at",))

    def one_evidence(self, batch: BatchId, id: EvidenceId) -> Evidence:
        """Raises NotFound."""
        self.get(batch)
        table = verification_evidence.c
        query = select(verification_evidence).where(table.batch == batch, table.id == id)
        found = rows.one(self._connection, query, Evidence)
        if found is None:
            raise NotFound("evidence", id)
        return found


class EveryVerification:
    """All batches, for the installation's own work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def resolving(self, most: int) -> tuple[BatchId, ...]:
        """Those that wait to be resolved, the oldest first."""
        batch = verification_batches.c
        query = select(batch.id).where(batch.state == "resolving").order_by(batch.created_at).limit(most)
        return tuple(self._connection.execute(query).scalars())

    def find(self, id: BatchId) -> Batch | None:
        """The one with this id."""
        query = select(verification_batches).where(verification_batches.c.id == id)
        return rows.one(self._connection, query, Batch)


class Verifiers:
    """OEMs that a bundle's becoming ready concerns, past the scope of who uploaded it: with them it is to begin."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, owner: OrgId, brought: Iterable[ItemId]) -> tuple[tuple[OrgId, Settings], ...]:
        """With a verification set, and the owner of what is brought, or granted some of it."""
        items = frozenset(brought)
        granted = rows.every(self._connection, select(grants).where(grants.c.sp == owner), Grant)
        oems = [grant.oem for grant in granted if grant.services is None or items & frozenset(grant.services)]
        with_sets = select(unit_sets.c.tenant).where(unit_sets.c.verification)
        query = select(organizations.c.id).where(or_(organizations.c.id == owner, organizations.c.id.in_(oems)))
        query = query.where(organizations.c.id.in_(with_sets)).order_by(organizations.c.id)
        found = self._connection.execute(query).scalars()
        return tuple((oem, Verification(self._connection, Scope("tenant", oem)).settings()) for oem in found.all())

    def begin(self, batch: Batch) -> None:
        """Keep a new batch of one of these."""
        add_batch(self._connection, batch)


def add_batch(connection: Connection, batch: Batch) -> None:
    """Keep a new batch."""
    connection.execute(insert(verification_batches).values(rows.values_of(batch)))
