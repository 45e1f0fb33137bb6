"""The installation as whoever runs it sees it: what is in force, what its own work came to, how much room is left."""

import asyncio
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from aosedge.cloud.settings import Settings
from aosedge.model.instants import Instant

HIDDEN = "•••"
"""In place of a secret."""
_LITTLE_ROOM = 10
"""Of the disk, in hundredths: less is told as trouble."""


class TaskRun(msgspec.Struct, frozen=True):
    """A reconciler's last run; `failure` is empty if it went well."""

    name: str
    started_at: Instant
    ended_at: Instant
    words: str
    failure: str


class Room(msgspec.Struct, frozen=True):
    """Of the disk with the data folder, bytes."""

    total: int
    free: int

    @property
    def little(self) -> bool:
        """Whether somebody should make room."""
        return self.free * 100 < self.total * _LITTLE_ROOM


class Platform(msgspec.Struct, frozen=True):
    """One process of the installation. `runs` changes while it runs: by task, something like `driver.Run`."""

    settings: Settings
    version: str
    started_at: Instant
    runs: Mapping[str, Any]

    def tasks(self) -> tuple[TaskRun, ...]:
        """The last run of each reconciler that ran, by name."""
        return tuple(
            TaskRun(name, run.started_at, run.ended_at, run.words, run.failure)
            for name, run in sorted(self.runs.items())
        )

    async def room(self) -> Room:
        """How much there is on the data folder's disk."""
        usage = await asyncio.to_thread(shutil.disk_usage, self.settings.data_folder)
        return Room(usage.total, usage.free)

    def in_force(self) -> tuple[tuple[str, str], ...]:
        """Every setting with its value as text; passwords in addresses are left out."""
        return tuple((name, _shown(getattr(self.settings, name))) for name in self.settings.__struct_fields__)


def without_password(address: str) -> str:
    """An address as anybody may see it: no password, and nothing of a query, where object stores have their keys."""
    try:
        parts = urlsplit(address)
        password = parts.password
    except ValueError:
        return HIDDEN
    if not parts.scheme:
        return address
    if password is not None:
        user, _, host = parts.netloc.rpartition("@")
        parts = parts._replace(netloc=f"{user.partition(':')[0]}:{HIDDEN}@{host}")
    return parts._replace(query=HIDDEN if parts.query else "", fragment="").geturl()


def _shown(value: object) -> str:
    if isinstance(value, timedelta):
        return f"{value.days} days" if value >= timedelta(days=2) else str(value)
    if isinstance(value, Path):
        return str(value)
    return without_password(value) if isinstance(value, str) else str(value)
