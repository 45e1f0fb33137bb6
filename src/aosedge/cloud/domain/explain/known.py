"""What a chain is made from, and what it is made of."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.campaigns.members import Items
from aosedge.cloud.domain.campaigns.state import Campaign, MemberState
from aosedge.cloud.domain.deployment import DeploymentState
from aosedge.cloud.domain.explain.rules import RULES, Code
from aosedge.cloud.domain.statuses import Status
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.targets import UnitTarget
from aosedge.cloud.domain.units import Node, Unit
from aosedge.cloud.domain.verification.gating import Hindrance
from aosedge.model.ids import BundleId, ItemId
from aosedge.model.instants import Instant
from aosedge.protocol.messages import DesiredStatus
from aosedge.protocol.messages.from_unit import DownloadProgressAlert

Outcome = Literal["done", "waiting", "stopped"]
"""`done`: holds nothing up; `waiting`: time or the Unit goes on by itself; `stopped`: somebody has to act."""
Kind = Literal["unit", "subject", "assignment", "campaign", "target", "item", "instance"]


class Step(msgspec.Struct, frozen=True):
    """A link of the chain: what is so and why, since when, and what would change it.

    `id` names an object of `kind`; `until` is when time alone changes it; `next` and its `command` are empty where
    nothing is to be done.
    """

    code: Code
    outcome: Outcome
    reason: str
    kind: Kind
    id: str = ""
    at: Instant | None = None
    until: Instant | None = None
    next: str = ""
    command: str = ""

    @property
    def rule(self) -> str:
        """The rule that decided."""
        return RULES[self.code]


class Explanation(msgspec.Struct, frozen=True):
    """The chain, and where the Unit stands by the same predicate that its deployment axis has."""

    state: DeploymentState
    reason: str
    steps: tuple[Step, ...]

    @property
    def open(self) -> tuple[Step, ...]:
        """Steps that hold something up."""
        return tuple(step for step in self.steps if step.outcome != "done")


class Given(msgspec.Struct, frozen=True):
    """An assignment with names: its subject's, its own, and the items that it asks for."""

    assignment: Assignment
    subject: str
    title: str
    items: frozenset[ItemId]


class Member(msgspec.Struct, frozen=True):
    """The Unit's place in a wave, and how far it is."""

    wave: int
    state: MemberState
    reason: str = ""
    offered_at: Instant | None = None
    active_at: Instant | None = None
    ended_at: Instant | None = None


class Part(msgspec.Struct, frozen=True):
    """A campaign that selected the Unit: as a member, on its way `back`, `excluded` with a reason, or none.

    `hindrance` is what keeps it from starting, as far as the verification of its bundle is concerned.
    """

    campaign: Campaign
    bundle: str
    brought: Items
    member: Member | None = None
    back: Member | None = None
    excluded: str = ""
    hindrance: Hindrance | None = None


class Known(msgspec.Struct, frozen=True):
    """All that is recorded of a Unit's intent and state; of one `item` only, where it is named.

    `names` are codenames of every item in here. `held` says what keeps bundles, with their names, from
    those who follow. `document` is what its target says. `downloads` are the last two alerts of one,
    newest first.
    """

    now: Instant
    unit: Unit
    item: ItemId | None = None
    names: Mapping[ItemId, str] = {}
    subjects: tuple[Subject, ...] = ()
    given: tuple[Given, ...] = ()
    parts: tuple[Part, ...] = ()
    held: Mapping[BundleId, tuple[str, Hindrance]] = {}
    target: UnitTarget | None = None
    document: DesiredStatus | None = None
    status: Status | None = None
    nodes: tuple[Node, ...] = ()
    downloads: tuple[DownloadProgressAlert, ...] = ()

    def name(self, item: str) -> str:
        """What people call an item."""
        return self.names.get(ItemId(item), item)

    def concerns(self, items: frozenset[ItemId]) -> bool:
        """Whether any of these is what is asked about."""
        return self.item is None or self.item in items
