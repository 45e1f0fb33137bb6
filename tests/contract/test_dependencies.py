"""What a batch reports as chosen, what a plan compiles, and what Units are sent: the same, on both databases."""

import msgspec
from msgspec.structs import replace
from tests.contract.campaign_world import ALL, HALVES, ITEM, SUBJECT, CampaignPlace, campaign_place
from tests.contract.store_world import add_bundle, person, tenant, version

from aosedge.cloud.domain.catalogue import Dependency, ImageOfVersion
from aosedge.cloud.domain.units import Node
from aosedge.cloud.domain.verification.state import Settings
from aosedge.cloud.reconcilers.verification import ResolveBatches
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import assignments, campaigns, gating, verification
from aosedge.model.digests import sha256
from aosedge.model.ids import BundleId, NodeName, UnitId
from aosedge.model.instants import MINUTE, Instant
from aosedge.model.oci import Platform

APP = BundleId("app-3")


async def upload(place: CampaignPlace, bundle: str, number: str, architecture: str = "") -> None:
    """A layer `lib` in a bundle of its own, a minute after what came before."""
    place.clock.now = Instant(place.clock.now + MINUTE)
    images = (ImageOfVersion(Platform(architecture, "linux"), sha256(b""), 1),) if architecture else ()
    made = replace(version("lib-1", number, bundle, images=images), created_at=place.clock.now)
    work = person("sp-1"), tenant("sp-1"), lambda s: add_bundle(s, "sp-1", bundle, ("lib", "layer", made))
    await place.store.write(*work)


async def test_units_are_sent_the_layer_that_the_batch_reports_for_their_nodes(store: Store) -> None:
    place = await campaign_place(store, 4)
    for unit, architecture in zip(place.units, ["amd64", "amd64", "arm64", ""], strict=True):
        info = msgspec.json.encode({"id": "main", "cpus": [{"arch": architecture}]})
        node = Node(unit, NodeName("main"), main=True, info=info)
        await place.oem(lambda s, unit=unit, node=node: s.units.put_nodes(unit, [node]))
    await upload(place, "lib-1", "1.0.0")
    await upload(place, "lib-2", "2.0.0", "arm64")
    await place.oem(lambda session: gating.change_settings(session, Settings(required=True)))
    await upload(place, "lib-3", "3.0.0")

    def enter(session: Session) -> None:
        add_bundle(
            session, "sp-1", APP, ("app", "service", version(ITEM, "3.0.0", APP, Dependency("layer", "*", "lib")))
        )

    await place.store.write(person("sp-1"), tenant("sp-1"), enter)
    batch = await place.oem(lambda session: verification.create(session, place.ids, APP))
    await ResolveBatches(store, place.clock, place.ids).activate()
    found = await place.oem(lambda session: session.verification.get(batch.id))
    says = {each.title: {chosen.codename: chosen.version for chosen in each.chosen} for each in found.resolutions}
    new, old = {"app": "3.0.0", "lib": "2.0.0"}, {"app": "3.0.0", "lib": "1.0.0"}
    title = "Units without a target system"
    assert says == {f"{title} (not said)": new, f"{title} (amd64)": old, f"{title} (arm64)": new}

    made = await place.oem(lambda s: campaigns.create(s, place.ids, "spring", APP, HALVES, ALL))
    plan = await place.oem(lambda session: campaigns.plan(session, made.id))
    assert plan.left == ()

    def assign(session: Session) -> None:
        for each in session.assignments.of_subject(SUBJECT):
            assignments.delete(session, each.id)
        assignments.create(session, place.ids, SUBJECT, bundle=APP)

    await place.oem(assign)
    await place.compile()

    async def sent(unit: UnitId) -> dict[str | None, str]:
        desired = await place.oem(lambda session: session.targets.desired(unit))
        return {item.item.title: item.version for item in desired.items}

    assert [await sent(unit) for unit in place.units] == [old, old, new, new]
