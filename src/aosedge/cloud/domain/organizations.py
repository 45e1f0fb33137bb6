"""Organizations: the tenants, and what one grants to another."""

from typing import Literal

import msgspec

from aosedge.model.ids import OrgId
from aosedge.model.instants import Instant

OrgKind = Literal["oem", "sp", "platform"]


class Organization(msgspec.Struct, frozen=True):
    """An OEM, a Service Provider, or the installation itself (`platform`)."""

    id: OrgId
    kind: OrgKind
    title: str
    created_at: Instant


class Grant(msgspec.Struct, frozen=True):
    """The OEM lets the Service Provider's items be assigned to its subjects."""

    oem: OrgId
    sp: OrgId
