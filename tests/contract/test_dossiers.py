"""Dossiers over a real store, on both databases: what was frozen, what became of it, and that it is canonical."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from msgspec.structs import replace
from tests.contract.campaign_world import ALL, HALVES, ITEM, NEW, CampaignPlace, campaign_place
from tests.contract.store_world import TASK, person, tenant

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.campaigns.events import Cancel, RollBack
from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.rxswins import RegisteredItem, Rxswin
from aosedge.cloud.domain.target_systems import TargetSystem
from aosedge.cloud.domain.verification.evidence import Totals
from aosedge.cloud.ports import StoredBlob
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import campaigns, evidence, units, verification
from aosedge.cloud.usecases.dispatch import Dispatcher
from aosedge.cloud.usecases.dossiers import Dossier, Dossiers
from aosedge.cloud.usecases.evidence import Taken
from aosedge.cloud.usecases.signers import Signers
from aosedge.model.digests import sha256
from aosedge.model.errors import Conflict, NotFound
from aosedge.model.ids import FleetId, OrgId, RxswinId, TargetSystemId
from aosedge.model.instants import to_rfc3339
from aosedge.trust.certificates import Authority
from aosedge.trust.dossier_contents import Contents, check_contents
from aosedge.trust.dossiers import check_sums_up, verify


@pytest.fixture
async def place(store: Store) -> CampaignPlace:
    return await campaign_place(store)


class Desk:
    """Where dossiers of a place are made."""

    def __init__(self, place: CampaignPlace, folder: Path) -> None:
        self.place = place
        self.authority = Authority.create(folder / "ca", "example.org", place.clock.now)
        self.dossiers = Dossiers(Signers(folder / "signing.pem", self.authority), folder / "scratch")

    async def made(self, scope: Scope | None = None) -> Dossier:
        place = self.place
        caller, scope = person("oem-1", place.clock.now), scope or tenant("oem-1")
        written = await place.store.read(caller, scope, lambda s: self.dossiers.write(s, place.campaign))
        return self.dossiers.signed(written, place.clock.now)

    async def pages(self) -> bytes:
        place = self.place
        work = lambda s: self.dossiers.write_pages(s, place.campaign)  # noqa: E731
        written = await place.store.read(person("oem-1", place.clock.now), tenant("oem-1"), work)
        with written.file:
            return b"".join(self.dossiers.signed(written, place.clock.now).pieces())

    async def read(self, scope: Scope | None = None) -> dict[str, Any]:
        made = await self.made(scope)
        with made.file:
            file = b"".join(made.pieces())
        assert len(file) == made.size
        assert rfc8785.dumps(json.loads(file)) + b"\n" == file
        verdict = verify(io.BytesIO(file), self.authority.roots, self.place.clock.now)
        assert verdict.statement.digest == made.digest
        found: dict[str, Any] = json.loads(file)["dossier"]
        return found


@pytest.fixture
def desk(place: CampaignPlace, tmp_path: Path) -> Desk:
    return Desk(place, tmp_path)


def versions(dossier: dict[str, Any], when: str) -> dict[str, str]:
    """By Unit, the version of the item in its configuration; with what it said unless it ran that."""
    found = {}
    for unit in dossier["units"]:
        known = unit[when]
        items = {each["id"]: each["version"] for each in dossier["configurations"][known["target"]]["items"]}
        said = known["reported"]
        found[unit["id"]] = (
            items[ITEM] if said is None else f"{items[ITEM]}, says {said[0]['version']} {said[0]['state']}"
        )
    return found


async def complete(place: CampaignPlace) -> None:
    await place.begin()
    for _ in range(2):
        await place.told(await place.members("offered"))
        await place.pass_time()


async def test_a_dossier_has_what_every_unit_ran_before_and_after(place: CampaignPlace, desk: Desk) -> None:
    await complete(place)
    found = await desk.read()
    assert versions(found, "before") == dict.fromkeys(map(str, place.units), "1.0.0")
    assert versions(found, "after") == dict.fromkeys(map(str, place.units), "2.0.0")
    assert {each["state"] for unit in found["units"] for each in unit["results"]} == {"succeeded"}
    assert found["campaign"]["state"] == "completed"
    items = found["bundle"]["items"]
    digests = {each["index_digest"] for known in found["configurations"].values() for each in known["items"]}
    assert (items[0]["version"], items[0]["index_digest"] in digests) == ("2.0.0", True)
    assert [wave["state"] for wave in found["waves"]] == ["passed", "passed"]


async def test_a_campaign_that_is_over_has_the_same_dossier_each_time(place: CampaignPlace, desk: Desk) -> None:
    await complete(place)
    first, _ = await desk.read(), await place.pass_time()
    assert await desk.read() == first


async def test_pages_name_the_digest_of_the_json_and_are_signed_too(place: CampaignPlace, desk: Desk) -> None:
    await complete(place)
    made = await desk.made()
    with made.file:
        made.file.seek(0)
        whole = verify(made.file, desk.authority.roots, place.clock.now)
    verdict = verify(io.BytesIO(await desk.pages()), desk.authority.roots, place.clock.now)
    check_sums_up(verdict.statement, whole.statement)
    assert (verdict.statement.media_type, verdict.statement.json_digest) == ("application/pdf", made.digest)


async def test_units_that_went_back_say_what_they_run(place: CampaignPlace, desk: Desk) -> None:
    await place.begin(replace(HALVES, roll_back_on_halt=False))
    first = await place.members("offered")
    halted = await place.told(first, failed=True, went_back=True)
    assert halted.state == "halted"
    assert {unit["after"] for unit in (await desk.read())["units"]} == {None}
    await place.verb(Cancel("enough"))
    found = await desk.read()
    after = versions(found, "after")
    assert {after[unit] for unit in first} == {"2.0.0, says 2.0.0 failed"}
    assert {after[unit] for unit in place.units if unit not in first} == {"1.0.0"}
    told = [each["operation"] for each in found["timeline"] if each["by"] is None]
    assert told == ["campaign_waves_begin", "campaign_waves_fail", "campaigns_halt"]


async def test_after_a_rollback_everybody_runs_what_they_ran_before(place: CampaignPlace, desk: Desk) -> None:
    await complete(place)
    await place.verb(RollBack("a complaint"))
    while (await place.seen()).state == "rolling_back":
        await place.told(await place.members("offered"))
    found = await desk.read()
    assert versions(found, "after") == versions(found, "before")
    assert [each["state"] for each in found["units"][0]["results"]] == ["succeeded", "succeeded"]


async def test_what_was_frozen_stays_when_a_unit_is_removed(place: CampaignPlace, desk: Desk) -> None:
    await complete(place)
    gone = place.units[0]
    await place.oem(lambda session: session.units.delete(gone))
    record = next(unit for unit in (await desk.read())["units"] if unit["id"] == gone)
    assert (record["results"], record["before"]["deployment"]) == ([], "in_sync")


async def test_targets_that_a_campaign_found_are_kept_for_its_dossier(place: CampaignPlace, desk: Desk) -> None:
    """I12: what is referenced is never collected."""
    await complete(place)
    while await place.store.write_every(TASK, lambda session: session.retention.drop_documents(100)):
        pass
    assert set(versions(await desk.read(), "before").values()) == {"1.0.0"}


async def test_who_approved_what_and_when_is_in_it(place: CampaignPlace, desk: Desk) -> None:
    made = await place.oem(
        lambda s: campaigns.create(s, place.ids, "spring", "bundle-2", replace(HALVES, four_eyes=True), ALL, "a cure")
    )
    place.campaign = made.id
    plan = await place.oem(lambda session: campaigns.plan(session, made.id))
    dispatcher = Dispatcher(place.store)
    other = replace(person("oem-1", place.clock.now).who, user="user-other")  # type: ignore[type-var]
    colleague = replace(person("oem-1", place.clock.now), who=other)
    work = lambda session: campaigns.approve_plan(session, made.id, plan.digest)  # noqa: E731
    await dispatcher.change(colleague, "campaigns_approve", work, lambda campaign: campaign.id)
    await place.oem(lambda session: campaigns.start(session, made.id, None))
    await place.drive()
    found = await desk.read()
    [approval] = found["approvals"]
    assert (approval["of"], approval["digest"], approval["by"]["id"]) == ("plan", plan.digest, "user-other")
    assert approval["at"] == to_rfc3339(place.clock.now)
    assert found["plan"]["approved_digest"] == plan.digest
    assert found["campaign"]["purpose"] == "a cure"


async def test_owners_of_one_fleet_see_nothing_of_a_unit_that_left_it(place: CampaignPlace, desk: Desk) -> None:
    await complete(place)
    other = Fleet(FleetId("fleet-other"), OrgId("oem-1"), "other", place.clock.now)
    await place.oem(lambda session: session.fleets.add(other))
    await place.oem(lambda session: units.move(session, place.units[0], other.id))
    owners = Scope(reach="fleet", tenant=tenant("oem-1").tenant, fleets=frozenset((FleetId("fleet-oem-1"),)))
    found = await desk.read(owners)
    assert (len(found["units"]), found["unseen_units"]) == (9, 1)
    assert str(place.units[0]) not in {unit["id"] for unit in found["units"]}
    nothing = Scope(reach="fleet", tenant=tenant("oem-1").tenant, fleets=frozenset())
    with pytest.raises(NotFound):
        await desk.read(nothing)


async def test_a_campaign_that_has_not_begun_has_none(place: CampaignPlace, desk: Desk) -> None:
    made = await place.oem(lambda s: campaigns.create(s, place.ids, "spring", "bundle-2", HALVES, ALL))
    place.campaign = made.id
    with pytest.raises(Conflict, match="has not begun"):
        await desk.made()


async def test_what_the_start_rested_on_is_in_it_and_holds(place: CampaignPlace, desk: Desk) -> None:
    made = await place.oem(lambda s: verification.create(s, place.ids, NEW))
    batch = await place.oem(lambda s: verification.resolve_batch(s, place.ids, made))
    name, digest = next(iter(batch.content.items()))
    tests = StoredBlob(sha256(b"tests"), "tests", 5)
    taken = Taken("junit", "nightly", tests, Totals(3))
    await place.oem(lambda s: evidence.add(s, place.ids, batch.id, taken))
    await place.oem(lambda s: verification.approve(s, batch.id, name, digest, "fine"))
    await place.oem(lambda s: verification.revoke(s, batch.id, name, "once more"))
    await place.oem(lambda s: verification.approve(s, batch.id, name, digest, "now"))
    brought = await place.oem(lambda s: s.items.of_bundle(NEW))
    items = tuple(RegisteredItem(i.id, i.codename, i.type, v.version, v.index_digest) for i, v in brought)
    entry = Rxswin(RxswinId("x"), OrgId("oem-1"), TargetSystemId("system"), "R79 X1", 1, items, place.clock.now, None)
    system = TargetSystem(TargetSystemId("system"), OrgId("oem-1"), "truck", place.clock.now)

    def register(session: Session) -> None:
        session.target_systems.add(system)
        session.rxswins.add(entry)

    await place.oem(register)
    await complete(place)
    later = await place.oem(lambda s: evidence.add(s, place.ids, batch.id, taken))
    found = await desk.read()
    (told,) = found["verification"]
    assert (told["state"], told["content"]) == ("passed", {name: digest})
    assert [(a["comment"], a["revoked_comment"]) for a in told["approvals"]] == [("fine", "once more"), ("now", "")]
    assert [(e["title"], e["totals"]["tests"]) for e in told["evidence"]] == [("nightly", 3)]
    assert later.id not in [each["id"] for each in told["evidence"]]
    assert told["approvals"][0]["by"]["username"] == "name-oem-1"
    assert [(r["number"], r["brings"]) for r in found["rxswins"]] == [("R79 X1", True)]
    held = check_contents(json.dumps({"dossier": found}).encode())
    assert held == Contents(approvals=1, evidence=1, rxswins=1)
    assert len(await desk.pages()) > 1_000
