"""Answers to commands that have a key, kept with the deed and whose it was."""

from sqlalchemy import Connection, delete, select, tuple_

from aosedge.cloud.domain.access.callers import Caller, Person
from aosedge.cloud.domain.repeats import Answer, Command
from aosedge.cloud.store import rows
from aosedge.cloud.store.repeat_tables import answers
from aosedge.model.instants import Instant


class Answers:
    """Those to the caller's own commands."""

    def __init__(self, connection: Connection, caller: Caller) -> None:
        self._connection = connection
        self._user = caller.who.user if isinstance(caller.who, Person) else ""
        self._now = caller.now

    def take(self, command: Command) -> Answer | None:
        """The answer that the key has; without one the key is the caller's from here on, until this transaction is
        undone. Whoever asks with it at the same time waits for the end."""
        values = {"user": self._user, "key": command.key, "asked": command.asked, "at": self._now, "body": ""}
        statement = rows.insert_into(self._connection, answers).values(values).on_conflict_do_nothing()
        if self._connection.execute(statement).rowcount == 1:
            return None
        query = select(answers.c.asked, answers.c.at, answers.c.body)
        mine = query.where(answers.c.user == self._user, answers.c.key == command.key)
        return rows.one(self._connection, mine, Answer)

    def put(self, command: Command, body: str) -> None:
        """What the command was answered."""
        mine = answers.update().where(answers.c.user == self._user, answers.c.key == command.key)
        self._connection.execute(mine.values(body=body))


class EveryAnswer:
    """Those of everybody: for letting go."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def drop(self, before: Instant, most: int) -> int:
        """Those from before; how many went."""
        key = answers.c.user, answers.c.key
        old = select(*key).where(answers.c.at < before).limit(most)
        return self._connection.execute(delete(answers).where(tuple_(*key).in_(old))).rowcount
