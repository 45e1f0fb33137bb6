"""When a Unit renews a certificate by itself, and what is to be done about one that is being renewed.

The successor goes through two stages, each durable: a key that waits for its certificate, then a pair that waits to
replace the old one. Until it does, the old pair works. No stage is for ever.
"""

from typing import Final, Literal, assert_never

import msgspec

from aosedge.model.instants import DAY, HOUR, SECOND, Instant

_PERCENT: Final = 100
RENEWED_AT_PERCENT: Final = 75
SPREAD_PERCENT: Final = 4
"""Of the life, around `RENEWED_AT_PERCENT`: a fleet that was made on one day does not come back on one day."""
ATTEMPTS_IN_WHAT_IS_LEFT: Final = 10

Stage = Literal["none", "asked", "issued", "confirmed"]
Act = Literal["rest", "begin", "ask", "try", "confirm", "give_up"]
"""`begin`: make a key; `ask`: for its certificate; `try`: connect with it; `give_up`: drop it."""


class Standing(msgspec.Struct, frozen=True):
    """One of the Unit's certificates, by the wall clock, and how far its successor is."""

    start: Instant
    end: Instant
    chance: float
    """From 0 to 1, the same for one certificate over restarts."""
    taken_at: Instant = Instant(0)
    """When the Unit took it: a wrong clock must not make it renew again and again."""
    stage: Stage = "none"
    since: Instant = Instant(0)
    """When the stage began."""
    works: bool = False
    """The successor has opened the door, or is for no door."""
    wanted: bool = False
    """Somebody asked for a successor that has not begun."""


class Step(msgspec.Struct, frozen=True):
    """What to do now, and how long until the next look, at most, in microseconds."""

    act: Act
    pause_us: int


def renew_at(standing: Standing) -> Instant:
    """At three quarters of its life, Units a little apart from each other (identities)."""
    life = standing.end - standing.start
    percent = RENEWED_AT_PERCENT + SPREAD_PERCENT * (standing.chance - 0.5)
    by_life = standing.start + int(life * percent) // _PERCENT
    return Instant(max(by_life, standing.taken_at + life // ATTEMPTS_IN_WHAT_IS_LEFT))


def next_step(standing: Standing, now: Instant) -> Step:
    """What the certificate needs at `now`.

    What was confirmed is never given up: the cloud may know of it, and then lets in nobody with the old one.
    """
    pause = _between(SECOND, (standing.end - now) // ATTEMPTS_IN_WHAT_IS_LEFT, HOUR)
    life = standing.end - standing.start
    is_over = now >= standing.since + _between(SECOND, life // ATTEMPTS_IN_WHAT_IS_LEFT, DAY)
    match standing.stage:
        case "none":
            left = 0 if standing.wanted else renew_at(standing) - now
            return Step("begin", 0) if left <= 0 else Step("rest", min(left, HOUR))
        case "confirmed":
            return Step("confirm", pause)
        case "issued" if standing.works:
            return Step("confirm", pause)
        case "asked" | "issued" if is_over:
            return Step("give_up", 0)
        case "asked":
            return Step("ask", pause)
        case "issued":
            return Step("try", pause)
        case _:
            assert_never(standing.stage)


def _between(least: int, wanted: int, most: int) -> int:
    return max(least, min(wanted, most))
