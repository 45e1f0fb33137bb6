"""What the engine wants done, in this order. `Persist` comes first; nothing leaves before it is durable."""

import msgspec

from aosedge.core.domain.contents import Content
from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.domain.state import State
from aosedge.model.digests import Digest
from aosedge.model.ids import Txn
from aosedge.protocol.messages import FromUnit, RequestLog, UnitStatus


class Wanted(msgspec.Struct, frozen=True, tag=True):
    """Base of the effects."""


class Persist(Wanted, frozen=True):
    """Make the state durable, then go on with the effects that follow."""

    state: State


class Settle(Wanted, frozen=True):
    """Acknowledge: what the message changed is durable."""

    txn: Txn


class Refuse(Wanted, frozen=True):
    """Do not acknowledge: the message is not for this Unit."""

    txn: Txn


class SendStatus(Wanted, frozen=True):
    """Say it now; worth nothing later."""

    status: UnitStatus


class Report(Wanted, frozen=True):
    """Keep until the cloud has acknowledged it."""

    message: FromUnit


class Send(Wanted, frozen=True):
    """Say it now; it follows from what is durable, so that it is said anew when it got lost."""

    message: FromUnit


class LookAtState(Wanted, frozen=True):
    """Answers StateSeen."""

    key: InstanceKey


class ReadState(Wanted, frozen=True):
    """Answers StateRead, or StateSeen if it changed meanwhile."""

    key: InstanceKey
    most_bytes: int


class WriteState(Wanted, frozen=True):
    """Make these bytes the state, durably; it stays the old one or is the new one: StateWritten, StateNotWritten."""

    key: InstanceKey
    content: bytes


class DropState(Wanted, frozen=True):
    """Remove it: answers StateDropped."""

    key: InstanceKey


class Fetch(Wanted, frozen=True):
    """Bring the version: answers ContentReady or ContentFailed, with ContentProgress between."""

    index_digest: Digest


class CancelFetch(Wanted, frozen=True):
    """Stop bringing the version; no answer."""

    index_digest: Digest


class Install(Wanted, frozen=True):
    """Unpack the version: answers Installed or InstallFailed."""

    content: Content


class Collect(Wanted, frozen=True):
    """Remove all content but this, once nothing is fetched or installed any more: answers Collected."""

    keep: frozenset[Digest]


class Arrange(Wanted, frozen=True):
    """Network for exactly these: answers Arranged or ArrangeFailed with their digests in this order."""

    specs: tuple[InstanceSpec, ...]


class Start(Wanted, frozen=True):
    """Answers InstanceStarted or StartFailed. Effects of one instance are carried out one after the other."""

    spec: InstanceSpec


class Stop(Wanted, frozen=True):
    """Answers InstanceStopped or StopFailed; a start that is under way is given up first."""

    key: InstanceKey


class Probe(Wanted, frozen=True):
    """Answers ProbeAnswered."""

    spec: InstanceSpec


class PushLogs(Wanted, frozen=True):
    """Put the answer into the spool: answers LogsPushed."""

    correlation_id: str
    request: RequestLog


Effect = (
    Persist
    | Settle
    | Refuse
    | SendStatus
    | Report
    | Send
    | LookAtState
    | ReadState
    | WriteState
    | DropState
    | Fetch
    | CancelFetch
    | Install
    | Collect
    | Arrange
    | Start
    | Stop
    | Probe
    | PushLogs
)
