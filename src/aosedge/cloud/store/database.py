"""The store: transactions for callers, on the database that a URL names."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from aosedge.cloud.domain.access.callers import Caller, Scope
from aosedge.cloud.store.documents import Documents
from aosedge.cloud.store.migrations import upgrade
from aosedge.cloud.store.session import EverySession, Session, Signals, UnitsSession
from aosedge.cloud.store.sqlite import SqliteDatabase
from aosedge.model.errors import Invalid
from aosedge.model.ids import UnitId

T = TypeVar("T")
S = TypeVar("S", bound=Signals)


class Database(Protocol):
    """Where transactions run."""

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction and return once it is durable; it may be run again after a conflict."""

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a snapshot; what it writes is lost or refused."""

    async def alone(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction while no other process does such work."""

    async def close(self) -> None:
        """Let go of the database."""


class Store:
    """The only way to a connection. Work is a plain function of a session: it may run twice and never waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._documents = Documents()
        self._listeners: list[Callable[[str], None]] = []

    async def write(self, caller: Caller, scope: Scope, work: Callable[[Session], T]) -> T:
        """One transaction within the scope; durable when this returns."""
        return await self._commit(lambda connection: Session(connection, caller, scope), work)

    async def read(self, caller: Caller, scope: Scope, work: Callable[[Session], T]) -> T:
        """Read a snapshot within the scope."""
        return await self._database.read(lambda connection: work(Session(connection, caller, scope)))

    async def write_units(self, units: frozenset[UnitId], work: Callable[[UnitsSession], T]) -> T:
        """One transaction of Units that report; it reaches these Units and no other."""
        return await self._commit(lambda connection: UnitsSession(connection, self._documents, units), work)

    async def read_units(self, units: frozenset[UnitId], work: Callable[[UnitsSession], T]) -> T:
        """Read a snapshot of some Units."""
        return await self._database.read(lambda connection: work(UnitsSession(connection, self._documents, units)))

    async def write_every(self, caller: Caller, work: Callable[[EverySession], T]) -> T:
        """One transaction of the installation itself: for reconcilers, signing in, set-up."""
        return await self._commit(lambda connection: EverySession(connection, self._documents, caller), work)

    async def read_every(self, caller: Caller, work: Callable[[EverySession], T]) -> T:
        """Read a snapshot of everything: for reconcilers and signing in."""
        return await self._database.read(lambda connection: work(EverySession(connection, self._documents, caller)))

    async def _commit(self, begin: Callable[[Connection], S], work: Callable[[S], T]) -> T:
        def run(connection: Connection) -> tuple[T, set[str]]:
            session = begin(connection)
            return work(session), session.raised

        result, raised = await self._database.write(run)
        for name in sorted(raised):
            for listener in self._listeners:
                listener(name)
        return result

    def on_signal(self, listener: Callable[[str], None]) -> None:
        """After a commit, call `listener` with each name that its work passed to `signal`."""
        self._listeners.append(listener)

    async def migrate(self) -> None:
        """Bring the schema to this program's; raises Invalid for a newer one. Several processes may do so at once."""
        await self._database.alone(upgrade)

    async def close(self) -> None:
        """Finish what was asked for and let go of the database."""
        await self._database.close()


def open_store(url: str) -> Store:
    """The store at `sqlite:///<path>` or `postgresql://...`; raises Invalid for any other URL."""
    kind, _, rest = url.partition("://")
    if kind == "postgresql" and rest:
        from aosedge.cloud.store.postgresql import PostgresqlDatabase  # its drivers only where they are asked for

        return Store(PostgresqlDatabase(url))
    if kind == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return Store(SqliteDatabase(Path(rest[1:])))
    raise Invalid(
        "no such database", element="database", expected="sqlite:///<path> or postgresql://...", got=f"{kind}://"
    )
