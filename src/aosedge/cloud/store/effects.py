"""The outbox: effects that commit with the state they follow from, and are carried out after it."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, select

from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import effects


class Effect(msgspec.Struct, frozen=True):
    """Something to tell the bus."""

    id: int
    topic: str
    payload: str


class Effects:
    """What is still to be carried out, oldest first. Twice does no harm: what is told is a hint."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def oldest(self, most: int) -> tuple[Effect, ...]:
        """Some of them."""
        query = select(effects.c.id, effects.c.topic, effects.c.payload).order_by(effects.c.id).limit(most)
        return rows.every(self._connection, query, Effect)

    def done(self, ids: Sequence[int]) -> None:
        """These were carried out."""
        self._connection.execute(delete(effects).where(effects.c.id.in_(ids)))
