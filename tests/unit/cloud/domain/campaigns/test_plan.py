"""Who takes part in a campaign, and why not."""

import pytest
from msgspec.structs import replace
from tests.unit.cloud.domain.intents import version

from aosedge.cloud.domain.campaigns.fitting import Figures, Lack
from aosedge.cloud.domain.campaigns.outlook import Outlook
from aosedge.cloud.domain.campaigns.plan import Candidate, Left, Plan, Share, draw_up, some
from aosedge.cloud.domain.campaigns.policy import Policy, WaveAsk
from aosedge.cloud.domain.campaigns.state import Selection
from aosedge.cloud.domain.catalogue import ImageOfVersion
from aosedge.model.digests import sha256
from aosedge.model.errors import Invalid
from aosedge.model.ids import BundleId, CampaignId, FleetId, ItemId, SetId, UnitId
from aosedge.model.instants import Instant
from aosedge.model.oci import Platform

CHANGES = Outlook("changes", {ItemId("s1"): "1.0.0"}, new={ItemId("s1"): "2.0.0"})
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
    assert plan(candidate("a", lifecycle="new"), candidate("b", lifecycle="new")).left == (
        Left("lifecycle", "the Unit is new", 2),
    )


def test_who_has_it_already_is_a_number_of_its_own() -> None:
    found = plan(candidate("a", Outlook("same")), candidate("b", lifecycle="new"), candidate("c"))
    assert (found.satisfied, len(found.members), len(found.exclusions)) == (1, 1, 1)


def test_offline_members_and_bytes_are_foretold() -> None:
    found = plan(
        candidate("a", connectivity="Offline", last_seen=Instant(7), architectures=frozenset(("amd64",))),
        candidate("b", last_seen=Instant(7)),
        candidate("c", Outlook("changes", {ItemId("s1"): "2.0.0"})),
    )
    assert (found.offline, found.download_bytes, sum(found.wave_bytes)) == (1, 10 + 30, 10 + 30)
    assert found.platforms == (Share("linux/amd64", 1, 10), Share("unknown", 2, 30))
    assert {member.unit: member.away_since for member in found.members} == {"a": 7, "b": None, "c": None}


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


def test_a_unit_without_a_way_back_is_named_or_left_out_by_policy() -> None:
    stuck = replace(CHANGES, no_way_back="it has none of these items now")
    (member,) = plan(candidate(seen=stuck)).members
    assert member.no_way_back == "it has none of these items now"
    found = plan(candidate(seen=stuck), candidate("ok"), policy=Policy(require_way_back=True))
    assert [(e.unit, e.cause, e.reason) for e in found.exclusions] == [
        ("u", "way_back", "it could not go back: it has none of these items now")
    ]


def test_a_unit_with_too_little_room_is_left_out_by_its_last_figures() -> None:
    found = plan(candidate(figures=Figures(storage=5)), candidate("ok", figures=Figures(storage=50)))
    assert [(e.unit, e.cause, e.reason, e.detail) for e in found.exclusions] == [
        ("u", "storage", "too little storage: 30 bytes are needed", "it has 5 bytes in all")
    ]
    same = plan(candidate(seen=Outlook("same"), figures=Figures(storage=5)))
    assert (same.satisfied, same.exclusions) == (1, ())


def test_who_was_short_of_room_when_it_was_planned_still_is_at_the_start() -> None:
    planned = plan(candidate(figures=Figures(storage=5)), candidate("ok"))
    (lack,) = planned.exclusions
    again = plan(candidate(figures=Lack(lack.cause, lack.reason)), candidate("ok", connectivity="Offline"))
    assert again.digest == planned.digest
