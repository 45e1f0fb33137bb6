"""Who takes part in a campaign, and why not."""

import pytest
from msgspec.structs import replace
from tests.unit.cloud.domain.intents import assigned, intent, needs, version

from aosedge.cloud.domain.campaigns.plan import Candidate, Outlook, Plan, draw_up, outlook, some
from aosedge.cloud.domain.campaigns.policy import Policy, WaveAsk
from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.domain.catalogue import ImageOfVersion
from aosedge.cloud.domain.targets import Refused, compile_target
from aosedge.model.digests import sha256
from aosedge.model.errors import Invalid
from aosedge.model.ids import BundleId, CampaignId, FleetId, ItemId, SetId, UnitId
from aosedge.model.oci import Platform

CHANGES = Outlook("changes", {ItemId("s1"): "1.0.0"})
OLD, NEW = version("s1", "1.0.0", bundle="b1"), version("s1", "2.0.0", bundle="b2")
IMAGES = tuple(
    ImageOfVersion(Platform(arch), sha256(arch.encode()), size) for arch, size in (("amd64", 10), ("arm64", 30))
)


def candidate(name: str = "u", seen: Outlook = CHANGES, **values: object) -> Candidate:
    return replace(Candidate(UnitId(name), "provisioned", "Online", seen), **values)


def plan(*candidates: Candidate, policy: Policy = Policy(), name: str = "c") -> Plan:
    return draw_up(CampaignId(name), BundleId("b2"), policy, [replace(NEW, images=IMAGES)], candidates)


def reason(one: Candidate) -> str:
    found = plan(one)
    return found.exclusions[0].reason if found.exclusions else ""


def test_each_exclusion_has_its_reason() -> None:
    assert reason(candidate(lifecycle="new")) == "the Unit is new"
    assert reason(candidate(seen=Outlook("refused", reason="why"))) == "why"
    assert reason(candidate(rival="spring")) == "the campaign spring brings the same items"
    assert reason(candidate(architectures=frozenset(("riscv64",)))) == "no image for riscv64: there is amd64, arm64"
    assert reason(candidate(architectures=frozenset(("arm64", "riscv64")))) == ""
    assert plan(candidate("a", lifecycle="new"), candidate("b", lifecycle="new")).reasons == {"the Unit is new": 2}


def test_who_has_it_already_is_a_number_of_its_own() -> None:
    found = plan(candidate("a", Outlook("same")), candidate("b", lifecycle="new"), candidate("c"))
    assert (found.satisfied, len(found.members), len(found.exclusions)) == (1, 1, 1)


def test_offline_members_and_bytes_are_foretold() -> None:
    found = plan(
        candidate("a", connectivity="Offline", architectures=frozenset(("amd64",))),
        candidate("b"),
        candidate("c", Outlook("changes", {ItemId("s1"): "2.0.0"})),
    )
    assert (found.offline, found.bytes_most) == (1, 10 + 30)


def test_members_are_shared_out_in_the_campaigns_own_order() -> None:
    everybody = [candidate(f"u{n}") for n in range(100)]
    found = plan(*everybody)
    assert [sum(m.wave == n for m in found.members) for n in range(4)] == [1, 4, 20, 75]
    assert [m.place for m in found.members] == sorted(m.place for m in found.members)
    assert [wave.share for wave in found.waves] == [0.01, 0.05, 0.25, 1.0]
    sets = Policy(strategy="rolling", waves=(WaveAsk(sets=("a",)), WaveAsk(sets=("b",))))
    found = plan(candidate("x", sets=(SetId("b"),)), candidate("y", sets=(SetId("a"),)), policy=sets)
    assert {m.unit: m.wave for m in found.members} == {"x": 1, "y": 0}


def test_the_digest_names_what_would_happen() -> None:
    one, other = candidate("a"), candidate("b")
    assert plan(one, other).digest == plan(other, one).digest
    assert len({plan(one).digest, plan(other).digest, plan(one, policy=Policy(strategy="canary")).digest}) == 3


def test_a_campaign_for_nobody_is_refused() -> None:
    with pytest.raises(Invalid, match="for nobody"):
        some(Selection())
    assert some(Selection(fleets=(FleetId("f"),))).fleets == ("f",)


def test_the_outlook_is_what_the_compiler_would_make() -> None:
    wanted = {"s1": "2.0.0"}
    versions = [OLD, NEW, version("s2", "1.0.0", needs("s3"), bundle="b3")]
    now, then, other = (compile_target(intent("s1 s2", versions, [assigned(name)])) for name in ("b1", "b2", "b3"))
    assert outlook(wanted, now, then) == Outlook("changes", {ItemId("s1"): "1.0.0"})
    assert outlook(wanted, then, then).kind == "same"
    assert outlook(wanted, Refused("too many"), then) == Outlook("changes")
    assert outlook(wanted, now, Refused("too many")) == Outlook("refused", reason="too many")
    assert outlook(wanted, now, now).reason == "the Unit would not have all of its items"
    assert "s3" in outlook(wanted, now, other).reason
    nothing = compile_target(intent("s1", versions, []))
    assert outlook(wanted, now, nothing).reason == "none of its items is assigned to the Unit"
