"""Organizations: the tenants, and what one grants to another."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from aosedge.model.errors import Conflict
from aosedge.model.ids import OrgId
from aosedge.model.instants import Instant

OrgKind = Literal["oem", "sp", "platform"]


class Organization(msgspec.Struct, frozen=True):
    """An OEM, a Service Provider, or the installation itself (`platform`)."""

    id: OrgId
    kind: OrgKind
    title: str
    created_at: Instant
    active: bool = True
    """A suspended organization's users are out; its Units run on."""


class Grant(msgspec.Struct, frozen=True):
    """The OEM lets the Service Provider's items be assigned to its subjects."""

    oem: OrgId
    sp: OrgId
    created_at: Instant = Instant(0)


NOT_THE_INSTALLATION: Final = "the installation's own organization stays as it is"


def changeable(organization: Organization) -> Organization:
    """The organization, if it may be suspended and removed; raises Conflict for the installation's own."""
    if organization.kind == "platform":
        raise Conflict(NOT_THE_INSTALLATION, element="organization")
    return organization


def in_use(what: str, uses: Iterable[tuple[int, str]], cure: str) -> None:
    """Raise Conflict naming how many of what use it, unless none does."""
    found = ", ".join(f"{count} {noun}" for count, noun in uses if count)
    if found:
        raise Conflict(f"the {what} is in use", element=what, got=found, cure=cure)
