"""Simulated Units as campaigns see them: what they truly run, what they say of it, and how they fail."""

from random import Random

import msgspec

from aosedge.model.ids import ItemId, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages import DesiredStatus, UnitStatus
from aosedge.protocol.messages.from_unit import InstancesStatus, InstanceStatus, ItemStatus, UpdateStatus
from aosedge.protocol.messages.parts import ErrorInfo, Generation, Identity

ITEMS = (ItemId("item-a"), ItemId("item-b"))
"""Both are of one bundle."""
SUBJECT = Identity(id="subject-oem-1")
NODE = Identity(codename="main")
STEPS = ("downloading", "installing", "waiting_active", "active")


class SimulatedUnit:
    """One Unit. `version` is what it truly runs, of both items, `active_since` from when."""

    def __init__(self, name: UnitId, chance: Random, bad_share: float, silent_share: float) -> None:
        self.name, self._chance = name, chance
        self.bad, self.silent = chance.random() < bad_share, chance.random() < silent_share
        self.connected, self.gone, self.lost = True, False, False
        self.version, self.active_since = "1.0.0", Instant(0)
        self.target: DesiredStatus | None = None
        self.step = "active"
        self.error: ErrorInfo | None = None
        self.broken = False
        """An instance of what it runs has failed."""

    def hear(self, target: DesiredStatus, now: Instant) -> bool:
        """A target came; whether it has something to say of it."""
        if self.target is not None and target.generation == self.target.generation:
            return False
        wanted = target.items[0].version
        self.target, self.error, self.broken = target, None, False
        self.step = "active" if wanted == self.version else "offered"
        return True

    def go_on(self, now: Instant) -> bool:
        """One step towards the target; whether anything happened."""
        if self.target is None or self.step == "active" or self.silent:
            return False
        self.step = STEPS[STEPS.index(self.step) + 1] if self.step in STEPS else STEPS[0]
        wanted = self.target.items[0].version
        if self.step == "active" and self.bad and wanted == "2.0.0":
            self.step, self.error = "active", ErrorInfo(1, 1, "it broke")
        elif self.step == "active":
            self.version, self.active_since = wanted, now
        return True

    def crash(self) -> None:
        """What it runs fails for good."""
        self.broken = True

    def status(self) -> UnitStatus:
        """The whole truth."""
        assert self.target is not None
        generation: Generation | None = self.target.generation
        busy = self.step != "active"
        wanted = self.target.items[0].version
        new = [ItemStatus(Identity(id=item), wanted, "failed") for item in ITEMS] if self.error else []
        items = [*new, *(ItemStatus(Identity(id=item), self.version, "installed") for item in ITEMS)]
        state = "failed" if self.broken else "active"
        running = tuple(
            InstancesStatus(Identity(id=i), SUBJECT, self.version, (InstanceStatus(NODE, NODE, 0, state),))  # type: ignore[arg-type]
            for i in ITEMS
        )
        update_state = {"offered": "idle", "active": "idle"}.get(self.step, self.step)
        told = generation if self.step != "offered" else Generation(0, 1)
        update = UpdateStatus(update_state, told, error_info=None if busy else self.error)  # type: ignore[arg-type]
        return UnitStatus(unit_config=(), nodes=(), subjects=(), items=tuple(items), instances=running, update=update)


class Faults(msgspec.Struct, frozen=True):
    """How much of what goes wrong in one world."""

    bad_share: float
    silent_share: float
    offline: float
    crash: float
    repeat: float
    decommission: float
    lost: float
    """Of those that go offline, how many stay away until there is peace."""
    newcomers: float
    driver_crash: float
    two_drivers: float
    verbs: float

    @classmethod
    def drawn(cls, chance: Random) -> "Faults":
        """Each seed its own mix."""
        return cls(
            bad_share=chance.choice((0, 0, 0.02, 0.1, 0.6)),
            silent_share=chance.choice((0, 0, 0.05)),
            offline=chance.choice((0, 0.02, 0.1)),
            crash=chance.choice((0, 0, 0.01)),
            repeat=chance.choice((0, 0.2)),
            decommission=chance.choice((0, 0.03)),
            lost=chance.choice((0, 0.3)),
            newcomers=chance.choice((0, 0.05)),
            driver_crash=chance.choice((0, 0.2)),
            two_drivers=chance.choice((0, 0.3)),
            verbs=chance.choice((0, 0.03)),
        )
