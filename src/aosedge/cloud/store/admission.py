"""Invitations and API tokens: what lets people in besides their certificates."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, select, update

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.api_tokens import ApiToken
from aosedge.cloud.domain.invitations import Invitation, InvitationState
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.people import users_within
from aosedge.cloud.store.tables import api_tokens, invitations, users
from aosedge.model.errors import NotFound
from aosedge.model.ids import InvitationId, TokenId, UserId
from aosedge.model.instants import Instant


def _in_state(state: InvitationState, now: Instant) -> ColumnElement[bool]:
    """`Invitation.state` as SQL."""
    used, withdrawn = invitations.c.used_at.is_not(None), invitations.c.withdrawn
    match state:
        case "used":
            return used
        case "withdrawn":
            return ~used & withdrawn
        case "expired":
            return ~used & ~withdrawn & (invitations.c.expires_at <= now)
        case "open":
            return ~used & ~withdrawn & (invitations.c.expires_at > now)


class Invitations:
    """The invitations of the scope's users."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        mine = users_within(select(users.c.id), self._scope)
        return select(invitations).where(invitations.c.user.in_(mine))

    def get(self, id: InvitationId) -> Invitation:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(invitations.c.id == id), Invitation)
        if found is None:
            raise NotFound("invitation", id)
        return found

    def page(
        self,
        window: Window = Window(),
        *,
        now: Instant,
        user: UserId | None = None,
        state: InvitationState | None = None,
        order: str = "-created_at",
    ) -> Page[Invitation]:
        """Invitations that match every filter given."""
        query = self._mine() if user is None else self._mine().where(invitations.c.user == user)
        if state is not None:
            query = query.where(_in_state(state, now))
        return rows.page(self._connection, query, Invitation, window, order, ("created_at", "expires_at", "role"))

    def add(self, invitation: Invitation) -> None:
        """Open ones that the user had are withdrawn: there is one way in at a time."""
        mine = invitations.c.user == invitation.user, invitations.c.used_at.is_(None)
        self._connection.execute(update(invitations).where(*mine).values(withdrawn=True))
        rows.add(self._connection, invitations, rows.values_of(invitation), "the invitation exists", "id")

    def withdraw(self, id: InvitationId) -> Invitation:
        """It lets nobody in any more; raises NotFound."""
        self.get(id)
        self._connection.execute(update(invitations).where(invitations.c.id == id).values(withdrawn=True))
        return self.get(id)


class EveryInvitation:
    """All invitations, for whoever comes with the token."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hashed(self, token_hash: str) -> Invitation | None:
        """The one whose token has this hash."""
        return rows.one(
            self._connection, select(invitations).where(invitations.c.token_hash == token_hash), Invitation
        )

    def use(self, id: InvitationId, now: Instant) -> None:
        """It was used now."""
        self._connection.execute(update(invitations).where(invitations.c.id == id).values(used_at=now))


class ApiTokens:
    """The API tokens of the scope's users."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection, self._scope = connection, scope

    def _mine(self) -> Select[Any]:
        mine = users_within(select(users.c.id), self._scope)
        return select(api_tokens).where(api_tokens.c.user.in_(mine))

    def get(self, id: TokenId) -> ApiToken:
        """Raises NotFound, for a foreign one too."""
        found = rows.one(self._connection, self._mine().where(api_tokens.c.id == id), ApiToken)
        if found is None:
            raise NotFound("token", id)
        return found

    def page(
        self, window: Window = Window(), *, user: UserId | None = None, order: str = "-created_at"
    ) -> Page[ApiToken]:
        """Tokens, of one user or all."""
        query = self._mine() if user is None else self._mine().where(api_tokens.c.user == user)
        orders = ("created_at", "expires_at", "last_used_at", "title")
        return rows.page(self._connection, query, ApiToken, window, order, orders)

    def add(self, token: ApiToken) -> None:
        """Raises NotFound for a user outside the scope."""
        known = users_within(select(users.c.id), self._scope).where(users.c.id == token.user)
        if self._connection.execute(known).first() is None:
            raise NotFound("user", token.user)
        rows.add(self._connection, api_tokens, rows.values_of(token), "the token exists", "id")

    def delete(self, id: TokenId) -> ApiToken:
        """It lets nobody in any more; raises NotFound."""
        token = self.get(id)
        self._connection.execute(delete(api_tokens).where(api_tokens.c.id == id))
        return token


class EveryApiToken:
    """All API tokens: for signing in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hashed(self, token_hash: str) -> ApiToken | None:
        """The one whose secret has this hash."""
        return rows.one(self._connection, select(api_tokens).where(api_tokens.c.token_hash == token_hash), ApiToken)

    def touch(self, id: TokenId, now: Instant) -> None:
        """It was used now."""
        self._connection.execute(update(api_tokens).where(api_tokens.c.id == id).values(last_used_at=now))
