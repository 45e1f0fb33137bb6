"""What an instance uses, from its cgroups."""

import re
from pathlib import Path

import msgspec

ROOT = Path("/sys/fs/cgroup")
_V2_USAGE = re.compile(r"^usage_usec (\d+)$", re.MULTILINE)
_INACTIVE = re.compile(r"^(?:total_)?inactive_file (\d+)$", re.MULTILINE)


class Figures(msgspec.Struct, frozen=True):
    """CPU time since the start in microseconds; memory in bytes, without cache that can be dropped; processes."""

    cpu_us: int
    ram_bytes: int
    pids: int


def is_unified(root: Path = ROOT) -> bool:
    """Whether the controllers are on cgroup v2."""
    return (root / "cgroup.controllers").exists()


def read_figures(cgroup: str, root: Path = ROOT) -> Figures | None:
    """The cgroup's figures, v1 or v2; None where it is gone."""
    name = cgroup.lstrip("/")
    try:
        return _v2(root / name) if is_unified(root) else _v1(root, name)
    except OSError:
        return None


def dmips(cpu_us: int, elapsed_us: int, max_dmips: int, cores: int) -> int:
    """CPU time over a span of time as DMIPS of the node's `max_dmips` for all cores."""
    return round(cpu_us / elapsed_us * max_dmips / cores) if elapsed_us > 0 else 0


def _v2(folder: Path) -> Figures:
    usage = _V2_USAGE.search((folder / "cpu.stat").read_text())
    ram = _without_cache(int((folder / "memory.current").read_text()), folder / "memory.stat")
    return Figures(int(usage[1]) if usage else 0, ram, int((folder / "pids.current").read_text()))


def _v1(root: Path, name: str) -> Figures:
    cpu_ns = int((root / "cpuacct" / name / "cpuacct.usage").read_text())
    memory = root / "memory" / name
    ram = _without_cache(int((memory / "memory.usage_in_bytes").read_text()), memory / "memory.stat")
    return Figures(cpu_ns // 1_000, ram, int((root / "pids" / name / "pids.current").read_text()))


def _without_cache(bytes_used: int, stat: Path) -> int:
    found = _INACTIVE.findall(stat.read_text())
    return max(0, bytes_used - int(found[-1])) if found else bytes_used
