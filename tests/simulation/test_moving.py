"""A user moves between two Units while everything goes wrong: the state of their service goes on, whole, in one line.

I6 twice or late counts once, I9 a Unit reports for its own instances only, I4 acknowledged means durable.
"""

import functools
from random import Random

import pytest
from tests.simulation.workload import Stuck
from tests.simulation.world.content import made
from tests.simulation.world.network import Weather
from tests.simulation.world.services import LIMIT_BYTES
from tests.simulation.world.unit import Ends, Unit
from tests.simulation.world.world import World

from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.catalogue import Catalogue, Item, ItemVersion
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.domain.targets import Intent
from aosedge.core.domain.service_states import checksum_of
from aosedge.model.digests import sha3_224_hex
from aosedge.model.ids import AssignmentId, BundleId, ItemId, OrgId, SubjectId, SystemId, VersionId
from aosedge.model.instants import MILLISECOND, MINUTE, SECOND, Instant

pytestmark = pytest.mark.slow

USER, CROWD, OWNER = SubjectId("user"), SubjectId("crowd"), OrgId("sp")
ITEM, OTHER = ItemId("counter"), ItemId("other")
STAY_US = 4 * MINUTE
WAYS: list[tuple[Ends, float]] = [("power", 0.0), ("power", 0.5), ("power", 1.0), ("kill", 0.0)]


class Moving:
    """Two Units, one user with one service that counts in its state."""

    def __init__(self, chance: Random) -> None:
        self.world, self.chance = World(chance, units=2), chance
        self.names = [*self.world.units]
        versions = [made(Random(3), ITEM, "1.0.0", "good", LIMIT_BYTES), made(Random(4), OTHER, "1.0.0", "good")]
        known = []
        for version in versions:
            self.world.publish(version)
            id = VersionId(version.item)
            known.append(ItemVersion(id, version.item, "1.0.0", version.index, BundleId("bundle"), Instant(0)))
        self._catalogue = Catalogue([Item(id, OWNER, id, "service", Instant(0)) for id in (ITEM, OTHER)], known)
        for name in self.names:
            self._want(name, here=False)

    def move(self, to: SystemId) -> None:
        """The user is there from now on: one transaction."""
        self.world.cloud.states.where[USER] = to
        for name in self.names:
            self._want(name, here=name == to)

    def _want(self, name: SystemId, here: bool) -> None:
        subjects = [Subject(CROWD, OWNER, CROWD, "group", Instant(0))]
        assigned = [Assignment(AssignmentId("b"), OWNER, CROWD, Instant(0), item=OTHER)]
        if here:
            subjects.append(Subject(USER, OWNER, USER, "user", Instant(0)))
            assigned.append(Assignment(AssignmentId("a"), OWNER, USER, Instant(0), item=ITEM))
        self.world.cloud.want(name, Intent(self._catalogue, tuple(subjects), tuple(assigned)), False)

    def live(self, stays: int = 3) -> None:
        """There and back again; then nothing goes wrong any more, and the cloud has what the service has written."""
        for stay in range(stays):
            self.world.timeline.at(stay * STAY_US, lambda stay=stay: self.move(self.names[stay % 2]))
        self.world.run(stays * STAY_US)
        self.end()

    def end(self) -> None:
        """All is well from here on, and must come right."""
        for unit in self.world.units.values():
            unit.counting.is_busy = False
            unit.network.weather, unit.network.is_cut, unit.disk.cut_at_change = Weather(), False, None
            unit.network.half_open()
        waits = self.world.run_until_quiet(60 * MINUTE)
        self.world.run(self.world.timeline.now_us + 25 * MINUTE)
        waits += self._waits()
        if waits:
            raise Stuck("; ".join(waits))

    def _waits(self) -> list[str]:
        book, waits = self.world.cloud.states, []
        for name, unit in self.world.units.items():
            files = [path for path in unit.disk.below("storage") if unit.disk.seen(path) is not None]
            if name != book.where[USER]:
                waits += [f"{name} still has {path}" for path in files]
                continue
            [(kept, content)] = book.states.values() if book.states else [(None, b"?")]
            seen = [unit.disk.surely(path) for path in files]
            if seen != [content] or kept is None:
                waits.append(f"{name} has {seen}, and the cloud {content!r}")
            state = unit.durable_state()
            agreed = [checksum_of(state, known.key) for known in state.service_states] if state else []
            if agreed != [sha3_224_hex(content)]:
                waits.append(f"{name} does not know that the cloud has its state")
        return waits


def ended_at(change: int, how: Ends, keep: float) -> Unit:
    """A life in which the first Unit ends before this change of its disk."""
    moving = Moving(Random(7))
    unit = moving.world.units[moving.names[0]]
    unit.ends, unit.keep, unit.rest_us, unit.disk.cut_at_change = how, keep, SECOND, change
    try:
        moving.live()
    except AssertionError as error:
        raise AssertionError(f"{how} before change {change}, {keep} kept: {error}") from error
    return unit


@functools.cache
def changes() -> int:
    """Of the first Unit's disk, in a life in which nothing goes wrong."""
    moving = Moving(Random(7))
    moving.live()
    values = [int(content) for _, content in moving.world.cloud.states.states.values()]
    assert values[0] >= 8, "the service went on over all moves"
    return moving.world.units[moving.names[0]].disk.changes


@pytest.mark.parametrize(("how", "keep"), WAYS)
def test_a_unit_may_end_before_any_change_of_its_disk(how: Ends, keep: float) -> None:
    for change in range(int(10 * keep) + (how == "kill"), changes(), 15):
        ended_at(change, how, keep)


def everywhere() -> None:
    """Each change and each way to end; takes some minutes."""
    for how, keep in WAYS:
        for change in range(changes()):
            ended_at(change, how, keep)


@pytest.mark.parametrize("first", [*range(0, 60, 10), 330])
def test_a_user_moves_through_storms(first: int) -> None:
    for seed in range(first, first + 10):
        try:
            storm(Random(seed))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error


def storm(chance: Random) -> None:
    """Moves at any time, bad weather, partitions, ends of both kinds, and a cloud that crashes."""
    moving = Moving(chance)
    world = moving.world
    weather = Weather(chance.choice((0.0, 0.2)), chance.choice((0.0, 0.3)), chance.choice((50, 9000)) * MILLISECOND)
    weather.is_ordered = chance.random() < 0.5
    for unit in world.units.values():
        unit.network.weather, unit.counting.every_us = weather, chance.choice((5, 30)) * SECOND
    moving.move(moving.names[0])
    while world.timeline.now_us < 20 * MINUTE:
        world.run(world.timeline.now_us + chance.randrange(90 * SECOND))
        unit = chance.choice([*world.units.values()])
        match chance.randrange(7):
            case 0 | 1 | 2:
                moving.move(chance.choice(moving.names))
            case 3 if unit.agent is not None:
                unit.end(chance.choice(("kill", "power")))
            case 4:
                unit.network.half_open()
            case 5:
                unit.network.is_cut = not unit.network.is_cut
            case _:
                world.cloud.crash(chance.randrange(30 * SECOND))
    moving.end()
