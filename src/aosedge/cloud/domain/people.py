"""Users, what lets them in, and the certificates by which users and Units are known."""

import re
from typing import Final, Literal

import msgspec

from aosedge.cloud.domain.access.callers import Person, Role
from aosedge.cloud.domain.access.giving import permissions_of
from aosedge.cloud.domain.access.operations import ALWAYS, PERSONAL
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import FleetId, OrgId, UserId
from aosedge.model.instants import Instant

CertificateState = Literal["issued", "active", "leaving", "revoked"]
"""`issued`: opens the door, and replaces another once a Unit has confirmed it."""
_USERNAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,180}")


class User(msgspec.Struct, frozen=True):
    """A person of an organization, in one role; `fleets` are those of a fleet owner."""

    id: UserId
    org: OrgId
    role: Role
    username: str
    created_at: Instant
    email: str = ""
    active: bool = True
    fleets: frozenset[FleetId] = frozenset()
    groups: tuple[str, ...] | None = None
    """Permission groups; None is the role's own."""
    permissions: tuple[str, ...] = ()
    """Beyond those of the groups."""

    @property
    def effective(self) -> frozenset[str]:
        """The operations that the user may ask for."""
        return permissions_of(self.role, self.groups, self.permissions)

    def person(self, scopes: frozenset[str] | None = None) -> Person:
        """The user as a caller, with an API token's `scopes` or without one."""
        held = self.effective if scopes is None else self.effective & (scopes | ALWAYS) - PERSONAL
        return Person(self.id, self.role, self.org, self.fleets, held)


def checked_username(username: str) -> str:
    """Raises Invalid. It is the common name of the user's certificates, so 64 characters at most."""
    if not _USERNAME.fullmatch(username):
        raise Invalid(
            "no such user name",
            element="username",
            expected="1..64 of letters, digits and . _ @ + -, beginning with a letter or digit",
            got=username[:80],
        )
    return username


def checked_email(email: str) -> str:
    """An address or nothing; raises Invalid."""
    if email and not (_EMAIL.fullmatch(email) and email.isprintable()):
        raise Invalid("not an e-mail address", element="email", expected="name@domain, or nothing", got=email[:80])
    return email


def check_fleets(role: Role, fleets: frozenset[FleetId]) -> None:
    """Raise Invalid unless a fleet owner has fleets and nobody else has."""
    if (role == "fleet_owner") != bool(fleets):
        expected = "at least one fleet" if role == "fleet_owner" else "none: only a fleet owner has fleets"
        raise Invalid("the fleets do not fit the role", element="fleet_ids", expected=expected, got=str(len(fleets)))


def not_oneself(who: Person, user: User) -> None:
    """Raise Conflict for the asker's own account: nobody locks themselves out or raises themselves."""
    if user.id == who.user:
        raise Conflict("this is your own account", element="user", cure="ask another user of your organization")


class Certificate(msgspec.Struct, frozen=True):
    """A certificate that was issued: whose it is and whether it still opens a door.

    `serial` is upper-case hex; `owner` a user's or a Unit's id; `type` is `user` or one of the Unit's
    `online offline iam cm sm`, `node` the node it is for.
    """

    serial: str
    kind: Literal["user", "unit"]
    owner: str
    type: str
    fingerprint: str
    not_after: Instant
    created_at: Instant
    pem: str
    node: str = ""
    state: CertificateState = "active"

    def good(self, now: Instant) -> bool:
        """Whether it opens a door: also on a connection that was made while it was."""
        return self.state == "active" and now < self.not_after
