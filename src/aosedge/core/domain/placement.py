"""Which instances of a set this node can take, and for the others the filter that emptied the list of nodes."""

from collections.abc import Mapping

import msgspec

from aosedge.core.domain.contents import Content
from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.domain.sets import ReleaseSet, SetItem, Wish
from aosedge.core.domain.state import Policy
from aosedge.model.digests import Digest
from aosedge.model.oci import DEFAULT_RATIO_PERCENT, ItemConfig
from aosedge.protocol.messages.from_cloud import UnitConfig, UnitConfigNode
from aosedge.protocol.messages.from_unit import NodeRuntime, NodeStatus

DEFAULT_RUNTIMES = ("crun", "runc")


class Unplaced(msgspec.Struct, frozen=True):
    """An instance that no node takes, and why."""

    key: InstanceKey
    version: str
    reason: str


class Placement(msgspec.Struct, frozen=True):
    """Every instance of a set, placed or not, in the order of placing."""

    placed: tuple[InstanceSpec, ...]
    unplaced: tuple[Unplaced, ...]


class _Room:
    """What is left of the node while instances are placed one by one."""

    def __init__(self, policy: Policy, config: UnitConfig | None) -> None:
        self._policy, self.node = policy, policy.node
        own = node_config(policy.node, config)
        ratios = own.resource_ratios if own else None
        self._cpu_percent = ratios.cpu if ratios and ratios.cpu is not None else DEFAULT_RATIO_PERCENT
        self._ram_percent = ratios.ram if ratios and ratios.ram is not None else DEFAULT_RATIO_PERCENT
        self._labels = frozenset(own.labels if own else ())
        self._ram: dict[str, int] = {}
        self._cpu: dict[str, int] = {}
        self._count: dict[str, int] = {}

    def take(self, wish: Wish, content: Content) -> tuple[str, str]:
        """The runtime type that takes one more instance, or an empty one and the reason."""
        if missing := sorted(set(wish.labels) - self._labels):
            return "", f"labels: no node has {', '.join(missing)}"
        names = tuple(r.codename for r in content.config.runtimes) or DEFAULT_RUNTIMES
        fitting = [
            r for r in self.node.runtimes if r.runtime_type in names or r.runtime_type in self._policy.stand_ins
        ]
        if not fitting:
            return "", f"runtime: no node has {' or '.join(names)}"
        image = content.image
        fitting = [r for r in fitting if (r.arch_info.architecture, r.os_info.os) == (image.architecture, image.os)]
        if not fitting:
            return "", f"platform: no node runs {image.os}/{image.architecture}"
        ram, cpu = self._needs(content.config)
        fitting = [r for r in fitting if self._ram.get(r.runtime_type, 0) + ram <= self._ram_of(r)]
        if not fitting:
            return "", f"RAM: no node has {ram} bytes free"
        fitting = [r for r in fitting if self._cpu.get(r.runtime_type, 0) + cpu <= self._cpu_of(r)]
        if not fitting:
            return "", f"CPU: no node has {cpu} DMIPS free"
        fitting = [r for r in fitting if not r.max_instances or self._count.get(r.runtime_type, 0) < r.max_instances]
        if not fitting:
            return "", "count: every node has its most instances"
        chosen = fitting[0].runtime_type
        self._ram[chosen] = self._ram.get(chosen, 0) + ram
        self._cpu[chosen] = self._cpu.get(chosen, 0) + cpu
        self._count[chosen] = self._count.get(chosen, 0) + 1
        return chosen, ""

    def _needs(self, config: ItemConfig) -> tuple[int, int]:
        if config.skip_resource_limits:
            return 0, 0
        asked, quotas = config.requested_resources, config.quotas
        ram = asked.get("ram", int((quotas.ram_limit or 0) * self._ram_percent / 100))
        cpu = asked.get("cpu", int((quotas.cpu_dmips_limit or 0) * self._cpu_percent / 100))
        return ram, cpu

    def _ram_of(self, runtime: NodeRuntime) -> int:
        return runtime.allowed_ram or runtime.total_ram or self.node.total_ram or 0

    def _cpu_of(self, runtime: NodeRuntime) -> int:
        return runtime.allowed_dmips or runtime.max_dmips or self.node.max_dmips


def node_config(node: NodeStatus, config: UnitConfig | None) -> UnitConfigNode | None:
    """The part of the unit configuration that is about this node: by its codename before by its kind."""
    for entry in config.nodes if config else ():
        if entry.node is not None and entry.node.codename == node.identity.codename:
            return entry
    for entry in config.nodes if config else ():
        if entry.node is None and entry.node_group_subject.codename == node.node_group_subject.codename:
            return entry
    return None


def place(
    wanted: ReleaseSet, contents: Mapping[Digest, Content], policy: Policy, config: UnitConfig | None
) -> Placement:
    """By priority, then item; filters in the order labels, runtime, platform, RAM, CPU, count.

    Every item of the set that has instances must be in `contents`.
    """
    items = {i.item: i for i in wanted.items}
    room = _Room(policy, config)
    placed: list[InstanceSpec] = []
    unplaced: list[Unplaced] = []
    for wish in sorted(wanted.wishes, key=lambda w: (-w.priority, w)):
        item = items[wish.item]
        content = contents[item.index_digest]
        for number in range(wish.count):
            key = InstanceKey(wish.item, wish.subject, number)
            runtime, reason = room.take(wish, content)
            if runtime:
                placed.append(_specification(key, item, wish, content, runtime))
            else:
                unplaced.append(Unplaced(key, item.version, reason))
    return Placement(tuple(placed), tuple(unplaced))


def _specification(key: InstanceKey, item: SetItem, wish: Wish, content: Content, runtime: str) -> InstanceSpec:
    return InstanceSpec(
        key=key,
        codename=content.config.hostname or key.item,
        version=item.version,
        index_digest=item.index_digest,
        layers=content.layers,
        layer_media_types=content.layer_media_types,
        run=content.image.config,
        config=content.config,
        runtime=runtime,
        priority=wish.priority,
    )
