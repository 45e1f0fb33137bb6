"""Sees that the Unit's online certificate has expired and goes the way back, each step in a process of its own.

What does it takes memory that an agent shall not carry along: `returning.py` lives for one step.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from aosedge.core import processes
from aosedge.core.domain.patience import pause_s
from aosedge.core.identity import smith
from aosedge.core.identity.cabinet import Cabinet
from aosedge.core.identity.smith import Smith
from aosedge.core.journal import Journal
from aosedge.model.errors import AosError
from aosedge.model.instants import HOUR, SECOND, Clock

API_PORT: Final = 10000
_STEP: Final = (sys.executable, "-m", "aosedge.core.identity.returning")
log = Journal("aoscore.identity")


class Question(msgspec.Struct, frozen=True):
    """Whose way back, and where the cloud's people door is."""

    state_folder: Path
    cloud: str
    model: str
    keys: str


class Standing(msgspec.Struct, frozen=True):
    """How it stands: `waiting approved rejected expired`, or `failed`."""

    state: str
    key: str = ""
    why: str = ""
    retry_s: int = 10


def cloud_of(setting: str, discovery_url: str) -> str:
    """The API as the setting says, else on its usual port beside discovery."""
    return setting or f"https://{urlsplit(discovery_url).hostname}:{API_PORT}"


class WayBack:
    """One per agent; `run` until cancelled."""

    def __init__(
        self, question: Question, cabinet: Cabinet, smith: Smith, clock: Clock, chance: Callable[[], float]
    ) -> None:
        self._content = msgspec.json.encode(question, enc_hook=str)
        self._cabinet, self._smith, self._clock, self._chance = cabinet, smith, clock, chance
        self._attempt, self._last = 0, Standing("")

    async def run(self) -> None:
        """Look once an hour at least, and step by step once the certificate has expired."""
        while True:
            pause = await self.look()
            await asyncio.sleep(pause)

    async def look(self) -> float:
        """Once; how long until the next look, seconds."""
        try:
            current = self._cabinet.current("online")
            if current is None:
                return HOUR / SECOND
            facts = current.facts or await smith.describe(self._smith, current.chain)
            left_us = facts.end - self._clock.wall()
            if left_us > 0:
                self._attempt = 0
                return min(left_us, HOUR) / SECOND + 1
            standing = msgspec.json.decode(await processes.check(_STEP, content=self._content), type=Standing)
        except (AosError, OSError) as error:
            standing = Standing("failed", why=str(error))
        if standing != self._last:
            log.warning("the certificate has expired: at the cloud's door", **msgspec.structs.asdict(standing))
        self._attempt = self._attempt + 1 if standing == self._last else 0
        self._last = standing
        return pause_s(self._attempt, standing.retry_s, self._chance())
