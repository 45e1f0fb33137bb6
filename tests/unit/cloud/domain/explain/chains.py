"""A Unit that runs `tick` 1.0.0 as it shall, and what tests change about it."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from tests.unit.cloud.domain.intents import assigned, subject

from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.cloud.domain.campaigns.state import Campaign, CampaignState, Counts, Wave
from aosedge.cloud.domain.explain.chain import explain
from aosedge.cloud.domain.explain.known import Given, Known, Member, Part, Step
from aosedge.cloud.domain.statuses import Actual, Status
from aosedge.cloud.domain.targets import UnitTarget
from aosedge.cloud.domain.units import Unit
from aosedge.model.digests import sha256
from aosedge.model.ids import BundleId, CampaignId, FleetId, ItemId, OrgId, SystemId, UnitId
from aosedge.model.instants import MINUTE, Instant
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.from_cloud import DesiredInstance, DesiredItem
from aosedge.protocol.messages.from_unit import InstancesStatus, InstanceStatus, ItemStatus, UpdateStatus
from aosedge.protocol.messages.parts import ErrorInfo, Generation, Identity

NOW = Instant(1_000 * MINUTE)
THEN = Instant(NOW - MINUTE)
TICK, TOCK = ItemId("s1"), ItemId("s2")
GENERATION = Generation(1, 7)
UNIT = Unit(
    UnitId("u"), OrgId("oem"), FleetId("f"), SystemId("truck"), "model", THEN,
    lifecycle="provisioned", connectivity="Online", deployment="in_sync", target_dirty=False, last_seen=THEN,
)  # fmt: skip
POLICY = Policy(sequential=None)


def given(of: Assignment | None = None, title: str = "tick-1.0.0", *items: ItemId) -> Given:
    return Given(of or assigned("b1"), "clocks", title, frozenset(items or (TICK,)))


def document(**versions: str) -> DesiredStatus:
    """`s1="1.0.0"`: an item with one instance."""
    return DesiredStatus(
        items=tuple(
            DesiredItem(Identity(id=id, type="service"), number, Identity(id="sp"), sha256(number.encode()))
            for id, number in versions.items()
        ),
        instances=tuple(DesiredInstance(Identity(id=id), Identity(id="sub"), 0, 1) for id in versions),
        subjects=(),
    )


def item(id: str = "s1", version: str = "1.0.0", state: str = "installed", error: str = "") -> ItemStatus:
    return ItemStatus(Identity(id=id), version, state, wrong(error))  # type: ignore[arg-type]


def instance(
    state: str = "active", error: str = "", *, id: str = "s1", version: str = "1.0.0", node: str = "main"
) -> InstancesStatus:
    one = InstanceStatus(Identity(codename=node), Identity(codename="crun"), 0, state, None, wrong(error))  # type: ignore[arg-type]
    return InstancesStatus(Identity(id=id), Identity(id="sub"), version, (one,))


def wrong(words: str) -> ErrorInfo | None:
    return ErrorInfo(1, 2, words) if words else None


def update(state: str = "idle", error: str = "", **values: Any) -> UpdateStatus:
    return UpdateStatus(state, **{"generation": GENERATION, "error_info": wrong(error), **values})  # type: ignore[arg-type]


def reported(
    *items: ItemStatus, instances: Any = (), doing: UpdateStatus | None = None, whole: bool = True
) -> Status:
    actual = Actual(whole=whole, items=items, instances=tuple(instances), update=doing or update())
    return Status(actual, THEN, THEN)


def known(**changes: Any) -> Known:
    """In sync, with `tick` 1.0.0 from an assigned bundle."""
    plain = Known(
        now=NOW,
        unit=UNIT,
        names={TICK: "tick", TOCK: "tock"},
        subjects=(replace(subject(), title="clocks"),),
        given=(given(),),
        target=UnitTarget(UNIT.id, GENERATION, sha256(b"d"), compiled_at=THEN),
        document=document(s1="1.0.0"),
        status=reported(item(), instances=[instance()]),
    )
    return replace(plain, **changes)


def campaign(state: CampaignState = "running", *waves: Wave, **changes: Any) -> Campaign:
    made = Campaign(
        CampaignId("c"), OrgId("oem"), "spring", BundleId("b2"), THEN, policy=POLICY, state=state, waves=waves
    )
    return replace(made, **changes)


def part(
    state: CampaignState = "running",
    member: Member | None = None,
    *waves: Wave,
    of: Mapping[str, Any] = {},
    **more: Any,
) -> Part:
    """A campaign that brings `tick` 2.0.0; with two waves, of which the first moves, unless they are named."""
    moving = Wave(0, state="deploying", counts=Counts(pending=1, offered=1), begun_at=THEN)
    return Part(
        campaign(state, *(waves or (moving, Wave(1))), **of), "tick-2.0.0", {TICK: "2.0.0"}, member=member, **more
    )


def steps(**changes: Any) -> tuple[Step, ...]:
    return explain(known(**changes)).steps


def codes(**changes: Any) -> list[str]:
    return [step.code for step in steps(**changes)]


def one(code: str, **changes: Any) -> Step:
    """The only step of this reason."""
    found = [step for step in steps(**changes) if step.code == code]
    assert len(found) == 1, codes(**changes)
    return found[0]
