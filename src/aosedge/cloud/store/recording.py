"""Notes what the statements of one transaction change, before and after, for the audit trail."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, CursorResult, Delete, Insert, LargeBinary, Row, Table, Update, select, tuple_
from sqlalchemy.engine import Dialect

from aosedge.cloud.domain.audit import Change

CHANGES_MOST: Final = 50
"""Of one transaction; what more there were is only counted."""
BYTES_MOST: Final = 32_000
"""Of the changes of one transaction, as JSON."""
LETTERS_MOST: Final = 2_000
"""Of one text; longer ones are cut."""
_DERIVED: Final = frozenset(("target_dirty", "connectivity", "deployment", "reason", "connection", "last_seen"))
"""Columns that follow from others or are a Unit's word: their change is nobody's act."""
_SECRET: Final = ("hash", "secret", "token", "key", "password", "pem")
HIDDEN: Final = "(not shown)"
"""In place of what is secret or no text."""
_Row = dict[str, Any]


class Recorder:
    """A connection, as far as repositories use one, that remembers the changes of this transaction.

    What a database does by itself, such as removing the rows of a removed one, is not among them, nor is a statement
    with many sets of parameters that alters or deletes.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._changes: list[Change] = []

    @property
    def dialect(self) -> Dialect:
        """The connection's."""
        return self._connection.dialect

    def take(self) -> list[Change]:
        """The changes since the last call, as many as are kept; then the last one only counts the others."""
        taken, self._changes = self._changes, []
        kept: list[Change] = []
        size = 0
        for change in taken[:CHANGES_MOST]:
            size += len(msgspec.json.encode(change))
            if size > BYTES_MOST:
                break
            kept.append(change)
        if more := len(taken) - len(kept):
            kept.append(Change("", {}, None, {"more": more}))
        return kept

    def execute(self, statement: Any, parameters: Any = None) -> CursorResult[Any]:
        """Run the statement, noting the rows that it changes."""
        if isinstance(statement, Insert) and isinstance(statement.table, Table):
            return self._insert(statement, statement.table, parameters)
        if isinstance(statement, Update | Delete) and isinstance(statement.table, Table) and parameters is None:
            return self._alter(statement, statement.table)
        return self._connection.execute(statement, parameters)

    def _insert(self, statement: Insert, table: Table, parameters: Any) -> CursorResult[Any]:
        result = self._connection.execute(statement, parameters)
        if result.rowcount != 0:
            one = isinstance(parameters, Mapping) or parameters is None
            given = [statement.compile(dialect=self.dialect).params | (parameters or {})] if one else parameters
            names = [str(column.name) for column in table.columns]
            for row in given:
                self._note(table, None, {name: row[name] for name in names if name in row})
        return result

    def _alter(self, statement: Update | Delete, table: Table) -> CursorResult[Any]:
        query = select(table).limit(CHANGES_MOST + 1)
        if statement.whereclause is not None:
            query = query.where(statement.whereclause)
        before = [_plain(row) for row in self._connection.execute(query)]
        result = self._connection.execute(statement)
        after = {} if isinstance(statement, Delete) else self._found_again(table, before)
        for row in before:
            self._note(table, row, after.get(_key(table, row)))
        return result

    def _found_again(self, table: Table, found: list[_Row]) -> dict[tuple[Any, ...], _Row]:
        if not found:
            return {}
        key = tuple_(*table.primary_key.columns)
        query = select(table).where(key.in_([_key(table, row) for row in found]))
        again = [_plain(row) for row in self._connection.execute(query)]
        return {_key(table, row): row for row in again}

    def _note(self, table: Table, before: _Row | None, after: _Row | None) -> None:
        if before is not None and after is not None:
            changed = {name for name in after if before[name] != after[name]} - _DERIVED
            if not changed:
                return
        else:
            changed = {*(before or ()), *(after or ())} - _DERIVED
        keys = [str(column.name) for column in table.primary_key.columns]
        row = before or after or {}
        change = Change(
            of=str(table.name),
            key={name: _shown(table, name, row.get(name)) for name in keys},
            before=None if before is None else _showing(table, before, changed - set(keys)),
            after=None if after is None else _showing(table, after, changed - set(keys)),
        )
        self._changes.append(change)


def in_words(changes: Sequence[Change]) -> str:
    """The changes as the trail keeps them."""
    return msgspec.json.encode(changes).decode() if changes else ""


def _plain(row: Row[Any]) -> _Row:
    return {str(name): value for name, value in row._mapping.items()}


def _key(table: Table, row: _Row) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns)


def _showing(table: Table, row: _Row, names: set[str]) -> _Row:
    return {name: _shown(table, name, value) for name, value in row.items() if name in names}


def _shown(table: Table, name: str, value: Any) -> Any:
    """The value as the trail may have it: no secret, nothing binary, no text without end."""
    if value is None:
        return None
    if any(word in name for word in _SECRET) or isinstance(table.columns[name].type, LargeBinary):
        return HIDDEN
    plain = msgspec.to_builtins(value)
    if len(msgspec.json.encode(plain)) <= LETTERS_MOST:
        return plain
    return (plain if isinstance(plain, str) else msgspec.json.encode(plain).decode())[:LETTERS_MOST] + "…"
