"""PostgreSQL: every piece of work is a serializable transaction, run again after a conflict."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from aosedge.model.errors import Invalid, Unavailable

T = TypeVar("T")
_CONFLICTS: Final = frozenset(("40001", "40P01"))  # serialization failure, deadlock
_NOT_TEXT: Final = frozenset(("22021", "22P05"))
_NOT_NOW: Final = frozenset(("08", "53", "57", "58"))  # connection, resources, an operator, the system
_ATTEMPTS: Final = 30
_LONGEST_WAIT_S: Final = 0.1
_ALONE_AFTER: Final = 3
_BE_ALONE: Final = "LOCK TABLE units, campaigns, campaign_members IN SHARE ROW EXCLUSIVE MODE"
"""Where the many and the large meet: one takes back what 100,000 Units were offered while they report."""
_CONNECTIONS: Final = 10
_MIGRATION_LOCK: Final = 0x616F7365  # any number that all our processes agree on


class PostgresqlDatabase:
    """A database by its URL, `postgresql://...`."""

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(
            "postgresql+asyncpg://" + url.partition("://")[2],
            isolation_level="SERIALIZABLE",
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,  # what is stored is not for logs
        )
        self._closed = False

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("the database is closed")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction and return once it is durable; it is run again after a conflict.

        What has lost to others a few times has them wait: a halt must not be put off by how many report.
        Raises Unavailable where the database cannot be reached, or conflicts do not end.
        """
        self._check_open()
        for attempt in range(_ATTEMPTS):
            try:
                async with self._engine.connect() as connection, connection.begin():
                    if attempt >= _ALONE_AFTER:
                        await connection.execute(text(_BE_ALONE))  # before anything is read: so it sees what they did
                    return await connection.run_sync(work)
            except (DBAPIError, OSError) as error:
                if not _is_conflict(error):
                    raise _in_words(error) from error
            await asyncio.sleep(min(0.001 * 2**attempt, _LONGEST_WAIT_S) if attempt else 0)
        raise Unavailable("others change the same things all the time")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a snapshot; what it writes is refused. Raises Unavailable."""
        self._check_open()
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                async with connection.begin():
                    return await connection.run_sync(work)
        except (DBAPIError, OSError) as error:
            raise _in_words(error) from error

    async def alone(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction while no other process does such work; it sees what they did.

        Raises Unavailable.
        """
        self._check_open()
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="READ COMMITTED")
                async with connection.begin():
                    await _lock(connection)
                    return await connection.run_sync(work)
        except (DBAPIError, OSError) as error:
            raise _in_words(error) from error

    async def close(self) -> None:
        """Close all connections."""
        self._closed = True
        await self._engine.dispose()


async def _lock(connection: AsyncConnection) -> None:
    await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})


def _is_conflict(error: Exception) -> bool:
    return _sqlstate(error) in _CONFLICTS


def _in_words(error: Exception) -> Exception:
    """Unavailable where the connection is at fault, Invalid for text no database holds; anything else as it is."""
    if isinstance(error, OSError):
        return Unavailable(f"the database cannot be reached: {error}", cure="look at the setting database")
    state = _sqlstate(error)
    if state in _NOT_TEXT:
        return Invalid("a text with a NUL character", cure="leave it out")
    if state[:2] in _NOT_NOW or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return Unavailable(f"the database did not take it: {error}", cure="look at the database")
    return error


def _sqlstate(error: Exception) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "") if isinstance(error, DBAPIError) else ""
