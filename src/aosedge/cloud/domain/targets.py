"""A Unit's target: compiled from intent, named by generation and digest."""

import msgspec

from aosedge.model.digests import Digest
from aosedge.model.ids import UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.parts import Generation


class UnitTarget(msgspec.Struct, frozen=True):
    """What a Unit shall be: which document under which generation, what was left out and why.

    `problem` is why intent could not become a target; the digest is then the last good one's, or None.
    """

    unit: UnitId
    generation: Generation
    digest: Digest | None
    reasons: tuple[str, ...] = ()
    problem: str = ""
    compiled_at: Instant = Instant(0)
