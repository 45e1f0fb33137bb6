"""What people do with users: make, change, suspend, remove and invite them, never beyond what they may give."""

import msgspec

from aosedge.cloud.domain import invitations as rules
from aosedge.cloud.domain.access.callers import Person, Role
from aosedge.cloud.domain.access.giving import check_covers, checked_groups, checked_permissions, permissions_of
from aosedge.cloud.domain.access.roles import ROLES_OF, WIRE_NAMES
from aosedge.cloud.domain.invitations import Invitation
from aosedge.cloud.domain.organizations import in_use
from aosedge.cloud.domain.people import (
    Certificate,
    User,
    check_fleets,
    checked_email,
    checked_username,
    not_oneself,
)
from aosedge.cloud.store import Session
from aosedge.model.errors import Conflict, Invalid, NotFound
from aosedge.model.ids import FleetId, Ids, InvitationId, OrgId, UserId


class Wanted(msgspec.Struct, frozen=True):
    """What somebody wants a user to be; `groups` None is the role's own group."""

    role: Role
    email: str = ""
    fleets: frozenset[FleetId] = frozenset()
    groups: tuple[str, ...] | None = None
    permissions: tuple[str, ...] = ()


def asker(session: Session) -> Person:
    """Who is asking."""
    who = session.caller.who
    assert isinstance(who, Person)  # the dispatcher lets nobody else in
    return who


def create(session: Session, ids: Ids, username: str, org: OrgId | None, wanted: Wanted) -> User:
    """A new user, who cannot sign in yet, of `org` or else the asker's organization.

    Raises Invalid, NotAllowed beyond what the asker may give, NotFound, and Conflict for a taken name.
    """
    user = User(
        id=UserId(ids.new()),
        org=org or asker(session).tenant,
        role=wanted.role,
        username=checked_username(username),
        created_at=session.caller.now,
    )
    session.organizations.get(user.org)
    if session.scope.reach != "all" and user.org != asker(session).tenant:
        raise NotFound("organization", user.org)
    _only_the_first(session, user.org)
    made = _shaped(session, user, wanted)
    session.users.add(made)
    return made


def change(session: Session, id: UserId, wanted: Wanted) -> User:
    """Another role, address, fleets or permissions; in force with the user's next request.

    Raises as `create`, and Conflict for one's own account.
    """
    user = _manageable(session, id)
    _only_the_first(session, user.org)
    changed = _shaped(session, user, wanted)
    session.users.put(changed)
    if changed.email.lower() != user.email.lower():
        session.openid_links.forget(user.id)  # whoever came in with the old address may be somebody else
    return changed


def set_active(session: Session, id: UserId, *, active: bool) -> User:
    """Suspend, which ends sessions, or let in again; in force with the user's next request. Raises as `change`."""
    changed = msgspec.structs.replace(_manageable(session, id), active=active)
    session.users.put(changed)
    if not active:
        session.web_sessions.delete_all(id)
    return changed


def remove(session: Session, id: UserId) -> User:
    """Certificates, invitations and tokens end with the user; raises as `change`, and Conflict while in use."""
    user = _manageable(session, id)
    in_use("user", session.users.uses(id), f"suspend instead, so that it stays known who it was: {user.username}")
    session.users.delete(id)
    return user


def invite(session: Session, ids: Ids, id: UserId, token_hash: str, valid_hours: int) -> Invitation:
    """A way in for the user, in the role they have now; raises as `change`, and Conflict for a suspended one."""
    user = _manageable(session, id)
    if not user.active:
        raise Conflict("the user is suspended", element="user", cure=f"aos user activate {user.username}")
    _only_the_first(session, user.org)
    now = session.caller.now
    invitation = Invitation(
        id=InvitationId(ids.new()),
        user=user.id,
        role=user.role,
        token_hash=token_hash,
        created_at=now,
        expires_at=rules.expiry(now, valid_hours),
        created_by=asker(session).user,
    )
    session.invitations.add(invitation)
    return invitation


def withdraw(session: Session, id: InvitationId) -> Invitation:
    """The invitation lets nobody in any more; raises NotFound, and Conflict for one that was used."""
    invitation = session.invitations.get(id)
    if invitation.state(session.caller.now) == "used":
        raise Conflict("the invitation was used", element="invitation", cure="revoke the certificate that came of it")
    return session.invitations.withdraw(id)


def revoke_certificate(session: Session, serial: str) -> Certificate:
    """In force with the next request of whoever comes with it; raises NotFound and NotAllowed."""
    certificate = session.certificates.revoke_of_user(serial)
    owner = session.users.get(UserId(certificate.owner))
    if owner.id != asker(session).user:
        check_covers(asker(session), owner.role, owner.effective)
    return certificate


def _manageable(session: Session, id: UserId) -> User:
    user, who = session.users.get(id), asker(session)
    not_oneself(who, user)
    check_covers(who, user.role, user.effective)
    return user


def _only_the_first(session: Session, org: OrgId) -> None:
    """An Admin lets in only an organization's first user, or the next when nobody is left who can sign in."""
    if org != asker(session).tenant and session.users.can_sign_in(org, session.caller.now):
        raise Conflict(
            "the organization has users who can sign in",
            element="organization",
            cure="they invite and change their own; suspend and remove are yours",
        )


def _shaped(session: Session, user: User, wanted: Wanted) -> User:
    who, role = asker(session), wanted.role
    kind = session.organizations.get(user.org).kind
    if role not in ROLES_OF[kind]:
        expected = ", ".join(sorted(WIRE_NAMES[each] for each in ROLES_OF[kind]))
        raise Invalid("no role of this organization", element="role", expected=expected, got=WIRE_NAMES[role])
    check_fleets(role, wanted.fleets)
    groups = checked_groups(role, wanted.groups)
    permissions = checked_permissions(role, wanted.permissions)
    check_covers(who, role, permissions_of(role, groups, permissions))
    for fleet in sorted(wanted.fleets):
        if session.fleets.get(fleet).tenant != user.org:
            raise NotFound("fleet", fleet)
    return msgspec.structs.replace(
        user,
        role=role,
        email=checked_email(wanted.email),
        fleets=wanted.fleets,
        groups=groups,
        permissions=permissions,
    )
