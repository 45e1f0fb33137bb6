"""What happens to a Verification Batch, and what it has done about it."""

from typing import TypeAlias

import msgspec

from aosedge.cloud.domain.verification.state import Resolution, Trial
from aosedge.model.digests import Digest
from aosedge.model.ids import UserId


class Resolved(msgspec.Struct, frozen=True):
    """Dependencies were looked at on each kind of hardware; `content` is what is to be approved."""

    resolutions: tuple[Resolution, ...]
    content: dict[str, Digest]
    sets: bool
    """Whether there is a verification set."""


class Tried(msgspec.Struct, frozen=True):
    """The trial stands so now."""

    trial: Trial


class Untriable(msgspec.Struct, frozen=True):
    """The trial could not be begun."""

    reason: str


class Torn(msgspec.Struct, frozen=True):
    """The bundle is not whole any more: an item of it was removed."""


class Approve(msgspec.Struct, frozen=True):
    """A person approves what has this digest for an architecture."""

    by: UserId
    architecture: str
    digest: Digest
    comment: str = ""


class Revoke(msgspec.Struct, frozen=True):
    """A person takes an approval back; `campaign` is the title of one that has started on the strength of it."""

    by: UserId
    architecture: str
    comment: str = ""
    campaign: str = ""


class Reject(msgspec.Struct, frozen=True):
    """A person finds the bundle wanting."""

    by: UserId
    comment: str


class Cancel(msgspec.Struct, frozen=True):
    """A person gives the batch up, and says nothing of the bundle."""

    by: UserId
    comment: str = ""


Event: TypeAlias = Resolved | Tried | Untriable | Torn | Approve | Revoke | Reject | Cancel


class BeginTrial(msgspec.Struct, frozen=True):
    """Bring the bundle to the Units of verification sets."""


class EndTrial(msgspec.Struct, frozen=True):
    """Bring them back to what they ran before."""

    reason: str


Effect: TypeAlias = BeginTrial | EndTrial
