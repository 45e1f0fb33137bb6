"""Waiting for what another process is about to bring about."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(so: Callable[[], T], seconds: float = 150) -> T:
    """What it gives once that counts for something; long enough for what is tried again after a minute."""
    end = time.monotonic() + seconds
    while True:
        begun = time.monotonic()
        if found := so():
            return found
        now = time.monotonic()
        assert now < end, "never so"
        time.sleep(max(0.2, 3 * (now - begun)))  # whoever looks leaves the machine to those who are looked at
