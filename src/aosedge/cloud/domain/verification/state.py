"""What is kept of a Verification Batch: what it is about, who approved what, and how its Units did."""

from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.alerts import SEVERITIES, Severity
from aosedge.cloud.domain.campaigns.policy import LONGEST_US
from aosedge.cloud.domain.campaigns.state import CampaignState
from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid
from aosedge.model.ids import BatchId, BundleId, CampaignId, FleetId, OrgId, TargetSystemId, UserId
from aosedge.model.instants import MINUTE, Instant

BatchState = Literal["resolving", "awaiting_approval", "verifying", "passed", "failed", "rejected", "cancelled"]
OPEN: Final[tuple[BatchState, ...]] = ("resolving", "awaiting_approval", "verifying")
"""States that something still leaves by itself or by a person's approval."""
COMMENT_LONGEST: Final = 2000


class Criteria(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the Units of verification sets have shown that a bundle works.

    At least `success_share` of those that take part, healthy with all instances through the soak, with no alert of
    `severity` or above on any of them; and at least `units_least` of them.
    """

    success_share: float = 0.95
    soak_us: int = 30 * MINUTE
    severity: Severity = "error"
    units_least: int = 1


class Settings(msgspec.Struct, frozen=True):
    """How an OEM verifies. `required`: campaigns need an approved bundle even without any verification set."""

    required: bool = False
    four_eyes: bool = False
    criteria: Criteria = Criteria()


class Chosen(msgspec.Struct, frozen=True):
    """A version that a resolution takes."""

    codename: str
    version: str


class Resolution(msgspec.Struct, frozen=True):
    """Whether the bundle can be had on one kind of hardware; `chain` is why not, one step of it a line."""

    system: TargetSystemId | None
    title: str
    outcome: Literal["resolved", "unsatisfiable", "not_for_it"]
    architectures: tuple[str, ...] = ()
    chosen: tuple[Chosen, ...] = ()
    chain: tuple[str, ...] = ()


class Approval(msgspec.Struct, frozen=True):
    """Somebody's word that what has this digest may go to this architecture; kept after it was revoked."""

    architecture: str
    digest: Digest
    by: UserId
    at: Instant
    comment: str = ""
    revoked_by: UserId | None = None
    revoked_at: Instant | None = None
    revoked_comment: str = ""

    @property
    def stands(self) -> bool:
        """Whether it was not taken back."""
        return self.revoked_at is None


class Trial(msgspec.Struct, frozen=True):
    """How the Units of verification sets do: the campaign that brings the bundle to them, as it stands."""

    campaign: CampaignId
    state: CampaignState
    judged: int = 0
    succeeded: int = 0
    failures: int = 0
    reason: str = ""


class Move(msgspec.Struct, frozen=True):
    """A change of state: when, to which, why, and by whom where it was a person."""

    at: Instant
    state: BatchState
    reason: str = ""
    by: UserId | None = None


class Batch(msgspec.Struct, frozen=True):
    """A ready bundle on its way through verification, for one OEM or, with `fleet`, for one of its fleets.

    `automatic`: made by itself as the bundle became ready.
    """

    id: BatchId
    tenant: OrgId
    bundle: BundleId
    created_at: Instant
    created_by: UserId | None = None
    uploaded_by: UserId | None = None
    automatic: bool = False
    fleet: FleetId | None = None
    criteria: Criteria = Criteria()
    four_eyes: bool = False
    state: BatchState = "resolving"
    reason: str = ""
    content: dict[str, Digest] = {}
    """By architecture, the digest over what is approved for it."""
    resolutions: tuple[Resolution, ...] = ()
    approvals: tuple[Approval, ...] = ()
    trial: Trial | None = None
    """None where there is no verification set."""
    moves: tuple[Move, ...] = ()

    def approval(self, architecture: str) -> Approval | None:
        """The one that stands."""
        mine = (each for each in self.approvals if each.architecture == architecture and each.stands)
        return next(mine, None)

    @property
    def unapproved(self) -> tuple[str, ...]:
        """Architectures that somebody has still to approve."""
        return tuple(name for name in sorted(self.content) if self.approval(name) is None)


def checked(criteria: Criteria) -> Criteria:
    """The criteria, if they can be met; raises Invalid naming the field."""
    share = criteria.success_share
    if not 0.0 < share <= 1.0:
        expected = "above 0, at most 1"
        raise Invalid("no such share", element="criteria.success_share", expected=expected, got=f"{share:g}")
    if not 0 <= criteria.soak_us <= LONGEST_US:
        raise Invalid("out of range", element="criteria.soak", expected="PT0S..P366D")
    if criteria.severity not in SEVERITIES:
        expected = ", ".join(SEVERITIES)
        raise Invalid("no such severity", element="criteria.severity", expected=expected, got=criteria.severity)
    if not 1 <= criteria.units_least <= 1_000_000:
        got = str(criteria.units_least)
        raise Invalid("out of range", element="criteria.units_least", expected="1..1000000", got=got)
    return criteria


def checked_comment(comment: str) -> str:
    """The comment, if it can be kept; raises Invalid."""
    kept = comment.strip()
    if len(kept) > COMMENT_LONGEST or "\0" in kept:
        raise Invalid("the comment is too long", element="comment", expected=f"at most {COMMENT_LONGEST} letters")
    return kept
