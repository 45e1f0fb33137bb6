"""What happens to a campaign, and what it has done about it."""

from typing import TypeAlias

import msgspec

from aosedge.cloud.domain.campaigns.policy import Policy
from aosedge.cloud.domain.campaigns.state import Counts, Selection, Wave
from aosedge.model.ids import UserId
from aosedge.model.instants import Instant


class Planned(msgspec.Struct, frozen=True):
    """A plan was made: these waves."""

    waves: tuple[Wave, ...]
    digest: str = ""


class ApprovePlan(msgspec.Struct, frozen=True):
    """A person approves the plan with this digest."""

    by: UserId
    digest: str


class Start(msgspec.Struct, frozen=True):
    """A person starts it, now or at an instant."""

    at: Instant | None = None


class Hindered(msgspec.Struct, frozen=True):
    """Its time to start has come, and its bundle may not go to everyone any more."""

    reason: str


class Pause(msgspec.Struct, frozen=True):
    """A person pauses it: nobody further is offered anything."""

    reason: str = ""


class Resume(msgspec.Struct, frozen=True):
    """A person lets it go on; after a halt with a reason, and with `override` past the gate that failed."""

    reason: str = ""
    override: bool = False


class Halt(msgspec.Struct, frozen=True):
    """A person stops it."""

    reason: str


class Cancel(msgspec.Struct, frozen=True):
    """A person gives it up: what is offered and not begun is withdrawn, the rest stays as it is."""

    reason: str = ""


class RollBack(msgspec.Struct, frozen=True):
    """A person has it undone, wave by wave, last first."""

    reason: str = ""


class RetryFailed(msgspec.Struct, frozen=True):
    """A person lets failed members of the running wave try again."""


class Approve(msgspec.Struct, frozen=True):
    """A person lets a wave pass that waits for it."""

    by: UserId


class Edit(msgspec.Struct, frozen=True):
    """A person changes the policy; waves that have begun keep their gate. Words and whom it is for stay where None.

    With four eyes, what is changed after the start holds the campaign up until somebody else approves it; other words
    are no other plan.
    """

    policy: Policy
    by: UserId | None = None
    title: str | None = None
    purpose: str | None = None
    selection: Selection | None = None


class Counted(msgspec.Struct, frozen=True):
    """Reports came in: members by state and open alerts of the wave that moves."""

    wave: int
    counts: Counts
    alerts: int = 0


class Looked(msgspec.Struct, frozen=True):
    """Time has passed, and nothing else."""


Event: TypeAlias = (
    Planned
    | ApprovePlan
    | Start
    | Hindered
    | Pause
    | Resume
    | Halt
    | Cancel
    | RollBack
    | RetryFailed
    | Approve
    | Edit
    | Counted
    | Looked
)


class OpenWave(msgspec.Struct, frozen=True):
    """Members of this wave become pending: those planned for it, or those touched by the wave that it undoes."""

    wave: int
    undoes: int | None = None


class Offer(msgspec.Struct, frozen=True):
    """Offer the wave's content to so many pending members, in its order; None: to all.

    What a wave that undoes another offers is what each member ran when it was offered the campaign's.
    """

    wave: int
    most: int | None


class Withdraw(msgspec.Struct, frozen=True):
    """Offers that have not begun to install are taken back; these members are pending again."""


class TryAgain(msgspec.Struct, frozen=True):
    """Failed members of the wave become pending."""

    wave: int


class Release(msgspec.Struct, frozen=True):
    """The campaign is over: whoever was not offered anything is skipped, what the others have stays theirs."""


Effect: TypeAlias = OpenWave | Offer | Withdraw | TryAgain | Release
