"""The one place where what a person asks for is checked, given its scope, run in a transaction and written down."""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from aosedge.cloud.domain.access.callers import Caller, Person, Scope
from aosedge.cloud.domain.access.decide import scope_for
from aosedge.cloud.domain.access.operations import OPERATIONS
from aosedge.cloud.domain.repeats import Command, check_same
from aosedge.cloud.store import Session, Store
from aosedge.model.errors import NotAllowed, NotFound

T = TypeVar("T")
ECHOED_MOST: Final = 500
"""Letters of what somebody asked for in vain that the trail keeps."""


class Repeated(Exception):
    """The command was done before; `body` is the JSON that it was answered then, empty where there was none."""

    def __init__(self, body: str) -> None:
        super().__init__("done before")
        self.body = body


class Dispatcher:
    """Runs use cases. A change and its audit line commit together; a refusal is written down too."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, caller: Caller, operation: str, work: Callable[[Session], T]) -> T:
        """Run `work`, which changes nothing; raises NotAllowed."""
        scope = await self.allowed(caller, operation)
        try:
            return await self._store.read(caller, scope, work)
        except NotFound as error:
            if OPERATIONS[operation].effect == "changes":  # it only looked first
                await self._note(caller, operation, "not found", target=error.name, detail=str(error))
            raise

    async def change(
        self,
        caller: Caller,
        operation: str,
        work: Callable[[Session], T],
        target: Callable[[T], str],
        command: Command | None = None,
    ) -> T:
        """Run `work` in one transaction with its audit line; `target` names what was changed. Raises NotAllowed.

        With a `command` what `work` makes is its answer, kept in the same transaction; raises Repeated where it has
        one, and Reused where its key is another's.
        """
        if OPERATIONS[operation].effect != "changes":
            raise KeyError(f"{operation} is in the table as one that reads")
        scope = await self.allowed(caller, operation)

        def audited(session: Session) -> T:
            if command is not None and (answer := session.answers.take(command)) is not None:
                check_same(answer, command)
                raise Repeated(answer.body)
            result = work(session)
            session.audit.append(operation, "done", target=target(result))
            if command is not None:
                session.answers.put(command, "" if result is None else msgspec.json.encode(result).decode())
            return result

        try:
            return await self._store.write(caller, scope, audited)
        except NotAllowed as error:
            await self._note(caller, operation, "denied", detail=str(error))
            raise
        except NotFound as error:
            await self._note(caller, operation, "not found", target=error.name, detail=str(error))
            raise

    async def taken(self, caller: Caller, operation: str, target: str) -> None:
        """Write down that the caller took something away that they were allowed to read."""
        await self._note(caller, operation, "done", target=target)

    async def allowed(self, caller: Caller, operation: str) -> Scope:
        """How far the operation reaches; raises NotAllowed, which the audit trail then has.

        On its own for work that has its own transactions, such as an upload.
        """
        try:
            return scope_for(caller, operation)
        except NotAllowed:
            await self._note(caller, operation, "denied")
            raise

    async def refused(self, caller: Caller, operation: str, error: NotAllowed) -> None:
        """Write down what was refused before it was asked here: a request that another site's page may have made."""
        await self._note(caller, operation, "denied", detail=str(error))

    async def _note(
        self, caller: Caller, operation: str, outcome: str, *, target: str = "", detail: str = ""
    ) -> None:
        """A line on its own: what was asked for changed nothing."""
        who = caller.who
        own = Scope(reach="tenant", tenant=who.tenant) if isinstance(who, Person) else Scope(reach="none")
        target, detail = target[:ECHOED_MOST], detail[:ECHOED_MOST]

        def note(session: Session) -> None:
            session.audit.append(operation, outcome, target=target, detail=detail)

        await self._store.write(caller, own, note)
