"""Organizations: the tenants, and what one grants to another."""

import hmac
from collections.abc import Iterable
from typing import Final, Literal, get_args

import msgspec

from aosedge.cloud.domain.uses import NAMED_MOST
from aosedge.model.errors import Conflict, Invalid, NotAllowed
from aosedge.model.ids import ItemId, OrgId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.parts import ItemType

OrgKind = Literal["oem", "sp", "platform"]


class Organization(msgspec.Struct, frozen=True):
    """An OEM, a Service Provider, or the installation itself (`platform`)."""

    id: OrgId
    kind: OrgKind
    title: str
    created_at: Instant
    active: bool = True
    """A suspended organization's users are out; its Units run on."""


Sight = Literal["deployment_results", "alerts"]
"""What an OEM may let a Service Provider see of its own instances; of Units themselves it never sees anything."""
SIGHTS: Final[tuple[Sight, ...]] = get_args(Sight)
_ALIAS_LETTERS: Final = 16


class Grant(msgspec.Struct, frozen=True):
    """The OEM lets the Service Provider's services be assigned to its subjects, with the layers that they need."""

    oem: OrgId
    sp: OrgId
    created_at: Instant = Instant(0)
    services: tuple[ItemId, ...] | None = None
    """Which; None: all, those to come too."""
    sees: tuple[Sight, ...] = ()
    secret: str = ""
    """What the OEM's Units are called by for the Service Provider is made with."""

    def allows(self, item: ItemId, type: ItemType) -> bool:
        """Whether the item may be assigned; what a service needs comes along."""
        return type != "service" or self.services is None or item in self.services

    def alias(self, unit: str) -> str:
        """What the Service Provider may call a Unit: always the same under one grant, telling nothing of it."""
        return hmac.new(self.secret.encode(), unit.encode(), "sha256").hexdigest()[:_ALIAS_LETTERS]


def checked_sights(sees: Iterable[str]) -> tuple[Sight, ...]:
    """In order, once each; raises Invalid."""
    said = set(sees)
    if unknown := sorted(said - set(SIGHTS)):
        raise Invalid("nothing to be seen", element="sees", expected=", ".join(SIGHTS), got=unknown[0][:40])
    return tuple(sight for sight in SIGHTS if sight in said)


def check_granted(grant: Grant | None, items: Iterable[tuple[ItemId, ItemType, str]]) -> None:
    """Raise NotAllowed naming the services, by codename, that the grant of their owner does not have.

    Without a grant nothing is refused here: one's own items need none, and others are not known.
    """
    missing = [codename for id, type, codename in items if grant is not None and not grant.allows(id, type)]
    if missing:
        raise NotAllowed(
            f"the grant to their owner does not have {', '.join(missing)}",
            element="item",
            expected="services that the grant names",
            cure="grant it: aos grant change PROVIDER " + " ".join(f"--service {name}" for name in missing),
        )


def narrowed(new: Grant, used: Iterable[tuple[ItemId, str, str]]) -> Grant:
    """The grant as it is to be; raises Conflict naming services, by codename, and the subjects, by title, that have
    one which it would not name any more."""
    torn = sorted({f"{codename} at {subject}" for id, codename, subject in used if not new.allows(id, "service")})
    if torn:
        more = f" and {len(torn) - NAMED_MOST} more" if len(torn) > NAMED_MOST else ""
        raise Conflict(
            "what the grant would leave out is assigned",
            element="services",
            got=", ".join(torn[:NAMED_MOST]) + more,
            cure="remove these assignments first",
        )
    return new


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
