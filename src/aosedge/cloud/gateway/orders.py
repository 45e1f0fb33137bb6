"""What a conversation with a Unit orders its owner to do, in order."""

from datetime import datetime

import msgspec

from aosedge.model.digests import Digest
from aosedge.model.ids import Txn
from aosedge.protocol.messages import (
    DeprovisioningResponse,
    FromUnit,
    InstallUnitCertificatesConfirmation,
    IssueUnitCertificates,
)

AboutIdentity = IssueUnitCertificates | InstallUnitCertificatesConfirmation | DeprovisioningResponse
"""What a Unit says or asks about its identity."""


class Say(msgspec.Struct, frozen=True, tag=True):
    """Send these bytes."""

    message: bytes


class Keep(msgspec.Struct, frozen=True, tag=True):
    """Make this message durable, then call `kept`."""

    txn: Txn
    created_at: datetime
    """By the Unit's clock; a repeat keeps it."""
    message: FromUnit


class LookUpTarget(msgspec.Struct, frozen=True, tag=True):
    """Read the Unit's target, then call `target`."""


class LookUpBlobs(msgspec.Struct, frozen=True, tag=True):
    """Find those of these digests that belong to the Unit's target, then call `blobs`."""

    txn: Txn
    correlation_id: str | None
    digests: tuple[Digest, ...]


class Attend(msgspec.Struct, frozen=True, tag=True):
    """Do what this message about the Unit's identity asks, then call `attended`."""

    txn: Txn
    message: AboutIdentity


class LookUpErrands(msgspec.Struct, frozen=True, tag=True):
    """Find what the Unit is to be told about its identity, and call `tell` with it, if there is anything."""


class Pause(msgspec.Struct, frozen=True, tag=True):
    """Read no more for now."""


class Resume(msgspec.Struct, frozen=True, tag=True):
    """Read again."""


class Part(msgspec.Struct, frozen=True, tag=True):
    """Close the connection; the Unit may come back."""

    code: int
    reason: str


class Suspect(msgspec.Struct, frozen=True, tag=True):
    """Something for people to look at: `what` is `wrong_system_id` or `flood`."""

    what: str
    detail: str


Order = Say | Keep | LookUpTarget | LookUpBlobs | Attend | LookUpErrands | Pause | Resume | Part | Suspect
