"""What Units report, many at once: few statements, whose length does not grow with the number of Units.

Each statement takes or gives one JSON text. The driver lets go of the interpreter once a statement, not once a row,
so the gateway's loop goes on while thousands of rows are written.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from aosedge.cloud.domain.deployment import Aim, DeploymentState
from aosedge.cloud.domain.reports import Known
from aosedge.cloud.domain.statuses import Actual
from aosedge.cloud.domain.units import Connectivity
from aosedge.cloud.ports import StoredBlob
from aosedge.cloud.store.documents import Documents
from aosedge.cloud.store.tables import blob_refs, blobs, versions
from aosedge.model.digests import Digest
from aosedge.model.ids import ItemId, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.parts import Generation

_LOAD: Final = {
    # bodies are put into the text as they are: they are JSON already, and need not be read for that
    "sqlite": """
        SELECT '[' || group_concat('[' || json_array(u.id, u.connectivity, u.deployment, u.reason, s.created_at,
            t.epoch, t.number, t.digest, t.problem, t.left_out) || ',' || coalesce(s.recent, '[]') || ','
            || CASE WHEN json_extract(w.value, '$[1]') THEN coalesce(s.body, 'null') ELSE 'null' END || ']') || ']'
        FROM json_each(?) w JOIN units u ON u.id = json_extract(w.value, '$[0]')
        LEFT JOIN statuses s ON s.unit = u.id LEFT JOIN unit_targets t ON t.unit = u.id""",
    "postgresql": """
        SELECT '[' || string_agg('[' || json_build_array(u.id, u.connectivity, u.deployment, u.reason, s.created_at,
            t.epoch, t.number, t.digest, t.problem, t.left_out)::text || ',' || coalesce(s.recent, '[]') || ','
            || CASE WHEN (w->>1)::boolean THEN coalesce(s.body, 'null') ELSE 'null' END || ']', ',') || ']'
        FROM json_array_elements($1::json) w JOIN units u ON u.id = w->>0
        LEFT JOIN statuses s ON s.unit = u.id LEFT JOIN unit_targets t ON t.unit = u.id""",
}


def _upsert(table: str, columns: str, kinds: str, key: str, then: str) -> dict[str, str]:
    """An insert of JSON rows `[[..], ..]` on both databases."""
    names = [name.strip() for name in columns.split(",")]
    lite = ", ".join(f"json_extract(value, '$[{at}]')" for at in range(len(names)))
    post = ", ".join(f"(r->>{at})::{kind.strip()}" for at, kind in enumerate(kinds.split(",")))
    end = f"ON CONFLICT ({key}) DO {then}"
    return {
        "sqlite": f"INSERT INTO {table} ({columns}) SELECT {lite} FROM json_each(?) WHERE true {end}",
        "postgresql": f"INSERT INTO {table} ({columns}) SELECT {post} FROM json_array_elements($1::json) r {end}",
    }


def _set(*columns: str) -> str:
    return "UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in columns)


_STATUS_ROW: Final = "INSERT INTO statuses (unit, body, created_at, reported_at, recent)"
_STATUS_END: Final = "ON CONFLICT (unit) DO " + _set("body", "created_at", "reported_at", "recent")
_STATUS_ARRAYS: Final = f"""
    {_STATUS_ROW} SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[])
    {_STATUS_END}"""
_STATUS_WIDTH: Final = 5
_STATUS_ROWS: Final = (1024, 256, 64, 16, 4, 1)
"""Rows of one statement where rows are bound one by one: SQLite is then much faster than with one JSON text. Few
sizes, so that the driver finds each statement compiled."""


@functools.cache
def _status_rows(many: int) -> str:
    return f"{_STATUS_ROW} VALUES {', '.join(['(?, ?, ?, ?, ?)'] * many)} {_STATUS_END}"


_USAGES: Final = _upsert(
    "usages",
    "unit, body, created_at",
    "text, text, bigint",
    "unit",
    _set("body", "created_at") + " WHERE excluded.created_at >= usages.created_at",
)
_ALERTS: Final = _upsert(
    "alerts",
    "unit, txn, number, at, severity, item, alert",
    "text, text, integer, bigint, text, text, text",
    "unit, txn, number",
    "NOTHING",
)
_RECEIVED: Final = _upsert(
    "received", "unit, txn, at, type, body", "text, text, bigint, text, text", "unit, txn", "NOTHING"
)
_FLOORS: Final = {
    "sqlite": """
        INSERT INTO generation_floors (system_uid, epoch, number)
        SELECT u.system_uid, json_extract(value, '$[1]'), json_extract(value, '$[2]')
        FROM json_each(?) JOIN units u ON u.id = json_extract(value, '$[0]') WHERE true
        ON CONFLICT (system_uid) DO UPDATE SET epoch = excluded.epoch, number = excluded.number
        WHERE (excluded.epoch, excluded.number) > (generation_floors.epoch, generation_floors.number)""",
    "postgresql": """
        INSERT INTO generation_floors (system_uid, epoch, number)
        SELECT u.system_uid, (r->>1)::bigint, (r->>2)::bigint
        FROM json_array_elements($1::json) r JOIN units u ON u.id = r->>0
        ON CONFLICT (system_uid) DO UPDATE SET epoch = excluded.epoch, number = excluded.number
        WHERE (excluded.epoch, excluded.number) > (generation_floors.epoch, generation_floors.number)""",
}
_AXES: Final = {
    "sqlite": """
        UPDATE units
        SET connectivity = CASE WHEN units.connection = '' THEN units.connectivity ELSE r.connectivity END,
            deployment = r.deployment, reason = r.reason
        FROM (SELECT json_extract(value, '$[0]') id, json_extract(value, '$[1]') connectivity,
            json_extract(value, '$[2]') deployment, json_extract(value, '$[3]') reason FROM json_each(?)) r
        WHERE units.id = r.id""",
    "postgresql": """
        UPDATE units SET connectivity = CASE WHEN units.connection = '' THEN units.connectivity ELSE r->>1 END,
            deployment = r->>2, reason = r->>3
        FROM json_array_elements($1::json) r WHERE units.id = r->>0""",
}
_WHO_IS_DIRTY: Final = {
    "sqlite": """
        SELECT json_group_array(id) FROM units WHERE target_dirty AND id IN (SELECT value FROM json_each(?))""",
    "postgresql": """
        SELECT json_agg(id)::text FROM units
        WHERE target_dirty AND id IN (SELECT json_array_elements_text($1::json))""",
}
_DIRTY: Final = {
    "sqlite": "UPDATE units SET target_dirty = true WHERE id IN (SELECT value FROM json_each(?))",
    "postgresql": """
        UPDATE units SET target_dirty = true WHERE id IN (SELECT json_array_elements_text($1::json))""",
}

_Axes = tuple[
    UnitId, Connectivity, DeploymentState, str, Instant | None, int | None, int | None, Digest | None, str | None,
    str | None,
]  # fmt: skip
_NUL: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""The one character that a database's text cannot hold, as JSON writes it; a replacement character is stored."""
_ROWS: Final = msgspec.json.Decoder(list[tuple[_Axes, tuple[str, ...], Actual | None]])


def _text(value: Any) -> str:
    """As JSON that every database takes."""
    text = msgspec.json.encode(value).decode()
    return _NUL.sub(r"\1\\ufffd", text) if "\\u0000" in text else text


class ReportedUnits:
    """Some Units, all of which are reporting: nothing here reaches another."""

    def __init__(self, connection: Connection, documents: Documents, units: frozenset[UnitId]) -> None:
        self._connection, self._documents, self._units = connection, documents, units
        self._dialect = connection.dialect.name

    def _run(self, statement: dict[str, str], rows: Sequence[Any]) -> str | None:
        if not rows:
            return None
        result = self._connection.exec_driver_sql(statement[self._dialect], (_text(rows),))
        return result.scalar_one_or_none() if result.returns_rows else None

    def load(self, bodies: frozenset[UnitId]) -> dict[UnitId, Known]:
        """What is known of those that exist; actual state only of those in `bodies`."""
        text = self._run(_LOAD, [(unit, unit in bodies) for unit in sorted(self._units)])
        loaded = _ROWS.decode(text) if text else []
        documents = self._documents.get(self._connection, {axes[7] for axes, _, _ in loaded if axes[7] is not None})
        known = {}
        for axes, recent, actual in loaded:
            unit, connectivity, deployment, reason, created, epoch, number, digest, problem, left_out = axes
            known[unit] = Known(
                unit=unit,
                connectivity=connectivity,
                deployment=deployment,
                reason=reason,
                digest=digest,
                actual=actual,
                created_at=created or Instant(0),
                recent=recent,
                aim=Aim(
                    document=documents[digest] if digest is not None else None,
                    generation=Generation(epoch, number or 0) if epoch is not None else None,
                    problem=problem or "",
                    left_out=left_out or "",
                ),
            )
        return known

    def dirty(self) -> frozenset[UnitId]:
        """Those whose intent changed since their targets were compiled."""
        text = self._run(_WHO_IS_DIRTY, sorted(self._units))
        return frozenset(msgspec.json.decode(text, type=list[UnitId])) if text else frozenset()

    def blobs(self, indexes: Iterable[Digest], digests: Iterable[Digest]) -> dict[Digest, list[StoredBlob]]:
        """By index digest of an item version, those of the digests that it is made of."""
        query = (
            select(versions.c.index_digest, blobs)
            .join(blob_refs, blob_refs.c.version == versions.c.id)
            .join(blobs, blobs.c.digest == blob_refs.c.digest)
            .where(versions.c.index_digest.in_(set(indexes)), blobs.c.digest.in_(set(digests)))
        )
        found: dict[Digest, list[StoredBlob]] = {}
        for index, *blob in self._connection.execute(query):
            found.setdefault(index, []).append(StoredBlob(*blob))
        return found

    def put_statuses(self, rows: Sequence[tuple[UnitId, Actual, int, int, tuple[str, ...]]]) -> None:
        """Unit, actual state, its time, ours, tags of recent txns."""
        texts = [
            (unit, _text(actual), created, reported, _text(recent))
            for unit, actual, created, reported, recent in self._only(rows)
        ]
        if self._dialect == "sqlite":
            self._bind_rows([value for row in texts for value in row])
        elif texts:
            self._connection.exec_driver_sql(_STATUS_ARRAYS, tuple(map(list, zip(*texts, strict=True))))

    def _bind_rows(self, flat: list[Any]) -> None:
        width, done = _STATUS_WIDTH, 0
        for many in _STATUS_ROWS:
            while len(flat) - done >= many * width:
                self._connection.exec_driver_sql(_status_rows(many), tuple(flat[done : done + many * width]))
                done += many * width

    def put_axes(self, rows: Sequence[tuple[UnitId, str, str, str]]) -> None:
        """Unit, connectivity (while a channel is open), deployment, reason."""
        self._run(_AXES, self._only(rows))

    def put_usages(self, rows: Sequence[tuple[UnitId, Any, int]]) -> None:
        """Unit, monitoring data, its time; the newest stays."""
        self._run(_USAGES, self._only(rows))

    def add_alerts(self, rows: Sequence[tuple[UnitId, str, int, int, str, ItemId | None, Any]]) -> None:
        """Unit, txn, number in the message, time, severity, whose instance it is about, alert; again is free."""
        self._run(_ALERTS, self._only(rows))

    def add_received(self, rows: Sequence[tuple[UnitId, str, int, str, Any]]) -> None:
        """Unit, txn, our time, type, message; again is free."""
        self._run(_RECEIVED, self._only(rows))

    def raise_floors(self, rows: Sequence[tuple[UnitId, int, int]]) -> None:
        """Unit, epoch, number: what comes next is higher. Their targets are to be compiled anew."""
        self._run(_FLOORS, self._only(rows))
        self._run(_DIRTY, [row[0] for row in rows])

    def _only(self, rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
        kept = list(rows)
        if any(row[0] not in self._units for row in kept):
            raise KeyError("a row of a Unit that is not among those reporting")
        return kept
