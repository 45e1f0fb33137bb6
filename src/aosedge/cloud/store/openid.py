"""Users whom people of an OpenID Connect provider have signed in as."""

from sqlalchemy import Connection, delete, func, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.openid import Linked
from aosedge.cloud.store import rows
from aosedge.cloud.store.people import users_within
from aosedge.cloud.store.session_tables import openid_links
from aosedge.cloud.store.tables import users
from aosedge.model.ids import UserId


class OpenIdLinks:
    """Those of the scope's users."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def count(self, user: UserId) -> int:
        """How many people of a provider have signed in as this user."""
        mine = users_within(select(users.c.id), self._scope).where(users.c.id == user)
        query = select(func.count()).select_from(openid_links).where(openid_links.c.user.in_(mine))
        return self._connection.execute(query).scalar_one()

    def forget(self, user: UserId) -> None:
        """They may not sign in as this user any more, unless their verified address is the user's."""
        mine = users_within(select(users.c.id), self._scope).where(users.c.id == user)
        self._connection.execute(delete(openid_links).where(openid_links.c.user.in_(mine)))


class EveryOpenIdLink:
    """All of them: for signing in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def users(self, issuer: str, subject: str) -> tuple[UserId, ...]:
        """Whom this person has signed in as."""
        mine = openid_links.c.issuer == issuer, openid_links.c.subject == subject
        query = select(openid_links.c.user).where(*mine).order_by(openid_links.c.user)
        return tuple(UserId(id) for id in self._connection.execute(query).scalars())

    def add(self, link: Linked) -> None:
        """Again is free."""
        statement = rows.insert_into(self._connection, openid_links).values(rows.values_of(link))
        self._connection.execute(statement.on_conflict_do_nothing())
