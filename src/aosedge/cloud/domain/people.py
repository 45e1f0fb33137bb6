"""Users and the certificates by which users and Units are known."""

from typing import Literal

import msgspec

from aosedge.cloud.domain.access.callers import Role
from aosedge.model.ids import FleetId, OrgId, UserId
from aosedge.model.instants import Instant

CertificateState = Literal["active", "revoked"]


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
