"""Which numeric user an image's `User` means, by the passwd and group files of its layers."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from aosedge.model.errors import Invalid

_MOST_ID = 2**31 - 1
_MOST_BYTES = 1 << 20


class User(msgspec.Struct, frozen=True):
    """Numeric user and group."""

    uid: int = 0
    gid: int = 0


def resolve_user(text: str, roots: Sequence[Path]) -> User:
    """`user`, `user:group`, each a name or a number; empty is root. `roots` are searched in order, topmost first.

    Raises Invalid for a name that no passwd or group file has (OCI image specification, `config.User`).
    """
    name, _, group = text.partition(":")
    if not name:
        return User()
    entry = next((row for row in _rows(roots, "passwd", 4) if name in (row[0], row[2])), None)
    if entry is None and not name.isdecimal():
        raise Invalid("no such user in the image", element="User", expected="a name in its etc/passwd", got=text[:64])
    uid = _number(name if entry is None else entry[2], text)
    if not group:
        return User(uid, 0 if entry is None else _number(entry[3], text))
    row = next((row for row in _rows(roots, "group", 3) if group in (row[0], row[2])), None)
    if row is None and not group.isdecimal():
        raise Invalid("no such group in the image", element="User", expected="a name in its etc/group", got=text[:64])
    return User(uid, _number(group if row is None else row[2], text))


def _number(text: str, whole: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > _MOST_ID:
        raise Invalid("not a user number", element="User", expected=f"0 to {_MOST_ID}", got=whole[:64])
    return int(text)


def _rows(roots: Sequence[Path], name: str, fields: int) -> Iterator[list[str]]:
    """Rows of the topmost file. Links of a layer are not followed: they would point into the node."""
    for root in roots:
        folder, file = root / "etc", root / "etc" / name
        if folder.is_symlink() or file.is_symlink() or not file.is_file():
            continue
        with file.open("rb") as stream:
            text = stream.read(_MOST_BYTES).decode(errors="replace")
        yield from (row for line in text.splitlines() if len(row := line.split(":")) >= fields)
        return
