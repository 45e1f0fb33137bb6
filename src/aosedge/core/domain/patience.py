"""How long a Unit waits before it asks the cloud's door again."""

from typing import Final

PAUSE_MOST_S: Final = 300.0


def pause_s(attempt: int, least_s: float, chance: float) -> float:
    """Doubling from `least_s` to five minutes, less up to half of it; `chance` is in 0..1.

    Many Units that were switched on together spread so.
    """
    return min(PAUSE_MOST_S, max(1.0, least_s) * 2.0 ** min(attempt, 10)) * (1 - chance / 2)
