"""The installation itself, for whoever runs it."""

from typing import Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency

from aosedge.cloud.api.asking import Asked
from aosedge.cloud.usecases.platform import Platform, TaskRun
from aosedge.model.instants import to_rfc3339


class TaskRunView(msgspec.Struct, frozen=True):
    """The last run of work that nobody asks for; `failure` is empty if it went well."""

    name: str
    started_at: str
    ended_at: str
    words: str
    failure: str


class SettingView(msgspec.Struct, frozen=True):
    """A setting in force, as text and without secrets."""

    name: str
    value: str


class PlatformView(msgspec.Struct, frozen=True):
    """This process: whether something needs a person, what it runs with, and what its own work came to.

    `trouble` says it in words, one each; nothing is well. The disk is the data folder's.
    """

    status: Literal["well", "trouble"]
    trouble: tuple[str, ...]
    version: str
    started_at: str
    database: Literal["sqlite", "postgresql"]
    disk_bytes: int
    disk_free_bytes: int
    tasks: tuple[TaskRunView, ...]
    settings: tuple[SettingView, ...]


def _task(run: TaskRun) -> TaskRunView:
    return TaskRunView(run.name, to_rfc3339(run.started_at), to_rfc3339(run.ended_at), run.words, run.failure)


@get("/platform/", operation_id="platform_read", tags=["installation"])
async def read(ask: Asked, platform: NamedDependency[Platform]) -> PlatformView:
    """The installation's health, settings in force, and the last run of each reconciler."""
    await ask.read(lambda session: session.organizations.page())  # the database answers, or this fails
    tasks, room = platform.tasks(), await platform.room()
    trouble = [f"the task {task.name} fails: {task.failure}" for task in tasks if task.failure]
    if room.little:
        trouble.append("the disk with the data folder is nearly full")
    return PlatformView(
        status="trouble" if trouble else "well",
        trouble=tuple(trouble),
        version=platform.version,
        started_at=to_rfc3339(platform.started_at),
        database="postgresql" if platform.settings.database_url.startswith("postgresql") else "sqlite",
        disk_bytes=room.total,
        disk_free_bytes=room.free,
        tasks=tuple(map(_task, tasks)),
        settings=tuple(SettingView(name, value) for name, value in platform.in_force()),
    )
