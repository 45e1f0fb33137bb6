"""Schemas: migrated equals fresh on both databases, data stays, newer ones are refused, two may migrate at once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from tests.contract.store_world import TASK, settle

from aosedge.cloud.store import Store, migrations, open_store
from aosedge.cloud.store.database import Database
from aosedge.cloud.store.tables import metadata
from aosedge.model.errors import Invalid


async def on_connection(store: Store, work: Callable[[Connection], Any]) -> Any:
    database: Database = store._database
    return await database.alone(work)


def in_words(index: Any) -> str:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return f"{index['name']} {index['column_names']} {index['unique']} {options}"


def shape(connection: Connection) -> dict[str, object]:
    """Everything the database says of its tables."""
    seen = inspect(connection)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in seen.get_columns(table)],
            seen.get_pk_constraint(table)["constrained_columns"],
            sorted(map(in_words, seen.get_indexes(table))),
            sorted(map(str, seen.get_unique_constraints(table))),
            sorted(map(str, seen.get_foreign_keys(table))),
        )
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


async def test_a_migrated_schema_equals_a_fresh_one(database_url: str) -> None:
    store = open_store(database_url)
    fresh = await on_connection(store, lambda c: (metadata.create_all(c), shape(c), metadata.drop_all(c))[1])
    await store.migrate()
    migrated = await on_connection(store, shape)

    def difference(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert migrated == fresh
    assert await on_connection(store, difference) == []
    await store.close()


def test_the_newest_step_is_known_without_reading_the_steps() -> None:
    assert migrations.newest() == ScriptDirectory(migrations.__path__[0]).get_current_head()


async def test_migrating_again_changes_nothing_and_keeps_data(store: Store) -> None:
    await settle(store)
    before = await on_connection(store, shape)
    await store.migrate()
    assert await on_connection(store, shape) == before
    assert len(await store.read_every(TASK, lambda session: session.organizations.all())) == 4


async def test_an_unknown_newer_schema_is_refused_and_left_alone(store: Store) -> None:
    await on_connection(store, lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(Invalid) as raised:
        await store.migrate()
    assert raised.value.element == "database"
    assert raised.value.got == "9999"
    assert await on_connection(store, lambda c: c.scalar(text("SELECT version_num FROM alembic_version"))) == "9999"


async def test_two_processes_may_migrate_at_once(database_url: str) -> None:
    stores = [open_store(database_url) for _ in range(8)]
    async with asyncio.TaskGroup() as tasks:
        for store in stores:
            tasks.create_task(store.migrate())
    await settle(stores[0])
    assert len(await stores[3].read_every(TASK, lambda session: session.organizations.all())) == 4
    for store in stores:
        await store.close()


async def test_a_failed_step_leaves_the_schema_as_it_was(database_url: str) -> None:
    store = open_store(database_url)
    whole = migrations.upgrade

    def half(connection: Connection) -> None:
        whole(connection)
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="power"):
        await on_connection(store, half)
    assert await on_connection(store, shape) == {}
    await store.migrate()
    await store.close()
