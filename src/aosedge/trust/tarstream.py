"""A tar or tar.gz read as a stream from somebody who may mean harm: bounded in entries, bytes, ratio and memory.

`tarfile` alone is not enough here: it takes a broken header in the middle for the end, holds extended headers of any
size in memory, and its extraction looks names up by path. Of it only the parser of one 512-byte header is used.
Sources: POSIX pax interchange format; GNU tar long names; RFC 1952 for gzip with several members.
"""

import hashlib
import tarfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Literal

import msgspec

from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid, TooLarge

BLOCK = 512
PART = 256 * 1024
GZIP = b"\x1f\x8b"
_OTHER_FORMS = {b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ": "xz", b"BZh": "bzip2", b"PK\x03\x04": "zip"}
_EXTENDED_MOST = 64 * 1024
_EXTENDED_LEAST = 64
_NOBODY = 2**32 - 1

Links = Literal["none", "inside", "layer"]
Kind = Literal["file", "folder", "symlink", "hardlink"]


class Limits(msgspec.Struct, frozen=True):
    """How much an archive may hold and which links; the defaults are a Deployment Bundle's.

    `links`: `none` refuses every link; `inside` takes relative symbolic and hard links that stay inside the archive;
    `layer` also takes absolute symbolic links, since a container reads them below its own root, keeps owners, set-id
    bits and times, and reads OCI whiteouts.
    """

    entries: int = 8_192
    total_bytes: int = 4 * 1024**3
    """Of the uncompressed archive, headers included."""
    ratio: int = 200
    """Uncompressed to compressed, looked at once `ratio_from_bytes` have come out."""
    ratio_from_bytes: int = 16 * 1024**2
    folders: int = 8_192
    """Those that no entry lists but names go through included."""
    names_bytes: int = 8 * 1024**2
    """Of all names and extended headers together: what reading may cost in memory and time."""
    name_bytes: int = 1_024
    depth: int = 64
    links: Links = "none"


LAYER = Limits(
    entries=250_000,
    total_bytes=16 * 1024**3,
    folders=65_536,
    names_bytes=64 * 1024**2,
    name_bytes=4_096,
    links="layer",
)
"""What an image layer may hold."""


class Member(msgspec.Struct, frozen=True):
    """One entry. `parts` is its name below the root, `target` where a link points."""

    parts: tuple[str, ...]
    kind: Kind
    size: int
    mode: int
    uid: int
    gid: int
    mtime: int
    target: str = ""

    @property
    def name(self) -> str:
        """The name with slashes; empty for the root itself."""
        return "/".join(self.parts)


class TarStream:
    """The members of one archive, in order, each once, and their content.

    Raises Invalid or TooLarge whose element is the member's name (or `archive`); OSError of the source goes through.
    """

    def __init__(self, source: BinaryIO, limits: Limits) -> None:
        self._bytes = _Inflated(source, limits)
        self._limits = limits
        self._left = 0
        self._padding = 0
        self._name = ""
        self._names_bytes = 0
        self.entries = 0

    @property
    def size_bytes(self) -> int:
        """Uncompressed bytes so far."""
        return self._bytes.size_bytes

    def uncompressed(self) -> Digest:
        """The digest of the uncompressed archive (OCI's diff id); right once all members are read."""
        return self._bytes.digest()

    def members(self) -> Iterator[Member]:
        """Each member; content that wasn't read is skipped."""
        extended: dict[str, str] = {}
        while (header := self._header()) is not None:
            if header.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
                extended |= _records(self._small(header), self._name)
            elif header.type == tarfile.XGLTYPE:
                _records(self._small(header), self._name)  # comments; names for all members are nobody's use
            elif header.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
                key = "path" if header.type == tarfile.GNUTYPE_LONGNAME else "linkpath"
                extended[key] = _text(self._small(header).rstrip(b"\0"), self._name)
            else:
                yield self._member(header, extended)
                extended = {}
                self._skip()
        if extended:
            raise Invalid("the archive ends after an extended header", element=self._name or "archive")
        self._bytes.drain_zeros()

    def content(self) -> Iterator[bytes]:
        """The rest of the current member's content."""
        while self._left:
            part = self._exact(min(self._left, PART))
            self._left -= len(part)
            yield part

    def _header(self) -> tarfile.TarInfo | None:
        block = self._bytes.read(BLOCK)
        first = self._bytes.size_bytes <= BLOCK
        if len(block) < BLOCK:
            raise Invalid("the archive is truncated", element="archive", expected="an end mark of zero blocks")
        if not block.strip(b"\0"):
            if first:
                raise Invalid("the archive is empty", element="archive", expected="at least one member")
            return None
        try:
            return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except (tarfile.HeaderError, ValueError) as error:
            after = f"a whole header after {self._name}" if self._name else "a tar archive, plain or gzip"
            raise Invalid("not a tar header", element="archive", expected=after, got=str(error)) from error

    def _member(self, header: tarfile.TarInfo, extended: dict[str, str]) -> Member:
        self._name = extended.get("path", header.name)
        shown = show(self._name)
        self.entries += 1
        if self.entries > self._limits.entries:
            raise TooLarge("too many entries", element=shown, expected=f"at most {self._limits.entries}")
        if header.type == tarfile.GNUTYPE_SPARSE or "GNU.sparse" in extended:
            raise Invalid("sparse files are not taken", element=shown, expected="a plain file")
        kind = self._kind(header, shown)
        size = _number(extended.get("size", str(header.size)), shown)
        self._left = size if kind == "file" else 0
        self._padding = -self._left % BLOCK
        if size and kind != "file":
            raise Invalid("has content though it is no file", element=shown, expected="size 0", got=str(size))
        if self._left > self._limits.total_bytes:
            raise TooLarge(
                "the file is too large", element=shown, expected=f"at most {self._limits.total_bytes} bytes"
            )
        parts = checked_parts(self._name, self._limits)
        self._weigh(len(self._name))
        if not parts and kind != "folder":
            raise Invalid("the root must be a folder", element=shown)
        for owner in (header.uid, header.gid):
            if not 0 <= owner < _NOBODY:
                raise Invalid("no such owner", element=shown, expected=f"0 to {_NOBODY - 1}", got=str(owner))
        target = extended.get("linkpath", header.linkname) if kind in ("symlink", "hardlink") else ""
        return Member(parts, kind, size, header.mode & 0o7777, header.uid, header.gid, int(header.mtime), target)

    def _kind(self, header: tarfile.TarInfo, shown: str) -> Kind:
        if header.isdir():
            return "folder"
        if header.isreg():
            return "file"
        if header.issym() or header.islnk():
            if self._limits.links == "none":
                raise Invalid("links are not taken", element=shown, expected="files and folders")
            return "symlink" if header.issym() else "hardlink"
        what = {tarfile.CHRTYPE: "a device node", tarfile.BLKTYPE: "a device node", tarfile.FIFOTYPE: "a fifo"}
        got = what.get(header.type, f"entry type {header.type!r}")
        raise Invalid("only files, folders and links can be unpacked", element=shown, got=got)

    def _small(self, header: tarfile.TarInfo) -> bytes:
        if not 0 <= header.size <= _EXTENDED_MOST:
            raise TooLarge(
                "an extended header is too large", element="archive", expected=f"at most {_EXTENDED_MOST} bytes"
            )
        self._weigh(max(header.size, _EXTENDED_LEAST))
        content = self._exact(header.size)
        self._exact(-header.size % BLOCK)
        return content

    def _weigh(self, size: int) -> None:
        self._names_bytes += size
        if self._names_bytes > self._limits.names_bytes:
            raise TooLarge(
                "names and extended headers are too large",
                element=show(self._name) if self._name else "archive",
                expected=f"at most {self._limits.names_bytes} bytes together",
            )

    def _skip(self) -> None:
        for _ in self.content():
            pass
        self._exact(self._padding)
        self._padding = 0

    def _exact(self, size: int) -> bytes:
        content = self._bytes.read(size)
        if len(content) < size:
            raise Invalid("the archive is truncated", element=show(self._name) if self._name else "archive")
        return content


class _Inflated:
    """The uncompressed bytes of a source, plain or gzip, counted, hashed and held to the limits."""

    def __init__(self, source: BinaryIO, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._sha256 = hashlib.sha256()
        self.size_bytes = 0
        self._in_bytes = 0
        self._ready = bytearray()
        self._raw = self._take(PART)
        for magic, form in _OTHER_FORMS.items():
            if self._raw.startswith(magic):
                raise Invalid("the compression is not taken", element="archive", expected="tar or tar.gz", got=form)
        self._gzip = zlib.decompressobj(31) if self._raw.startswith(GZIP) else None

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, fewer only at the end."""
        while len(self._ready) < size:
            part = self._inflate() if self._gzip else self._plain()
            if not part:
                break
            self._count(len(part))
            self._ready += part
        out = bytes(memoryview(self._ready)[:size])
        del self._ready[:size]
        self._sha256.update(out)
        self.size_bytes += len(out)
        return out

    def digest(self) -> Digest:
        """The digest of all that was read."""
        return Digest("sha256:" + self._sha256.hexdigest())

    def drain_zeros(self) -> None:
        """Read to the end, so that checksums are checked; only zeros may follow."""
        while part := self.read(PART):
            if part.strip(b"\0"):
                raise Invalid("something follows the archive's end", element="archive", expected="zeros only")

    def _plain(self) -> bytes:
        part, self._raw = self._raw, b""
        return part or self._take(PART)

    def _inflate(self) -> bytes:
        assert self._gzip is not None
        while True:
            if self._gzip.eof and not self._next_gzip_member():
                return b""
            if not self._raw:
                self._raw = self._take(PART)
            ended = not self._raw
            try:
                out = self._gzip.decompress(self._raw, PART)
            except zlib.error as error:
                raise Invalid("the gzip stream is broken", element="archive", got=str(error)) from error
            self._raw = self._gzip.unused_data if self._gzip.eof else self._gzip.unconsumed_tail
            if out:
                return out
            if ended and not self._gzip.eof:
                raise Invalid("the gzip stream is truncated", element="archive")

    def _next_gzip_member(self) -> bool:
        while not self._raw.lstrip(b"\0"):
            self._raw = self._take(PART)
            if not self._raw:
                return False
        if not self._raw.startswith(GZIP):
            raise Invalid("something follows the gzip stream", element="archive", expected="its end")
        self._gzip = zlib.decompressobj(31)
        return True

    def _take(self, size: int) -> bytes:
        part = self._source.read(size)
        self._in_bytes += len(part)
        return part

    def _count(self, size: int) -> None:
        out_bytes = self.size_bytes + len(self._ready) + size
        if out_bytes > self._limits.total_bytes:
            raise TooLarge(
                "the archive is too large", element="archive", expected=f"at most {self._limits.total_bytes} bytes"
            )
        if out_bytes > self._limits.ratio_from_bytes and out_bytes > self._limits.ratio * self._in_bytes:
            expected = f"at most {self._limits.ratio} times its compressed size"
            raise TooLarge("the archive expands too far", element="archive", expected=expected)


def checked_parts(name: str, limits: Limits) -> tuple[str, ...]:
    """The name as parts below the root, without `.`; raises Invalid for one that could lead out."""
    shown = show(name)
    if name.startswith("/"):
        raise Invalid("an absolute name", element=shown, expected="a name below the archive's root")
    if "\0" in name or not name:
        raise Invalid("not a file name", element=shown)
    encoded = _encoded(name)
    if len(encoded) > limits.name_bytes:
        raise TooLarge("the name is too long", element=shown, expected=f"at most {limits.name_bytes} bytes")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts:
        raise Invalid("the name leads out of the archive", element=shown, expected="no `..` in names")
    if len(parts) > limits.depth:
        raise TooLarge("the name is too deep", element=shown, expected=f"at most {limits.depth} folders")
    if any(len(part.encode()) > 255 for part in parts):
        raise TooLarge("a part of the name is too long", element=shown, expected="at most 255 bytes")
    return parts


def show(name: str) -> str:
    """The name for a message: printable and short."""
    text = name if name.isprintable() else ascii(name)[1:-1]
    return text if len(text) <= 120 else f"{text[:100]}...{text[-17:]}"


def _encoded(name: str) -> bytes:
    try:
        return name.encode()
    except UnicodeEncodeError as error:
        raise Invalid("the name is not UTF-8", element=show(name)) from error


def _text(content: bytes, element: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Invalid("a name is not UTF-8", element=show(element) if element else "archive") from error


def _number(text: str, element: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise Invalid("not a size", element=element, got=show(text))
    return int(text)


def _records(content: bytes, element: str) -> dict[str, str]:
    """The records of a pax header, `<length> <key>=<value>\\n` each."""
    found: dict[str, str] = {}
    where = show(element) if element else "archive"
    content = content.rstrip(b"\0")
    at = 0
    while at < len(content):
        length_text, _, _ = content[at : at + 20].partition(b" ")
        length = _number(length_text.decode("latin-1"), where)
        record = content[at + len(length_text) + 1 : at + length]
        key, equals, value = record.partition(b"=")
        if not equals or not value.endswith(b"\n") or at + length > len(content):
            raise Invalid("a broken extended header", element=where)
        if key in (b"path", b"linkpath", b"size"):
            found[key.decode("latin-1")] = _text(value[:-1], element)
        elif key.startswith(b"GNU.sparse"):
            found["GNU.sparse"] = ""
        at += length
    return found
