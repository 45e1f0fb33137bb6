"""One checker an invariant. Each looks after every event of the world, at what is true and not at what is said."""

from typing import TYPE_CHECKING

from tests.simulation.checkers.active import OneVersionActive, OnlyVerifiedActive
from tests.simulation.checkers.bounds import Bounded
from tests.simulation.checkers.checker import Checker
from tests.simulation.checkers.durable import AcknowledgedIsDurable
from tests.simulation.checkers.good import GoodSetRuns, GoodSetStartable, HealthBeforeCommit
from tests.simulation.checkers.halted import NobodyStartsAfterHalt
from tests.simulation.checkers.once import CountsOnce
from tests.simulation.checkers.order import GenerationsRise, OwnTargetOnly
from tests.simulation.checkers.quarantine import FailedContentRests
from tests.simulation.checkers.seen import SeenWasTrue
from tests.simulation.checkers.sound import Sound
from tests.simulation.checkers.states import StateGoesOn
from tests.simulation.checkers.whole import BundlesWhole

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECKERS: "Sequence[type[Checker]]" = (
    OnlyVerifiedActive,
    GenerationsRise,
    OneVersionActive,
    HealthBeforeCommit,
    AcknowledgedIsDurable,
    BundlesWhole,
    CountsOnce,
    FailedContentRests,
    GoodSetStartable,
    OwnTargetOnly,
    SeenWasTrue,
    NobodyStartsAfterHalt,
    Bounded,
    GoodSetRuns,
    Sound,
    StateGoesOn,
)

__all__ = ["CHECKERS", "Checker"]
