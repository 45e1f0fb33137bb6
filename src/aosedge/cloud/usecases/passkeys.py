"""What people do with passkeys: enrol, sign in with, name and remove them."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import msgspec

from aosedge.cloud.domain.access.callers import Caller
from aosedge.cloud.domain.access.giving import check_covers
from aosedge.cloud.domain.pages import Window
from aosedge.cloud.domain.passkeys import Passkey, check_not_last, check_room
from aosedge.cloud.domain.people import User
from aosedge.cloud.domain.tickets import Purpose, Ticket, ticket
from aosedge.cloud.domain.titles import checked_title
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.cloud.usecases.admission import Invited, check_invited, invited_by
from aosedge.cloud.usecases.attempts import Attempts, NotProven, anybody
from aosedge.cloud.usecases.signing_in import Begun, Proven, Sessions, Visit
from aosedge.cloud.usecases.users import asker
from aosedge.model.errors import AosError, Conflict, NotAllowed, Unauthenticated, Untrusted
from aosedge.model.ids import Ids, PasskeyId, UserId
from aosedge.model.instants import Clock
from aosedge.trust import passkeys, secrets
from aosedge.trust.passkeys import Credential, Enrolled, RelyingParty

T = TypeVar("T")
_SIGN_IN: Final = "sign_in_passkey"
_INVITED: Final = "invited_passkeys_create"
_STALE: Final = "the challenge was used, has expired, or was somebody else's"


class Passkeys:
    """Enrolling and signing in. A challenge is good once, for a few minutes, and for whom it was made."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, party: RelyingParty, sessions: Sessions) -> None:
        self._store, self._clock, self._ids, self._party, self._sessions = store, clock, ids, party, sessions

    @property
    def _attempts(self) -> Attempts:
        return self._sessions.attempts

    def offer(self, session: Session) -> dict[str, Any]:
        """What the asker's authenticator is asked to make; raises Conflict for one passkey too many."""
        user = session.users.get(asker(session).user)
        known = session.passkeys.page(Window(), user=user.id).items
        title = session.organizations.get(user.org).title
        return self._offer(session, user, title, known, "")

    def _offer(
        self, session: Session | EverySession, user: User, title: str, known: tuple[Passkey, ...], invitation: str
    ) -> dict[str, Any]:
        check_room(len(known))
        challenge, now = passkeys.new_challenge(), session.caller.now
        made = ticket(_hashed(challenge), "passkey registration", user.id, now, invitation)
        session.tickets.add(made)
        ids = (each.credential_id for each in known)
        shown = f"{user.username} ({title})"  # where a person has several, their authenticator lets them choose
        return passkeys.creation_options(self._party, challenge, user.id, user.username, shown, ids)

    async def enrolled(self, caller: Caller, operation: str, user: UserId, credential: Credential) -> Enrolled:
        """What a signed-in person's authenticator made; raises Untrusted."""
        return await self._attempts.noting(
            caller, operation, lambda: self._enrolled(caller, user, credential, invitation="")
        )

    async def _enrolled(self, task: Caller, user: UserId, credential: Credential, *, invitation: str) -> Enrolled:
        def take(session: EverySession) -> tuple[Ticket | None, User | None]:
            taken = session.tickets.take(_hashed(challenge), "passkey registration", task.now)
            return taken, session.users.find(user)

        owner = None
        try:
            challenge = passkeys.challenge_in(credential)
            taken, owner = await self._store.write_every(task, take)
            if taken is None or (taken.user, taken.content) != (user, invitation):
                raise Untrusted(_STALE, element="credential", cure="begin again")
            return passkeys.enrolled(self._party, credential, challenge)
        except Untrusted as error:
            raise NotProven(error, owner) from error

    async def offer_invited(self, token: str, visit: Visit) -> dict[str, Any]:
        """As `offer`, for whoever comes with an invitation; raises NotAllowed and TooMany."""
        self._attempts.admit(visit.address)
        task = self._task(visit)

        def work(session: EverySession) -> dict[str, Any]:
            invited = check_invited(session, invited_by(session, task, secrets.hash_of(token)), None)
            organization = session.organizations.find(invited.user.org)
            title = organization.title if organization else ""
            return self._offer(session, invited.user, title, (), invited.invitation.id)

        return await self._invited(task, token, lambda: self._store.write_every(task, work))

    async def accept(self, token: str, title: str, credential: Credential, visit: Visit) -> Begun:
        """The invitation is used, the passkey enrolled, and its user in a session; raises NotAllowed, Untrusted."""
        self._attempts.admit(visit.address)
        task, named = self._task(visit), checked_title(title)

        async def work() -> Begun:
            hashed = secrets.hash_of(token)
            invited = await self._store.read_every(
                task, lambda session: check_invited(session, invited_by(session, task, hashed), None)
            )
            made = await self._enrolled(task, invited.user.id, credential, invitation=invited.invitation.id)
            passkey = _passkey(self._ids, task, invited.user.id, named, made)
            return await self._sessions.begin(
                _INVITED, "passkey", visit, lambda session: _accepted(session, invited, passkey)
            )

        begun = await self._invited(task, token, work)
        self._attempts.succeeded(visit.address, steps=2)
        return begun

    async def _invited(self, task: Caller, token: str, work: Callable[[], Awaitable[T]]) -> T:
        """Run `work`; a refusal is noted, for the invited where the token is known."""

        def known(session: EverySession) -> User | None:
            try:
                return invited_by(session, task, secrets.hash_of(token)).user
            except NotAllowed:
                return None

        try:
            return await self._attempts.noting(task, _INVITED, work)
        except NotAllowed as error:
            user = await self._store.read_every(task, known)
            await self._attempts.note(task, _INVITED, error, user)
            raise

    async def ask(self, visit: Visit) -> dict[str, Any]:
        """What any authenticator is asked to show; raises TooMany."""
        self._attempts.admit(visit.address)
        challenge, task = passkeys.new_challenge(), self._task(visit)
        made = ticket(_hashed(challenge), "passkey sign-in", None, task.now)
        await self._store.write_every(task, lambda session: session.tickets.add(made))
        return passkeys.request_options(self._party, challenge)

    async def sign_in(self, credential: Credential, visit: Visit) -> Begun:
        """A session of the passkey's owner; raises Unauthenticated and TooMany."""
        self._attempts.admit(visit.address)
        task = self._task(visit)
        seen, count = await self._attempts.noting(task, _SIGN_IN, lambda: self._shown(task, credential))
        begun = await self._sessions.begin(_SIGN_IN, "passkey", visit, lambda session: _used(session, seen, count))
        self._attempts.succeeded(visit.address, begun.user.id, steps=2)
        return begun

    async def _shown(self, task: Caller, credential: Credential) -> tuple[Passkey, int]:
        """The passkey that the answer comes from and its new count; raises NotProven."""
        owner: User | None = None

        def take(session: EverySession) -> tuple[Ticket | None, Passkey | None, User | None]:
            purpose: Purpose = "passkey sign-in"
            taken = session.tickets.take(_hashed(challenge), purpose, task.now)
            found = session.passkeys.named(passkeys.credential_id_in(credential))
            return taken, found, session.users.find(found.user) if found else None

        try:
            challenge = passkeys.challenge_in(credential)
            taken, seen, owner = await self._store.write_every(task, take)
            if owner is not None:
                self._attempts.admit_for(owner.id)
            if taken is None:
                raise Untrusted(_STALE, element="credential", cure="begin again")
            if seen is None:
                raise Untrusted("no such passkey here", element="credential", cure="remove it on your device")
            if passkeys.user_id_in(credential) not in (None, seen.user):
                raise Untrusted("the passkey is another user's", element="credential")
            return seen, passkeys.sign_count_of(self._party, credential, challenge, seen.public_key, seen.sign_count)
        except Untrusted as error:
            raise NotProven(_unauthenticated(error), owner) from error

    def _task(self, visit: Visit) -> Caller:
        return anybody(visit.request_id, visit.address, self._clock)


def add(session: Session, ids: Ids, title: str, made: Enrolled) -> Passkey:
    """The asker's new passkey; raises Invalid, and Conflict for one that is known or one too many."""
    user = asker(session).user
    check_room(session.passkeys.page(Window(1), user=user).total)
    passkey = _passkey(ids, session.caller, user, checked_title(title), made)
    session.passkeys.add(passkey)
    return passkey


def rename(session: Session, id: PasskeyId, title: str) -> Passkey:
    """Raises Invalid and NotFound."""
    return session.passkeys.rename(id, checked_title(title))


def remove_own(session: Session, id: PasskeyId, *, openid: bool) -> Passkey:
    """It lets nobody in any more, nor do sessions that it began; raises NotFound, and Conflict for the last way in.

    `openid`: people can sign in with OpenID Connect.
    """
    gone = session.passkeys.delete(id)
    linked = session.openid_links.count(gone.user) if openid else 0
    check_not_last(session.passkeys.ways_in(gone.user, session.caller.now) + linked)
    return gone


def remove(session: Session, id: PasskeyId) -> Passkey:
    """That of a user whom the asker manages; raises NotFound and NotAllowed."""
    gone = session.passkeys.delete(id)
    owner = session.users.get(gone.user)
    if owner.id == asker(session).user:
        raise Conflict("this is your own", element="passkey", cure="aos passkey remove ID")
    check_covers(asker(session), owner.role, owner.effective)
    return gone


def _hashed(challenge: bytes) -> str:
    return secrets.hash_of(challenge.hex())


def _passkey(ids: Ids, caller: Caller, user: UserId, title: str, made: Enrolled) -> Passkey:
    return Passkey(
        id=PasskeyId(ids.new()), user=user, title=title, created_at=caller.now, **msgspec.structs.asdict(made)
    )


def _accepted(session: EverySession, invited: Invited, passkey: Passkey) -> Proven:
    """Both or neither; raises NotAllowed where somebody was first."""
    fresh = check_invited(session, invited, None)
    session.invitations.use(fresh.invitation.id, session.caller.now)
    session.passkeys.add(passkey)
    return Proven(fresh.user, passkey.id)


def _used(session: EverySession, seen: Passkey, sign_count: int) -> Proven:
    user = session.users.find(seen.user)
    if user is None or not session.passkeys.used(seen, sign_count, session.caller.now):
        refused = Unauthenticated("the passkey was used meanwhile", element="credential", cure="begin again")
        raise NotProven(refused, user)
    return Proven(user, seen.id)


def _unauthenticated(error: AosError) -> Unauthenticated:
    return Unauthenticated(
        error.message, element=error.element, expected=error.expected, got=error.got, cure=error.cure
    )
