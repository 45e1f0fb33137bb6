"""Archives that mean harm are refused by name; honest ones come out as they were."""

import gzip
import io
import os
import stat
import tarfile
from pathlib import Path

import pytest

from aosedge.model.digests import sha256
from aosedge.model.errors import Invalid, TooLarge
from aosedge.trust.archives import LAYER, Limits, examine, unpack

BUNDLE = Limits()
INSIDE = Limits(links="inside")


def entry(name: str, content: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def folder(name: str, mode: int = 0o755) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=tarfile.DIRTYPE, mode=mode)


def symlink(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=tarfile.SYMTYPE, linkname=target)


def hardlink(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=tarfile.LNKTYPE, linkname=target)


def tar(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


def refused(content: bytes, into: Path, limits: Limits) -> Invalid:
    """The error, which must be the same whether it is unpacked or only examined."""
    with pytest.raises(Invalid) as unpacked:
        unpack(io.BytesIO(content), into, limits)
    with pytest.raises(type(unpacked.value)) as examined:
        examine(io.BytesIO(content), limits)
    assert str(examined.value) == str(unpacked.value)
    return unpacked.value


@pytest.mark.parametrize("pack", [lambda raw: raw, gzip.compress], ids=["tar", "gzip"])
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_an_honest_archive_comes_out_as_it_was(tmp_path: Path, pack: object, form: int) -> None:
    long = "deep/" * 20 + "file-" + "x" * 60
    raw = tar(
        folder("./"), folder("./bin"), entry("./bin/run", b"#!", mode=0o755), entry(long, b"y" * 3000), form=form
    )
    unpacked = unpack(io.BytesIO(pack(raw)), tmp_path / "out", BUNDLE)  # type: ignore[operator]
    assert (tmp_path / "out/bin/run").read_bytes() == b"#!"
    assert stat.S_IMODE((tmp_path / "out/bin/run").stat().st_mode) == 0o755
    assert (tmp_path / "out" / long).read_bytes() == b"y" * 3000
    assert (unpacked.entries, unpacked.size_bytes, unpacked.uncompressed) == (4, len(raw), sha256(raw))
    assert examine(io.BytesIO(pack(raw)), BUNDLE) == unpacked  # type: ignore[operator]


def test_gzip_members_in_a_row_are_one_stream(tmp_path: Path) -> None:
    raw = tar(entry("a", b"1" * 2000))
    unpack(io.BytesIO(gzip.compress(raw[:700]) + gzip.compress(raw[700:])), tmp_path / "out", BUNDLE)
    assert (tmp_path / "out/a").read_bytes() == b"1" * 2000


@pytest.mark.parametrize("links", ["none", "inside", "layer"])
@pytest.mark.parametrize(
    ("member", "element", "words"),
    [
        (entry("../../etc/passwd", b"x"), "../../etc/passwd", "leads out of the archive"),
        (entry("a/../../b", b"x"), "a/../../b", "leads out of the archive"),
        (entry("/etc/passwd", b"x"), "/etc/passwd", "an absolute name"),
        (entry("dev/sda", type=tarfile.BLKTYPE, devmajor=8), "dev/sda", "a device node"),
        (entry("dev/null", type=tarfile.CHRTYPE, devmajor=1), "dev/null", "a device node"),
        (entry("pipe", type=tarfile.FIFOTYPE), "pipe", "a fifo"),
        (entry("hole", type=tarfile.GNUTYPE_SPARSE), "hole", "sparse files are not taken"),
        (symlink("up", "../outside"), "up", ""),
        (hardlink("passwd", "../etc/passwd"), "passwd", ""),
        (hardlink("lonely", "nothing"), "lonely", ""),
        (entry("x" * 300, b""), "x" * 100 + "..." + "x" * 17, "part of the name is too long"),
        (entry("d/" * 70 + "f", b""), None, "too deep"),
    ],
)
def test_a_harmful_member_is_refused_by_name(
    tmp_path: Path, links: str, member: tuple[tarfile.TarInfo, bytes], element: str | None, words: str
) -> None:
    error = refused(tar(entry("good", b"1"), member, form=tarfile.GNU_FORMAT), tmp_path / "out", Limits(links=links))  # type: ignore[arg-type]
    assert words in str(error)
    if element is not None and member[0].type != tarfile.LNKTYPE:
        assert error.element == element
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_a_bundle_outside_its_items_takes_no_links(tmp_path: Path) -> None:
    assert "links are not taken" in str(refused(tar(entry("a"), symlink("b", "a")), tmp_path / "o", BUNDLE))


def test_links_that_stay_inside_are_kept(tmp_path: Path) -> None:
    raw = tar(entry("bin/busybox", b"elf"), symlink("bin/sh", "busybox"), symlink("sbin/init", "../bin/busybox"))
    unpack(io.BytesIO(raw), tmp_path / "out", INSIDE)
    assert (tmp_path / "out/bin/sh").readlink() == Path("busybox")
    raw = tar(entry("bin/busybox", b"elf"), hardlink("bin/sh", "bin/busybox"))
    unpack(io.BytesIO(raw), tmp_path / "out2", INSIDE)
    assert (tmp_path / "out2/bin/sh").stat().st_ino == (tmp_path / "out2/bin/busybox").stat().st_ino


def test_an_absolute_link_is_refused_in_a_bundle_and_read_below_the_root_in_a_layer(tmp_path: Path) -> None:
    raw = tar(symlink("mtab", "/proc/mounts"))
    error = refused(raw, tmp_path / "bundle", INSIDE)
    assert (error.element, "an absolute link" in str(error)) == ("mtab", True)
    unpack(io.BytesIO(raw), tmp_path / "layer", LAYER)
    assert (tmp_path / "layer/mtab").readlink() == Path("/proc/mounts")


def test_a_chain_of_links_cannot_climb_out(tmp_path: Path) -> None:
    raw = tar(symlink("a/b/root", "../.."), symlink("out", "a/b/root/../etc"))
    assert "leads out of the archive" in str(refused(raw, tmp_path / "out", INSIDE))


@pytest.mark.parametrize("links", ["inside", "layer"])
def test_no_name_goes_through_a_link(tmp_path: Path, links: str) -> None:
    raw = tar(folder("real"), symlink("link", "real"), entry("link/file", b"x"))
    error = refused(raw, tmp_path / "out", Limits(links=links))  # type: ignore[arg-type]
    assert (error.element, "goes through a link" in str(error)) == ("link/file", True)
    assert list((tmp_path / "out/real").iterdir()) == []


def test_a_link_that_appears_in_the_destination_meanwhile_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()

    class Racer(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0 and (tmp_path / "out").is_dir() and not (tmp_path / "out/later").exists():
                (tmp_path / "out/later").symlink_to(victim)
            return super().read(size)

    raw = tar(entry("first", os.urandom(600_000)), entry("later/file", b"x"))
    with pytest.raises(Invalid, match="goes through a link"):
        unpack(Racer(raw), tmp_path / "out", BUNDLE)
    assert list(victim.iterdir()) == []


def test_a_name_comes_once(tmp_path: Path) -> None:
    error = refused(tar(entry("a", b"1"), entry("./a", b"2")), tmp_path / "out", BUNDLE)
    assert (error.element, error.message) == ("a", "the name comes twice")
    assert "goes through" in str(refused(tar(entry("a"), entry("a/b")), tmp_path / "o2", BUNDLE))
    unpack(io.BytesIO(tar(folder("d"), folder("d"))), tmp_path / "o3", BUNDLE)


def test_a_gzip_bomb_stops_early(tmp_path: Path) -> None:
    bomb = gzip.compress(tar(entry("zeros", bytes(64 * 1024**2))))
    error = refused(bomb, tmp_path / "out", BUNDLE)
    assert isinstance(error, TooLarge)
    assert "expands too far" in str(error)
    assert (tmp_path / "out/zeros").stat().st_size <= 17 * 1024**2


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(entries=2), "too many entries; expected at most 2"),
        (Limits(total_bytes=20_000), "at most 20000 bytes"),
        (Limits(name_bytes=3), "the name is too long"),
    ],
)
def test_each_limit_is_named(tmp_path: Path, limits: Limits, words: str) -> None:
    error = refused(tar(entry("a", b"1"), entry("b", b"2" * 30_000), entry("cccc", b"3")), tmp_path / "out", limits)
    assert isinstance(error, TooLarge)
    assert words in str(error)


@pytest.mark.parametrize("pack", [lambda raw: raw, gzip.compress], ids=["tar", "gzip"])
def test_a_truncated_archive_is_refused_wherever_it_ends(tmp_path: Path, pack: object) -> None:
    raw = tar(entry("a", os.urandom(900)), entry("b" * 150, os.urandom(100)))[: 512 * 8]
    whole: bytes = pack(raw)  # type: ignore[operator]
    for number, end in enumerate(range(1, len(whole), 97)):
        with pytest.raises(Invalid):
            unpack(io.BytesIO(whole[:end]), tmp_path / str(number), BUNDLE)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "truncated"),
        (b"hello" * 200, "not a tar header"),
        (bytes(10240), "empty"),
        (b"\x28\xb5\x2f\xfd" + bytes(600), "got zstd"),
        (gzip.compress(b"no tar" * 100, mtime=0), "not a tar header"),
        (gzip.compress(tar(entry("a")), mtime=0)[:-4] + b"oops", "gzip stream is broken"),
        (gzip.compress(tar(entry("a")), mtime=0) + b"more", "follows the gzip stream"),
        (tar(entry("a")) + b"more", "follows the archive's end"),
        (tar(entry("a")).replace(b"ustar", b"uster", 1), "not a tar header"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in str(refused(content, tmp_path / "out", BUNDLE))


def test_a_broken_header_in_the_middle_is_not_taken_for_the_end(tmp_path: Path) -> None:
    raw = bytearray(tar(entry("a", b"1"), entry("b", b"2")))
    raw[1024 + 100] ^= 0xFF
    assert "expected a whole header after a" in str(refused(bytes(raw), tmp_path / "out", BUNDLE))


def test_a_huge_extended_header_does_not_fill_the_memory(tmp_path: Path) -> None:
    info, _ = entry("a")
    info.pax_headers = {"comment": "x" * 200_000}
    assert "extended header is too large" in str(refused(tar((info, b"")), tmp_path / "out", BUNDLE))


def test_set_id_bits_stay_out_of_bundles(tmp_path: Path) -> None:
    unpack(io.BytesIO(tar(entry("su", b"", mode=0o4755))), tmp_path / "out", BUNDLE)
    assert stat.S_IMODE((tmp_path / "out/su").stat().st_mode) == 0o755


def test_a_folder_without_write_permission_still_gets_its_files(tmp_path: Path) -> None:
    unpack(io.BytesIO(tar(folder("d", 0o555), entry("d/f", b"1"))), tmp_path / "out", LAYER)
    assert (tmp_path / "out/d/f").read_bytes() == b"1"
    assert stat.S_IMODE((tmp_path / "out/d").stat().st_mode) & 0o555 == 0o555


def test_whiteouts_are_listed(tmp_path: Path) -> None:
    raw = tar(entry("etc/.wh.passwd"), entry("var/.wh..wh..opq"), entry("var/new", b"1"))
    unpacked = unpack(io.BytesIO(raw), tmp_path / "out", LAYER)
    assert (unpacked.whiteouts, unpacked.opaque) == (("etc/passwd",), ("var",))
    assert not (tmp_path / "out/etc/.wh.passwd").exists()


@pytest.mark.root
def test_root_gets_whiteouts_as_overlayfs_reads_them_and_owners(tmp_path: Path) -> None:
    raw = tar(
        entry("etc/.wh.passwd"), entry("var/.wh..wh..opq"), entry("home/me", b"1", uid=1000, gid=1001, mode=0o4755)
    )
    assert unpack(io.BytesIO(raw), tmp_path / "out", LAYER).whiteouts_written
    hidden = (tmp_path / "out/etc/passwd").lstat()
    assert stat.S_ISCHR(hidden.st_mode)
    assert hidden.st_rdev == 0
    assert os.getxattr(tmp_path / "out/var", "trusted.overlay.opaque") == b"y"
    mine = (tmp_path / "out/home/me").stat()
    assert (mine.st_uid, mine.st_gid, stat.S_IMODE(mine.st_mode)) == (1000, 1001, 0o4755)


def test_a_full_destination_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("mine")
    with pytest.raises(Invalid, match="not empty"):
        unpack(io.BytesIO(tar(entry("a"))), tmp_path, BUNDLE)
