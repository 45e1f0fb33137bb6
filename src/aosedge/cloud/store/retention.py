"""Letting go of what nobody needs any more, some at a time."""

from typing import Any, Final

from sqlalchemy import Connection, Select, Table, delete, exists, func, select, tuple_

from aosedge.cloud.store.dossier_tables import campaign_configurations
from aosedge.cloud.store.service_states import drop_left
from aosedge.cloud.store.tables import alerts, received, target_documents, unit_targets
from aosedge.model.instants import Instant

_KEYS: Final = {alerts: ("unit", "txn", "number"), received: ("unit", "txn")}


class Retention:
    """Bounds of what Units send: by age, and by number a Unit (invariant I12)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def drop_old(self, before: Instant, most: int) -> int:
        """Alerts and received messages from before; how many rows went."""
        return sum(
            self._drop(table, select(*self._key(table)).where(table.c.at < before).limit(most)) for table in _KEYS
        )

    def drop_surplus(self, keep: int, most: int) -> int:
        """All but the newest of each Unit's alerts and received messages; how many rows went."""
        dropped = 0
        for table, key in _KEYS.items():
            newest = func.row_number().over(partition_by=table.c.unit, order_by=(table.c.at.desc(), table.c.txn))
            ranked = select(*self._key(table), newest.label("rank")).subquery()
            surplus = select(*(ranked.c[name] for name in key)).where(ranked.c.rank > keep).limit(most)
            dropped += self._drop(table, surplus)
        return dropped

    def drop_documents(self, most: int) -> int:
        """Target documents that no Unit has, and no campaign found on one; how many went."""
        name, kept = target_documents.c.digest, campaign_configurations.c
        used = (exists().where(column == name) for column in (unit_targets.c.digest, kept.before, kept.after))
        unused = select(name).where(*(~each for each in used)).limit(most)
        return self._connection.execute(
            delete(target_documents).where(target_documents.c.digest.in_(unused))
        ).rowcount

    def drop_states(self) -> int:
        """What is remembered of groups' states on Units that left the subject; how many went."""
        return drop_left(self._connection)

    def _key(self, table: Table) -> list[Any]:
        return [table.c[name] for name in _KEYS[table]]

    def _drop(self, table: Table, those: Select[Any]) -> int:
        key = tuple_(*(table.c[name] for name in _KEYS[table]))
        return self._connection.execute(delete(table).where(key.in_(those))).rowcount
