"""A Unit's identity while a tool provisions it: everything lies aside and counts for nothing until it is finished.

`start` begins anew, whatever was there; `finish` puts all of it in its place and writes `unit.json` last. Whatever
is cut short before that leaves an unprovisioned Unit that can start over.
"""

import hmac
import os
import shutil
from pathlib import Path
from typing import Final, get_args

import msgspec
from cryptography import x509

from aosedge.core.identity import FOLDER, Card, forget, keys, read_card, take_leave, write_card
from aosedge.core.identity.chains import CERTIFICATE_BYTES_MOST, CHAIN_MOST, checked_leaf
from aosedge.core.identity.provisioning import discovery_url
from aosedge.model.errors import AosError, Conflict, Invalid, NotAllowed
from aosedge.model.ids import SystemId
from aosedge.model.instants import Clock
from aosedge.trust import certificates, csr, files
from aosedge.trust.csr import UnitCertificateType

CERTIFICATE_TYPES: Final[tuple[UnitCertificateType, ...]] = get_args(UnitCertificateType)
SECONDARY_TYPES: Final[tuple[UnitCertificateType, ...]] = ("iam", "sm")
"""The certificates of a node that is not the main one."""
ROOTS_MOST: Final = 8
"""As many as Units in the field take."""
PASSWORD_MOST: Final = 256
_STAGED, _SECRET, _ROOTS = "staged", "node.secret", "roots.pem"


class Staging:
    """The identity under way below a state folder, of a node with these certificates. Not for two threads at once."""

    def __init__(
        self,
        state_folder: Path,
        card: Card,
        clock: Clock,
        types: tuple[UnitCertificateType, ...] = CERTIFICATE_TYPES,
        store: str = keys.IN_FILES,
    ) -> None:
        self.state_folder, self.types, self._clock, self._store = state_folder, types, clock, store
        self._folder = state_folder / FOLDER
        self._staged = self._folder / _STAGED
        self._card = card

    @property
    def card(self) -> Card:
        """The Unit's card as it is now."""
        return self._card

    def start(self, password: str) -> None:
        """Begin, or begin anew: what an earlier attempt left is gone. Raises Conflict on a provisioned Unit."""
        self._still_open()
        if not 1 <= len(password) <= PASSWORD_MOST:
            raise Invalid("no password", element="password", expected=f"1 to {PASSWORD_MOST} characters")
        if self._card.provisioned:
            self._put(msgspec.structs.replace(self._card, provisioned=False))
        self._sweep()
        files.write_whole(self._staged / _SECRET, password.encode())

    def take_roots(self, roots: list[str]) -> None:
        """The roots that the Unit shall trust, one PEM each. Raises Invalid."""
        self._begun()
        if not 1 <= len(roots) <= ROOTS_MOST:
            expected = f"1 to {ROOTS_MOST} certificates"
            raise Invalid("no such number of roots", element="root_certs", expected=expected, got=str(len(roots)))
        parsed = [_bounded(one, "root_certs", 1)[0] for one in roots]
        for root in parsed:
            if root.issuer != root.subject:
                raise Invalid("not a root", element="root_certs", got=root.subject.rfc4514_string()[:80])
        text = "".join(certificates.describe(root).pem for root in parsed)
        files.write_whole(self._staged / _ROOTS, text.encode(), files.PUBLIC)

    def create_key(self, type: str, password: str, subject: str = "") -> str:
        """A fresh key, which stays here, and its signing request, PEM. Raises Invalid, NotAllowed or Conflict."""
        self._begun(password)
        kind = self._type_of(type)
        if subject not in ("", self._card.system_id, f"CN={self._card.system_id}"):
            raise Invalid("a name that is not this Unit's", element="subject", expected=self._card.system_id)
        (self._staged / f"{kind}.pem").unlink(missing_ok=True)
        key = keys.make_key(kind, self._card.system_id, self._store, self._folder)
        files.write_whole(self._staged / f"{kind}.key", key.encode())
        return csr.unit_request(keys.signer(key), self._card.system_id, kind).decode()

    def apply(self, type: str, chain: str) -> x509.Certificate:
        """Take a certificate for a key made here; gives the certificate. Raises Invalid, Untrusted or Conflict."""
        self._begun()
        kind = self._type_of(type)
        path = self._staged / f"{kind}.key"
        if not path.exists():
            raise Conflict("there is no key for it", element=f"{kind} certificate", cure="CreateKey comes before")
        leaf = self._leaf(kind, chain)
        files.write_whole(self._staged / f"{kind}.pem", chain.encode(), files.PUBLIC)
        return leaf

    def finish(self, password: str) -> Card:
        """The Unit is provisioned from here. Again with the same password: nothing more. Raises AosError."""
        if self._card.provisioned and self._knows(self._folder / _SECRET, password):
            return self._card
        self._begun(password)
        missing = [kind for kind in self.types if not (self._staged / f"{kind}.pem").exists()]
        if missing:
            expected = " ".join(self.types)
            raise Conflict("certificates are missing", element=" ".join(missing), expected=expected, cure="ApplyCert")
        leaves = {kind: self._leaf(kind, self._read(f"{kind}.pem")) for kind in self.types}
        roots = "".join(certificates.describe(root).pem for root in self._roots(self._read(f"{self.types[0]}.pem")))
        cloud = discovery_url(leaves["online"]) if "online" in leaves else ""
        settled = self.types == CERTIFICATE_TYPES
        card = msgspec.structs.replace(self._card, provisioned=True, settled=settled, discovery_url=cloud)
        files.write_whole(self._staged / _ROOTS, roots.encode(), files.PUBLIC)
        for name in sorted(path.name for path in self._staged.iterdir() if not path.name.startswith(".")):
            (self._staged / name).replace(self._folder / name)
        _sync(self._folder)
        self._put(card)
        self._sweep()
        return card

    def belong(self, system_id: SystemId) -> None:
        """A secondary node is part of its main node's Unit, whose name its certificates have."""
        if not self._card.provisioned and self._card.system_id != system_id:
            self._put(msgspec.structs.replace(self._card, system_id=system_id))

    def settle(self) -> None:
        """The main node is provisioned too, with this one: from here there is no way to begin anew."""
        if not self._card.settled:
            self._put(msgspec.structs.replace(self._card, settled=True))

    def forget(self, password: str) -> None:
        """Drop what was begun, or of a secondary node, whose main node asks it, everything.

        Raises NotAllowed with another password, Conflict on a provisioned main node.
        """
        secondary = self.types != CERTIFICATE_TYPES
        if secondary and self._card.provisioned and self._knows(self._folder / _SECRET, password):
            take_leave(self.state_folder)
            forget(self.state_folder)
            self._card = Card(self._card.system_id, self._card.node)
            return
        self._begun(password)
        self._sweep()

    def begun_with(self, password: str) -> bool:
        """Whether this is the password of what is under way."""
        return self._knows(self._staged / _SECRET, password)

    def found_provisioned(self) -> bool:
        """Whether the Unit is provisioned, by whomever, and for good."""
        card = read_card(self.state_folder)
        if card is not None and card.provisioned:
            self._card = card
        return self._card.provisioned and self._card.settled

    def _still_open(self) -> None:
        if self.found_provisioned():
            raise Conflict(
                "the Unit is provisioned already",
                element=self._card.system_id,
                cure="deprovision it in the cloud first",
            )

    def _begun(self, password: str | None = None) -> None:
        self._still_open()
        if not (self._staged / _SECRET).exists():
            raise Conflict("provisioning has not begun", element="node", cure="StartProvisioning comes first")
        if password is not None and not self.begun_with(password):
            raise NotAllowed(
                "another tool has begun to provision this Unit",
                element="password",
                expected="the password of the last StartProvisioning",
                cure="let it finish, or start anew",
            )

    def _put(self, card: Card) -> None:
        write_card(self.state_folder, card)
        self._card = card

    def _knows(self, path: Path, password: str) -> bool:
        return path.exists() and hmac.compare_digest(path.read_bytes(), password.encode())

    def _leaf(self, kind: UnitCertificateType, chain: str) -> x509.Certificate:
        parsed = _bounded(chain, f"{kind} certificate", CHAIN_MOST)
        key = keys.signer(self._read(f"{kind}.key"), f"{kind}.key")
        try:
            roots = self._roots(chain)
            return checked_leaf(parsed, key.public_key(), self._card.system_id, roots, self._clock.wall())
        except AosError as error:
            error.cure = error.cure or "another tool may have begun anew meanwhile: start over"
            raise

    def _roots(self, chain: str) -> list[x509.Certificate]:
        """Those that were given, else, by version 6, the root at the end of the chain."""
        if (self._staged / _ROOTS).exists():
            return certificates.parse_pems(self._read(_ROOTS), _ROOTS)
        return [one for one in certificates.parse_pems(chain) if one.issuer == one.subject]

    def _type_of(self, type: str) -> UnitCertificateType:
        found = next((one for one in self.types if one == type), None)
        if found is None:
            raise Invalid("no such certificate", element="type", expected=" ".join(self.types), got=type[:40])
        return found

    def _read(self, name: str) -> str:
        return (self._staged / name).read_text()

    def _sweep(self) -> None:
        if self._staged.exists():
            shutil.rmtree(self._staged)
            _sync(self._folder)


def _bounded(text: str, element: str, most: int) -> list[x509.Certificate]:
    if len(text) > most * CERTIFICATE_BYTES_MOST:
        raise Invalid("too long", element=element, expected=f"{most} certificates of {CERTIFICATE_BYTES_MOST} bytes")
    parsed = certificates.parse_pems(text, element)
    if len(parsed) > most:
        raise Invalid("too many certificates", element=element, expected=f"at most {most}", got=str(len(parsed)))
    return parsed


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
