"""Users and certificates."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, and_, delete, exists, false, func, insert, or_, select, update

from aosedge.cloud.domain.access.callers import Role, Scope
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.people import Certificate, CertificateState, User
from aosedge.cloud.store import rows
from aosedge.cloud.store.session_tables import passkeys
from aosedge.cloud.store.tables import bundles, certificates, units, user_fleets, users
from aosedge.cloud.store.units import within
from aosedge.model.errors import NotFound
from aosedge.model.ids import FleetId, OrgId, UserId
from aosedge.model.instants import Instant

_ORDERS = ("username", "role", "email", "created_at")


def users_within(query: Select[Any], scope: Scope) -> Select[Any]:
    """The query over `users` with the scope applied."""
    match scope.reach:
        case "all":
            return query
        case "tenant" | "fleet":
            return query.where(false() if scope.tenant is None else users.c.org == scope.tenant)
        case "own":
            return query.where(users.c.id == scope.user, users.c.org == scope.tenant)
        case "none":
            return query.where(false())


def _all_with_fleets(connection: Connection, some: Sequence[User]) -> tuple[User, ...]:
    query = select(user_fleets.c.user, user_fleets.c.fleet).where(user_fleets.c.user.in_([user.id for user in some]))
    fleets: dict[str, set[FleetId]] = {}
    for user, fleet in connection.execute(query):
        fleets.setdefault(user, set()).add(fleet)
    return tuple(msgspec.structs.replace(user, fleets=frozenset(fleets.get(user.id, ()))) for user in some)


def _with_fleets(connection: Connection, user: User) -> User:
    return _all_with_fleets(connection, (user,))[0]


def _put_fleets(connection: Connection, id: UserId, fleets: frozenset[FleetId]) -> None:
    connection.execute(delete(user_fleets).where(user_fleets.c.user == id))
    if fleets:
        connection.execute(insert(user_fleets), [{"user": id, "fleet": fleet} for fleet in sorted(fleets)])


def _add(connection: Connection, user: User) -> None:
    values = rows.values_of(user, without=("fleets",))
    rows.add(connection, users, values, f"the user name {user.username} is taken", "username")
    _put_fleets(connection, user.id, user.fleets)


class Users:
    """The users of the scope's organization, or the asker alone."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        return users_within(select(users), self._scope)

    def get(self, id: UserId) -> User:
        """With fleets; raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(users.c.id == id), User)
        if found is None:
            raise NotFound("user", id)
        return _with_fleets(self._connection, found)

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """What the users with these ids are called, of those in the scope."""
        query = self._mine().where(users.c.id.in_(set(ids))).with_only_columns(users.c.id, users.c.username)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def page(
        self,
        window: Window = Window(),
        *,
        username: str | None = None,
        search: str | None = None,
        role: Role | None = None,
        org: OrgId | None = None,
        active: bool | None = None,
        order: str = "username",
    ) -> Page[User]:
        """Users that match every filter given, with their fleets; `search` is a part of the name, in any case."""
        query = self._mine()
        if search is not None:
            query = query.where(users.c.username.icontains(search, autoescape=True))
        filters = ((users.c.username, username), (users.c.role, role), (users.c.org, org), (users.c.active, active))
        for column, value in filters:
            if value is not None:
                query = query.where(column == value)
        page = rows.page(self._connection, query, User, window, order, _ORDERS)
        return Page(page.total, _all_with_fleets(self._connection, page.items))

    def add(self, user: User) -> None:
        """Raises Conflict where the name is taken, NotFound outside the scope."""
        if self._scope.reach != "all" and user.org != self._scope.tenant:
            raise NotFound("organization", user.org)
        _add(self._connection, user)

    def put(self, user: User) -> None:
        """Replace what may change: not the id, the organization or the name. Raises NotFound."""
        self.get(user.id)
        values = rows.values_of(user, without=("id", "org", "username", "created_at", "fleets"))
        self._connection.execute(update(users).where(users.c.id == user.id).values(values))
        _put_fleets(self._connection, user.id, user.fleets)

    def uses(self, id: UserId) -> tuple[tuple[int, str], ...]:
        """What would lose its author: how many, and of what."""
        count = select(func.count()).select_from(bundles).where(bundles.c.uploaded_by == self.get(id).id)
        return ((self._connection.execute(count).scalar_one(), "Deployment Bundles that the user sent"),)

    def delete(self, id: UserId) -> None:
        """With invitations and API tokens; certificates stay, revoked. Raises NotFound."""
        self.get(id)
        mine = certificates.c.kind == "user", certificates.c.owner == id
        self._connection.execute(update(certificates).where(*mine).values(state="revoked"))
        self._connection.execute(delete(users).where(users.c.id == id))

    def can_sign_in(self, org: OrgId, now: Instant) -> bool:
        """Whether anybody of the organization, in the scope, has a certificate or a passkey that lets them in."""
        good = certificates.c.kind == "user", certificates.c.state == "active", certificates.c.not_after > now
        query = self._mine().where(users.c.org == org, users.c.active)
        certified = exists().where(certificates.c.owner == users.c.id, *good)
        query = query.where(certified | exists().where(passkeys.c.user == users.c.id))
        return self._connection.execute(query.limit(1)).first() is not None


class EveryUser:
    """All users: for signing in and for the installation's own work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, user: User) -> None:
        """Raises Conflict where the name is taken."""
        _add(self._connection, user)

    def find(self, id: UserId) -> User | None:
        """The user with fleets."""
        found = rows.one(self._connection, select(users).where(users.c.id == id), User)
        return None if found is None else _with_fleets(self._connection, found)

    def named(self, username: str) -> User | None:
        """The user with this name."""
        found = rows.one(self._connection, select(users).where(users.c.username == username), User)
        return None if found is None else _with_fleets(self._connection, found)

    def with_email(self, email: str) -> tuple[UserId, ...]:
        """Whoever has this address, in whatever letters; in one organization or several."""
        query = select(users.c.id).where(func.lower(users.c.email) == email.lower()).order_by(users.c.created_at)
        return tuple(UserId(id) for id in self._connection.execute(query).scalars())


class Certificates:
    """Certificates of Units in the scope, and of users of its organization."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def of_unit(self, unit: str) -> tuple[Certificate, ...]:
        """A Unit's certificates, newest first; none for a foreign Unit."""
        mine = within(select(units.c.id), self._scope).where(units.c.id == unit)
        query = select(certificates).where(certificates.c.kind == "unit", certificates.c.owner.in_(mine))
        return rows.every(self._connection, query.order_by(certificates.c.created_at.desc()), Certificate)

    def _of_users(self) -> Select[Any]:
        mine = users_within(select(users.c.id), self._scope)
        return select(certificates).where(certificates.c.kind == "user", certificates.c.owner.in_(mine))

    def of_user(self, serial: str) -> Certificate | None:
        """A certificate of a user of the scope, whatever its state."""
        return rows.one(self._connection, self._of_users().where(certificates.c.serial == serial), Certificate)

    def page_of_users(
        self,
        window: Window = Window(),
        *,
        user: UserId | None = None,
        state: CertificateState | None = None,
        order: str = "-created_at",
    ) -> Page[Certificate]:
        """Certificates of the scope's users that match every filter given."""
        query = self._of_users()
        for column, value in ((certificates.c.owner, user), (certificates.c.state, state)):
            if value is not None:
                query = query.where(column == value)
        return rows.page(self._connection, query, Certificate, window, order, ("created_at", "not_after", "owner"))

    def revoke_of_user(self, serial: str) -> Certificate:
        """It opens no door any more; again is free. Raises NotFound, for a foreign one too."""
        found = self.of_user(serial)
        if found is None:
            raise NotFound("certificate", serial)
        mine = certificates.c.serial == serial
        self._connection.execute(update(certificates).where(mine).values(state="revoked"))
        return found

    def revoke_of_unit(self, unit: str) -> int:
        """None of the Unit's certificates opens a door any more; how many did. None of a foreign Unit."""
        mine = within(select(units.c.id), self._scope).where(units.c.id == unit)
        opening = update(certificates).where(certificates.c.kind == "unit", certificates.c.state != "revoked")
        return self._connection.execute(
            opening.where(certificates.c.owner.in_(mine)).values(state="revoked")
        ).rowcount

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

    def in_use(self, now: Instant, after: str, most: int) -> tuple[Certificate, ...]:
        """Those that open a door to people or provisioned Units, by serial, from the one after `after` on."""
        query = select(certificates).where(certificates.c.state != "revoked", certificates.c.not_after > now)
        owners = select(units.c.id).where(units.c.lifecycle == "provisioned")
        opens = and_(certificates.c.type == "online", certificates.c.owner.in_(owners))
        query = query.where(or_(certificates.c.kind == "user", opens), certificates.c.serial > after)
        return rows.every(self._connection, query.order_by(certificates.c.serial).limit(most), Certificate)

    def add(self, certificate: Certificate) -> None:
        """Record an issued certificate; raises Conflict where the serial is known."""
        rows.add(self._connection, certificates, rows.values_of(certificate), "this serial is known", "serial")

    def revoke(self, serial: str) -> None:
        """It opens no door any more; again is free."""
        statement = update(certificates).where(certificates.c.serial == serial).values(state="revoked")
        self._connection.execute(statement)
