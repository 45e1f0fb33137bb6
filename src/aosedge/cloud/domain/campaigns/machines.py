"""What a Unit's registration says of its nodes, and its last figures: read with patience, for nobody checked them."""

from collections.abc import Iterable
from typing import Final

import msgspec

from aosedge.cloud.domain.campaigns.fitting import Figures
from aosedge.model.instants import from_datetime
from aosedge.protocol.messages.from_unit import MonitoringData
from aosedge.protocol.messages.parts import Usage

CONTENT: Final = frozenset(("services", "layers", "components", "images", "downloads"))
"""Types of partitions that take what is downloaded; where a node names none, all of its partitions count."""


class _Cpu(msgspec.Struct, frozen=True):
    arch: str = ""


class _Partition(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    types: tuple[str, ...] = ()
    total_size: int = 0


class _Registered(msgspec.Struct, frozen=True, rename="camel"):
    id: str = ""
    cpus: tuple[_Cpu, ...] = ()
    total_ram: int | None = None
    partitions: tuple[_Partition, ...] = ()


class Machine(msgspec.Struct, frozen=True):
    """All nodes of a Unit together: architectures in OCI's names, bytes of RAM, partitions that take content."""

    architectures: frozenset[str] = frozenset()
    ram: int | None = None
    storage: int | None = None
    partitions: tuple[tuple[str, str, int], ...] = ()
    """Node, name, bytes."""


_decode = msgspec.json.Decoder(_Registered).decode
_decode_usage = msgspec.json.Decoder(MonitoringData).decode


def machine(registrations: Iterable[bytes]) -> Machine:
    """What these nodes are; what does not read says nothing."""
    nodes = [node for node in map(_node, registrations) if node is not None]
    partitions = tuple((node.id, part.name, part.total_size) for node in nodes for part in _taking(node))
    rams = [node.total_ram for node in nodes if node.total_ram]
    return Machine(
        frozenset(cpu.arch.partition("/")[0] for node in nodes for cpu in node.cpus if cpu.arch),
        sum(rams) if nodes and len(rams) == len(nodes) else None,
        sum(size for _, _, size in partitions) or None,
        partitions,
    )


def _node(info: bytes) -> _Registered | None:
    try:
        return _decode(info)
    except msgspec.ValidationError:
        return None


def _taking(node: _Registered) -> Iterable[_Partition]:
    return [part for part in node.partitions if CONTENT.intersection(part.types)] or node.partitions


def figures(of: Machine, usage: bytes | None) -> Figures:
    """Its room, by the last sample of each node; free is known only where every node, or partition, has one."""
    samples = _samples(usage)
    used = {(node, part.name): part.used_size for node, sample in samples.items() for part in sample.partitions}
    known = [(size, used[node, name]) for node, name, size in of.partitions if (node, name) in used]
    nodes = {node for node, _, _ in of.partitions}
    return Figures(
        storage=of.storage,
        ram=of.ram,
        storage_free=sum(max(s - u, 0) for s, u in known) if known and len(known) == len(of.partitions) else None,
        ram_free=(
            max(of.ram - sum(sample.ram for sample in samples.values()), 0)
            if of.ram is not None and samples and nodes <= samples.keys()
            else None
        ),
        at=min((from_datetime(sample.timestamp) for sample in samples.values()), default=None),
    )


def _samples(usage: bytes | None) -> dict[str, Usage]:
    """The last of each node."""
    if usage is None:
        return {}
    try:
        nodes = _decode_usage(usage).nodes
    except msgspec.ValidationError:
        return {}
    return {node.node.codename or "": node.items[-1] for node in nodes if node.items}
