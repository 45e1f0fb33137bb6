"""Passkeys."""

from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.passkeys import Passkey
from aosedge.cloud.store import rows
from aosedge.cloud.store.people import users_within
from aosedge.cloud.store.session_tables import passkeys
from aosedge.cloud.store.tables import certificates, users
from aosedge.model.errors import NotFound
from aosedge.model.ids import PasskeyId, UserId
from aosedge.model.instants import Instant

_TAKEN = "the passkey is enrolled already"


class Passkeys:
    """The passkeys of the scope's users."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        mine = users_within(select(users.c.id), self._scope)
        return select(passkeys).where(passkeys.c.user.in_(mine))

    def get(self, id: PasskeyId) -> Passkey:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(passkeys.c.id == id), Passkey)
        if found is None:
            raise NotFound("passkey", id)
        return found

    def page(
        self, window: Window = Window(), *, user: UserId | None = None, order: str = "-created_at"
    ) -> Page[Passkey]:
        """Passkeys, of one user or all."""
        query = self._mine() if user is None else self._mine().where(passkeys.c.user == user)
        return rows.page(self._connection, query, Passkey, window, order, ("created_at", "last_used_at", "title"))

    def add(self, passkey: Passkey) -> None:
        """Raises NotFound for a user outside the scope, Conflict where it is known."""
        known = users_within(select(users.c.id), self._scope).where(users.c.id == passkey.user)
        if self._connection.execute(known).first() is None:
            raise NotFound("user", passkey.user)
        rows.add(self._connection, passkeys, rows.values_of(passkey), _TAKEN, "credential")

    def rename(self, id: PasskeyId, title: str) -> Passkey:
        """Raises NotFound."""
        self.get(id)
        self._connection.execute(update(passkeys).where(passkeys.c.id == id).values(title=title))
        return self.get(id)

    def delete(self, id: PasskeyId) -> Passkey:
        """It lets nobody in any more; raises NotFound."""
        found = self.get(id)
        self._connection.execute(delete(passkeys).where(passkeys.c.id == id))
        return found

    def ways_in(self, user: UserId, now: Instant) -> int:
        """With how many certificates and passkeys a user of the scope can sign in."""
        mine = certificates.c.kind == "user", certificates.c.owner == user
        good = certificates.c.state == "active", certificates.c.not_after > now
        held = select(func.count()).select_from(certificates).where(*mine, *good)
        return self._connection.execute(held).scalar_one() + self.page(Window(1), user=user).total


class EveryPasskey:
    """All passkeys: for signing in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, id: PasskeyId) -> Passkey | None:
        """By our id."""
        return rows.one(self._connection, select(passkeys).where(passkeys.c.id == id), Passkey)

    def named(self, credential_id: str) -> Passkey | None:
        """By what authenticators call it."""
        return rows.one(self._connection, select(passkeys).where(passkeys.c.credential_id == credential_id), Passkey)

    def add(self, passkey: Passkey) -> None:
        """Raises Conflict where it is known."""
        rows.add(self._connection, passkeys, rows.values_of(passkey), _TAKEN, "credential")

    def used(self, seen: Passkey, sign_count: int, now: Instant) -> bool:
        """It signed in now; False, and nothing is changed, where it did so since `seen` was read."""
        mine = passkeys.c.id == seen.id, passkeys.c.sign_count == seen.sign_count
        statement = update(passkeys).where(*mine).values(sign_count=sign_count, last_used_at=now)
        return self._connection.execute(statement).rowcount == 1
