"""What grants let be used and seen, on every database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
import pytest
from tests.contract.store_world import NOW, Counted, add_bundle, person, settle, tenant, version

from aosedge.cloud.domain.audit import Change
from aosedge.cloud.domain.deployments import SeenCount, SeenInstance, SeenUnit, counted
from aosedge.cloud.domain.item_alerts import SeenAlert
from aosedge.cloud.domain.organizations import Grant
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import Session, Store
from aosedge.cloud.store.recording import HIDDEN
from aosedge.cloud.usecases import assignments, organizations
from aosedge.cloud.usecases.dispatch import Dispatcher
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.model.errors import Conflict, Invalid, NotAllowed, NotFound
from aosedge.model.ids import BundleId, ItemId, OrgId, SubjectId, Txn, UnitId
from aosedge.model.instants import Instant, from_datetime
from aosedge.protocol.messages import Alerts, UnitStatus
from aosedge.protocol.messages.from_unit import (
    AnyAlert,
    InstanceQuotaAlert,
    InstancesStatus,
    InstanceStatus,
    ResourceAllocateAlert,
    SystemAlert,
    UpdateItemInstanceAlert,
)
from aosedge.protocol.messages.parts import ErrorInfo, Identity

T = TypeVar("T")
SP, APP, MORE = OrgId("sp-1"), ItemId("item-sp-1"), ItemId("more")
SUBJECT, UNIT = SubjectId("subject-oem-1"), UnitId("unit-oem-1")


@pytest.fixture
async def world(store: Store) -> Store:
    """`sp-1` has a second service, which came with a layer."""
    await settle(store)

    def more(session: Session) -> None:
        add_bundle(
            session,
            "sp-1",
            "bundle-more",
            ("more", "service", version("more", "1.0.0", "bundle-more")),
            ("base", "layer", version("base", "1.0.0", "bundle-more")),
        )

    await store.write(person("sp-1"), tenant("sp-1"), more)
    return store


async def ask(store: Store, work: Callable[[Session], T], org: str = "oem-1") -> T:
    return await store.write(person(org), tenant(org), work)


async def granted(store: Store) -> Grant:
    return await ask(store, lambda session: session.grants.get(SP))


async def change(store: Store, services: list[str] | None, org: str = "oem-1") -> Grant:
    return await ask(store, lambda session: organizations.change_grant(session, SP, services), org)


async def test_services_are_named_by_codename_or_id_and_must_be_the_providers(world: Store) -> None:
    assert (await granted(world)).services is None
    assert (await change(world, ["app", "more", APP])).services == (APP, MORE)
    assert (await change(world, [MORE])).services == (MORE,)
    for wrong in ("base", "item-sp-2", "nothing"):
        with pytest.raises(Invalid, match="no such service"):
            await change(world, [wrong])
    assert (await granted(world)).services == (MORE,)
    assert (await change(world, None)).services is None
    with pytest.raises(NotFound):
        await change(world, [], "oem-2")


async def test_what_a_grant_does_not_have_is_not_assigned_alone_or_in_a_bundle(world: Store) -> None:
    ids = Counted("assignment")
    await change(world, ["app"])
    for asked in ({"item": MORE}, {"bundle": BundleId("bundle-more")}):
        with pytest.raises(NotAllowed, match="does not have more"):
            await ask(world, lambda session, asked=asked: assignments.create(session, ids, SUBJECT, **asked))
    await ask(world, lambda session: assignments.create(session, ids, SUBJECT, item=APP))
    await change(world, ["app", "more"])
    await ask(world, lambda session: assignments.create(session, ids, SUBJECT, bundle=BundleId("bundle-more")))
    with pytest.raises(Conflict, match="app at Subject, more at Subject"):
        await change(world, [])
    assert (await granted(world)).services == (APP, MORE)
    assert (await change(world, None)).services is None


async def test_a_new_grant_is_of_some_services_or_there_is_none(world: Store) -> None:
    ids = Counted("secret")

    def grant(services: list[str]) -> Callable[[Session], Grant]:
        return lambda session: organizations.grant(session, ids, OrgId("sp-2"), services, ["deployment_results"])

    with pytest.raises(Invalid):
        await ask(world, grant(["more"]))
    with pytest.raises(NotFound):
        await ask(world, lambda session: session.grants.get(OrgId("sp-2")))
    made = await ask(world, grant(["app"]))
    assert made == await ask(world, lambda session: session.grants.get(OrgId("sp-2")))
    assert (made.services, made.sees) == ((ItemId("item-sp-2"),), ("deployment_results",))
    assert made.secret


async def test_the_trail_has_what_a_grant_lets_do_and_no_secret(world: Store) -> None:
    def work(session: Session) -> Grant:
        return organizations.grant(session, Counted("hush"), OrgId("sp-2"), None, ["deployment_results"])

    await Dispatcher(world).change(person("oem-1"), "grants_create", work, lambda grant: grant.sp)
    (line,) = (await ask(world, lambda session: session.audit.page())).items
    (made,) = msgspec.json.decode(line.changes, type=tuple[Change, ...])[:1]
    assert made.after is not None
    assert made.after["secret"] == HIDDEN
    assert "hush" not in line.changes


async def seen_by(store: Store, org: str = "sp-1", item: ItemId = APP) -> tuple[SeenUnit, ...]:
    def find(session: Session) -> tuple[SeenUnit, ...]:
        page = session.deployments.page(item)
        every = tuple(session.deployments.all(item))
        assert (page.total, page.items) == (len(every), tuple(sorted(every, key=page.items.index)))
        return page.items

    return await ask(store, find, org)


async def test_a_provider_sees_its_own_instances_where_it_was_let_and_nothing_of_the_unit(world: Store) -> None:
    await ask(world, lambda session: session.subjects.join(SUBJECT, UNIT))
    await ask(world, lambda session: assignments.create(session, Counted("a"), SUBJECT, item=APP))
    assert await seen_by(world) == ()

    def let(session: Session) -> Grant:
        return organizations.change_grant(session, SP, sees=["deployment_results"])

    grant = await ask(world, let)
    assert await seen_by(world) == (SeenUnit(grant.alias(UNIT), OrgId("oem-1"), ()),)
    failed = InstanceStatus(
        Identity(codename="node"), Identity(codename="runc"), 0, "failed",
        error_info=ErrorInfo(aos_code=1, exit_code=127, message="of the unit"),
    )  # fmt: skip
    groups = [InstancesStatus(Identity(id=id), Identity(id=SUBJECT), "1.0.0", (failed,)) for id in (APP, MORE)]
    report = UnitStatus(unit_config=(), nodes=(), items=(), instances=tuple(groups), subjects=(), is_delta_info=False)
    await keep(world, [Report(UNIT, Txn("t"), report, NOW)], NOW)
    (unit,) = await seen_by(world)
    assert unit.instances == (SeenInstance(0, "1.0.0", "failed", 1, 127),)
    assert counted([unit]) == (SeenCount(OrgId("oem-1"), "1.0.0", "failed", 1),)
    for org, item in (("sp-1", MORE), ("sp-1", ItemId("item-sp-2")), ("sp-2", APP), ("oem-1", APP), ("oem-2", APP)):
        assert await seen_by(world, org, item) == ()

    def hide(session: Session) -> Grant:
        return organizations.change_grant(session, SP, sees=[])

    await ask(world, hide)
    assert await seen_by(world) == ()


MOMENT = datetime(2026, 1, 31, tzinfo=UTC)


def alerts_of(item: ItemId) -> tuple[AnyAlert, ...]:
    """What a Unit has to say of an instance of this item, an hour apart, the newest last."""

    def of(hour: int) -> dict[str, Any]:
        at = MOMENT + timedelta(hours=hour)
        return {"timestamp": at, "item": Identity(id=item), "subject": Identity(id=SUBJECT), "instance": 1}

    node = Identity(codename="node")
    return (
        UpdateItemInstanceAlert(**of(0), version="1.0.0", message="words of the unit"),
        InstanceQuotaAlert(**of(1), parameter="ram", value=97, state="fall"),
        ResourceAllocateAlert(**of(2), node=node, device_id="camera", message="in use at the unit"),
    )


async def test_a_provider_sees_alerts_of_its_own_instances_where_it_was_let_and_nothing_of_the_unit(
    world: Store,
) -> None:
    await ask(world, lambda session: session.subjects.join(SUBJECT, UNIT))
    await ask(world, lambda session: assignments.create(session, Counted("a"), SUBJECT, item=APP))
    of_the_unit = SystemAlert(timestamp=MOMENT, node=Identity(codename="node"), message="of the unit")
    said = Alerts(items=(of_the_unit, *alerts_of(APP), *alerts_of(MORE)))
    await keep(world, [Report(UNIT, Txn("t"), said, NOW)], NOW)

    async def seen(org: str = "sp-1", item: ItemId = APP, **asked: Any) -> Page[SeenAlert]:
        return await ask(world, lambda session: session.item_alerts.page(item, **asked), org)

    for sights in ([], ["deployment_results"]):
        await ask(world, lambda session, sights=sights: organizations.change_grant(session, SP, sees=sights))
        assert await seen() == Page(0, ())
    grant = await ask(world, lambda session: organizations.change_grant(session, SP, sees=["alerts"]))
    assert await seen_by(world) == ()

    at, hour = from_datetime(MOMENT), 3_600_000_000
    of = grant.alias(UNIT), OrgId("oem-1")
    every = (
        SeenAlert(*of, Instant(at + 2 * hour), "error", "device", 1, about="camera"),
        SeenAlert(*of, Instant(at + hour), "info", "quota", 1, about="ram", value=97, state="fall"),
        SeenAlert(*of, at, "error", "instance", 1, version="1.0.0"),
    )
    assert await seen() == await seen(oem=OrgId("oem-1")) == Page(3, every)
    assert (await seen(order="at")).items == every[::-1]
    assert await seen(window=Window(limit=1, offset=1)) == Page(3, every[1:2])
    assert (await seen(least="warning")).items == every[::2]
    assert (await seen(since=Instant(at + hour))).items == every[:2]
    assert await seen(oem=OrgId("oem-2")) == Page(0, ())
    for org, item in (("sp-1", MORE), ("sp-1", ItemId("item-sp-2")), ("sp-2", APP), ("oem-1", APP), ("oem-2", APP)):
        assert await seen(org, item) == Page(0, ())
    with pytest.raises(Invalid, match="ordering"):
        await seen(order="unit")
