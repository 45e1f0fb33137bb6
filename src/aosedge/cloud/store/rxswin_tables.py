"""The table of the register of software identification numbers, which the database itself lets only grow."""

from typing import Final

from sqlalchemy import DDL, Column, Integer, Table, Text, UniqueConstraint, event

from aosedge.cloud.domain.rxswins import RegisteredItem
from aosedge.cloud.store.columns import document, key, number, words
from aosedge.cloud.store.tables import metadata

ONLY_GROWS: Final = {
    "sqlite": (
        "CREATE TRIGGER rxswins_not_updated BEFORE UPDATE ON rxswins "
        "BEGIN SELECT RAISE(ABORT, 'the register only grows'); END",
        "CREATE TRIGGER rxswins_not_deleted BEFORE DELETE ON rxswins "
        "BEGIN SELECT RAISE(ABORT, 'the register only grows'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION rxswins_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the register only grows'; END $$",
        "CREATE TRIGGER rxswins_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON rxswins "
        "FOR EACH STATEMENT EXECUTE FUNCTION rxswins_only_grow()",
    ),
}
"""Statements by dialect."""

rxswins = Table(
    "rxswins",
    metadata,
    key(),
    words("tenant"),  # no foreign keys: a row outlives everything
    words("target_system"),
    words("number"),
    Column("revision", Integer, nullable=False),
    document("items", tuple[RegisteredItem, ...]),
    number("created_at"),
    Column("created_by", Text),
    words("note", ""),
    UniqueConstraint("tenant", "target_system", "number", "revision"),
)

for _dialect, _statements in ONLY_GROWS.items():
    for _statement in _statements:
        event.listen(rxswins, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
