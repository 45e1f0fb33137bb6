"""The OCI runtime bundle's `config.json` of an instance (OCI runtime specification 1.0.2)."""

from pathlib import Path
from typing import Any

import msgspec

from aosedge.core.domain.instances import InstanceSpec
from aosedge.core.runtimes.oci.rootfs import Root
from aosedge.core.runtimes.oci.seccomp import seccomp_profile
from aosedge.core.runtimes.oci.users import User
from aosedge.model.errors import Invalid

PERIOD_US = 100_000
TMP_BYTES = 64 << 20
"""Size of `/tmp` where the item sets no `tmpLimit`."""
RUN_BYTES = 16 << 20
CAPABILITIES = (
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETGID", "CAP_SETUID",
)  # fmt: skip
"""What a root process inside may do: own files and drop to another user; no raw sockets, devices or mounts."""
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MASKED = (
    "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
    "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    "/sys/kernel", "/sys/fs/cgroup",
)  # fmt: skip
_READ_ONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")
_SAFE = ["nosuid", "noexec", "nodev"]


class NodeLimits(msgspec.Struct, frozen=True):
    """What the node has: `max_dmips` for all its cores together, and the limits that the agent itself lives under."""

    max_dmips: int
    cores: int
    no_file_most: int
    """The agent's hard limit of open files; instances cannot have more."""
    swap_accounting: bool = True


class Place(msgspec.Struct, frozen=True):
    """Where an instance lives on the node."""

    name: str
    bundle: Path
    cgroup: str
    hostname: str
    network: str = ""
    """Path of its network namespace; empty: a new one of its own with nothing but loopback."""
    storage: Path | None = None
    state: Path | None = None


def arguments(spec: InstanceSpec) -> list[str]:
    """What to execute: the image's entry point and command; raises Invalid where there is nothing."""
    found = [*spec.run.entrypoint, *spec.run.cmd]
    if not found or not found[0]:
        raise Invalid("there is nothing to execute", element=f"{spec.key}.cmd", cure="set cmd or an entry point")
    return found


def environment(spec: InstanceSpec, name: str) -> list[str]:
    """The image's environment and who the instance is; what the image says of the latter counts for nothing."""
    own = {
        "AOS_ITEM_ID": spec.key.item,
        "AOS_SUBJECT_ID": spec.key.subject,
        "AOS_INSTANCE_INDEX": str(spec.key.number),
        "AOS_INSTANCE_ID": name,
    }
    image = [entry for entry in spec.run.env if entry.partition("=")[0] not in own and "\0" not in entry]
    path = [] if any(entry.startswith("PATH=") for entry in image) else [_PATH]
    return [*path, *image, *(f"{key}={value.replace(chr(0), '')}" for key, value in own.items())]


def quota_us(dmips: int, limits: NodeLimits) -> int:
    """CPU time per period of `PERIOD_US`, for so many DMIPS of the node's; at least the kernel's 1 ms."""
    return max(1_000, round(dmips / limits.max_dmips * limits.cores * PERIOD_US))


def runtime_config(spec: InstanceSpec, place: Place, root: Root, user: User, limits: NodeLimits) -> bytes:
    """The whole `config.json`; raises Invalid for what cannot be executed."""
    quotas = spec.config.quotas
    document = {
        "ociVersion": "1.0.2",
        "hostname": place.hostname,
        "root": {"path": "rootfs", "readonly": True},
        "process": {
            "terminal": False,
            "user": {"uid": user.uid, "gid": user.gid},
            "args": arguments(spec),
            "env": environment(spec, place.name),
            "cwd": "/" + spec.run.working_dir.lstrip("/"),
            "noNewPrivileges": True,
            "capabilities": dict.fromkeys(("bounding", "effective", "permitted"), CAPABILITIES),
            "rlimits": _rlimits(quotas.no_file_limit, limits),
        },
        "mounts": _mounts(spec, place, root, user),
        "linux": {
            "cgroupsPath": place.cgroup,
            "namespaces": _namespaces(place),
            "resources": _resources(spec, limits),
            "sysctl": _sysctl(spec),
            "seccomp": seccomp_profile(),
            "maskedPaths": list(_MASKED),
            "readonlyPaths": list(_READ_ONLY),
        },
    }
    return msgspec.json.encode(document)


def _rlimits(most: int | None, limits: NodeLimits) -> list[dict[str, Any]]:
    core = {"type": "RLIMIT_CORE", "hard": 0, "soft": 0}
    if most is None:
        return [core]
    files = min(most, limits.no_file_most)
    return [core, {"type": "RLIMIT_NOFILE", "hard": files, "soft": files}]


def _namespaces(place: Place) -> list[dict[str, str]]:
    network = {"type": "network"} | ({"path": place.network} if place.network else {})
    return [network, *({"type": kind} for kind in ("pid", "ipc", "uts", "mount", "cgroup"))]


def _resources(spec: InstanceSpec, limits: NodeLimits) -> dict[str, Any]:
    quotas = spec.config.quotas
    found: dict[str, Any] = {"devices": [{"allow": False, "access": "rwm"}]}
    if quotas.ram_limit is not None:
        swap = {"swap": quotas.ram_limit} if limits.swap_accounting else {}
        found["memory"] = {"limit": quotas.ram_limit, **swap}
    if quotas.pids_limit is not None:
        found["pids"] = {"limit": quotas.pids_limit}
    if quotas.cpu_dmips_limit is not None:
        found["cpu"] = {"quota": quota_us(quotas.cpu_dmips_limit, limits), "period": PERIOD_US}
    return found


def _sysctl(spec: InstanceSpec) -> dict[str, str]:
    """The item's, then ours: no IPv6 inside, and any user may serve on low ports of the instance's own address."""
    return {
        **spec.config.sysctl,
        "net.ipv6.conf.all.disable_ipv6": "1",
        "net.ipv6.conf.default.disable_ipv6": "1",
        "net.ipv4.ip_unprivileged_port_start": "0",
    }


def _mounts(spec: InstanceSpec, place: Place, root: Root, user: User) -> list[dict[str, Any]]:
    tmp = spec.config.quotas.tmp_limit or TMP_BYTES
    owner = [f"uid={user.uid}", f"gid={user.gid}"]
    found = [
        _mount("/proc", "proc", "proc", _SAFE),
        _mount("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        _mount("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]),
        _mount("/dev/shm", "tmpfs", "shm", [*_SAFE, "mode=1777", f"size={TMP_BYTES}"]),
        _mount("/dev/mqueue", "mqueue", "mqueue", _SAFE),
        _mount("/sys", "sysfs", "sysfs", [*_SAFE, "ro"]),
        _mount("/tmp", "tmpfs", "tmpfs", ["nosuid", "nodev", "mode=1777", f"size={tmp}"]),
        _mount("/run", "tmpfs", "tmpfs", ["nosuid", "nodev", "mode=755", f"size={RUN_BYTES}", *owner]),
    ]
    found += [_bind(path, Path(path)) for path in root.binds]
    found += [_bind(f"/etc/{name}", place.bundle / name) for name in ("hosts", "hostname", "resolv.conf")]
    if place.storage is not None:
        found.append(_bind("/storage", place.storage, "rw"))
    if place.state is not None:
        found.append(_bind("/state.dat", place.state, "rw"))
    return found


def _mount(destination: str, kind: str, source: str, options: list[str]) -> dict[str, Any]:
    return {"destination": destination, "type": kind, "source": source, "options": options}


def _bind(destination: str, source: Path, access: str = "ro") -> dict[str, Any]:
    return _mount(destination, "bind", str(source), ["bind", access, "nosuid", "nodev"])
