"""Columns as every table has them, and those whose value is a document."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, ForeignKey, Text, TypeDecorator, text
from sqlalchemy.engine import Dialect


class Json(TypeDecorator[Any]):
    """A value of one type, kept as JSON text; None stays NULL."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind
        self._decoder = msgspec.json.Decoder(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """From the database."""
        return None if value is None else self._decoder.decode(value)

    def __repr__(self) -> str:
        return "Text()"


def key(name: str = "id") -> Column[str]:
    """A text that names the row, alone or with others."""
    return Column(name, Text, primary_key=True)


def words(name: str, default: str | None = None) -> Column[str]:
    """A text that is always there."""
    return Column(name, Text, nullable=False, server_default=default)


def number(name: str, default: int | None = None) -> Column[int]:
    """A whole number that is always there."""
    return Column(name, BigInteger, nullable=False, server_default=None if default is None else text(str(default)))


def to(name: str, target: str, *, cascade: bool = False, key: bool = False, null: bool = False) -> Column[str]:
    """The id of a row of another table; `cascade`: this one goes with it."""
    reference = ForeignKey(target, ondelete="CASCADE" if cascade else None)
    return Column(name, Text, reference, nullable=null, primary_key=key)


def document(name: str, kind: Any, *, null: bool = False) -> Column[Any]:
    """A value of one type as JSON."""
    return Column(name, Json(kind), nullable=null)
