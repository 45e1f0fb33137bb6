"""Unpack and check archives that somebody else made. Names are never looked up through a link.

Every file is opened below a descriptor of its folder with O_NOFOLLOW, so that neither a link inside the archive nor
one that appears in the destination meanwhile can lead a write out of it.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid, TooLarge
from aosedge.trust.tarstream import LAYER, Limits, Links, Member, TarStream, checked_parts, show

__all__ = ["LAYER", "Limits", "Links", "Unpacked", "examine", "unpack"]

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_TARGET_MOST = 4_095  # Linux: PATH_MAX without its end
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Unpacked(msgspec.Struct, frozen=True):
    """What an archive held."""

    entries: int
    size_bytes: int
    """Of the uncompressed archive."""
    uncompressed: Digest
    """Digest of the uncompressed archive: a layer's diff id."""
    whiteouts: tuple[str, ...] = ()
    """Names that this layer hides in the layers below."""
    opaque: tuple[str, ...] = ()
    """Folders that hide the same folder of the layers below."""
    whiteouts_written: bool = True
    """Whether both were written as overlayfs reads them (a 0/0 character device; `trusted.overlay.opaque`), which
    needs root; else they are only listed here."""


def unpack(source: BinaryIO, into: Path, limits: Limits) -> Unpacked:
    """Unpack a tar or tar.gz, whichever the content is, into a new or empty folder.

    Reads the source as a stream to its end. Raises Invalid or TooLarge, with the member's name as the element, at the
    first thing that is wrong, and OSError (ENOSPC, ...) as it comes: in both cases the caller removes the folder.
    Nothing is synced to disk.
    """
    into.mkdir(mode=0o755, parents=True, exist_ok=True)
    stream = TarStream(source, limits)
    with _Destination(into, limits) as destination:
        for member in stream.members():
            destination.take(member, stream)
        written = destination.finish()
    return Unpacked(
        stream.entries,
        stream.size_bytes,
        stream.uncompressed(),
        tuple(sorted("/".join(parts) for parts in destination.whiteouts)),
        tuple(sorted("/".join(parts) for parts in destination.opaque)),
        written,
    )


def examine(source: BinaryIO, limits: Limits) -> Unpacked:
    """Check an archive by the rules of `unpack` without writing anything; whiteouts are not looked for."""
    stream = TarStream(source, limits)
    kinds: dict[tuple[str, ...], str] = {(): "folder"}
    folders = 0
    for member in stream.members():
        for depth in range(1, len(member.parts)):
            folders += member.parts[:depth] not in kinds
            if kinds.setdefault(member.parts[:depth], "folder") != "folder":
                raise _through(member)
        _check_link(member, limits)
        if _is_whiteout(member, limits):
            _check_whiteout(member)
        if member.kind == "hardlink" and kinds.get(checked_parts(member.target, limits)) not in _linked_kinds(limits):
            raise _no_target(member)
        if member.parts not in kinds:
            kinds[member.parts] = member.kind
            folders += member.kind == "folder"
        elif not kinds[member.parts] == member.kind == "folder":
            raise _doubled(member)
        if folders > limits.folders:
            raise _too_many_folders(member.name, limits)
    return Unpacked(stream.entries, stream.size_bytes, stream.uncompressed())


class _Destination:
    """The folder that is unpacked into, known by its descriptor only."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self._limits = limits
        self._layer = limits.links == "layer"
        self._own = self._layer and os.geteuid() == 0
        self._root = os.open(root, _FOLDER)
        with os.scandir(self._root) as names:
            empty = next(names, None) is None
        if not empty:
            os.close(self._root)
            raise Invalid("the destination is not empty", element=str(root), cure="unpack into a new folder")
        self._made = 0
        self._folders: dict[tuple[str, ...], Member] = {}
        self._last: tuple[tuple[str, ...], int] = ((), os.dup(self._root))
        self.whiteouts: list[tuple[str, ...]] = []
        self.opaque: list[tuple[str, ...]] = []

    def __enter__(self) -> "_Destination":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._last[1])
        os.close(self._root)

    def take(self, member: Member, stream: TarStream) -> None:
        """Write one member."""
        _check_link(member, self._limits)
        with _in_words(member):
            if _is_whiteout(member, self._limits):
                self._hide(member)
                return
            if member.kind == "folder":
                self._open(member.parts)
                self._folders[member.parts] = member
                return
            parent = self._open(member.parts[:-1])
            name = member.parts[-1]
            if member.kind == "file":
                self._file(parent, name, member, stream)
            elif member.kind == "symlink":
                os.symlink(member.target, name, dir_fd=parent)
                if self._own:
                    os.chown(name, member.uid, member.gid, dir_fd=parent, follow_symlinks=False)
            else:
                self._hardlink(parent, name, member)

    def finish(self) -> bool:
        """Write whiteouts, and what folders look like; false if the whiteouts could not be written."""
        written = self._write_whiteouts()
        for parts, member in sorted(self._folders.items(), reverse=True):
            with _in_words(member):
                self._dress(self._open(parts), member)
        return written

    def _file(self, parent: int, name: str, member: Member, stream: TarStream) -> None:
        file = os.open(name, _NEW_FILE, 0o600, dir_fd=parent)
        try:
            for part in stream.content():
                rest = memoryview(part)
                while rest:
                    rest = rest[os.write(file, rest) :]
            self._dress(file, member)
        finally:
            os.close(file)

    def _hardlink(self, parent: int, name: str, member: Member) -> None:
        target = checked_parts(member.target, self._limits)
        here = os.dup(parent)
        try:
            source = self._open(target[:-1], make=False)
            kind = os.stat(target[-1], dir_fd=source, follow_symlinks=False).st_mode
            if not (stat.S_ISREG(kind) or (self._layer and stat.S_ISLNK(kind))):
                raise _no_target(member)
            os.link(target[-1], name, src_dir_fd=source, dst_dir_fd=here, follow_symlinks=False)
        except (FileNotFoundError, IndexError) as error:
            raise _no_target(member) from error
        finally:
            os.close(here)

    def _dress(self, descriptor: int, member: Member) -> None:
        if self._own:
            os.fchown(descriptor, member.uid, member.gid)
        bits = 0o7777 if self._own else 0o777
        least = 0o700 if member.kind == "folder" else 0o600
        os.fchmod(descriptor, member.mode & bits if self._own else (member.mode & bits) | least)
        if self._layer:
            with suppress(OverflowError):
                os.utime(descriptor, (member.mtime, member.mtime))

    def _hide(self, member: Member) -> None:
        _check_whiteout(member)
        name = member.parts[-1]
        self._open(member.parts[:-1])
        if name == _OPAQUE:
            self.opaque.append(member.parts[:-1])
        else:
            self.whiteouts.append((*member.parts[:-1], name.removeprefix(_WHITEOUT)))

    def _write_whiteouts(self) -> bool:
        try:
            for parts in self.whiteouts:
                parent = self._open(parts[:-1])
                try:
                    os.mknod(parts[-1], stat.S_IFCHR, os.makedev(0, 0), dir_fd=parent)
                except FileExistsError:
                    if stat.S_ISDIR(os.stat(parts[-1], dir_fd=parent, follow_symlinks=False).st_mode):
                        self.opaque.append(
                            parts
                        )  # this layer has its own folder of that name: only hide what is below
            for parts in self.opaque:
                os.setxattr(self._open(parts), "trusted.overlay.opaque", b"y")
        except OSError as error:
            if error.errno in (errno.EPERM, errno.EACCES, errno.EOPNOTSUPP):
                return False
            raise
        return True

    def _open(self, parts: tuple[str, ...], make: bool = True) -> int:
        """A descriptor of a folder, reached without following a link; valid until the next call."""
        if self._last[0] == parts:
            return self._last[1]
        current = os.dup(self._root)
        try:
            for part in parts:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(part, 0o755, dir_fd=current)
                        self._made += 1
                    if self._made > self._limits.folders:
                        raise _too_many_folders("/".join(parts), self._limits)
                below = os.open(part, _FOLDER, dir_fd=current)
                os.close(current)
                current = below
        except BaseException:
            os.close(current)
            raise
        os.close(self._last[1])
        self._last = (parts, current)
        return current


def _is_whiteout(member: Member, limits: Limits) -> bool:
    return limits.links == "layer" and bool(member.parts) and member.parts[-1].startswith(_WHITEOUT)


def _check_whiteout(member: Member) -> None:
    name = member.parts[-1]
    if member.kind != "file" or member.size:
        raise Invalid("a whiteout must be an empty file", element=show(member.name))
    if name != _OPAQUE and (name.startswith(_WHITEOUT * 2) or name in (_WHITEOUT, ".wh..", ".wh...")):
        raise Invalid("an unknown whiteout", element=show(member.name))


def _linked_kinds(limits: Limits) -> tuple[str, ...]:
    """What a hard link may name. Outside layers no symbolic link: from elsewhere the same words lead elsewhere."""
    return ("file", "hardlink", "symlink") if limits.links == "layer" else ("file", "hardlink")


def _check_link(member: Member, limits: Limits) -> None:
    if member.kind == "hardlink":
        checked_parts(member.target, limits)
    if member.kind != "symlink":
        return
    target, shown = member.target, show(member.name)
    if not target or "\0" in target or len(os.fsencode(target)) > min(limits.name_bytes, _TARGET_MOST):
        raise Invalid("not a link target", element=shown)
    if target.startswith("/"):
        if limits.links != "layer":
            raise Invalid("an absolute link", element=shown, expected="a relative link", got=show(target))
        depth = 0
    else:
        depth = len(member.parts) - 1
    descended = False
    for part in target.split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        # `link/..` climbs from where the link leads: only what begins with `..` can be judged by its words
        if depth < 0 or (part == ".." and descended and limits.links == "inside"):
            raise Invalid("the link leads out of the archive", element=shown, got=show(target))
        descended = descended or part not in ("", ".", "..")


@contextmanager
def _in_words(member: Member) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise _doubled(member) from error
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise _through(member) from error
        if error.errno in (errno.ENAMETOOLONG, errno.EMLINK):
            raise Invalid("the system takes no such member", element=show(member.name), got=str(error)) from error
        raise


def _too_many_folders(name: str, limits: Limits) -> TooLarge:
    return TooLarge("too many folders", element=show(name), expected=f"at most {limits.folders}")


def _doubled(member: Member) -> Invalid:
    return Invalid("the name comes twice", element=show(member.name), expected="each name once")


def _through(member: Member) -> Invalid:
    return Invalid("the name goes through a link or file", element=show(member.name), expected="folders all the way")


def _no_target(member: Member) -> Invalid:
    expected = "the name of an earlier file"
    return Invalid("a hard link to nothing", element=show(member.name), expected=expected, got=show(member.target))
