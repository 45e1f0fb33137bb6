"""What a node says of itself."""

from pathlib import Path

import pytest

from aosedge.core.resources.node import architecture, describe, dmips
from aosedge.model.errors import Invalid
from aosedge.protocol.messages.parts import ArchInfo


def test_architectures_have_their_names_from_oci() -> None:
    assert architecture("x86_64") == ArchInfo("amd64")
    assert architecture("armv7l") == ArchInfo("arm", "v7")
    with pytest.raises(Invalid, match="pdp11"):
        architecture("pdp11")


def test_this_machine_has_processors_memory_and_a_partition(tmp_path: Path) -> None:
    node = describe("main", "edge", "runc", tmp_path, max_dmips=1234, max_instances=9)
    assert (node.identity.codename, node.node_group_subject.codename, node.state) == ("main", "edge", "provisioned")
    assert node.attrs == {"MainNode": "", "AosComponents": "cm,iam,sm"}
    assert (node.max_dmips, node.cpus[0].total_num_cores > 0, (node.total_ram or 0) > 1 << 24) == (1234, True, True)
    assert node.partitions[0].total_size > 0
    assert (node.runtimes[0].runtime_type, node.runtimes[0].max_instances) == ("runc", 9)
    assert dmips(7) == 7
    assert dmips() % 10_000 == 0
