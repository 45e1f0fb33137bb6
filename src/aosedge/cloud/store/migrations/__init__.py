"""Brings a database to this program's schema, step by step; `versions/` holds the steps."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

_FOLDER = Path(__file__).parent


def newest() -> str:
    """The last step; each is in a file of its name, after an `r`."""
    return max(path.name[1:5] for path in (_FOLDER / "versions").glob("r*.py"))


def upgrade(connection: Connection) -> None:
    """Take the steps that are missing, in the transaction of `connection`.

    Raises Invalid, and changes nothing, for a database that a newer program has changed.
    """
    if inspect(connection).has_table("alembic_version"):
        taken = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
        if taken == [newest()]:
            return
    from aosedge.cloud.store.migrations.steps import take  # half a second, only where there is something to do

    take(connection, _FOLDER)
