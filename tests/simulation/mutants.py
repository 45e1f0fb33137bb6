"""Faults planted on purpose, one at a time: if the simulation does not find each of them, it proves nothing.

Each changes the behaviour of the real code of this process and names the invariant that must catch it.
`python -m tests.simulation.mutants NAME` looks for the first seed that does.
"""

import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from tests.simulation.workload import Stuck, simulate
from tests.simulation.world import cloud, jobs
from tests.simulation.world.world import Violated

from aosedge.cloud.domain import targets
from aosedge.cloud.gateway.conversation import Conversation
from aosedge.core.domain import engine, plans, updates
from aosedge.core.domain.effects import Arrange, Persist
from aosedge.core.domain.engine import Engine
from aosedge.core.domain.supervision import Supervision
from aosedge.core.domain.updates import Updates
from aosedge.core.images.blobs import BLOBS, Blobs, Intake
from aosedge.core.store.ledger import NAME, Ledger
from aosedge.model.digests import Digest
from aosedge.protocol.session import Session

SEEDS_MOST = 1_000


class Mutant(msgspec.Struct, frozen=True):
    """What is broken, what must catch it (`Stuck` is convergence), and how to break it."""

    name: str
    caught_by: str
    plant: Callable[[], None]


def no_fsync() -> None:
    """The ledger is written and renamed, and never made durable."""

    def replace(self: Any, content: bytes) -> None:
        self._disk.write("ledger.new", content)
        self._disk.rename("ledger.new", NAME)

    Ledger._replace = replace  # type: ignore[method-assign]


def older_generation_accepted() -> None:
    """A target counts whatever its generation."""
    engine.check_order = lambda state, target: None  # type: ignore[attr-defined]


def ack_before_durable() -> None:
    """What must be durable is saved after everything else has left."""
    handle = Engine.handle

    def persist_last(self: Engine, events: Any, now: Any) -> Any:
        effects = handle(self, events, now)
        return [e for e in effects if not isinstance(e, Persist)] + [e for e in effects if isinstance(e, Persist)]

    Engine.handle = persist_last  # type: ignore[method-assign]


def skipped_verification() -> None:
    """What came is what it says it is."""

    def commit(self: Any) -> None:
        partial, blob = f"partial/{self.digest[7:]}", f"{BLOBS}/{self.digest[7:]}"
        self._disk.append(partial, b"")
        self._disk.sync(partial)
        self._disk.rename(partial, blob)
        self._disk.sync_folder(BLOBS)
        self._verified.add(self.digest)

    def unpack(disk: Any, blobs: Blobs, layer: Digest) -> None:
        path = f"layers/{layer[7:]}"
        if disk.size(path) is None:
            disk.write(path, blobs.read_part(layer, 0, 1 << 30))
            disk.sync(path)
            disk.sync_folder("layers")

    Intake.commit = commit  # type: ignore[method-assign]
    Blobs._holds = lambda self, digest: True  # type: ignore[method-assign]
    jobs.unpack = unpack


def two_active() -> None:
    """The new instances do not wait until the old ones are gone."""
    stops = Supervision._stops

    def starts_at_once(self: Supervision, wanted: Any, now: Any) -> Any:
        self._wanted = wanted
        if not self.listed:
            return []
        effects = list(stops(self, now))
        fingerprint = tuple(wanted[key][0] for key in sorted(wanted))
        if self._arranged != fingerprint and self._arranging is None and self._arrange_at <= now:
            self._arranging = fingerprint
            effects.append(Arrange(tuple(wanted[key][1] for key in sorted(wanted))))
        return [*effects, *self._starts(now), *self._probes(now)]

    Supervision.reconcile = starts_at_once  # type: ignore[method-assign]


def commit_before_health() -> None:
    """What was started is good."""
    Supervision.proven = lambda self, digest, spec, now: self.launched(digest, spec)  # type: ignore[method-assign]


def deduplication_off() -> None:
    """Neither the session nor the engine knows a message again."""
    receive, take = Session.receive, Engine._receive

    def receive_anew(self: Any, envelope: Any, now: Any) -> Any:
        self._settled.clear()
        self._pending.clear()
        return receive(self, envelope, now)

    def take_anew(self: Any, event: Any, now: Any) -> None:
        self._set(settled=())
        take(self, event, now)

    Session.receive = receive_anew  # type: ignore[method-assign]
    Engine._receive = take_anew  # type: ignore[method-assign]


def wrong_unit_accepted() -> None:
    """Whoever a message is for, it is for us."""
    receive = Session.receive

    def for_me(self: Any, envelope: Any, now: Any) -> Any:
        header = msgspec.structs.replace(envelope.header, system_id=self._system_id)
        return receive(self, msgspec.structs.replace(envelope, header=header), now)

    Session.receive = for_me  # type: ignore[method-assign]


def floor_forgotten() -> None:
    """After a start the Unit takes any generation again."""
    load = Ledger.load

    def without_floor(self: Ledger) -> Any:
        state = load(self)
        return None if state is None else msgspec.structs.replace(state, floor=None, target=None)

    Ledger.load = without_floor  # type: ignore[method-assign]


def good_set_collected() -> None:
    """Garbage is everything that the target does not name."""

    def collect(self: Any) -> None:
        target = self.state.target.set.index_digests() if self.state.target else frozenset()
        self.acquisition.collect(target)

    Updates._collect = collect  # type: ignore[method-assign]


def quarantine_forgotten() -> None:
    """After a start failed content is taken again."""
    load = Ledger.load

    def without_quarantine(self: Ledger) -> Any:
        state = load(self)
        return None if state is None else msgspec.structs.replace(state, quarantine=())

    Ledger.load = without_quarantine  # type: ignore[method-assign]


def bundle_torn() -> None:
    """Items of a bundle change one by one."""
    cut = updates.swaps

    def alone(old: Any, new: Any) -> Any:
        return cut(msgspec.structs.replace(old, bundles=()), msgspec.structs.replace(new, bundles=()))

    updates.swaps = alone  # type: ignore[attr-defined]
    plans.swaps = alone  # type: ignore[attr-defined]


def pause_ignored() -> None:
    """A paused node goes on as if it were not."""
    specs = Updates.specs

    def all_of_them(self: Any, now: Any) -> Any:
        self.placement()
        return self._placed or specs(self, now)

    Updates.specs = all_of_them  # type: ignore[method-assign]


def restart_forgotten() -> None:
    """What ended stays ended."""
    ended = Supervision._ended

    def for_ever(self: Any, key: Any, life: Any, message: str, now: Any) -> None:
        ended(self, key, life, message, now)
        life.condition = "failed"

    Supervision._ended = for_ever  # type: ignore[method-assign]


def kept_messages_lost() -> None:
    """A lost connection takes along what should have been kept."""
    lost = Session.lost

    def forgets(self: Any, now: Any) -> Any:
        gone = lost(self, now)
        self._queue.clear()
        return gone

    Session.lost = forgets  # type: ignore[method-assign]


def cloud_acks_first() -> None:
    """The cloud acknowledges what it has not stored."""
    work = Conversation._work

    def settled_at_once(self: Any, envelope: Any, now: Any) -> Any:
        orders = work(self, envelope, now)
        self._session.settle(envelope.header.txn, now)
        return orders

    Conversation._work = settled_at_once  # type: ignore[method-assign]


def generation_reused() -> None:
    """Another content under the generation that was."""
    following = targets.next_generation
    cloud.next_generation = (  # type: ignore[attr-defined]
        lambda epoch, floor: floor if floor.number > 1 and floor.epoch == epoch else following(epoch, floor)
    )


MUTANTS = [
    Mutant("no fsync", "I4", no_fsync),
    Mutant("older generation accepted", "I2", older_generation_accepted),
    Mutant("ack before durable", "I4", ack_before_durable),
    Mutant("skipped verification", "I1", skipped_verification),
    Mutant("two active", "I3", two_active),
    Mutant("commit before health", "I3", commit_before_health),
    Mutant("de-duplication off", "I6", deduplication_off),
    Mutant("wrong Unit accepted", "I9", wrong_unit_accepted),
    Mutant("floor forgotten", "I2", floor_forgotten),
    Mutant("generation used twice", "I2", generation_reused),
    Mutant("bundle torn", "I5", bundle_torn),
    Mutant("quarantine forgotten", "I7", quarantine_forgotten),
    Mutant("good set collected", "I8", good_set_collected),
    Mutant("pause ignored", "I11", pause_ignored),
    Mutant("restart forgotten", "I13", restart_forgotten),
    Mutant("cloud acknowledges first", "I4", cloud_acks_first),
    Mutant("kept messages lost", "Stuck", kept_messages_lost),
]


def hunt(seeds: Iterable[int], caught_by: str) -> tuple[int, str] | None:
    """The first seed whose world finds the fault by the invariant that should, and its words."""
    for seed in seeds:
        try:
            simulate(seed)
        except Violated as violated:
            found = "Stuck" if isinstance(violated, Stuck) else str(violated).split(" ")[0]
            if found == caught_by:
                return seed, str(violated)
    return None


def main() -> int:
    """Plant the mutant named and look for it; one line, 0 if it was found."""
    mutant = next(m for m in MUTANTS if m.name == sys.argv[1])
    mutant.plant()
    begun = time.monotonic()
    found = hunt(range(SEEDS_MOST), mutant.caught_by)
    where = "survived" if found is None else f"seed {found[0]}"
    words = "" if found is None else found[1]
    print(f"{mutant.name:26} {mutant.caught_by:6} {where:10} {time.monotonic() - begun:6.1f} s  {words[:150]}")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
