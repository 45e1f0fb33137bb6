"""What the gateway asks of the use cases, each for many Units at once."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from aosedge.cloud.domain.access.callers import UnitPeer
from aosedge.cloud.domain.clones import Takeover
from aosedge.cloud.gateway.orders import AboutIdentity
from aosedge.cloud.ports import StoredBlob
from aosedge.cloud.usecases.certificates import Errand
from aosedge.cloud.usecases.service_states import Outcome
from aosedge.cloud.usecases.statuses import Report
from aosedge.model.digests import Digest
from aosedge.model.ids import SystemId
from aosedge.protocol.messages import DesiredStatus, IssuedUnitCertificates
from aosedge.trust.certificates import Peer


class Arrival(msgspec.Struct, frozen=True):
    """A certificate that opened a channel; `connection` is an id of our own, `<process>/<id>`."""

    peer: Peer
    connection: str
    origin: str


class SignedIn(msgspec.Struct, frozen=True):
    """Whose the certificate is."""

    unit: UnitPeer
    system_id: SystemId
    has_errands: bool = False
    """There is something to tell the Unit about its identity."""
    leaves: bool = False
    """It is here to be told to forget its identity, and for nothing else."""


class Departure(msgspec.Struct, frozen=True):
    """A channel that is closed; it counts only if it was the Unit's newest."""

    unit: UnitPeer
    connection: str


class Question(msgspec.Struct, frozen=True):
    """Digests that a Unit wants to fetch."""

    unit: UnitPeer
    digests: tuple[Digest, ...]


class AboutCertificates(msgspec.Struct, frozen=True):
    """What a Unit says or asks about its certificates."""

    unit: UnitPeer
    message: AboutIdentity
    origin: str


class Attended(msgspec.Struct, frozen=True):
    """What it came to; `comes_back`: the Unit is here with its old certificate and shall return with the new."""

    answer: IssuedUnitCertificates | None = None
    comes_back: bool = False


class Incident(msgspec.Struct, frozen=True):
    """Something about a Unit that people should see."""

    unit: UnitPeer
    what: str
    detail: str
    origin: str
    takeover: Takeover | None = None
    """Its connection took an older one's place."""
    is_new: bool = True
    """False for what was written down a moment ago: it counts, and is not written down again."""


class Records(Protocol):
    """The Unit side of the store. Every method but `attend` is one transaction and may raise: then nothing counts."""

    async def known(self, peers: Sequence[Peer]) -> list[bool]:
        """Whether these certificates may come in: serial active, in time, and their provisioned Unit's own."""

    async def arrive(self, arrivals: Sequence[Arrival]) -> list[SignedIn | None]:
        """Whose certificates these are, now connected; None for one that may not come in."""

    async def leave(self, departures: Sequence[Departure]) -> None:
        """These channels are closed."""

    async def keep(self, reports: Sequence[Report]) -> list[Outcome]:
        """Make durable, in order, each txn of a Unit once; False for one that can never be stored, else true or an
        answer to be sent."""

    async def targets(self, units: Sequence[UnitPeer]) -> list[DesiredStatus | None]:
        """The target of each."""

    async def blobs(self, questions: Sequence[Question]) -> list[list[StoredBlob]]:
        """Of the digests of each question those that belong to the Unit's target."""

    async def attend(self, said: Sequence[AboutCertificates]) -> list[Attended]:
        """Issue, confirm, let go. One transaction for each: again does no harm."""

    async def errands(self, units: Sequence[UnitPeer]) -> list[tuple[Errand, ...]]:
        """What each shall be told about its identity."""

    async def note(self, incidents: Sequence[Incident]) -> None:
        """Write these down for people."""
