"""A life that every crash is tried in: first content, a better version, a bad one, something else instead."""

from collections.abc import Callable
from random import Random

from tests.simulation.workload import Stuck
from tests.simulation.world.content import Kind, made
from tests.simulation.world.unit import Ends, Unit
from tests.simulation.world.world import World

from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.catalogue import Catalogue, Item, ItemVersion
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.targets import Intent
from aosedge.model.ids import AssignmentId, BundleId, ItemId, OrgId, SubjectId, SystemId, VersionId
from aosedge.model.instants import MINUTE, SECOND, Instant

NAME = SystemId("unit-0")
STEP_US = 2 * MINUTE
OWNER = OrgId("sp")
TARGETS: tuple[tuple[str, ...], ...] = (("alpha 1",), ("alpha 2",), ("alpha 3",), ("beta 4",))
KINDS: dict[str, Kind] = {"alpha 3": "sick"}


class Life:
    """One Unit, one cloud, good weather. Targets come one after the other, whatever happens to the Unit."""

    def __init__(self) -> None:
        self.world = World(Random(7), units=1)
        self.unit: Unit = self.world.units[NAME]
        chance = Random(11)
        names = sorted({name for target in TARGETS for name in target})
        versions = []
        for name in names:
            item, number = name.split()
            version = made(chance, ItemId(item), f"{number}.0.0", KINDS.get(name, "good"))
            bundle = BundleId(f"bundle {number}")
            self.world.publish(version)
            versions.append(
                ItemVersion(VersionId(name), version.item, version.version, version.index, bundle, Instant(0))
            )
        items = [Item(ItemId(i), OWNER, i, "service", Instant(0)) for i in ("alpha", "beta")]
        self._catalogue = Catalogue(items, versions)

    def live(self) -> None:
        """To the end; raises Violated, or Stuck if the Unit does not come where it shall be."""
        for number, target in enumerate(TARGETS):
            self.world.timeline.at(number * STEP_US, lambda target=target: self._want(target))
        self.world.run(len(TARGETS) * STEP_US)
        waits = self.world.run_until_quiet(60 * MINUTE)
        if waits:
            raise Stuck("; ".join(waits))

    def end_at(self, change: int, how: Ends, keep: float, then: Callable[[], None] = lambda: None) -> None:
        """Before this change of the disk the agent is killed, or the power goes; `then` is called right after."""
        unit = self.unit
        unit.ends, unit.keep, unit.rest_us = how, keep, SECOND
        unit.disk.cut_at_change = change
        unit.ended = then

    def _want(self, target: tuple[str, ...]) -> None:
        subject = SubjectId("subject")
        assignments = tuple(
            Assignment(AssignmentId(f"of {item}"), OWNER, subject, Instant(0), item=ItemId(item), version=f"{n}.0.0")
            for item, n in (name.split() for name in target)
        )
        subjects = (Subject(subject, OWNER, "subject", "group", Instant(0)),)
        self.world.cloud.want(NAME, Intent(self._catalogue, subjects, assignments), False)
