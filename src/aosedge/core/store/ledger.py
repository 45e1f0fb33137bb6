"""The Unit's durable state as one file, replaced as a whole: old or new after a power cut, never a mixture."""

import errno
import hashlib

import msgspec

from aosedge.core.domain.state import State
from aosedge.core.ports import Disk
from aosedge.model.errors import Invalid

NAME = "ledger"
_ASIDE = "ledger.new"
_RESERVE = "ledger.reserve"
_RESERVE_BYTES = 512 * 1024
_MAGIC = b"aoscore-ledger-1"
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class Ledger:
    """Saves and loads the state. Some room is kept on the disk, so that a full one does not stop the Unit (I12)."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def load(self) -> State | None:
        """What was saved last, durable, None before the first time. Raises Invalid for a file that is not whole."""
        try:
            raw = self._disk.read(NAME)
        except FileNotFoundError:
            return None
        # a process killed between rename and sync left a state that a power cut would take back
        self._disk.sync_folder("")
        head, _, body = raw.partition(b"\n")
        if head != _head(body):
            raise Invalid(
                "the ledger is damaged",
                element=NAME,
                expected="content that fits its checksum",
                cure="restore the state folder, or remove it and provision the Unit anew",
            )
        try:
            return msgspec.json.decode(body, type=State)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid(f"the ledger is of another kind: {error}", element=NAME, cure="update AosCore") from error

    def save(self, state: State) -> None:
        """Durable when it returns. Raises OSError; then what was saved before still holds."""
        body = msgspec.json.encode(state)
        content = _head(body) + b"\n" + body
        try:
            self._replace(content)
        except OSError as error:
            if error.errno not in _NO_SPACE or self._disk.size(_RESERVE) is None:
                raise
            self._disk.remove(_RESERVE)
            self._replace(content)
        self._keep_reserve()

    def _replace(self, content: bytes) -> None:
        self._disk.write(_ASIDE, content)
        self._disk.sync(_ASIDE)
        self._disk.rename(_ASIDE, NAME)
        self._disk.sync_folder("")

    def _keep_reserve(self) -> None:
        if self._disk.size(_RESERVE) == _RESERVE_BYTES or self._disk.free_bytes() < 2 * _RESERVE_BYTES:
            return
        try:
            self._disk.write(_RESERVE, bytes(_RESERVE_BYTES))
        except OSError as error:
            if error.errno not in _NO_SPACE:
                raise
            self._disk.remove(_RESERVE)


def _head(body: bytes) -> bytes:
    return _MAGIC + b" " + hashlib.sha256(body).hexdigest().encode()
