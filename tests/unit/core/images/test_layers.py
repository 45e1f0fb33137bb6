"""The agent dies at every operation on the file system while layers are unpacked and removed."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.contract.made_content import layer

from aosedge.core.images.blobs import Blobs
from aosedge.core.images.layers import Layers
from aosedge.core.images.seal import seal_of
from aosedge.core.store.disk import OsDisk
from aosedge.model.digests import Digest, sha256

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the child only unpacks, then dies
FILES = {"bin/app": b"app" * 1000, "etc/a/b/c": b"c", "empty": b""}
LAYER = layer(FILES, links={"link": "bin/app"})
DIGEST = sha256(LAYER)
TOUCHING = ("open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.chmod", "os.chown", "os.link", "os.symlink")


def dies_at(operation: int, work: Callable[[], object]) -> bool:
    """Run it in a process that is killed before this operation; False if it ended before."""
    child = os.fork()
    if child == 0:
        left = operation

        def count(event: str, _: object) -> None:
            nonlocal left
            if event in TOUCHING:
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1

        sys.addaudithook(count)
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL)
    return status != 0


def opened(root: Path) -> Layers:
    return Layers(root / "layers", Blobs(OsDisk(root)))


def whole(layers: Layers, digest: Digest) -> bool:
    """Whether it is there; if so it must be all there."""
    folder = layers.folder(digest)
    if not folder.is_dir():
        return False
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert seal_of(folder) == folder.with_name(folder.name + ".seal").read_bytes()
    return True


@pytest.fixture
def root(tmp_path: Path) -> Path:
    intake = Blobs(OsDisk(tmp_path)).take(DIGEST, len(LAYER))
    intake.feed(LAYER)
    intake.commit()
    return tmp_path


@pytest.mark.parametrize("leftovers", [False, True])
def test_a_layer_is_whole_or_not_there_wherever_the_agent_dies(root: Path, leftovers: bool) -> None:
    """I1, I5: with and without what an earlier death left."""
    operation, died = 0, True
    while died:
        if not leftovers:
            opened(root).collect(set())
        died = dies_at(operation, lambda: opened(root).install(DIGEST))
        whole(opened(root), DIGEST)
        operation += 1 + leftovers
    assert operation > 20
    assert whole(opened(root), DIGEST)
    opened(root).collect({DIGEST})
    assert len(list((root / "layers").iterdir())) == 2


def test_a_removed_layer_is_whole_or_not_there_wherever_the_agent_dies(root: Path) -> None:
    operation, died = 0, True
    while died:
        opened(root).install(DIGEST)
        died = dies_at(operation, lambda: opened(root).collect(set()))
        whole(opened(root), DIGEST)
        operation += 1
    assert operation > 5
    assert list((root / "layers").iterdir()) == []


def test_a_layer_gets_its_name_once_all_of_it_is_durable(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Durability on the Unit: every file and folder, then the name, then the folder that holds it."""
    done: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def note_fsync(file: int) -> None:
        done.append(str(Path(f"/proc/self/fd/{file}").readlink().relative_to(root / "layers")))
        fsync(file)

    def note_rename(old: Path, new: Path) -> Path:
        done.append("renamed")
        return rename(old, new)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "rename", note_rename)
    opened(root).install(DIGEST)
    name = DIGEST.removeprefix("sha256:")
    aside = {f"{name}.tmp/{inside}".rstrip("/") for inside in ("", "bin", "etc", "etc/a", "etc/a/b", *FILES)}
    assert set(done[:-2]) == aside | {f"{name}.seal"}
    assert done[-2:] == ["renamed", "."]


def test_installing_again_reads_once_and_then_nothing(root: Path) -> None:
    opened(root).install(DIGEST)
    layers = opened(root)
    layers.install(DIGEST)
    (layers.folder(DIGEST) / "bin/app").unlink()
    layers.install(DIGEST)
    assert not (layers.folder(DIGEST) / "bin/app").exists()
