"""What a Unit must not forget. One frozen whole, made durable before anything that follows from it leaves."""

from typing import Literal

import msgspec

from aosedge.core.domain.contents import Content
from aosedge.core.domain.instances import InstanceKey
from aosedge.core.domain.sets import ReleaseSet
from aosedge.model.digests import Digest
from aosedge.model.ids import ItemId, SubjectId, SystemId, Txn
from aosedge.model.instants import MILLISECOND, MINUTE, SECOND, Instant
from aosedge.protocol.messages import RequestLog
from aosedge.protocol.messages.from_cloud import Schedule, UnitConfig
from aosedge.protocol.messages.from_unit import NodeStatus
from aosedge.protocol.messages.parts import Generation

Phase = Literal["downloading", "pending", "installing", "launching", "waiting_active", "finalizing"]

SETTLED_MOST = 128
LOG_REQUESTS_MOST = 16
ITEMS_MOST = 256
INSTANCES_MOST = 1024


class Target(msgspec.Struct, frozen=True):
    """The newest target that was accepted. `digest` is over its whole content, generation aside."""

    digest: Digest
    set: ReleaseSet
    generation: Generation | None = None
    schedule: Schedule | None = None
    paused: bool = False
    names: tuple[tuple[ItemId, str], ...] = ()
    """What people call the items, where the cloud says so."""
    users: tuple[SubjectId, ...] = ()
    """Subjects whose instances have a state that follows them."""
    unscheduled: Digest | None = None
    """Over its content without the schedule: another schedule alone gives up no update."""


class Update(msgspec.Struct, frozen=True):
    """An update under way: from the good set to `set`. Items in `changed` are watched until they are healthy."""

    phase: Phase
    set: ReleaseSet
    changed: tuple[ItemId, ...]
    launches: int = 0
    """How often it was begun to start the set: one that takes the Unit down is not tried for ever (I7)."""


class Quarantined(msgspec.Struct, frozen=True):
    """Content that failed, by the digest of its index, or of the whole part of the target if no content was new."""

    digest: Digest
    message: str
    at: Instant


class Question(msgspec.Struct, frozen=True):
    """A log request that is acknowledged but not yet answered."""

    correlation_id: str
    request: RequestLog


class KnownState(msgspec.Struct, frozen=True):
    """An instance whose state follows its subject; the checksum that the cloud agreed to, empty while unknown."""

    key: InstanceKey
    checksum: str = ""
    local: str = ""
    """Of what was last found settled, and made durable, here; the cloud may not know it yet."""
    reported: str = ""
    """Of what the cloud was told last, until it has judged: it may have taken that."""


class OwnHold(msgspec.Struct, frozen=True):
    """Somebody on the Unit holds its updates: why, and until when if it ends by itself."""

    reason: str
    until: Instant | None = None


class Override(msgspec.Struct, frozen=True):
    """A variable that the cloud set for a while: for all of the item's instances where `subject` and `instance` are
    None; until cleared where `until` is.
    """

    item: ItemId
    subject: SubjectId | None
    instance: int | None
    name: str
    value: str
    until: Instant | None

    def is_for(self, key: InstanceKey) -> bool:
        """Whether the instance gets it."""
        return self.item == key.item and self.subject in (None, key.subject) and self.instance in (None, key.number)


class State(msgspec.Struct, frozen=True):
    """All that survives a power cut."""

    unit: SystemId
    floor: Generation | None = None
    """The highest generation ever accepted; it never goes down (I2)."""
    target: Target | None = None
    good: ReleaseSet = ReleaseSet()
    """The last good set: healthy when it was committed, and kept startable (I8)."""
    update: Update | None = None
    contents: tuple[Content, ...] = ()
    """Verified content of the good set and of the running update."""
    quarantine: tuple[Quarantined, ...] = ()
    unit_config: UnitConfig | None = None
    settled: tuple[Txn, ...] = ()
    offline_since: Instant | None = None
    questions: tuple[Question, ...] = ()
    service_states: tuple[KnownState, ...] = ()
    hold: OwnHold | None = None
    overrides: tuple[Override, ...] = ()
    """Environment variables that the cloud set for a while."""


class Policy(msgspec.Struct, frozen=True):
    """What a Unit is and how patient it is. Durations in microseconds."""

    node: NodeStatus
    healthy_within_us: int = 60 * SECOND
    """From the launch to all watched instances healthy; the longest start period of a health check comes on top."""
    proven_after_us: int = 2 * SECOND
    """An instance without health check is proven when it has run this long."""
    restart_first_us: int = SECOND
    restart_most_us: int = 5 * MINUTE
    restart_reset_us: int = 10 * MINUTE
    fetch_attempts: int = 4
    hold_first_us: int = MINUTE
    hold_most_us: int = 30 * MINUTE
    launches_most: int = 5
    state_quiet_us: int = 10 * SECOND
    """A state is reported when it was not written to for so long."""
    state_look_us: int = 5 * SECOND
    state_wait_us: int = 5 * SECOND
    """How long a start waits for a state that is unknown, while the cloud is there."""
    state_ask_first_us: int = 30 * SECOND
    state_ask_most_us: int = 10 * MINUTE
    progress_every_us: int = SECOND
    clock_look_us: int = MINUTE
    """What waits for a time on the wall looks at the clock this often: it may be set."""
    first_probe_us: int = 25 * MILLISECOND
    """Probes come this soon after a start, then at doubling distance up to the check's interval."""
    stand_ins: frozenset[str] = frozenset({"native", "scripted"})
    """Runtime types that run items of any runtime: development and tests."""
