"""A stranger's attacks on the unpacking of archives: each is refused as Invalid, cheaply, and names a member."""

import gzip
import io
import os
import resource
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from aosedge.model.errors import Invalid, TooLarge
from aosedge.trust.archives import LAYER, Limits, examine, unpack

BLOCK = 512
END = bytes(2 * BLOCK)
SMALL_LAYER = Limits(entries=100, folders=400, names_bytes=2 * 1024**2, links="layer")


def header(name: str, kind: bytes = b"0", size: int = 0, **fields: object) -> bytes:
    """One header, with fields that an honest writer would not write."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % BLOCK)


def extended(records: dict[str, str]) -> bytes:
    body = b""
    for key, value in records.items():
        rest = f" {key}={value}\n".encode()
        length = len(rest) + 1
        while len(str(length)) + len(rest) != length:
            length = len(str(length)) + len(rest)
        body += str(length).encode() + rest
    return header("pax", tarfile.XHDTYPE, len(body)) + padded(body)


def refused(content: bytes, into: Path, limits: Limits) -> Invalid:
    with pytest.raises(Invalid) as caught:
        unpack(io.BytesIO(content), into, limits)
    return caught.value


def refused_alike(content: bytes, into: Path, limits: Limits) -> Invalid:
    """Examining must refuse what unpacking refuses: the cloud examines what Units unpack."""
    error = refused(content, into, limits)
    with pytest.raises(type(error)):
        examine(io.BytesIO(content), limits)
    return error


# Links.


def test_a_hard_link_to_a_symbolic_link_cannot_carry_it_upwards(tmp_path: Path) -> None:
    """`a/b/c/s -> ../../x` stays inside where it is; the same link at the top would lead out."""
    content = header("a/b/c/s", tarfile.SYMTYPE, linkname="../../x") + header(
        "t", tarfile.LNKTYPE, linkname="a/b/c/s"
    )
    refused_alike(content + END, tmp_path / "in", Limits(links="inside"))


def test_a_whiteout_below_a_link_is_refused_as_a_name_through_a_link(tmp_path: Path) -> None:
    content = header("a", tarfile.SYMTYPE, linkname="/etc") + header("a/.wh.passwd") + END
    assert "through a link" in str(refused_alike(content, tmp_path / "in", LAYER))
    content = header("a") + header("a/.wh..wh..opq") + END
    refused_alike(content, tmp_path / "file", LAYER)


def test_a_link_target_that_no_system_takes_is_the_archives_fault(tmp_path: Path) -> None:
    content = extended({"linkpath": "x/" * 2048}) + header("a", tarfile.SYMTYPE) + END
    refused_alike(content, tmp_path / "in", LAYER)
    content = extended({"linkpath": "\u20ac" * 2000}) + header("a", tarfile.SYMTYPE) + END
    refused_alike(content, tmp_path / "wide", LAYER)


@pytest.mark.parametrize("target", ["", "nothing", ".", "a/..", "/a", "../in/a", "folder"])
def test_a_hard_link_to_no_earlier_file_is_refused(tmp_path: Path, target: str) -> None:
    content = header("folder", tarfile.DIRTYPE) + header("a") + header("b", tarfile.LNKTYPE, linkname=target) + END
    refused_alike(content, tmp_path / "in", LAYER)


# Numbers.


@pytest.mark.parametrize("field", ["uid", "gid"])
@pytest.mark.parametrize("value", [-1, -5, 2**32 - 1, 2**40])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE])
def test_an_owner_that_cannot_be_is_refused(tmp_path: Path, field: str, value: int, kind: bytes) -> None:
    content = header("a", kind, linkname="b" if kind == tarfile.SYMTYPE else "", **{field: value}) + END
    refused_alike(content, tmp_path / "in", LAYER)


@pytest.mark.parametrize("mtime", [-1, -(2**40), 2**62])
def test_a_time_that_cannot_be_hurts_nobody(tmp_path: Path, mtime: int) -> None:
    unpack(io.BytesIO(header("a", mtime=mtime) + END), tmp_path / "in", LAYER)


@pytest.mark.parametrize("size", [-1, -BLOCK, 2**70])
def test_a_size_that_cannot_be_is_refused(tmp_path: Path, size: int) -> None:
    refused_alike(header("a", size=size) + END, tmp_path / "in", LAYER)
    refused_alike(header("a", tarfile.XHDTYPE, size=size) + END, tmp_path / "x", LAYER)
    refused_alike(extended({"size": str(size)}) + header("a") + END, tmp_path / "pax", LAYER)


# What costs more than it weighs.


def test_folders_that_nobody_listed_are_counted(tmp_path: Path) -> None:
    """One entry may make as many folders as it is deep: a few megabytes would fill a disk with them."""
    content = b"".join(header(f"{n}/" + "/".join("abcdefghijklmnopqrst") + "/f") for n in range(90)) + END
    assert isinstance(refused_alike(content, tmp_path / "in", SMALL_LAYER), TooLarge)
    assert sum(1 for _ in (tmp_path / "in").rglob("*")) < 500


@pytest.mark.timeout(60)
def test_extended_headers_are_counted(tmp_path: Path) -> None:
    for kind in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
        body = b"6 a=b\n" * 10_000 if kind in (tarfile.XHDTYPE, tarfile.XGLTYPE) else b"n" * 60_000
        content = (header("pax", kind, len(body)) + padded(body)) * 150 + header("a") + END
        into = tmp_path / kind.decode()
        assert isinstance(refused_alike(gzip.compress(content, 1), into, SMALL_LAYER), TooLarge)


@pytest.mark.timeout(60)
def test_an_extended_header_of_many_records_costs_no_more_than_its_length(tmp_path: Path) -> None:
    body = b"6 a=b\n" * 10_900
    content = (header("pax", tarfile.XHDTYPE, len(body)) + padded(body)) * 30 + header("a") + END
    unpack(io.BytesIO(content), tmp_path / "in", SMALL_LAYER)


def test_extended_headers_do_not_pile_up_in_memory(tmp_path: Path) -> None:
    names = [f"GNU.sparse.{n:05}" for n in range(40)]
    content = b"".join(extended({name: "x" * 60_000}) for name in names)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused_alike(content + header("a") + END, tmp_path / "in", LAYER)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 * 1024


def test_names_do_not_pile_up_in_memory(tmp_path: Path) -> None:
    """A layer of a few megabytes may not cost the agent a gigabyte."""

    def content() -> Iterator[bytes]:
        for n in range(20_000):
            yield extended({"path": f"{n:05}" + "/" + "/".join(["d" * 250] * 15)}) + header("a", tarfile.DIRTYPE)
        yield END

    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as archive:
        for part in content():
            archive.write(part)
    assert len(packed.getvalue()) < 4 * 1024**2
    with pytest.raises(TooLarge):
        examine(io.BytesIO(packed.getvalue()), LAYER)


@pytest.mark.timeout(60)
def test_many_gzip_members_cost_no_more_than_their_length(tmp_path: Path) -> None:
    nothing = gzip.compress(b"", mtime=0)
    content = nothing * 100_000 + gzip.compress(header("a") + END)
    assert unpack(io.BytesIO(content), tmp_path / "in", Limits()).entries == 1


def test_one_gzip_member_an_entry_is_fine(tmp_path: Path) -> None:
    """As estargz and parallel compressors write."""
    content = b"".join(gzip.compress(header(f"f{n}")) for n in range(90)) + gzip.compress(END)
    assert unpack(io.BytesIO(content), tmp_path / "in", SMALL_LAYER).entries == 90


# What an unpacked layer must not become on the host.


@pytest.mark.root
def test_whiteouts_are_the_only_devices(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    for kind in (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"Z"):
        refused_alike(header("a", kind, devmajor=1, devminor=1) + END, tmp_path / kind.hex(), LAYER)


@pytest.mark.parametrize("name", [".wh...", ".wh..", ".wh.", ".wh..wh.aufs", "a/.wh..wh.plnk"])
def test_a_whiteout_hides_a_name_and_nothing_else(tmp_path: Path, name: str) -> None:
    refused_alike(header(name) + END, tmp_path / "in", LAYER)
