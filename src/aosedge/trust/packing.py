"""Archives of ours: the same files make the same bytes, whoever packs them and when."""

import gzip
import os
import stat
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from aosedge.model.errors import Invalid

_LEVEL = 6


def pack(entries: Iterable[tuple[str, Path]], to: BinaryIO) -> None:
    """Write a tar.gz of these members, name and file or folder each, in their order; folders come without content.

    Times, owners and everything else that tells who packed are left out; of the mode, the permission bits stay.
    Raises Invalid for what is no file, folder or link.
    """
    first_names: dict[tuple[int, int], str] = {}
    with (
        gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=to, mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, path in entries:
            _add(archive, name, path, first_names)


def folder_entries(root: Path, below: str = "") -> Iterator[tuple[str, Path]]:
    """The folder and everything in it as members, sorted, without following links; the root is `below` itself."""
    yield below or ".", root
    for path in sorted(root.iterdir(), key=lambda path: os.fsencode(path.name)):
        name = f"{below}/{path.name}" if below else path.name
        if path.is_dir() and not path.is_symlink():
            yield from folder_entries(path, name)
        else:
            yield name, path


def _add(archive: tarfile.TarFile, name: str, path: Path, first_names: dict[tuple[int, int], str]) -> None:
    facts = path.lstat()
    member = tarfile.TarInfo(name)
    member.mode = stat.S_IMODE(facts.st_mode) & 0o777
    if stat.S_ISDIR(facts.st_mode):
        member.type = tarfile.DIRTYPE
        archive.addfile(member)
    elif stat.S_ISLNK(facts.st_mode):
        member.type, member.linkname, member.mode = tarfile.SYMTYPE, os.fspath(path.readlink()), 0o777
        archive.addfile(member)
    elif not stat.S_ISREG(facts.st_mode):
        raise Invalid("only files, folders and links can be packed", element=str(path))
    elif (first := first_names.setdefault((facts.st_dev, facts.st_ino), name)) != name:
        member.type, member.linkname = tarfile.LNKTYPE, first
        archive.addfile(member)
    else:
        member.size = facts.st_size
        with path.open("rb") as content:
            archive.addfile(member, content)
