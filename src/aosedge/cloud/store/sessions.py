"""Sessions of people in a browser, and tickets."""

from typing import Any

from sqlalchemy import Connection, Delete, Select, delete, func, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.sessions import OF_A_USER_MOST, WebSession
from aosedge.cloud.domain.tickets import OF_A_USER_MOST as TICKETS_OF_A_USER_MOST
from aosedge.cloud.domain.tickets import TICKETS_MOST, Purpose, Ticket
from aosedge.cloud.store import rows
from aosedge.cloud.store.people import users_within
from aosedge.cloud.store.session_tables import tickets, web_sessions
from aosedge.cloud.store.tables import users
from aosedge.model.errors import NotFound
from aosedge.model.ids import SessionId, UserId
from aosedge.model.instants import Instant

_ORDERS = ("created_at", "last_used_at", "expires_at", "how")


class WebSessions:
    """The sessions of the scope's users."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        mine = users_within(select(users.c.id), self._scope)
        return select(web_sessions).where(web_sessions.c.user.in_(mine))

    def get(self, id: SessionId) -> WebSession:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(web_sessions.c.id == id), WebSession)
        if found is None:
            raise NotFound("session", id)
        return found

    def page(
        self, window: Window = Window(), *, now: Instant, user: UserId | None = None, order: str = "-last_used_at"
    ) -> Page[WebSession]:
        """Sessions that have not ended, of one user or all."""
        live = web_sessions.c.idle_expires_at > now, web_sessions.c.expires_at > now
        query = self._mine().where(*live)
        if user is not None:
            query = query.where(web_sessions.c.user == user)
        return rows.page(self._connection, query, WebSession, window, order, _ORDERS)

    def delete(self, id: SessionId) -> WebSession:
        """It lets nobody in any more; raises NotFound."""
        found = self.get(id)
        self._connection.execute(delete(web_sessions).where(web_sessions.c.id == id))
        return found

    def delete_all(self, user: UserId, *, but: SessionId | None = None) -> int:
        """All of a user's, or all but one; how many. None of a foreign user."""
        mine = users_within(select(users.c.id), self._scope).where(users.c.id == user)
        statement = delete(web_sessions).where(web_sessions.c.user.in_(mine))
        return _count(self._connection, statement if but is None else statement.where(web_sessions.c.id != but))


class EveryWebSession:
    """All sessions: for signing in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hashed(self, token_hash: str) -> WebSession | None:
        """The one whose cookie has this hash."""
        query = select(web_sessions).where(web_sessions.c.token_hash == token_hash)
        return rows.one(self._connection, query, WebSession)

    def add(self, session: WebSession) -> None:
        """One more; of too many of this user the one longest unused ends."""
        rows.add(self._connection, web_sessions, rows.values_of(session), "the session exists", "id")
        newest = select(web_sessions.c.id).where(web_sessions.c.user == session.user)
        kept = newest.order_by(web_sessions.c.last_used_at.desc(), web_sessions.c.id).limit(OF_A_USER_MOST)
        surplus = delete(web_sessions).where(web_sessions.c.user == session.user, web_sessions.c.id.not_in(kept))
        self._connection.execute(surplus)

    def touch(self, id: SessionId, now: Instant, idle_us: int) -> None:
        """It was used now."""
        mine = update(web_sessions).where(web_sessions.c.id == id)
        self._connection.execute(mine.values(last_used_at=now, idle_expires_at=now + idle_us))

    def delete(self, id: SessionId) -> None:
        """It lets nobody in any more; again is free."""
        self._connection.execute(delete(web_sessions).where(web_sessions.c.id == id))

    def drop_ended(self, now: Instant, most: int) -> int:
        """Let go of some that have ended; how many."""
        ended = (web_sessions.c.idle_expires_at <= now) | (web_sessions.c.expires_at <= now)
        some = select(web_sessions.c.id).where(ended).limit(most)
        return _count(self._connection, delete(web_sessions).where(web_sessions.c.id.in_(some)))


class Tickets:
    """All tickets: whoever has the secret of one may use it, once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, ticket: Ticket) -> None:
        """One more; of too many, of this user or of this purpose, the oldest go."""
        rows.add(self._connection, tickets, rows.values_of(ticket), "the ticket exists", "token")
        if ticket.user is not None:
            self._bound(tickets.c.user == ticket.user, TICKETS_OF_A_USER_MOST)
        self._bound(tickets.c.purpose == ticket.purpose, TICKETS_MOST)

    def _bound(self, those: Any, most: int) -> None:
        count = self._connection.execute(select(func.count()).select_from(tickets).where(those)).scalar_one()
        if count > most:
            oldest = select(tickets.c.token_hash).where(those).order_by(tickets.c.created_at).limit(count - most)
            self._connection.execute(delete(tickets).where(tickets.c.token_hash.in_(oldest)))

    def find(self, token_hash: str, purpose: Purpose, now: Instant) -> Ticket | None:
        """The one with this hash, if it still counts for the purpose."""
        found = rows.one(self._connection, select(tickets).where(tickets.c.token_hash == token_hash), Ticket)
        return found if found is not None and found.good(purpose, now) else None

    def take(self, token_hash: str, purpose: Purpose, now: Instant) -> Ticket | None:
        """As `find`; it counts for nothing any more."""
        found = self.find(token_hash, purpose, now)
        if found is not None:
            self._connection.execute(delete(tickets).where(tickets.c.token_hash == token_hash))
        return found

    def drop_ended(self, now: Instant, most: int) -> int:
        """Let go of some that have expired; how many."""
        some = select(tickets.c.token_hash).where(tickets.c.expires_at <= now).limit(most)
        return _count(self._connection, delete(tickets).where(tickets.c.token_hash.in_(some)))


def _count(connection: Connection, statement: Delete) -> int:
    return connection.execute(statement).rowcount
