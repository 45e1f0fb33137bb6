"""The rim's sources of time and ids; domain code gets what they return as arguments."""

import time
import uuid

from aosedge.model.instants import Instant, Monotonic


class SystemClock:
    """Wall and monotonic time of this machine."""

    def wall(self) -> Instant:
        """Microseconds since the epoch, UTC."""
        return Instant(time.time_ns() // 1_000)

    def monotonic(self) -> Monotonic:
        """Microseconds since an arbitrary start; never goes back."""
        return Monotonic(time.monotonic_ns() // 1_000)


class RandomIds:
    """Version 4 UUIDs from the operating system."""

    def new(self) -> str:
        """A fresh UUID in its canonical text form."""
        return str(uuid.uuid4())
