"""Layers merged by copying, for runtimes without overlayfs."""

import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path


def merge_layers(layers: Sequence[Path], into: Path) -> None:
    """Copy the layers, bottom first, into a new folder: what is above replaces or hides what is below."""
    into.mkdir(parents=True)
    for layer in layers:
        for folder, names, files in os.walk(layer):
            target = into / Path(folder).relative_to(layer)
            for name in [*names, *files]:
                _place(Path(folder) / name, target / name)
            names[:] = [name for name in names if not (Path(folder) / name).is_symlink()]


def _place(source: Path, target: Path) -> None:
    kind = source.lstat()
    is_folder = stat.S_ISDIR(kind.st_mode)
    if target.is_symlink() or (target.exists() and not (is_folder and target.is_dir())):
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink()
    if is_folder:
        target.mkdir(exist_ok=True)
    elif stat.S_ISLNK(kind.st_mode):
        target.symlink_to(source.readlink())
    elif stat.S_ISREG(kind.st_mode):
        shutil.copy2(source, target)
