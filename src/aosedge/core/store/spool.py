"""What the cloud must hear and has not acknowledged: one file a message, over restarts, within bounds."""

import errno
import hashlib
from collections.abc import Iterator

import msgspec

from aosedge.core.ports import Disk
from aosedge.model.ids import Txn
from aosedge.protocol.messages import FromUnit

FOLDER = "spool"
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class Bounds(msgspec.Struct, frozen=True):
    """The most that is kept; past it the oldest go, and are counted."""

    messages: int = 512
    bytes: int = 8 * 1024 * 1024


class _Letter(msgspec.Struct, frozen=True):
    txn: Txn
    message: FromUnit


class _Kept(msgspec.Struct, frozen=True):
    name: str
    size: int
    message: FromUnit


class Spool:
    """Messages in the order in which they were put. Loads itself; a torn file is no message."""

    def __init__(self, disk: Disk, bounds: Bounds = Bounds()) -> None:
        self._disk, self._bounds = disk, bounds
        self._kept: dict[Txn, _Kept] = {}
        self._bytes = 0
        self._next = 0
        self.dropped = 0
        """Messages that were let go of unacknowledged since the start."""
        for name in disk.names(FOLDER):
            self._load(name)

    def put(self, txn: Txn, message: FromUnit) -> list[Txn]:
        """Keep the message, durable when it returns; the txns that had to go for it, by bounds or for a full disk.

        On a full disk the message is kept in memory only. Raises OSError for what else the disk says.
        """
        body = msgspec.json.encode(_Letter(txn, message))
        content = hashlib.sha256(body).hexdigest().encode() + b"\n" + body
        name = f"{self._next:016d}"
        self._next += 1
        self._add(txn, _Kept(name, len(content), message))
        gone = list(self._trim())
        try:
            self._disk.write(_path(name), content)
            self._disk.sync(_path(name))
            self._disk.sync_folder(FOLDER)
        except OSError as error:
            if error.errno not in _NO_SPACE:
                raise
            self._disk.remove(_path(name))
        return gone

    def remove(self, txn: Txn) -> None:
        """The cloud has it; an unknown one is no error. A removal lost in a crash only repeats the message."""
        kept = self._kept.pop(txn, None)
        if kept is not None:
            self._bytes -= kept.size
            self._disk.remove(_path(kept.name))

    def messages(self) -> list[tuple[Txn, FromUnit]]:
        """Everything unacknowledged, oldest first."""
        return [(txn, kept.message) for txn, kept in self._kept.items()]

    def _load(self, name: str) -> None:
        raw = self._disk.read(_path(name))
        head, _, body = raw.partition(b"\n")
        letter = _read(body) if name.isdecimal() and head == hashlib.sha256(body).hexdigest().encode() else None
        if letter is None:
            self._disk.remove(_path(name))
        else:
            self._next = max(self._next, int(name) + 1)
            self._add(letter.txn, _Kept(name, len(raw), letter.message))

    def _add(self, txn: Txn, kept: _Kept) -> None:
        self._kept[txn] = kept
        self._bytes += kept.size

    def _trim(self) -> Iterator[Txn]:
        while len(self._kept) > 1 and (len(self._kept) > self._bounds.messages or self._bytes > self._bounds.bytes):
            oldest = next(iter(self._kept))
            self.remove(oldest)
            self.dropped += 1
            yield oldest


def _read(body: bytes) -> _Letter | None:
    """The letter; None for one that another version of AosCore wrote and this one can't say."""
    try:
        return msgspec.json.decode(body, type=_Letter)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _path(name: str) -> str:
    return f"{FOLDER}/{name}"
