"""From rows to frozen values and back, the same on both databases."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import ColumnCollection, ReadOnlyColumnCollection

from aosedge.cloud.domain.pages import Page, Window
from aosedge.model.errors import Conflict, Invalid

T = TypeVar("T", bound=msgspec.Struct)
AnyColumns = Mapping[str, ColumnElement[Any]] | ReadOnlyColumnCollection[str, Any] | ColumnCollection[str, Any]
AnyInsert = sqlite.Insert | postgresql.Insert


def insert_into(connection: Connection, table: Table) -> AnyInsert:
    """An insert that knows `on_conflict_do_*`."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def made(kind: type[T], row: Row[Any]) -> T:
    """The row as a value; columns are named like the fields."""
    return kind(**row._mapping)


def one(connection: Connection, query: Select[Any], kind: type[T]) -> T | None:
    """The only row, or nothing."""
    row = connection.execute(query).one_or_none()
    return None if row is None else made(kind, row)


def every(connection: Connection, query: Select[Any], kind: type[T]) -> tuple[T, ...]:
    """All rows."""
    return tuple(made(kind, row) for row in connection.execute(query))


def ordered(columns: AnyColumns, order: str, orders: Sequence[str]) -> ColumnElement[Any]:
    """What to sort by: `order`, a column of `orders` that may begin with `-`. Raises Invalid for any other."""
    name = order.removeprefix("-")
    if name not in orders:
        raise Invalid("cannot be sorted by this", element="ordering", expected=", ".join(orders), got=order[:40])
    return columns[name].desc() if order.startswith("-") else columns[name]


def page(
    connection: Connection,
    query: Select[Any],
    kind: type[T],
    window: Window,
    order: str,
    orders: Sequence[str],
) -> Page[T]:
    """The part of the list in the window, sorted by `order`, a field of `orders` that may begin with `-`.

    Raises Invalid for any other order. The first column, the id, breaks ties.
    """
    columns = query.selected_columns
    by = ordered(columns, order, orders)
    total = connection.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
    window_query = query.order_by(by, columns[0]).limit(window.limit).offset(window.offset)
    return Page(total, every(connection, window_query, kind))


def values_of(value: msgspec.Struct, *, without: Iterable[str] = ()) -> dict[str, Any]:
    """The fields as columns."""
    left_out = set(without)
    return {name: got for name, got in msgspec.structs.asdict(value).items() if name not in left_out}


def add(connection: Connection, table: Table, values: dict[str, Any], taken: str, element: str = "") -> None:
    """Insert one new row; raises Conflict with the words `taken` where a key of it is in use."""
    statement = insert_into(connection, table).values(values).on_conflict_do_nothing()
    if connection.execute(statement).rowcount != 1:
        raise Conflict(taken, element=element)
