"""The database beneath: transactions, what is no database, what a full disk is told as."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.contract.store_world import NOW, TASK, person, settle, tenant

from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.store import EverySession, Session, Store, open_store
from aosedge.cloud.store.sqlite import SqliteDatabase
from aosedge.model.errors import Invalid, NotFound, Unavailable
from aosedge.model.ids import (
    FleetId,
    OrgId,
)


@pytest.fixture
async def world(store: Store) -> Store:
    return await settle(store)


async def as_oem(store: Store, work: Callable[[Session], object]) -> object:
    return await store.write(person("oem-1"), tenant("oem-1"), work)


async def test_what_work_raises_undoes_it_alone(world: Store) -> None:
    def work(session: Session, title: str) -> None:
        session.fleets.add(Fleet(FleetId(title), OrgId("oem-1"), title, NOW))
        session.signal(title)
        if title == "bad":
            raise RuntimeError("no")

    told: list[str] = []
    world.on_signal(told.append)
    outcomes: dict[str, str] = {}

    async def ask(title: str) -> None:
        try:
            await as_oem(world, lambda session: work(session, title))
            outcomes[title] = "done"
        except RuntimeError as error:
            outcomes[title] = str(error)

    async with asyncio.TaskGroup() as tasks:
        for title in ("a", "b", "bad", "c", "d"):
            tasks.create_task(ask(title))
    found = await as_oem(world, lambda session: {fleet.title for fleet in session.fleets.page().items})
    assert found == {"Fleet", "a", "b", "c", "d"}
    assert outcomes == {"a": "done", "b": "done", "bad": "no", "c": "done", "d": "done"}
    assert sorted(told) == ["a", "b", "c", "d"]


async def test_concurrent_changes_of_one_thing_all_count(world: Store) -> None:
    def one_more(session: EverySession) -> None:
        session.settings.put("count", str(int(session.settings.get("count") or 0) + 1))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(40):
            tasks.create_task(world.write_every(TASK, one_more))
    assert await world.read_every(TASK, lambda session: session.settings.get("count")) == "40"


async def test_reading_writes_nothing(world: Store) -> None:
    with pytest.raises(Exception, match=r"read-only|readonly"):
        await world.read(
            person("oem-1"),
            tenant("oem-1"),
            lambda session: session.fleets.add(Fleet(FleetId("x"), OrgId("oem-1"), "x", NOW)),
        )
    assert await as_oem(world, lambda session: session.fleets.page().total) == 1


async def test_a_text_that_no_database_holds_is_nobodys_name(world: Store) -> None:
    with pytest.raises((NotFound, Invalid)):
        await as_oem(world, lambda session: session.units.named("a\0b"))


async def test_after_closing_nothing_is_taken(database_url: str) -> None:
    store = open_store(database_url)
    await store.migrate()
    await store.close()
    for ask in (store.read_every, store.write_every):
        with pytest.raises(Unavailable):
            await ask(TASK, lambda session: session.settings.get("x"))


@pytest.mark.parametrize("url", ["", "mysql://x", "sqlite://", "sqlite:///", "postgresql://", "cloud.db"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(Invalid):
        open_store(url)


async def test_a_database_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    for url in (f"sqlite:///{gone}/cloud.db", f"postgresql://postgres:@/cloud?host={gone}"):
        store = open_store(url)
        for _ in range(2):
            with pytest.raises(Unavailable):
                await store.write_every(TASK, lambda session: session.settings.get("x"))
            with pytest.raises(Unavailable):
                await store.read_every(TASK, lambda session: session.settings.get("x"))
        with pytest.raises(Unavailable):
            await store.migrate()
        await store.close()


async def test_a_full_disk_is_said_and_passes(tmp_path: Path) -> None:
    """SQLite, whose file may not grow: work is refused as not possible now, and goes on once there is room."""
    store = open_store(f"sqlite:///{tmp_path}/cloud.db")
    await store.migrate()
    database = store._database
    assert isinstance(database, SqliteDatabase)

    async def limit(pages: int) -> None:
        await database.write(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}").close())

    await limit(1)  # SQLite takes the size that there is
    big = "x" * 100_000
    with pytest.raises(Unavailable, match="full"):
        await store.write_every(TASK, lambda session: session.settings.put("big", big))
    assert await store.read_every(TASK, lambda session: session.settings.get("big")) is None
    await limit(1_000_000)
    await store.write_every(TASK, lambda session: session.settings.put("big", big))
    assert await store.read_every(TASK, lambda session: session.settings.get("big")) == big
    await store.close()
