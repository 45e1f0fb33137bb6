"""Whose bridge and subnet are: one AosCore's each, as long as it runs or has left instances running.

Each AosCore arranges its bridge for exactly its own set, so two on one bridge would take each other's network away.
A claim is a file below `/run`, locked while its process lives; it goes with a boot, as bridges do.
"""

import fcntl
import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from aosedge.model.errors import Conflict

FOLDER = Path("/run/aosedge")
_INTERFACES = Path("/sys/class/net")
_GATE, _SUFFIX = "gate", ".claim"


class Claim(msgspec.Struct, frozen=True):
    """Who holds what: the state folder names the AosCore."""

    bridge: str
    subnet: str
    state: str
    pid: int


@contextmanager
def claimed(bridge: str, subnet: str, state: Path, folder: Path = FOLDER) -> Iterator[None]:
    """Hold bridge and subnet. Raises Conflict naming the setting and who holds it.

    What is no bridge or subnet at all is left to the network to refuse.
    """
    mine = Claim(bridge, subnet, str(state), os.getpid())
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    with _gate(folder):
        for file in sorted(folder.glob("*" + _SUFFIX)):
            other = _read(file)
            if other is not None and other.state != mine.state and _counts(file, other):
                _refuse_shared(mine, other)
        own = folder / (bridge.replace("/", "_") + _SUFFIX)
        descriptor = os.open(own, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.truncate(descriptor, 0)
        os.write(descriptor, msgspec.json.encode(mine))
    try:
        yield
    finally:
        with _gate(folder):
            if not (_INTERFACES / bridge).exists():
                own.unlink(missing_ok=True)
            os.close(descriptor)


def _refuse_shared(mine: Claim, other: Claim) -> None:
    holder = f"the AosCore in {other.state} (process {other.pid})"
    cure = f"set another AOSCORE_BRIDGE and AOSCORE_SUBNET, or end it: aoscore down --state {other.state}"
    if mine.bridge == other.bridge:
        raise Conflict(f"the bridge belongs to {holder}", element="AOSCORE_BRIDGE", got=mine.bridge, cure=cure)
    if _overlap(mine.subnet, other.subnet):
        words = f"the subnet {other.subnet} belongs to {holder}"
        raise Conflict(words, element="AOSCORE_SUBNET", got=mine.subnet, cure=cure)


def _overlap(one: str, other: str) -> bool:
    try:
        return ipaddress.IPv4Network(one).overlaps(ipaddress.IPv4Network(other))
    except ValueError:
        return False


def _counts(file: Path, other: Claim) -> bool:
    """Whether its process lives, or has left a bridge and a state folder to come back to."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return (_INTERFACES / other.bridge).exists() and Path(other.state).exists()


def _read(file: Path) -> Claim | None:
    """The claim; None for one that was broken off while it was written."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Claim)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


@contextmanager
def _gate(folder: Path) -> Iterator[None]:
    """One process at a time looks at the claims and changes them; never for long."""
    descriptor = os.open(folder / _GATE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
