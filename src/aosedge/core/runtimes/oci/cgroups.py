"""Where the node's cgroups are, and what they say of an instance's end."""

import contextlib
import re
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
_V1_OOM = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)


def is_unified_only(root: Path = ROOT) -> bool:
    """Whether all controllers are on cgroup v2."""
    return (root / "cgroup.controllers").exists()


def is_hybrid(root: Path = ROOT) -> bool:
    """Whether there are v1 controllers with a cgroup2 mount beside them."""
    return not is_unified_only(root) and (root / "unified" / "cgroup.procs").exists()


def has_swap_accounting(root: Path = ROOT) -> bool:
    """Whether memory and swap can be limited together."""
    if is_unified_only(root):
        return Path("/proc/swaps").exists()
    return (root / "memory" / "memory.memsw.limit_in_bytes").exists()


def remove_empty(cgroup: str, root: Path = ROOT) -> None:
    """Remove the cgroup in every hierarchy where nothing is in it."""
    hierarchies = [root] if is_unified_only(root) else [folder for folder in root.iterdir() if folder.is_dir()]
    for hierarchy in hierarchies:
        with contextlib.suppress(OSError):
            (hierarchy / cgroup.lstrip("/")).rmdir()


def killed_for_memory(cgroup: str, root: Path = ROOT) -> bool:
    """Whether the kernel killed a process of the cgroup for want of memory; asked before the cgroup is removed."""
    name = "memory.events" if is_unified_only(root) else "memory.oom_control"
    folder = root if is_unified_only(root) else root / "memory"
    try:
        found = _V1_OOM.search((folder / cgroup.lstrip("/") / name).read_text())
    except OSError:
        return False
    return found is not None and int(found[1]) > 0
