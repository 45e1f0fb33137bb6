"""What goes on in the world: campaigns that run, what Units say of their instances, and who may see that.

A campaign of `north` has a Unit that has been moved to `south` since: as a member, among those that take no part, and
among those that could not go back. Its fleet's owners see the campaign, and nothing of that Unit.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec.structs import replace
from tests.system.access.words import OEMS, word

from aosedge.cloud.domain.campaigns.expected import Rates
from aosedge.cloud.domain.campaigns.outline import outlined
from aosedge.cloud.domain.campaigns.plan import Exclusion, Placed, Plan
from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.cloud.domain.campaigns.state import Campaign, Counts, Selection, Wave
from aosedge.cloud.domain.unit_sets import UnitSet
from aosedge.cloud.domain.units import Node, Unit
from aosedge.cloud.domain.verification.evidence import Evidence
from aosedge.cloud.domain.verification.state import Batch, Criteria, Settings
from aosedge.cloud.store import Session
from aosedge.model.digests import Digest, sha256
from aosedge.model.ids import (
    BatchId,
    BundleId,
    CampaignId,
    EvidenceId,
    FleetId,
    NodeName,
    OrgId,
    SetId,
    SystemId,
    UnitId,
)
from aosedge.model.instants import Instant
from aosedge.protocol.messages import Alerts, MonitoringData, UnitStatus
from aosedge.protocol.messages.from_unit import (
    InstancesStatus,
    InstanceStatus,
    ItemStatus,
    NodeStatus,
    SystemAlert,
    UpdateItemInstanceAlert,
)
from aosedge.protocol.messages.parts import ErrorInfo, Identity

SEEING = (("alpha", "one"), ("beta", "two"))
"""Grants that let the Service Provider see deployment results and alerts; the others do not."""
ASSIGNED = {"alpha": ("one",), "beta": ("two", "three")}
ID_LETTERS = 40
UNITS_LEAST = 2
RETURN = 1
"""The wave of a running campaign that would go back, and its last Unit could not."""


def made_id(kind: str, place: str) -> str:
    """All ids are equally long, so that answers that name them are, too."""
    return f"{kind}-{place}-".ljust(ID_LETTERS, "0")


def campaign(session: Session, org: str, fleet: str, mark: str, now: Instant) -> str:
    """A draft."""
    of = FleetId(made_id("fleet", word(fleet)))
    owner, bundle = OrgId(made_id("org", word(f"org{org}"))), BundleId(made_id("bundle-item", word(org)))
    named = CampaignId(made_id("campaign", mark)), owner, f"title {mark}", bundle, now
    session.campaigns.add(Campaign(*named, selection=Selection(fleets=(of,)), fleet=of))
    return str(named[0])


def running(session: Session, org: str, fleet: str, now: Instant) -> str:
    """One that is under way."""
    id = CampaignId(campaign(session, org, fleet, f"run-{word(fleet)}", now))
    here = [fleet, *(other for other in OEMS[org] if other != fleet)]
    units = [UnitId(made_id("unit", word(name))) for name in here]
    members = tuple(Placed(unit, 0, place, {}) for place, unit in enumerate(units))
    exclusions = (Exclusion(units[-1], "same"),)
    wave = Wave(0, state="deploying", size=len(members), counts=Counts(pending=len(members)), begun_at=now)
    digest = sha256(id.encode())
    plan = Plan((wave,), members, exclusions, 0, 0, 0, digest)
    could_not = Placed(units[-1], RETURN, 0, {})
    session.campaign_members.put_plan(id, replace(plan, members=(could_not,)))
    session.campaign_members.skip_pending(id, "away", now)
    session.campaign_members.add(id, members, planned=True)
    session.campaign_members.records.freeze(id)
    session.campaign_plans.put(id, outlined(plan, Policy(), Rates(), now))
    begun = replace(session.campaigns.get(id), state="running", waves=(wave,), plan_digest=digest, starts_at=now)
    session.campaigns.put(begun, None)
    return id


def batch(session: Session, org: str, fleet: str, now: Instant, digest: Digest) -> tuple[str, str]:
    """A batch of a fleet that waits for approval, and its evidence, a blob of this digest."""
    of, mark = FleetId(made_id("fleet", word(fleet))), word(fleet)
    owner, bundle = OrgId(made_id("org", word(f"org{org}"))), BundleId(made_id("bundle-item", word(org)))
    id, evidence = BatchId(made_id("batch", mark)), EvidenceId(made_id("evidence", mark))
    content = {"amd64": sha256(mark.encode())}
    session.verification.add(
        Batch(id, owner, bundle, now, fleet=of, state="awaiting_approval", reason=f"why {mark}", content=content)
    )
    session.verification.add_evidence(Evidence(evidence, id, "file", f"title {mark}", digest, 10, now))
    return id, evidence


def verifying(session: Session, org: str, fleet: str, now: Instant) -> tuple[Unit, UnitSet]:
    """An organization that verifies, on its own terms: a Unit of no known hardware, and a set that tries releases."""
    mark, owner, of = word(fleet), OrgId(made_id("org", word(f"org{org}"))), FleetId(made_id("fleet", word(fleet)))
    bare = Unit(UnitId(made_id("bare-unit", mark)), owner, of, SystemId(f"bare-{mark}"), "model", now)
    session.units.add(replace(bare, lifecycle="provisioned"))
    session.units.put_nodes(bare.id, [Node(bare.id, NodeName("main"), main=True)])
    kept = session.verification.of(bare)
    kept.put_settings(Settings(criteria=Criteria(units_least=UNITS_LEAST)))
    kept.put_since(now)
    tested = UnitSet(SetId(made_id("tested", mark)), owner, of, f"tested {mark}", now, verification=True)
    session.unit_sets.add(tested)
    return bare, tested


def said(fleet: str, org: str) -> Iterator[UnitStatus | Alerts | MonitoringData]:
    """What a Unit has reported: its node and instances, with an error in words, an alert, figures."""
    mark, node = word(fleet), Identity(codename=f"node {word(fleet)}")
    failed = ErrorInfo(3, 1, f"no room on {mark}")
    instances = tuple(
        InstancesStatus(
            Identity(id=made_id("item", word(sp))),
            Identity(id=made_id("subject", word(org))),
            "1.0.0",
            (InstanceStatus(node, Identity(codename="runc"), 0, "failed", error_info=failed),),
        )
        for sp in ASSIGNED[org]
    )
    status = NodeStatus(node, Identity(), "provisioned")
    items = tuple(ItemStatus(each.item, "1.0.0", "installed") for each in instances)
    yield UnitStatus(nodes=(status,), items=items, instances=instances, subjects=(), unit_config=())
    then, words = datetime.fromtimestamp(0, UTC), f"alert {mark}"
    of_instances = tuple(
        UpdateItemInstanceAlert(
            timestamp=then, item=each.item, subject=each.subject, instance=0, version="1.0.0", message=words
        )
        for each in instances
    )
    yield Alerts(items=(SystemAlert(timestamp=then, node=node, message=words), *of_instances))
    yield MonitoringData()
