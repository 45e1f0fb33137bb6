"""Columns whose value is a document."""

from typing import Any

import msgspec
from sqlalchemy import Text, TypeDecorator
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
