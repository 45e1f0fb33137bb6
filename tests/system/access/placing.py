"""What the matrix' installation has, by kind: where each object is, and who comes with what."""

from collections import defaultdict
from typing import Any

import msgspec
from tests.system.access.underway import made_id
from tests.system.access.words import (
    Identity,
    org_word,
    staff_word,
)

from aosedge.cloud.domain.people import Certificate
from aosedge.cloud.store import Store
from aosedge.model.instants import Instant
from aosedge.trust.certificates import Authority

HOUR = 3_600_000_000


class Placed(msgspec.Struct, frozen=True):
    """An object and where it is; `names` are others that a path may have for it."""

    id: str
    org: str
    fleet: str = ""
    user: str = ""
    names: tuple[str, ...] = ()
    also: str = ""
    """Another organization that may see it."""


class Login(msgspec.Struct, frozen=True):
    """What somebody comes with: a certificate as the TLS layer hands it on (DER), or headers."""

    certificate: bytes | None = None
    authorization: str = ""
    cookie: str = ""
    csrf: str = ""


class World(msgspec.Struct):
    """Objects by kind, those that were removed again, and everybody's login."""

    objects: dict[str, list[Placed]]
    gone: dict[str, list[Placed]]
    logins: dict[str, Login]
    invitation: str
    """A one-time token that nobody has used."""


class Placing:
    """Keeps what was made, and where it is."""

    def __init__(self, store: Store, authority: Authority, now: Instant) -> None:
        self._store, self._authority, self._now = store, authority, now
        self.world = World(defaultdict(list), defaultdict(list), {"anonymous": Login()}, "")
        self._certificates: list[Certificate] = []

    def _put(self, kind: str, id: str, org: str, **where: Any) -> Placed:
        placed = Placed(id, org, **where)
        self.world.objects[kind].append(placed)
        return placed


def org_id(org: str) -> str:
    """The organization's id."""
    return made_id("org", org_word(org))


def user_id(identity: Identity) -> str:
    """The user's id."""
    return made_id("user-" + identity.user_name.replace(" ", "-")[:12], staff_word(identity.org))


def der(pem: str) -> bytes:
    """A certificate as the TLS layer hands it on."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
