"""Power goes, or the agent is killed, before each change of the disk, and again while it recovers: no chance, all.

Every invariant is watched throughout, I4 acknowledged means durable and I8 the last good set can always be started
above all; in the end the Unit is where its target says.
"""

import functools

import pytest
from tests.simulation.scenario import Life
from tests.simulation.world.unit import Ends

pytestmark = pytest.mark.slow

MODES: list[tuple[Ends, float]] = [("power", 0.0), ("power", 0.5), ("power", 1.0), ("kill", 0.0)]
RECOVERY = 10
"""Changes of the disk after a boot, at one of which it ends once more."""


def test_power_may_go_before_any_change_of_the_disk() -> None:
    for change in range(changes()):
        once("power", change, 0.0)


@pytest.mark.parametrize(("how", "keep"), [("power", 0.5), ("power", 1.0), ("kill", 0.0)])
def test_whatever_outlives_the_end_does_no_harm(how: Ends, keep: float) -> None:
    for change in range(0, changes(), 5):
        once(how, change, keep)


def test_power_may_go_while_the_agent_recovers_from_being_killed() -> None:
    """What it finds then is not all durable yet, and it must not act as if it were."""
    for change in range(changes()):
        twice("kill", change, change % RECOVERY)


def test_power_may_go_again_while_it_recovers() -> None:
    for change in range(0, changes(), 5):
        twice("power", change, change // 5 % RECOVERY)


def everywhere() -> None:
    """All of it, each change and each change of the recovery; takes some minutes."""
    for change in range(changes()):
        for how, keep in MODES:
            once(how, change, keep)
        for recovering in range(RECOVERY):
            twice("kill", change, recovering)
            twice("power", change, recovering)


@functools.cache
def changes() -> int:
    """How many changes of the disk the life has when nothing ends it."""
    life = Life()
    life.live()
    return life.unit.disk.changes


def once(how: Ends, change: int, keep: float) -> None:
    life = Life()
    life.end_at(change, how, keep)
    live(life, f"{how} before change {change}, {keep} kept")
    assert life.unit.boots == 2


def twice(first: Ends, change: int, recovering: int) -> None:
    life = Life()

    def again() -> None:
        if life.unit.boots == 1:
            life.end_at(life.unit.disk.changes + recovering, "power", 0.0, again)

    life.end_at(change, first, 0.0, again)
    live(life, f"{first} before change {change}, then power {recovering} changes later")


def live(life: Life, what: str) -> None:
    try:
        life.live()
    except AssertionError as error:
        raise AssertionError(f"{what}: {error}") from error
