"""What the installation knows of itself."""

from sqlalchemy import Connection, select

from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import settings


class InstallationSettings:
    """Named texts of the whole installation: epoch, domain."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> str | None:
        """The text, or nothing."""
        return self._connection.execute(select(settings.c.value).where(settings.c.name == name)).scalar_one_or_none()

    def put(self, name: str, value: str) -> None:
        """Set the text."""
        statement = rows.insert_into(self._connection, settings).values(name=name, value=value)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    def put_new(self, name: str, value: str) -> str:
        """Set the text unless there is one; what holds now."""
        statement = rows.insert_into(self._connection, settings).values(name=name, value=value)
        self._connection.execute(statement.on_conflict_do_nothing())
        return self.get(name) or value
