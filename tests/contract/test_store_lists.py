"""How many statements a list costs does not depend on how many rows it has, on any database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from tests.contract.store_world import NOW, add_bundle, certificate, person, settle, tenant, unit, version

from aosedge.cloud.api import assignments as assignments_api
from aosedge.cloud.api import items as items_api
from aosedge.cloud.api import unit_certificates as certificates_api
from aosedge.cloud.api import unit_views, verification_views
from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.catalogue import Bundle
from aosedge.cloud.domain.pages import Window
from aosedge.cloud.domain.people import User
from aosedge.cloud.domain.verification.state import Batch
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import assignments
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.model.ids import AssignmentId, BatchId, BundleId, FleetId, OrgId, SubjectId, Txn, UserId
from aosedge.model.instants import Instant
from aosedge.protocol.messages import UnitStatus

MANY = 100


@pytest.fixture
async def world(store: Store) -> Store:
    """A hundred Units with labels and status, fleet owners with fleets, items with versions."""
    await settle(store)

    def hardware(session: Session) -> None:
        for number in range(MANY):
            made = unit(f"unit-{number:03}")
            session.units.add(made)
            session.certificates.add(certificate(f"{number:03}", "unit", made.id))
            session.labels.put(made.id, {"number": str(number)})
            owner = User(UserId(f"owner-{number:03}"), OrgId("oem-1"), "fleet_owner", f"owner-{number:03}", NOW)
            session.users.add(owner)
            session.users.put(User(**{**_fields(owner), "fleets": frozenset((FleetId("fleet-oem-1"),))}))

    def software(session: Session) -> None:
        for number in range(MANY):
            name, bundle = f"app-{number:03}", f"bundle-{number:03}"
            for each in ("1.0.0", "2.0.0"):
                add_bundle(session, "sp-1", bundle + each, (name, "service", version(name, each, bundle + each)))

    await store.write(person("oem-1"), tenant("oem-1"), hardware)
    await store.write(person("sp-1"), tenant("sp-1"), software)

    def intent(session: Session) -> None:
        for number in range(MANY):
            bundle = BundleId(f"bundle-{number:03}1.0.0")
            id = AssignmentId(f"assignment-{number:03}")
            session.assignments.add(Assignment(id, OrgId("oem-1"), SubjectId("subject-oem-1"), NOW, bundle=bundle))
            begun = Batch(BatchId(f"batch-{number:03}"), OrgId("oem-1"), bundle, NOW, UserId("user-oem-1"))
            session.verification.add(begun)

    await store.write(person("oem-1"), tenant("oem-1"), intent)
    said = UnitStatus(unit_config=(), nodes=(), items=(), instances=(), subjects=(), is_delta_info=False)
    await keep(store, [Report(unit(f"unit-{n:03}").id, Txn(f"t{n}"), said, NOW) for n in range(MANY)], NOW)
    return store


def _fields(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in User.__struct_fields__}


@contextmanager
def counting() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def units(session: Session, window: Window) -> int:
    shown = unit_views.views(session, session.units.page(window).items)
    assert all(each.labels for each in shown if each.id != "unit-oem-1")
    return len(shown)


def users(session: Session, window: Window) -> int:
    found = session.users.page(window, role="fleet_owner").items
    assert all(user.fleets == {"fleet-oem-1"} for user in found)
    return len(found)


def items(session: Session, window: Window) -> int:
    shown = items_api.views(session, session.items.page(window, order="-codename").items)
    assert {each.newest_version for each in shown} == {"1.0.0"}, "uploaded at one instant: the first by id"
    return len(shown)


def bundles(session: Session, window: Window) -> int:
    found = session.bundles.page(window).items
    brought = session.items.of_bundles(bundle.id for bundle in found)
    assert all(len(brought[bundle.id]) == 1 for bundle in found)
    return len(found)


def assigned(session: Session, window: Window) -> int:
    page = session.assignments.page(window, subject=SubjectId("subject-oem-1")).items
    newer = assignments.newer(session, page)
    shown = [assignments_api.view(each, newer) for each in assignments.standings(session, page)]
    assert all(each.title and each.newer_bundle for each in shown)
    return len(shown)


def ending(session: Session, window: Window) -> int:
    page = session.unit_certificates.ending(Instant(NOW), Instant(0), window, "owner")
    shown = list(certificates_api.ending(session, page.items))
    assert all(each.system_uid == f"system-{each.unit_id}" for each in shown)
    return len(shown)


def batches(session: Session, window: Window) -> int:
    page = session.verification.page(window)
    shown = verification_views.views(session, page.items)
    assert all(each.people == {"user-oem-1": "name-oem-1"} for each in shown)
    return len(shown)


@pytest.mark.parametrize("kind", [units, users, items, bundles, assigned, ending, batches])
async def test_a_list_of_a_hundred_costs_as_many_statements_as_one_of_ten(
    world: Store, kind: Callable[[Session, Window], int]
) -> None:
    counts = []
    for limit in (10, MANY):

        def ask(session: Session, limit: int = limit) -> int:
            return kind(session, Window(limit))

        with counting() as statements:
            assert await world.read(person("oem-1"), tenant("oem-1"), ask) == limit
        counts.append(len(statements))
    assert counts[0] == counts[1] > 1, statements[:8]


async def test_a_part_of_its_files_name_finds_a_bundle_and_what_verifies_it(store: Store) -> None:
    await settle(store)
    bundle = Bundle(BundleId("found"), OrgId("oem-1"), "ready", NOW, filename="Found_1.tar.gz")
    batch = Batch(BatchId("of-found"), OrgId("oem-1"), bundle.id, NOW)

    def ask(session: Session) -> None:
        session.bundles.add(bundle)
        session.verification.add(batch)
        assert session.bundles.page(search="FOUND_").items == (bundle,)
        assert session.verification.page(search="FOUND_").items == (batch,)
        assert session.bundles.page(search="F%d").total == session.verification.page(search="F%d").total == 0

    await store.write(person("oem-1"), tenant("oem-1"), ask)


async def test_a_part_of_a_name_finds_people_sets_and_subjects_in_any_case(store: Store) -> None:
    await settle(store)

    def ask(session: Session) -> None:
        for page, name in (
            (session.users.page, session.users.page().items[0].username),
            (session.subjects.page, session.subjects.page().items[0].title),
        ):
            found = page(search=name[1:].upper()).items
            assert name in {each.username if isinstance(each, User) else each.title for each in found}
            assert page(search="%").total == 0
        assert session.organizations.page(search="EM").total == 1
        assert session.organizations.page(search="%").total == 0
        assert session.unit_sets.page(search="nowhere").total == session.campaigns.page(search="nowhere").total == 0

    await store.read(person("oem-1"), tenant("oem-1"), ask)
