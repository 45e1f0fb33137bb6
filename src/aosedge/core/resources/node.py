"""What this node is: processors, memory, partitions, as it is told to the cloud."""

import os
import platform
from pathlib import Path

from aosedge.model.errors import Invalid
from aosedge.protocol.messages.from_unit import Cpu, NodeRuntime, NodeStatus, Partition
from aosedge.protocol.messages.parts import ArchInfo, Identity, OsInfo

DMIPS_A_CORE = 10_000
"""Taken for a core where no setting says better."""
_ARCHITECTURES = {
    "x86_64": ("amd64", None),
    "amd64": ("amd64", None),
    "aarch64": ("arm64", None),
    "arm64": ("arm64", None),
    "armv7l": ("arm", "v7"),
    "armv6l": ("arm", "v6"),
    "i686": ("386", None),
    "riscv64": ("riscv64", None),
    "ppc64le": ("ppc64le", None),
    "s390x": ("s390x", None),
}


def architecture(machine: str = "") -> ArchInfo:
    """The processor architecture in OCI's names; raises Invalid for one that has none here."""
    machine = machine or platform.machine()
    if machine not in _ARCHITECTURES:
        raise Invalid("unknown processor architecture", element="node", got=machine)
    name, variant = _ARCHITECTURES[machine]
    return ArchInfo(name, variant)


def dmips(setting: int = 0) -> int:
    """What the processors do, all cores together; `setting` says better than the guess."""
    return setting or len(os.sched_getaffinity(0)) * DMIPS_A_CORE


def describe(
    name: str, kind: str, runtime: str, state_folder: Path, *, max_dmips: int = 0, max_instances: int = 256
) -> NodeStatus:
    """This machine as the Unit's main node, with one runtime of type `runtime`. Sizes in bytes."""
    arch, system = architecture(), _system()
    cores = len(os.sched_getaffinity(0))
    power = dmips(max_dmips)
    ram = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    figures = os.statvfs(state_folder)
    return NodeStatus(
        identity=Identity(codename=name, title=platform.node()),
        node_group_subject=Identity(codename=kind),
        state="provisioned",
        is_connected=True,
        max_dmips=power,
        total_ram=ram,
        physical_ram=ram,
        os_info=system,
        cpus=(Cpu(_model(), cores, os.cpu_count() or cores, arch, power),),
        attrs={"MainNode": "", "AosComponents": "cm,iam,sm"},
        partitions=(
            Partition(
                "storages", ("storages", "states", "services"), figures.f_blocks * figures.f_frsize, str(state_folder)
            ),
        ),
        runtimes=(
            NodeRuntime(
                Identity(codename=runtime),
                runtime,
                arch,
                OsInfo("linux"),
                max_dmips=power,
                allowed_dmips=power,
                total_ram=ram,
                allowed_ram=ram,
                max_instances=max_instances,
            ),
        ),
    )


def _system() -> OsInfo:
    release = platform.freedesktop_os_release() if Path("/etc/os-release").exists() else {}
    return OsInfo("linux", release.get("VERSION_ID"))


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.lower().startswith(("model name", "model\t"))]
    return next((n for n in names if not n.isdecimal()), platform.machine())
