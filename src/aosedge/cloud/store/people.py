"""Users and certificates."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, false, insert, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.people import Certificate, User
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import certificates, units, user_fleets, users
from aosedge.cloud.store.units import within
from aosedge.model.errors import NotFound
from aosedge.model.ids import UserId


def _with_fleets(connection: Connection, user: User) -> User:
    found = connection.execute(select(user_fleets.c.fleet).where(user_fleets.c.user == user.id)).scalars()
    return User(**{**rows.values_of(user), "fleets": frozenset(found)})


class Users:
    """The users of the scope's organization."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        query = select(users)
        if self._scope.reach == "all":
            return query
        return query.where(false() if self._scope.tenant is None else users.c.org == self._scope.tenant)

    def get(self, id: UserId) -> User:
        """With fleets; raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(users.c.id == id), User)
        if found is None:
            raise NotFound("user", id)
        return _with_fleets(self._connection, found)

    def page(self, window: Window = Window(), *, order: str = "username") -> Page[User]:
        """Users, without their fleets."""
        return rows.page(self._connection, self._mine(), User, window, order, ("username", "role", "created_at"))


class EveryUser:
    """All users: for signing in and for the installation's own work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, user: User) -> None:
        """Raises Conflict where the name is taken."""
        values = rows.values_of(user, without=("fleets",))
        rows.add(self._connection, users, values, f"the user name {user.username} is taken", "username")
        if user.fleets:
            pairs = [{"user": user.id, "fleet": fleet} for fleet in sorted(user.fleets)]
            self._connection.execute(insert(user_fleets), pairs)

    def find(self, id: UserId) -> User | None:
        """The user with fleets."""
        found = rows.one(self._connection, select(users).where(users.c.id == id), User)
        return None if found is None else _with_fleets(self._connection, found)

    def named(self, username: str) -> User | None:
        """The user with this name."""
        found = rows.one(self._connection, select(users).where(users.c.username == username), User)
        return None if found is None else _with_fleets(self._connection, found)


class Certificates:
    """Certificates of Units in the scope, and of users of its organization."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def of_unit(self, unit: str) -> tuple[Certificate, ...]:
        """A Unit's certificates, newest first; none for a foreign Unit."""
        mine = within(select(units.c.id), self._scope).where(units.c.id == unit)
        query = select(certificates).where(certificates.c.kind == "unit", certificates.c.owner.in_(mine))
        return rows.every(self._connection, query.order_by(certificates.c.created_at.desc()), Certificate)

    def of_user(self, serial: str) -> Certificate | None:
        """A certificate of a user of the scope's organization, whatever its state."""
        mine = select(users.c.id)
        if self._scope.reach != "all":
            mine = mine.where(false() if self._scope.tenant is None else users.c.org == self._scope.tenant)
        query = select(certificates).where(certificates.c.serial == serial, certificates.c.kind == "user")
        return rows.one(self._connection, query.where(certificates.c.owner.in_(mine)), Certificate)

    def revoke_of_unit(self, unit: str) -> int:
        """None of the Unit's certificates opens a door any more; how many did. None of a foreign Unit."""
        mine = within(select(units.c.id), self._scope).where(units.c.id == unit)
        active = update(certificates).where(certificates.c.kind == "unit", certificates.c.state == "active")
        return self._connection.execute(active.where(certificates.c.owner.in_(mine)).values(state="revoked")).rowcount

    def add(self, certificate: Certificate) -> None:
        """Record an issued certificate; raises Conflict where the serial is known."""
        rows.add(self._connection, certificates, rows.values_of(certificate), "this serial is known", "serial")


class EveryCertificate:
    """All certificates: for signing in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, serial: str) -> Certificate | None:
        """The certificate with this serial, whatever its state."""
        return self.find_many((serial,)).get(serial)

    def find_many(self, serials: Iterable[str]) -> dict[str, Certificate]:
        """The certificates with these serials, whatever their state."""
        query = select(certificates).where(certificates.c.serial.in_(set(serials)))
        return {found.serial: found for found in rows.every(self._connection, query, Certificate)}

    def add(self, certificate: Certificate) -> None:
        """Record an issued certificate; raises Conflict where the serial is known."""
        rows.add(self._connection, certificates, rows.values_of(certificate), "this serial is known", "serial")

    def revoke(self, serial: str) -> None:
        """It opens no door any more; again is free."""
        statement = update(certificates).where(certificates.c.serial == serial).values(state="revoked")
        self._connection.execute(statement)
