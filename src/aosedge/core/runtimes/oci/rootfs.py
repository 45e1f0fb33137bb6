"""An instance's root file system: its layers and, where asked for, the node's programs, merged by overlayfs.

The root is read-only; what an instance writes goes to `/tmp`, `/run`, `/storage` and `/state.dat`. An overlay over
the node's `/` would contain the Unit's own state and is refused by the kernel when the layers lie inside it, so the
node is a base layer folder by folder: only the folders of programs and libraries, and some of `/etc`.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path

import msgspec

from aosedge.model.errors import Invalid

NODE_FOLDERS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr")
"""What of the node's root an instance sees with `baseLayerIsNodeRootfs`: programs and libraries."""
NODE_ETC = ("alternatives", "ssl/certs", "ld.so.cache", "nsswitch.conf", "passwd", "group", "protocols", "services")
_FOLDERS = ("dev", "proc", "sys", "run", "tmp", "etc", "storage")
_FILES = ("etc/hosts", "etc/hostname", "etc/resolv.conf", "state.dat")


class Root(msgspec.Struct, frozen=True):
    """How to make a root: overlays for the instance's own mount namespace, and binds of the node's folders."""

    overlays: tuple[tuple[str, tuple[str, ...]], ...]
    """Target and lower folders, topmost first, relative to the bundle or absolute."""
    binds: tuple[str, ...] = ()
    """Absolute paths of the node to bind read-only at the same place."""

    def script(self) -> str:
        """Shell commands that mount the overlays, to run in the bundle's folder."""
        return " && ".join(
            f"mount -t overlay overlay -o ro,lowerdir={shlex.quote(':'.join(lowers))} {shlex.quote(target)}"
            for target, lowers in self.overlays
        )


def make_skeletons(folder: Path, node: Path = Path("/")) -> None:
    """Make the layers that every root shares: mount points on top, at the bottom the node's folders as they are."""
    top, base, empty = folder / "top", folder / "node", folder / "empty"
    for name in _FOLDERS:
        (top / name).mkdir(parents=True, exist_ok=True)
    (top / "tmp").chmod(0o1777)
    for name in _FILES:
        (top / name).touch()
    empty.mkdir(exist_ok=True)
    base.mkdir(exist_ok=True)
    for name in NODE_FOLDERS:
        place = base / name
        if (node / name).is_symlink() and not place.is_symlink():
            place.symlink_to((node / name).readlink())
        elif (node / name).is_dir() and not (node / name).is_symlink():
            place.mkdir(exist_ok=True)
    for name in NODE_ETC:
        place, source = base / "etc" / name, node / "etc" / name
        if source.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif source.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()


def refuse_exposure(state: Path, node: Path = Path("/")) -> None:
    """Raise Invalid where the Unit's own state lies in a folder that instances see."""
    for name in NODE_FOLDERS:
        if state.resolve().is_relative_to((node / name).resolve()):
            raise Invalid(
                "the Unit's state would be visible inside instances",
                element="state folder",
                expected="a folder outside of " + ", ".join(f"/{folder}" for folder in NODE_FOLDERS),
                got=str(state),
                cure="move the state folder, such as to /var/lib/aosedge",
            )


def plan_root(
    bundle: Path, layers: Sequence[Path], skeletons: Path, *, with_node: bool, node: Path = Path("/")
) -> Root:
    """Plan the root of a bundle from its layers, bottom first; makes the short links that the overlays name.

    The kernel takes one page of mount options: links keep many layers within it.
    """
    stack = [skeletons / "top", *reversed(layers), *([skeletons / "node"] if with_node else [])]
    if len(stack) == 1:
        stack.append(skeletons / "empty")
    links = bundle / "l"
    links.mkdir(exist_ok=True)
    for number, folder in enumerate(stack):
        link = links / str(number)
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
    overlays: list[tuple[str, tuple[str, ...]]] = [("rootfs", tuple(f"l/{number}" for number in range(len(stack))))]
    binds: list[str] = []
    if with_node:
        for name in NODE_FOLDERS:
            _plan_node_folder(name, stack[1:-1], node, overlays, binds)
        binds += [f"/etc/{name}" for name in NODE_ETC if _node_etc(name, stack[1:-1], node)]
    return Root(tuple(overlays), tuple(binds))


def _plan_node_folder(
    name: str, layers: Sequence[Path], node: Path, overlays: list[tuple[str, tuple[str, ...]]], binds: list[str]
) -> None:
    """The node's folder below those of the layers; a link or file of a layer in its place hides it."""
    source = node / name
    if not source.is_dir():
        return
    lowers: list[str] = []
    for number, layer in enumerate(layers, start=1):
        place = layer / name
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            return
        if place.is_dir():
            lowers.append(f"l/{number}/{name}")
    if lowers:
        overlays.append((f"rootfs/{name}", (*lowers, str(source.resolve()))))
    elif not source.is_symlink():
        binds.append(f"/{name}")


def _node_etc(name: str, layers: Sequence[Path], node: Path) -> bool:
    """Whether the node has it and no layer has its own, or another idea of what is above it."""
    if not (node / "etc" / name).exists():
        return False
    parts = Path("etc", name).parts
    for layer in layers:
        place = layer
        for part in parts:
            place = place / part
            if place.is_symlink() or (place.exists() and (part == parts[-1] or not place.is_dir())):
                return False
    return True
