"""Registrations and figures as Units send them, some of them odd."""

from datetime import UTC, datetime

import msgspec

from aosedge.cloud.domain.campaigns.fitting import Figures
from aosedge.cloud.domain.campaigns.machines import Machine, figures, machine
from aosedge.model.instants import SECOND
from aosedge.protocol.messages.from_unit import MonitoringData, NodeMonitoring
from aosedge.protocol.messages.parts import Identity, PartitionUsage, Usage


def node(name: str = "main", **more: object) -> bytes:
    parts = [
        {"name": "services", "types": ["services"], "totalSize": 100},
        {"name": "states", "types": ["states"], "totalSize": 1000},
    ]
    return msgspec.json.encode(
        {"id": name, "totalRam": 50, "cpus": [{"arch": "arm64/v8"}, {}], "partitions": parts} | more
    )


def sample(at: int, ram: int, used: int) -> Usage:
    parts = (PartitionUsage("services", used), PartitionUsage("other", 1))
    return Usage(datetime.fromtimestamp(at, UTC), ram=ram, partitions=parts)


def said(*nodes: tuple[str, int]) -> bytes:
    told = (
        NodeMonitoring(Identity(codename=name), items=(sample(1, 1, 1), sample(at, 20, 30))) for name, at in nodes
    )
    return msgspec.json.encode(MonitoringData(nodes=tuple(told)))


def test_a_machine_is_all_its_nodes_together() -> None:
    parts = (("main", "services", 100), ("b", "services", 100))
    assert machine((node(), node("b"))) == Machine(frozenset(("arm64",)), 100, 200, parts)


def test_where_no_partition_is_for_content_all_count() -> None:
    plain = node(partitions=[{"name": "disk", "types": ["storages"], "totalSize": 7}])
    assert machine((plain,)).storage == 7


def test_what_does_not_read_says_nothing() -> None:
    assert machine((b'{"cpus": 7}',)) == Machine()
    assert machine((node(totalRam=None, partitions=[]),)) == Machine(frozenset(("arm64",)))
    assert machine((node(), node(totalRam=None))).ram is None


def test_free_is_what_the_last_samples_leave_and_as_old_as_the_oldest() -> None:
    both = machine((node(), node("b")))
    assert figures(both, said(("main", 9), ("b", 5))) == Figures(200, 100, 140, 60, 5 * SECOND)


def test_free_is_not_known_before_every_node_has_said_it() -> None:
    both = machine((node(), node("b")))
    assert figures(both, None) == Figures(200, 100)
    assert figures(both, b'{"nodes": 3}') == Figures(200, 100)
    assert figures(both, said(("main", 9))) == Figures(200, 100, at=9 * SECOND)
    assert figures(Machine(), said(("main", 9))) == Figures(at=9 * SECOND)
