"""What benchmarks read of a process, and how they print."""

import os
from pathlib import Path

import msgspec

_TICKS = os.sysconf("SC_CLK_TCK")


class Memory(msgspec.Struct, frozen=True):
    """Resident and proportional set size of one process, KiB."""

    rss_kib: int
    pss_kib: int


def memory_of(pid: int) -> Memory:
    """Now, from the kernel."""
    fields = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, rest = line.partition(":")
        fields[name] = rest.split()[0]
    return Memory(int(fields["Rss"]), int(fields["Pss"]))


def cpu_s_of(pid: int) -> float:
    """Seconds of CPU that the process has used, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def machine() -> str:
    """What this ran on, in a line."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "unknown processor",
    )
    return f"{os.cpu_count()} cores, {model}, kernel {os.uname().release}"
