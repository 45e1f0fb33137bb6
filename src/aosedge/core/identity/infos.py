"""A node as the provisioning interface tells of it (`NodeInfo`), and as the Unit's status does."""

from aosedge.core.identity.protos import common_pb2 as shared
from aosedge.core.identity.protos import iamanager_pb2 as wire
from aosedge.protocol.messages.from_unit import Cpu, NodeStatus, Partition
from aosedge.protocol.messages.parts import ArchInfo, Identity, NodeState, OsInfo


def told(node: NodeStatus, state: NodeState) -> wire.NodeInfo:
    """The node for whoever asks over gRPC."""
    system = node.os_info
    return wire.NodeInfo(
        node_id=node.identity.codename,
        node_type=node.node_group_subject.codename,
        title=node.identity.title,
        max_dmips=node.max_dmips,
        total_ram=node.total_ram,
        physical_ram=node.physical_ram,
        os_info=shared.OSInfo(os=system.os, version=system.version or "") if system else None,
        cpus=[
            wire.CPUInfo(
                model_name=cpu.model_name,
                num_cores=cpu.total_num_cores,
                num_threads=cpu.total_num_threads,
                arch_info=shared.ArchInfo(
                    architecture=cpu.arch_info.architecture, variant=cpu.arch_info.variant or ""
                )
                if cpu.arch_info
                else None,
                max_dmips=cpu.max_dmips,
            )
            for cpu in node.cpus
        ],
        partitions=[
            wire.PartitionInfo(name=each.name, types=each.types, total_size=each.total_size, path=each.path)
            for each in node.partitions
        ],
        attrs=[wire.NodeAttribute(name=name, value=value) for name, value in node.attrs.items()],
        state=state,
    )


def _arch(arch: ArchInfo | None) -> shared.ArchInfo | None:
    return shared.ArchInfo(architecture=arch.architecture, variant=arch.variant or "") if arch else None


def heard(info: wire.NodeInfo, state: NodeState, *, connected: bool) -> NodeStatus:
    """A secondary node for the Unit's status. It has no runtimes: nothing can be placed there."""
    return NodeStatus(
        identity=Identity(codename=info.node_id, title=info.title or None),
        node_group_subject=Identity(codename=info.node_type),
        state=state,
        is_connected=connected,
        max_dmips=info.max_dmips,
        total_ram=info.total_ram,
        physical_ram=info.physical_ram,
        os_info=OsInfo(info.os_info.os, info.os_info.version or None) if info.HasField("os_info") else None,
        cpus=tuple(
            Cpu(
                cpu.model_name,
                cpu.num_cores,
                cpu.num_threads,
                ArchInfo(cpu.arch_info.architecture, cpu.arch_info.variant or None),
                cpu.max_dmips,
            )
            for cpu in info.cpus
        ),
        attrs={each.name: each.value for each in info.attrs if each.name.lower() != "mainnode"},
        partitions=tuple(
            Partition(each.name, tuple(each.types), each.total_size, each.path) for each in info.partitions
        ),
    )
