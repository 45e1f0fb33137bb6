"""The Unit's certificates with their keys on the disk, and how one pair takes another's place.

A pair is one file, replaced whole: there is no moment with one certificate's key and another's text. The successor
lies beside it (`online.next`), first a key, then with its certificate; `adopt` renames it over the old pair. Power
may go before every operation: what is found then is a pair that works.
"""

from contextlib import suppress
from typing import Final, get_args

import msgspec

from aosedge.core.cloudlink.resumption import ResumingContext
from aosedge.core.cloudlink.tunnel import Tunnel, Way
from aosedge.core.domain.renewal import Stage
from aosedge.core.ports import Disk
from aosedge.core.token_uris import SCHEME
from aosedge.model.errors import Invalid
from aosedge.model.instants import Instant
from aosedge.protocol.messages.parts import CertificateType
from aosedge.trust import tls

TYPES: Final[tuple[CertificateType, ...]] = get_args(CertificateType)
_ASIDE: Final = ".aside"
_NEW: Final = ".new"


class Facts(msgspec.Struct, frozen=True):
    """What a certificate says: its serial in upper-case hex, and from when to when it holds."""

    serial: str
    start: Instant
    end: Instant


class Pair(msgspec.Struct, frozen=True):
    """A key and its certificate. Of a successor the chain is empty until it is issued."""

    key: str
    """PEM."""
    chain: str = ""
    roots: str = ""
    """Whom the Unit trusts with this pair: the roots that its chain ends with. PEM."""
    request: str = ""
    """The signing request, PEM: the same one again gets the same certificate."""
    facts: Facts | None = None
    since: Instant = Instant(0)
    """When it came into this stage."""
    confirmed: bool = False
    """The cloud is told, or soon will be, that it works."""

    @property
    def stage(self) -> Stage:
        """Of a successor."""
        if self.confirmed:
            return "confirmed"
        return "issued" if self.chain else "asked"

    def client_context(self) -> Way:
        """TLS to the cloud with this pair."""
        if self.key.startswith(SCHEME):
            return Tunnel(self.roots, self.chain, self.key)
        return tls.client_context_of(ResumingContext, self.roots, self.chain, self.key.encode())


def write_whole(disk: Disk, name: str, content: bytes, aside: str = _NEW) -> None:
    """Put the file there, whole and durable. One at a time for each name."""
    disk.write(name + aside, content)
    disk.sync(name + aside)
    disk.rename(name + aside, name)
    disk.sync_folder("")


class Cabinet:
    """Over the identity folder. Raises OSError from the disk, Invalid for a damaged file."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def current(self, type: CertificateType) -> Pair | None:
        """The pair in use; provisioning leaves it as two files."""
        pair = self._read(f"{type}.pair")
        if pair is not None:
            return pair
        with suppress(FileNotFoundError):
            key, chain = (self._disk.read(f"{type}.{part}").decode() for part in ("key", "pem"))
            return Pair(key, chain, self._disk.read("roots.pem").decode())
        return None

    def upcoming(self, type: CertificateType) -> Pair | None:
        """The successor under way; none where it cannot be read, as the pair in use works without."""
        try:
            return self._read(f"{type}.next")
        except Invalid:
            return None

    def begin(self, type: CertificateType, key: str, request: str, now: Instant) -> None:
        """A new key waits for its certificate; a successor that was under way is gone."""
        self._write(f"{type}.next", Pair(key, request=request, since=now))

    def take(self, type: CertificateType, chain: str, roots: str, facts: Facts, now: Instant) -> None:
        """The successor has its certificate. Raises Invalid where none is under way."""
        upcoming = self.upcoming(type)
        if upcoming is None:
            raise Invalid("no such certificate was asked for", element=type)
        issued = msgspec.structs.replace(upcoming, chain=chain, roots=roots, facts=facts, since=now)
        self._write(f"{type}.next", issued)

    def confirm(self, type: CertificateType, now: Instant) -> None:
        """The successor works; before the cloud is told, so that it is not dropped after. Raises Invalid."""
        upcoming = self.upcoming(type)
        if upcoming is None or not upcoming.chain:
            raise Invalid("no such certificate was issued", element=type)
        self._write(f"{type}.next", msgspec.structs.replace(upcoming, confirmed=True, since=now))

    def adopt(self, type: CertificateType) -> None:
        """The successor is the pair from here, and the old one is gone. Without one with a certificate: nothing."""
        upcoming = self.upcoming(type)
        if upcoming is None or not upcoming.chain:
            return
        self._disk.rename(f"{type}.next", f"{type}.pair")
        self._disk.sync_folder("")
        self._drop_first(type)

    def drop(self, type: CertificateType) -> None:
        """Give the successor up."""
        self._disk.remove(f"{type}.next")
        self._disk.sync_folder("")

    def sweep(self) -> None:
        """Remove what a power cut left of keys that are not in use any more, and successors that cannot be read: the
        pair in use works without. Before the first use.
        """
        # a process killed between rename and sync left names that a power cut would take back
        self._disk.sync_folder("")
        for name in self._disk.names(""):
            if name.endswith(_ASIDE):
                self._disk.remove(name)
        for type in TYPES:
            if self.upcoming(type) is None:
                self._disk.remove(f"{type}.next")
            if self._disk.size(f"{type}.pair") is not None:
                self._drop_first(type)
        self._disk.sync_folder("")

    def _drop_first(self, type: CertificateType) -> None:
        """The files of provisioning, after a pair has taken their place."""
        for part in ("key", "pem"):
            self._disk.remove(f"{type}.{part}")
        self._disk.sync_folder("")

    def _read(self, name: str) -> Pair | None:
        try:
            return msgspec.json.decode(self._disk.read(name), type=Pair)
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid(f"not a key with its certificate: {error}", element=name) from error

    def _write(self, name: str, pair: Pair) -> None:
        write_whole(self._disk, name, msgspec.json.encode(pair), _ASIDE)
