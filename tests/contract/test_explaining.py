"""Why a Unit is what it is, over a real store, on both databases: intent, campaigns, what it reports, and scope."""

import pytest
from msgspec.structs import replace
from tests.contract.campaign_world import ALL, FLEET, HALVES, ITEM, NEW, CampaignPlace, campaign_place
from tests.contract.store_world import person, unit

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.campaigns.events import Pause
from aosedge.cloud.domain.campaigns.limits import Limits
from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.domain.explain.known import Explanation
from aosedge.cloud.domain.verification.state import Settings
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import campaigns, subjects, units, verification
from aosedge.cloud.usecases.explaining import explain, item_named
from aosedge.cloud.usecases.statuses import Report, keep
from aosedge.model.errors import Invalid, NotFound
from aosedge.model.ids import AssignmentId, FleetId, ItemId, OrgId, SubjectId, Txn, UnitId
from aosedge.model.instants import HOUR, Instant, to_datetime
from aosedge.protocol.messages import DesiredStatus, UnitStatus
from aosedge.protocol.messages.from_unit import ItemStatus, UpdateStatus
from aosedge.protocol.messages.parts import Identity, Waiting

OTHER = UnitId("other")


@pytest.fixture
async def place(store: Store) -> CampaignPlace:
    return await campaign_place(store, size=4)


async def why(place: CampaignPlace, id: UnitId, item: ItemId | None = ITEM) -> Explanation:
    return await place.oem(lambda session: explain(session, session.units.get(id), item))  # type: ignore[no-any-return]


def codes(found: Explanation) -> list[str]:
    return [step.code for step in found.steps]


async def test_a_unit_in_sync_is_explained_from_its_subject_to_its_last_report(place: CampaignPlace) -> None:
    found = await why(place, place.units[0])
    assert codes(found) == ["unit_provisioned", "assigned", "compiled", "online", "in_sync"]
    assert (found.state, found.open) == ("in_sync", ())
    assert "Subject" in found.steps[1].reason
    whole = await why(place, place.units[0], None)
    assert codes(whole) == codes(found)


async def test_intent_that_is_missing_changed_or_left_out_is_told(place: CampaignPlace) -> None:
    lone = replace(unit("other"), target_dirty=True)
    await place.oem(lambda session: session.units.add(lone))
    assert codes(await why(place, OTHER))[1:3] == ["no_subject", "no_target"]
    await place.oem(lambda session: subjects.add_unit(session, SubjectId("subject-oem-1"), OTHER))
    await place.compile()
    assert codes(await why(place, OTHER))[-2:] == ["compiled", "never_connected"]
    second = ItemId("item-sp-2")
    assert "not_assigned" in codes(await why(place, place.units[0], second))

    def assign(session: Session) -> None:
        subject, now = SubjectId("subject-oem-1"), place.clock.now
        of = AssignmentId("pinned"), OrgId("oem-1"), subject, now
        session.assignments.add(Assignment(*of, item=ITEM, version="9.0.0"))
        session.subjects.mark_dirty(subject)

    await place.oem(assign)
    assert "compiling" in codes(await why(place, place.units[0]))
    await place.compile()
    left = [step for step in (await why(place, place.units[0])).steps if step.code == "left_out"]
    assert left and "9.0.0 is not ready" in left[0].reason


async def test_each_unit_of_a_campaign_hears_its_own_part(place: CampaignPlace) -> None:
    await place.begin()
    (first, *_), (second, *_) = await place.members("offered"), await place.members("pending")
    offered, waits = await why(place, first), await why(place, second)
    assert codes(offered)[2:] == ["campaign_offered", "compiled", "online", "not_taken"]
    assert codes(waits)[2:] == ["campaign_wave", "compiled", "online", "in_sync"]
    assert "wave 1 is not through: 2 of 2 members have not got it yet" in waits.open[0].reason
    await place.told(await place.members("offered"))
    soaking = await why(place, second)
    assert soaking.open[0].until is not None
    assert "campaign_soaks" in codes(await why(place, first))
    await place.verb(Pause("lunch"))
    assert "lunch" in (await why(place, second)).open[0].reason


async def test_a_bad_bundle_is_told_on_the_unit_that_had_it_and_on_the_one_that_never_did(
    place: CampaignPlace,
) -> None:
    await place.begin(replace(HALVES, roll_back_on_halt=False))
    (first, *rest), (second, *_) = await place.members("offered"), await place.members("pending")
    await place.told([first, *rest], failed=True, went_back=True)
    bad, spared = await why(place, first), await why(place, second)
    assert codes(bad) == [
        "unit_provisioned", "assigned", "campaign_rolled_back", "compiled", "online", "item_failed", "went_back",
    ]  # fmt: skip
    assert (bad.state, "it broke" in bad.reason) == ("failed", True)
    assert codes(spared)[2] == "campaign_halted"


async def test_a_campaign_with_limits_holds_its_next_member(place: CampaignPlace) -> None:
    await place.begin(replace(HALVES, strategy="canary", limits=Limits(at_once=1)))
    await place.told(await place.members("offered"))
    await place.pass_time()
    waiting = await why(place, (await place.members("pending"))[0])
    assert codes(waiting)[2] == "campaign_limits"


async def test_the_budget_of_its_organization_holds_the_next_member(place: CampaignPlace) -> None:
    await place.oem(lambda s: s.risk_budgets.put(OrgId("oem-1"), 1))
    await place.begin()
    waiting = await why(place, (await place.members("pending"))[0])
    assert codes(waiting)[2] == "campaign_budget"
    assert waiting.steps[2].reason.endswith("1 of at most 1 Units of the organization are at risk")


@pytest.mark.parametrize("cause", ["window", "precondition", "hold"])
async def test_what_a_member_waits_for_on_the_unit_ends_the_chain(place: CampaignPlace, cause: str) -> None:
    await place.begin()
    (unit, *_) = await place.members("offered")
    desired: DesiredStatus = await place.oem(lambda s: s.targets.desired(unit))
    until = to_datetime(Instant(place.clock.now + HOUR))
    held = Waiting(cause, "install", "so it is", until)  # type: ignore[arg-type]
    items = (ItemStatus(Identity(id=ITEM), "1.0.0", "installed"),)
    doing = UpdateStatus("pending", desired.generation, held=held)
    status = UnitStatus(unit_config=(), nodes=(), subjects=(), items=items, instances=(), update=doing)
    assert await keep(place.store, [Report(unit, Txn("held"), status, place.clock.now)], place.clock.now) == [True]
    await place.drive()
    found = await why(place, unit)
    (last,) = [step for step in found.steps if step.code == cause]
    assert (last.reason, last.until) == ("it waits: so it is", place.clock.now + HOUR)
    assert "campaign_held" in codes(found)


async def test_a_campaign_of_a_bundle_that_waits_for_verification_says_so_to_its_units(place: CampaignPlace) -> None:
    await place.oem(lambda session: session.verification.put_settings(Settings(required=True)))
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "spring", NEW, HALVES, ALL))
    await place.oem(lambda session: campaigns.plan(session, made.id))
    (step,) = (await why(place, place.units[0])).open
    assert (step.code, step.command) == ("not_verified", "aos verification create bundle-2")
    batch = await place.oem(lambda session: verification.create(session, place.ids, NEW))
    await place.oem(lambda session: verification.resolve_batch(session, place.ids, batch))
    (step,) = (await why(place, place.units[0])).open
    assert (step.code, step.reason) == (
        "not_approved",
        "campaign spring cannot start: its bundle waits for approval for any",
    )
    admin = Scope(reach="all")
    seen = await place.store.read(person("admin"), admin, lambda s: explain(s, s.units.get(place.units[0])))
    assert seen.open == (step,)


async def test_who_has_it_is_satisfied_and_whom_it_does_not_fit_is_excluded(place: CampaignPlace) -> None:
    await place.oem(lambda session: units.deprovision(session, place.units[0]))
    await place.begin()
    assert codes(await why(place, place.units[0])) == ["unit_deprovisioned"]
    lone = replace(unit("other"), target_dirty=False)
    await place.oem(lambda session: session.units.add(lone))
    assert "campaign_joins" in codes(await why(place, OTHER))
    named = Selection(units=(place.units[1],))
    await place.begin(HALVES, named, "second")
    excluded = [step for step in (await why(place, place.units[1])).steps if step.code == "campaign_excluded"]
    assert "the campaign spring brings the same items" in excluded[0].reason
    assert not [step for step in (await why(place, place.units[2])).steps if "second" in step.reason]


async def test_owners_of_a_fleet_are_told_of_their_unit_and_of_no_campaign_of_another_fleet(
    place: CampaignPlace, store: Store
) -> None:
    await place.begin()
    mine, others = (
        Scope(reach="fleet", tenant=OrgId("oem-1"), fleets=frozenset((FleetId(name),))) for name in (FLEET, "else")
    )
    of = place.units[0]

    def told(session: Session) -> list[str]:
        return codes(explain(session, session.units.get(of), ITEM))

    assert "assigned" in await store.read(person("oem-1"), mine, told)
    with pytest.raises(NotFound):
        await store.read(person("oem-1"), others, told)
    seen = await store.read(person("oem-1"), others, lambda session: session.explaining.parts(of))
    assert (seen, len(await store.read(person("oem-1"), mine, lambda s: s.explaining.parts(of)))) == ((), 1)
    assert await store.read(person("oem-1"), others, lambda s: s.explaining.subjects(of)) == ()
    nobody = Scope(reach="none")
    assert await store.read(person("oem-1"), nobody, lambda s: s.explaining.parts(of)) == ()


async def test_an_item_is_named_by_id_or_by_a_codename_that_only_one_has(place: CampaignPlace, store: Store) -> None:
    assert await place.oem(lambda session: item_named(session, "app")) == ITEM
    assert await place.oem(lambda session: item_named(session, ITEM)) == ITEM
    with pytest.raises(NotFound):
        await place.oem(lambda session: item_named(session, "nothing"))
    with pytest.raises(Invalid, match="several are called app"):
        await store.read(person("oem-1"), Scope(reach="all"), lambda session: item_named(session, "app"))
