"""Verification Batches over Units that report, by the real compiler and drivers, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from tests.contract.campaign_world import ALL, FLEET, HALVES, ITEM, NEW, SUBJECT, CampaignPlace, campaign_place
from tests.contract.store_world import add_bundle, person, tenant, version

from aosedge.cloud.api import verification_views
from aosedge.cloud.api.verification_views import BatchView
from aosedge.cloud.domain.access.callers import Caller, Scope
from aosedge.cloud.domain.campaigns.events import Cancel, Halt, Pause, Resume
from aosedge.cloud.domain.unit_sets import UnitSet
from aosedge.cloud.domain.verification.state import Batch, Criteria, Settings
from aosedge.cloud.reconcilers.verification import ResolveBatches, resolve_one
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import assignments, campaigns, gating, verification
from aosedge.cloud.usecases.explaining import explain
from aosedge.model.errors import AosError, Conflict, NotFound
from aosedge.model.ids import BatchId, BundleId, OrgId, SetId, UnitId, UserId
from aosedge.model.instants import MINUTE, Instant

SET = SetId("first")
TRIERS = [UnitId("u000"), UnitId("u001")]


class VerificationPlace:
    """A place of campaigns whose first Units are in a verification set, if there is one."""

    def __init__(self, place: CampaignPlace) -> None:
        self.place = place
        self.resolver = ResolveBatches(place.store, place.clock, place.ids)

    async def with_set(self) -> None:
        def make(session: Session) -> None:
            made = UnitSet(SET, OrgId("oem-1"), FLEET, "first", self.place.clock.now, verification=True)
            session.unit_sets.add(made)
            for unit in TRIERS:
                session.unit_sets.join(SET, unit)

        await self.place.oem(make)

    async def begin(self, **said: Any) -> Batch:
        made = await self.place.oem(lambda s: verification.create(s, self.place.ids, NEW, **said))
        return await self.resolve(made.id)

    async def resolve(self, id: BatchId) -> Batch:
        await self.resolver.activate()
        await self.place.compile()
        return await self.seen(id)

    async def seen(self, id: BatchId) -> Batch:
        found: Batch = await self.place.oem(lambda session: session.verification.get(id))
        return found

    async def approve(self, id: BatchId, who: str = "oem-1") -> Batch:
        def work(session: Session) -> Batch:
            found = session.verification.get(id)
            for name in found.unapproved:
                found = verification.approve(session, id, name, found.content[name], "fine")
            return found

        done: Batch = await self.place.store.write(person(who, self.place.clock.now), tenant("oem-1"), work)
        return done

    async def go(self, work: Callable[[Session], Any]) -> Any:
        done = await self.place.oem(work)
        await self.place.driver.activate()
        await self.place.compile()
        return done

    async def versions(self) -> dict[UnitId, str]:
        return {unit: await self.place.wanted(unit) for unit in self.place.units}

    async def start(self, at: Instant | None = None) -> None:
        made = await self.place.oem(
            lambda s: campaigns.create(s, self.place.ids, "spring", NEW, replace(HALVES, priority=1), ALL)
        )
        self.place.campaign = made.id
        await self.place.oem(lambda session: campaigns.plan(session, made.id))
        await self.place.oem(lambda session: campaigns.start(session, made.id, at))


@pytest.fixture
async def verifying(store: Store) -> VerificationPlace:
    return VerificationPlace(await campaign_place(store, 6))


async def tried(place: VerificationPlace, batch: Batch, *, failed: bool = False) -> Batch:
    await place.place.report(TRIERS, failed=failed, went_back=failed)
    await place.place.driver.activate()
    await place.place.compile()
    place.place.clock.now = Instant(place.place.clock.now + 31 * MINUTE)
    await place.place.driver.activate()
    await place.place.compile()
    return await place.seen(batch.id)


async def test_without_a_set_or_the_setting_a_campaign_asks_nobody(verifying: VerificationPlace) -> None:
    await verifying.start()
    assert (await verifying.place.drive()).state == "running"


async def test_with_the_setting_a_campaign_waits_for_an_approved_bundle(verifying: VerificationPlace) -> None:
    settings = Settings(required=True)
    await verifying.place.oem(lambda s: s.verification.put_settings(settings))
    with pytest.raises(Conflict, match="not verified: there is no batch"):
        await verifying.start()
    batch = await verifying.begin()
    assert (batch.state, batch.trial) == ("awaiting_approval", None)
    with pytest.raises(Conflict, match="waits for approval for any"):
        await verifying.start()
    assert (await verifying.approve(batch.id)).state == "passed"
    await verifying.start()
    revoke = verification.revoke
    with pytest.raises(Conflict, match="a campaign has started"):
        await verifying.place.oem(lambda session: revoke(session, batch.id, "any", ""))


async def test_a_scheduled_start_is_asked_again_when_its_time_comes(verifying: VerificationPlace) -> None:
    place = verifying.place
    await place.oem(lambda s: s.verification.put_settings(Settings(required=True)))
    batch = await verifying.approve((await verifying.begin()).id)
    await verifying.start(at=Instant(place.clock.now + MINUTE))
    assert (await place.drive()).state == "scheduled"
    await place.oem(lambda session: verification.revoke(session, batch.id, "any", "wrong tests"))
    held = await place.pass_time(2 * MINUTE)
    why = "did not start: its bundle waits for approval for any"
    assert (held.state, held.reason, held.starts_at) == ("planned", why, None)
    assert set((await verifying.versions()).values()) == {"1.0.0"}
    lines = (await place.oem(lambda session: session.audit.page())).items
    assert [line.detail for line in lines if line.operation == "campaigns_hold_back"] == [f"spring: {why}"]
    with pytest.raises(Conflict, match="waits for approval for any"):
        await place.oem(lambda session: campaigns.start(session, held.id, None))
    await verifying.approve(batch.id)
    await place.oem(lambda session: campaigns.start(session, held.id, None))
    assert (await place.drive()).state == "running"


async def test_a_halt_or_an_edit_before_the_start_is_no_way_round_the_gate(
    verifying: VerificationPlace,
) -> None:
    place = verifying.place
    await place.oem(lambda s: s.verification.put_settings(Settings(required=True)))
    batch = await verifying.approve((await verifying.begin()).id)
    await verifying.start(at=Instant(place.clock.now + MINUTE))
    await place.oem(lambda session: verification.revoke(session, batch.id, "any", ""))
    place.clock.now = Instant(place.clock.now + 2 * MINUTE)
    edited = await place.oem(lambda s: campaigns.edit(s, place.campaign, replace(HALVES, priority=2)))
    assert edited.state == "planned"
    await verifying.approve(batch.id)
    later = Instant(place.clock.now + MINUTE)
    await place.oem(lambda session: campaigns.plan(session, place.campaign))
    await place.oem(lambda session: campaigns.start(session, place.campaign, later))
    await place.oem(lambda session: verification.revoke(session, batch.id, "any", ""))
    await place.oem(lambda session: campaigns.command(session, place.campaign, Halt("wait")))
    with pytest.raises(Conflict, match="waits for approval for any"):
        await place.oem(lambda session: campaigns.command(session, place.campaign, Resume("go on")))


async def test_units_of_the_set_take_it_before_approval_and_nobody_else(verifying: VerificationPlace) -> None:
    await verifying.with_set()
    batch = await verifying.begin()
    assert batch.trial is not None
    assert (batch.state, batch.trial.state) == ("awaiting_approval", "running")
    assert await verifying.versions() == {u: "2.0.0" if u in TRIERS else "1.0.0" for u in verifying.place.units}
    assert (await verifying.approve(batch.id)).state == "verifying"
    with pytest.raises(Conflict, match="not verified: the batch is verifying"):
        await verifying.start()
    passed = await tried(verifying, batch)
    assert (passed.state, passed.reason) == ("passed", "2 of 2 Units succeeded, 0 failed")
    await verifying.start()
    assert set((await verifying.versions()).values()) == {"1.0.0", "2.0.0"}


async def test_a_bundle_that_fails_there_goes_no_further_and_they_go_back(verifying: VerificationPlace) -> None:
    await verifying.with_set()
    batch = await verifying.begin()
    failed = await tried(verifying, batch, failed=True)
    assert failed.state == "failed"
    assert "its trial is" in failed.reason
    assert set((await verifying.versions()).values()) == {"1.0.0"}
    with pytest.raises(Conflict, match="not verified: the batch is failed"):
        await verifying.start()


@pytest.mark.parametrize("verb", ["reject", "cancel"])
async def test_a_batch_that_is_given_up_brings_its_units_back(verifying: VerificationPlace, verb: str) -> None:
    await verifying.with_set()
    batch = await verifying.begin()
    await verifying.go(lambda session: getattr(verification, verb)(session, batch.id, "no"))
    assert set((await verifying.versions()).values()) == {"1.0.0"}
    assert (await verifying.seen(batch.id)).state == f"{verb}ed" if verb == "reject" else "cancelled"


async def test_people_have_no_say_in_a_trial_but_by_its_batch(verifying: VerificationPlace) -> None:
    await verifying.with_set()
    batch = await verifying.begin()
    assert batch.trial is not None
    trial = batch.trial.campaign
    for event in (Cancel(), Pause()):
        with pytest.raises(Conflict, match="trial of a verification batch"):
            await verifying.place.oem(lambda s, event=event: campaigns.command(s, trial, event))
    for work in (campaigns.plan, campaigns.delete):
        with pytest.raises(Conflict, match="trial of a verification batch"):
            await verifying.place.oem(lambda s, work=work: work(s, trial))


async def test_two_drivers_begin_one_trial(verifying: VerificationPlace) -> None:
    await verifying.with_set()
    batch = await verifying.begin()
    place = verifying.place
    caller = Caller(person("oem-1").who, "again", place.clock.now)
    await place.store.write_every(caller, lambda session: resolve_one(session, place.ids, batch.id))
    assert await verifying.seen(batch.id) == batch
    assert (await place.oem(lambda session: session.campaigns.page())).total == 1


async def test_a_set_nobody_of_which_takes_it_shows_nothing(verifying: VerificationPlace) -> None:
    await verifying.with_set()
    criteria = Criteria(units_least=3)
    batch = await verifying.begin(criteria=criteria)
    failed = await tried(verifying, batch)
    assert (failed.state, failed.reason) == ("failed", "2 Units of verification sets took it, at least 3 must")
    assert set((await verifying.versions()).values()) == {"1.0.0"}


async def test_one_batch_decides_at_a_time(verifying: VerificationPlace) -> None:
    batch = await verifying.begin()
    with pytest.raises(Conflict, match="the bundle has a batch"):
        await verifying.begin()
    await verifying.begin(fleet=FLEET)
    await verifying.place.oem(lambda session: verification.cancel(session, batch.id, ""))
    assert (await verifying.begin()).state == "awaiting_approval"


async def test_a_bundle_that_is_not_whole_any_more_is_not_approved(verifying: VerificationPlace) -> None:
    batch, late = await verifying.begin(), await verifying.begin(fleet=FLEET)
    fresh = replace(late, id=BatchId("fresh"), state="resolving")
    await verifying.place.oem(lambda session: session.verification.add(fresh))
    place = verifying.place

    def remove(session: Session) -> None:
        session.items.delete(ITEM)

    await place.store.write(person("sp-1"), tenant("sp-1"), remove)
    with pytest.raises(AosError, match="not whole"):
        await place.oem(lambda s: verification.approve(s, batch.id, "any", batch.content["any"], ""))
    torn = await verifying.resolve(fresh.id)
    assert (torn.state, torn.reason) == ("failed", "an item of the bundle was removed")


async def test_a_ready_bundle_gets_a_batch_of_each_oem_that_verifies(verifying: VerificationPlace) -> None:
    place, caller = verifying.place, person("sp-1")

    def ready(session: Session) -> None:
        verification.begin_for_all(session, place.ids, session.bundles.get(NEW), [ITEM])

    await place.store.write(caller, tenant("sp-1"), ready)
    assert (await place.oem(lambda session: session.verification.page())).total == 0
    await verifying.with_set()
    await place.store.write(caller, tenant("sp-1"), ready)
    (batch,) = (await place.oem(lambda session: session.verification.page())).items
    assert (batch.automatic, batch.created_by, batch.tenant) == (True, None, "oem-1")
    assert (await verifying.resolve(batch.id)).trial is not None


async def test_a_foreign_batch_is_missing(verifying: VerificationPlace) -> None:
    batch = await verifying.begin()
    for scope in (tenant("sp-1"), Scope("fleet", OrgId("oem-1"), frozenset((FLEET,)))):
        with pytest.raises(NotFound):
            await verifying.place.store.read(
                person("oem-1"), scope, lambda session: session.verification.get(batch.id)
            )


async def test_a_batch_names_its_people_of_ones_own_organization_and_outlives_the_grant(
    verifying: VerificationPlace,
) -> None:
    batch = await verifying.begin(fleet=FLEET)
    place = verifying.place
    assert batch.created_by is not None

    def shown(session: Session) -> BatchView:
        kept = replace(session.verification.get(batch.id), uploaded_by=UserId("user-sp-1"))
        return verification_views.view(session, kept)

    for scope in (tenant("oem-1"), Scope("fleet", OrgId("oem-1"), frozenset((FLEET,)))):
        seen = await place.store.read(person("oem-1"), scope, shown)
        assert (seen.people, seen.bundle) == ({batch.created_by: "name-oem-1"}, NEW)
    await place.oem(lambda session: session.grants.delete(OrgId("sp-1")))
    assert (await place.oem(shown)).bundle == NEW


async def follow(verifying: VerificationPlace) -> None:
    """The subject follows the item, and nothing else is assigned to it."""
    place = verifying.place

    def assign(session: Session) -> None:
        for each in session.assignments.of_subject(SUBJECT):
            assignments.delete(session, each.id)
        assignments.create(session, place.ids, SUBJECT, item=ITEM)

    await place.oem(assign)
    await place.compile()


async def upload(verifying: VerificationPlace, number: str) -> BundleId:
    """A further version of the item becomes ready."""
    place, bundle = verifying.place, BundleId(f"bundle-{number}")
    place.clock.now = Instant(place.clock.now + MINUTE)

    def enter(session: Session) -> None:
        made = replace(version(ITEM, number, bundle), created_at=place.clock.now)
        add_bundle(session, "sp-1", bundle, ("app", "service", made))
        session.items.mark_followers_dirty([ITEM])

    await place.store.write(person("sp-1"), tenant("sp-1"), enter)
    await place.compile()
    return bundle


async def test_what_is_followed_waits_until_a_batch_has_passed_and_goes_back_when_that_is_taken_back(
    verifying: VerificationPlace,
) -> None:
    place = verifying.place
    await follow(verifying)
    assert set((await verifying.versions()).values()) == {"2.0.0"}
    await place.oem(lambda session: gating.change_settings(session, Settings(required=True)))
    await place.compile()
    assert set((await verifying.versions()).values()) == {"2.0.0"}
    bundle = await upload(verifying, "3.0.0")
    assert set((await verifying.versions()).values()) == {"2.0.0"}

    async def why() -> list[str]:
        found = await place.oem(lambda s: explain(s, s.units.get(place.units[0])))
        return [step.code for step in found.steps if step.code in ("not_verified", "not_approved")]

    assert await why() == ["not_verified"]
    batch = await place.oem(lambda session: verification.create(session, place.ids, bundle))
    await verifying.resolve(batch.id)
    assert await why() == ["not_approved"]
    await verifying.approve(batch.id)
    await place.compile()
    assert set((await verifying.versions()).values()) == {"3.0.0"}
    assert await why() == []
    await verifying.go(lambda session: verification.revoke(session, batch.id, "any", "too early"))
    assert set((await verifying.versions()).values()) == {"2.0.0"}
    await verifying.go(lambda session: gating.change_settings(session, Settings()))
    assert set((await verifying.versions()).values()) == {"3.0.0"}


async def test_with_a_verification_set_followers_wait_for_the_units_that_try_it(verifying: VerificationPlace) -> None:
    place = verifying.place
    await follow(verifying)
    await verifying.with_set()
    await place.oem(gating.ask_followers)
    bundle = await upload(verifying, "3.0.0")
    batch = await place.oem(lambda session: verification.create(session, place.ids, bundle))
    await verifying.resolve(batch.id)
    assert await verifying.versions() == {u: "3.0.0" if u in TRIERS else "2.0.0" for u in place.units}
    await verifying.approve(batch.id)
    assert (await tried(verifying, batch)).state == "passed"
    assert set((await verifying.versions()).values()) == {"3.0.0"}


async def test_a_batch_of_one_fleet_is_none_for_followers(verifying: VerificationPlace) -> None:
    place = verifying.place
    await follow(verifying)
    await place.oem(lambda session: gating.change_settings(session, Settings(required=True)))
    bundle = await upload(verifying, "3.0.0")
    made = await place.oem(lambda session: verification.create(session, place.ids, bundle, FLEET))
    await verifying.resolve(made.id)
    assert (await verifying.approve(made.id)).state == "passed"
    await place.compile()
    assert set((await verifying.versions()).values()) == {"2.0.0"}
