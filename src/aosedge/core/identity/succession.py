"""A secondary node's part in the renewal of its certificates: its main node asks for a key, and brings a certificate.

The new `iam` certificate is tried on the line to the main node, in turn with the old one, and takes its place once it
has opened that line. Others are for no door and take their place at once.
"""

import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509

from aosedge.core.identity import forge, keys, smith
from aosedge.core.identity.cabinet import Cabinet, Pair
from aosedge.core.identity.chains import CHAIN_MOST
from aosedge.core.ports import Disk
from aosedge.model.errors import Conflict, Invalid, NotAllowed, Untrusted
from aosedge.model.ids import SystemId
from aosedge.model.instants import Clock
from aosedge.protocol.messages.parts import CertificateType
from aosedge.trust import certificates

_SECRET: Final = "node.secret"


class Succession:
    """Over the identity folder of a provisioned node. Not for two threads at once."""

    def __init__(
        self,
        disk: Disk,
        types: Sequence[CertificateType],
        clock: Clock,
        store: str = keys.IN_FILES,
        folder: Path | None = None,
    ) -> None:
        """Keys are born in this store, for the identity in this folder."""
        self._disk, self._types, self._clock = disk, types, clock
        self._store, self._folder = store, folder
        self._cabinet = Cabinet(disk)
        self._offers_new = False

    def sweep(self) -> None:
        """Clear away what a power cut left."""
        self._cabinet.sweep()

    def offer(self) -> Pair:
        """With what to come to the main node: a new pair first, then in turn with the old one. Raises Invalid."""
        upcoming, current = self._cabinet.upcoming("iam"), self._cabinet.current("iam")
        self._offers_new = upcoming is not None and upcoming.stage != "asked" and not self._offers_new
        pair = upcoming if self._offers_new else current
        if pair is None:
            raise Invalid("the node has no certificate", element="iam")
        return pair

    def opened(self) -> None:
        """What was offered last has opened the line."""
        if self._offers_new:
            self._cabinet.adopt("iam")
            self._offers_new = False

    @property
    def tries(self) -> bool:
        """Whether a new pair waits to be offered."""
        upcoming = self._cabinet.upcoming("iam")
        return upcoming is not None and upcoming.stage != "asked"

    def create_key(self, type: str, password: str, system_id: SystemId, subject: str = "") -> str:
        """A fresh key, which stays here, and its signing request, PEM. Raises Invalid or NotAllowed."""
        kind = self._type_of(type)
        if not hmac.compare_digest(self._disk.read(_SECRET), password.encode()):
            raise NotAllowed("this is not the node's password", element="password")
        if subject not in ("", system_id, f"CN={system_id}"):
            raise Invalid("a name that is not this Unit's", element="subject", expected=system_id)
        made = forge.answer(smith.Make(kind, system_id), self._store, self._folder)
        assert isinstance(made, smith.Made)
        self._cabinet.begin(kind, made.key, made.request, self._clock.wall())
        return made.request

    def apply(self, type: str, chain: str, system_id: SystemId) -> x509.Certificate:
        """Take a certificate for the newest key; gives it. Again is free. Raises Invalid, Untrusted or Conflict."""
        kind = self._type_of(type)
        current, upcoming = self._cabinet.current(kind), self._cabinet.upcoming(kind)
        leaf = certificates.parse_pems(chain, kind)[0]
        if current is None:
            raise Invalid("the node has no certificate", element=kind)
        if chain == current.chain:
            return leaf
        if upcoming is None:
            if leaf.public_key() != certificates.parse_pems(current.chain, kind)[0].public_key():
                raise Conflict("there is no key for it", element=f"{kind} certificate", cure="CreateKey comes before")
            upcoming = Pair(current.key)  # another certificate for the key that is in use
            self._cabinet.begin(kind, current.key, "", self._clock.wall())
        if chain != upcoming.chain:
            self._take(kind, chain, system_id, upcoming, current)
        if kind != "iam":
            self._cabinet.adopt(kind)
        return leaf

    def _take(self, kind: CertificateType, chain: str, system_id: SystemId, upcoming: Pair, current: Pair) -> None:
        if chain.count("-----BEGIN") > CHAIN_MOST:
            raise Invalid("too many certificates", element=kind, expected=f"at most {CHAIN_MOST}")
        now = self._clock.wall()
        found = forge.answer(smith.Check(kind, system_id, upcoming.key, chain, current.roots, now))
        if not isinstance(found, smith.Checked):
            raise Untrusted(found.why if isinstance(found, smith.Refused) else "not checked", element=kind)
        self._cabinet.take(kind, chain, found.roots, found.facts, now)

    def _type_of(self, type: str) -> CertificateType:
        found = next((one for one in self._types if one == type), None)
        if found is None:
            raise Invalid("no such certificate", element="type", expected=" ".join(self._types), got=type[:40])
        return found
