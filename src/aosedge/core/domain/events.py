"""What happens to a Unit: everything the engine hears of. Late and repeated events count for nothing."""

from typing import Literal

import msgspec

from aosedge.core.domain.contents import Content
from aosedge.core.domain.instances import Found, InstanceKey
from aosedge.core.domain.state import OwnHold
from aosedge.model.digests import Digest
from aosedge.model.ids import SystemId, Txn
from aosedge.model.preconditions import Signal
from aosedge.protocol.messages import Message
from aosedge.protocol.messages.from_unit import NodeStatus

Cause = Literal["untrusted", "unavailable", "disk"]
"""Why content is not here: it can never be right; not now; no room for it."""


class Happened(msgspec.Struct, frozen=True, tag=True):
    """Base of the events."""


class Received(Happened, frozen=True):
    """A message of the cloud, new by its txn as far as the session knows; `system_id` is the header's."""

    txn: Txn
    system_id: SystemId
    message: Message


class Connected(Happened, frozen=True):
    """The channel to the cloud is open."""


class Disconnected(Happened, frozen=True):
    """The channel to the cloud is gone."""


class StatusLost(Happened, frozen=True):
    """A status was not acknowledged in all its attempts: everything has to be said anew."""


class FoundInstances(Happened, frozen=True):
    """What the runtime really has: asked at boot, and whenever in doubt."""

    found: tuple[Found, ...]


class ContentProgress(Happened, frozen=True):
    """Bytes of a version that are here, of how many as far as known."""

    index_digest: Digest
    done_bytes: int
    total_bytes: int
    url: str = ""


class ContentReady(Happened, frozen=True):
    """Every blob of the version is here and verified. `url` is where the last one came from."""

    content: Content
    url: str = ""


class ContentFailed(Happened, frozen=True):
    """The version did not come."""

    index_digest: Digest
    cause: Cause
    message: str
    url: str = ""


class Installed(Happened, frozen=True):
    """The version's layers are unpacked."""

    index_digest: Digest


class InstallFailed(Happened, frozen=True):
    """The version's layers could not be unpacked."""

    index_digest: Digest
    cause: Cause
    message: str


class Collected(Happened, frozen=True):
    """The content store holds nothing but what was to be kept, or could not do better now."""

    freed_bytes: int = 0


class Arranged(Happened, frozen=True):
    """Names, addresses and firewall are those of the specifications with these digests."""

    specs: tuple[Digest, ...]


class ArrangeFailed(Happened, frozen=True):
    """The network could not be arranged."""

    specs: tuple[Digest, ...]
    message: str


class InstanceStarted(Happened, frozen=True):
    """The instance's process runs."""

    key: InstanceKey
    spec: Digest


class StartFailed(Happened, frozen=True):
    """The instance could not be started; nothing of it runs."""

    key: InstanceKey
    spec: Digest
    message: str


class InstanceStopped(Happened, frozen=True):
    """Nothing of the instance is left."""

    key: InstanceKey


class StopFailed(Happened, frozen=True):
    """The instance may still run."""

    key: InstanceKey
    message: str


class InstanceExited(Happened, frozen=True):
    """The instance's process ended by itself."""

    key: InstanceKey
    spec: Digest
    exit_code: int | None
    out_of_memory: bool = False


class ProbeAnswered(Happened, frozen=True):
    """One health probe came back."""

    key: InstanceKey
    spec: Digest
    healthy: bool
    message: str = ""


class StateSeen(Happened, frozen=True):
    """The state of an instance has this mark: another content has another one, and a missing file none."""

    key: InstanceKey
    mark: str


class StateRead(Happened, frozen=True):
    """The state with this mark was read; without its content where it is larger than was asked for."""

    key: InstanceKey
    mark: str
    size_bytes: int
    content: bytes


class StateWritten(Happened, frozen=True):
    """The state with this checksum is in place, durable."""

    key: InstanceKey
    checksum: str


class StateNotWritten(Happened, frozen=True):
    """The state is what it was."""

    key: InstanceKey
    message: str


class StateDropped(Happened, frozen=True):
    """Nothing is left of the state."""

    key: InstanceKey


class LogsPushed(Happened, frozen=True):
    """The answer to a log request lies in the spool."""

    correlation_id: str


class QuarantineCleared(Happened, frozen=True):
    """A person allows failed content again: this digest, or all."""

    digest: Digest | None = None


class HoldSet(Happened, frozen=True):
    """Somebody on the Unit holds its updates, or with None lets them go on."""

    hold: OwnHold | None


class SignalsSaid(Happened, frozen=True):
    """What somebody on the Unit says of things that preconditions ask about; None: it is not known any more."""

    signals: dict[str, Signal | None]


class NodesSeen(Happened, frozen=True):
    """The Unit's secondary nodes as they are now, those that are not there included."""

    nodes: tuple[NodeStatus, ...]


class TimePassed(Happened, frozen=True):
    """`Engine.due()` has come."""


Event = (
    Received
    | Connected
    | Disconnected
    | StatusLost
    | FoundInstances
    | ContentProgress
    | ContentReady
    | ContentFailed
    | Installed
    | InstallFailed
    | Collected
    | Arranged
    | ArrangeFailed
    | InstanceStarted
    | StartFailed
    | InstanceStopped
    | StopFailed
    | InstanceExited
    | ProbeAnswered
    | StateSeen
    | StateRead
    | StateWritten
    | StateNotWritten
    | StateDropped
    | LogsPushed
    | QuarantineCleared
    | HoldSet
    | SignalsSaid
    | NodesSeen
    | TimePassed
)
