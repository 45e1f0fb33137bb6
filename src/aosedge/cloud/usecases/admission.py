"""From a one-time token to a certificate: the one thing that somebody unknown may ask for."""

import msgspec

from aosedge.cloud.domain.access.callers import Caller, Role, Task
from aosedge.cloud.domain.invitations import Invitation, check_redeemable
from aosedge.cloud.domain.people import Certificate, User
from aosedge.cloud.store import EverySession, Store
from aosedge.cloud.usecases.attempts import Attempts
from aosedge.model.errors import AosError, NotAllowed
from aosedge.model.instants import Clock
from aosedge.trust import secrets
from aosedge.trust.certificates import Authority, Issued

OPERATION = "user_certificates_create"


class Invited(msgspec.Struct, frozen=True):
    """Who comes with the token."""

    invitation: Invitation
    user: User
    caller: Caller


class Admission:
    """Issues certificates to the invited; the authority's key is here and nowhere else."""

    def __init__(self, store: Store, authority: Authority, clock: Clock, attempts: Attempts) -> None:
        self._store, self._authority, self._clock, self._attempts = store, authority, clock, attempts

    async def redeem(self, token: str, csr: str, role: Role | None, request_id: str, origin: str) -> str:
        """The certificate with its chain, PEM. `role` is the one that the asker takes the token for, if they say.

        Raises NotAllowed for a token that is unknown, used, expired or for another role, Invalid or Untrusted for a
        request that breaks the rules of `trust.csr`, and TooMany; the token then stays as it is.
        """
        self._attempts.admit(origin)
        task = Caller(Task("admission"), request_id, self._clock.wall(), origin)
        hashed = secrets.hash_of(token)
        user: User | None = None
        try:
            invited = await self._store.read_every(task, lambda session: invited_by(session, task, hashed))
            user = invited.user
            await self._store.read_every(task, lambda session: check_invited(session, invited, role))
            issued = self._authority.issue_user_request(csr, user.id, user.username, task.now)
            await self._store.write_every(task, lambda session: _record(session, invited, role, issued))
        except AosError as error:
            await self._attempts.note(task, OPERATION, error, user)
            raise
        self._attempts.succeeded(origin)
        return issued.chain_pem


def invited_by(session: EverySession, task: Caller, hashed: str) -> Invited:
    """Whose invitation the token is; raises NotAllowed."""
    invitation = session.invitations.hashed(hashed)
    user = session.users.find(invitation.user) if invitation else None
    if invitation is None or user is None:
        raise NotAllowed("the token is not known here", element="token", cure="ask whoever invited you for a new one")
    return Invited(invitation, user, Caller(user.person(), task.request_id, task.now, task.origin))


def check_invited(session: EverySession, invited: Invited, role: Role | None) -> Invited:
    """Who comes with the token, as they are now; raises NotAllowed."""
    fresh = invited_by(session, session.caller, invited.invitation.token_hash)
    organization = session.organizations.find(fresh.user.org)
    check_redeemable(
        fresh.invitation,
        fresh.user,
        organization_active=organization is not None and organization.active,
        role=role,
        now=session.caller.now,
    )
    return fresh


def _record(session: EverySession, invited: Invited, role: Role | None, issued: Issued) -> None:
    """The token is used and the certificate lets in, both or neither; raises NotAllowed where somebody was first."""
    fresh = check_invited(session, invited, role)
    session.invitations.use(fresh.invitation.id, session.caller.now)
    session.certificates.add(
        Certificate(
            serial=issued.serial,
            kind="user",
            owner=fresh.user.id,
            type="user",
            fingerprint=issued.fingerprint,
            not_after=issued.not_after,
            created_at=session.caller.now,
            pem=issued.pem,
        )
    )
    target = f"{fresh.user.id} {fresh.user.username}"
    session.audit_of(fresh.caller).append(OPERATION, "done", target=target, detail=f"serial {issued.serial}")
