"""SQLite: one writer thread that commits many callers' work with one flush, and a few readers beside it."""

import asyncio
import sqlite3
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from aosedge.model.errors import Unavailable

T = TypeVar("T")
Work = Callable[[Connection], Any]
_READERS: Final = 4
_SWITCH_S: Final = 0.0005
"""How soon a busy event loop lets the writer go on; Python's own 5 ms would be most of a commit's time."""
_TOGETHER_MOST: Final = 256
"""Pieces of work in one commit."""
_PRAGMAS: Final = (
    "busy_timeout=10000",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",
    "temp_store=MEMORY",  # what a savepoint may have to bring back
    "wal_autocheckpoint=8192",  # pages: rows that change all the time are carried over once, not at every commit
)


_WAL_ATTEMPTS: Final = 100


class _Job:
    __slots__ = ("done", "failure", "result", "work")

    def __init__(self, work: Work, done: "asyncio.Future[Any]") -> None:
        self.work = work
        self.done = done
        self.result: Any = None
        self.failure: BaseException | None = None


def _engine(path: Path, begin: str, *more_pragmas: str) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # what is stored is not for logs
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None  # transactions are begun by us, not by the driver's guesses
        for pragma in (*_PRAGMAS, *more_pragmas):
            connection.execute(f"PRAGMA {pragma}").close()
        _use_wal(connection)

    @event.listens_for(engine, "begin")
    def started(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _use_wal(connection: sqlite3.Connection) -> None:
    """Changing the journal needs the file alone and, unlike all else, doesn't wait for others: so wait by a lock."""
    for _attempt in range(_WAL_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            connection.execute("BEGIN IMMEDIATE").close()
            connection.execute("ROLLBACK").close()
        else:
            return
    raise sqlite3.OperationalError("others are opening the database all the time")


class SqliteDatabase:
    """A file. Its folder must exist."""

    def __init__(self, path: Path) -> None:
        self._writing, self._reading = _engine(path, "BEGIN IMMEDIATE"), _engine(path, "BEGIN", "query_only=ON")
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer: threading.Thread | None = None
        self._readers = ThreadPoolExecutor(_READERS, "store-reader")
        self._local = threading.local()
        self._open: list[Connection] = []
        self._closed = False

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction and return once it is on the disk. What it raises undoes it alone."""
        self._check_open()
        loop = asyncio.get_running_loop()
        if self._writer is None:
            self._loop = loop
            sys.setswitchinterval(min(sys.getswitchinterval(), _SWITCH_S))
            self._writer = threading.Thread(target=self._write_all, name="store-writer", daemon=True)
            self._writer.start()
        done: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(work, done))
        return await done

    async def alone(self, work: Callable[[Connection], T]) -> T:
        """Like `write`: a process that writes keeps all others out."""
        return await self.write(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a snapshot."""
        self._check_open()
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read_one, work)

    async def close(self) -> None:
        """Finish what was asked for, then let go of the file."""
        self._closed = True
        if self._writer is not None:
            self._jobs.put(None)
            await asyncio.to_thread(self._writer.join)
            self._writer = None
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._open:
            connection.close()
        self._open.clear()

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("the database is closed")

    def _read_one(self, work: Callable[[Connection], T]) -> T:
        try:
            connection: Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = self._reading.connect()
                self._open.append(connection)
            with connection.begin() as snapshot:
                try:
                    return work(connection)
                finally:
                    snapshot.rollback()
        except OperationalError as error:
            raise _in_words(error) from error

    def _write_all(self) -> None:
        connection: Connection | None = None
        more = True
        while more:
            jobs, more = self._next_jobs()
            try:
                connection = connection or self._writing.connect()
                self._run_together(connection, jobs)
            except (SQLAlchemyError, sqlite3.Error) as error:
                for job in jobs:
                    job.failure = job.failure or _in_words(error)
            self._tell(jobs)
        if connection is not None:
            connection.close()

    def _next_jobs(self) -> tuple[list[_Job], bool]:
        """What waits, at least one; false when there will be no more."""
        jobs: list[_Job] = []
        job = self._jobs.get()
        try:
            while job is not None:
                if not job.done.cancelled():
                    jobs.append(job)
                if len(jobs) == _TOGETHER_MOST:
                    return jobs, True
                job = self._jobs.get_nowait()
        except Empty:
            return jobs, True
        return jobs, False

    def _run_together(self, connection: Connection, jobs: list[_Job]) -> None:
        with connection.begin():
            for job in jobs:
                _run_in_savepoint(connection, job)

    def _tell(self, jobs: list[_Job]) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(_deliver, jobs)


def _run_in_savepoint(connection: Connection, job: _Job) -> None:
    connection.exec_driver_sql("SAVEPOINT work")
    try:
        job.result = job.work(connection)
    except BaseException as error:  # noqa: BLE001 - it is handed to the caller, whatever it is
        job.failure = _in_words(error) if isinstance(error, OperationalError) else error
        connection.exec_driver_sql("ROLLBACK TO work")
    connection.exec_driver_sql("RELEASE work")


def _in_words(error: Exception) -> Unavailable:
    return Unavailable(f"the database did not take it: {error}", cure="look at the disk that holds the database")


def _deliver(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.done.cancelled():
            continue
        if job.failure is not None:
            job.done.set_exception(job.failure)
        else:
            job.done.set_result(job.result)
