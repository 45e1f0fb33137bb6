"""Figures of an instance and facts of the node."""

from pathlib import Path

import pytest

from aosedge.core.resources.figures import Figures, dmips, read_figures
from aosedge.core.resources.node import architecture, describe
from aosedge.model.errors import Invalid


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_figures_are_read_from_cgroup_v2(tmp_path: Path) -> None:
    write(tmp_path, cgroup__controllers="cpu memory pids\n")
    write(
        tmp_path / "aosedge" / "x",
        cpu__stat="usage_usec 12345\nuser_usec 1\n", memory__current="5000\n",
        memory__stat="anon 1\ninactive_file 2000\nactive_file 7\n", pids__current="3\n",
    )  # fmt: skip
    assert read_figures("/aosedge/x", tmp_path) == Figures(12345, 3000, 3)
    assert read_figures("/aosedge/gone", tmp_path) is None


def test_figures_are_read_from_cgroup_v1(tmp_path: Path) -> None:
    write(tmp_path / "cpuacct" / "aosedge" / "x", cpuacct__usage="12345678\n")
    write(
        tmp_path / "memory" / "aosedge" / "x",
        memory__usage_in_bytes="5000\n", memory__stat="inactive_file 1\ntotal_inactive_file 2000\n",
    )  # fmt: skip
    write(tmp_path / "pids" / "aosedge" / "x", pids__current="3\n")
    assert read_figures("/aosedge/x", tmp_path) == Figures(12345, 3000, 3)
    assert read_figures("/aosedge/gone", tmp_path) is None


def test_dmips_are_the_share_of_the_nodes() -> None:
    assert dmips(cpu_us=500_000, elapsed_us=1_000_000, max_dmips=20_000, cores=2) == 5_000
    assert dmips(1, 0, 20_000, 2) == 0


@pytest.mark.parametrize(("machine", "name", "variant"), [("x86_64", "amd64", None), ("armv7l", "arm", "v7")])
def test_architectures_have_their_names_of_oci(machine: str, name: str, variant: str | None) -> None:
    found = architecture(machine)
    assert (found.architecture, found.variant) == (name, variant)
    with pytest.raises(Invalid):
        architecture("pdp11")


def test_the_node_says_what_it_has(tmp_path: Path) -> None:
    node = describe("main", "kind", "crun", tmp_path, max_dmips=4_000)
    assert node.max_dmips == 4_000 and node.total_ram and node.cpus and node.partitions[0].total_size > 0
    assert [(one.runtime_type, one.max_dmips) for one in node.runtimes] == [("crun", 4_000)]
