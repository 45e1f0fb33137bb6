"""One AosCore has one bridge and one subnet, and nobody else has them."""

import os
from pathlib import Path

import pytest

from aosedge.core.network.claim import claimed
from aosedge.model.errors import Conflict

THERE = "lo"
"""An interface that every machine has: what a bridge looks like that was left behind."""


def hold(folder: Path, bridge: str, subnet: str, state: str) -> None:
    with claimed(bridge, subnet, folder / state, folder / "claims"):
        return


def test_a_bridge_that_another_one_runs_on_is_refused_with_setting_and_holder(tmp_path: Path) -> None:
    with claimed("b1", "10.1.0.0/24", tmp_path / "one", tmp_path / "claims"):
        with pytest.raises(Conflict) as refused:
            hold(tmp_path, "b1", "10.2.0.0/24", "two")
        error = refused.value
        assert error.element == "AOSCORE_BRIDGE" and error.got == "b1"
        assert f"{tmp_path / 'one'} (process {os.getpid()})" in str(error) and "AOSCORE_SUBNET" in error.cure
        hold(tmp_path, "b2", "10.2.0.0/24", "two")
    hold(tmp_path, "b1", "10.1.0.0/24", "two")


@pytest.mark.parametrize("subnet", ["10.1.0.0/24", "10.0.0.0/8", "10.1.0.128/25"])
def test_a_subnet_that_overlaps_is_refused(tmp_path: Path, subnet: str) -> None:
    with (
        claimed("b1", "10.1.0.0/24", tmp_path / "one", tmp_path / "claims"),
        pytest.raises(Conflict, match="AOSCORE_SUBNET"),
    ):
        hold(tmp_path, "b2", subnet, "two")


def test_instances_that_were_left_running_keep_their_bridge(tmp_path: Path) -> None:
    """Killed or ended: containers outlive their agent, and the next one of the same Unit adopts them."""
    (tmp_path / "one").mkdir()
    hold(tmp_path, THERE, "10.1.0.0/24", "one")
    with pytest.raises(Conflict, match="aoscore down --state"):
        hold(tmp_path, THERE, "10.1.0.0/24", "two")
    hold(tmp_path, THERE, "10.1.0.0/24", "one")
    (tmp_path / "one").rmdir()
    hold(tmp_path, THERE, "10.1.0.0/24", "two")


def test_a_claim_that_was_broken_off_or_is_nonsense_claims_nothing(tmp_path: Path) -> None:
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "b1.claim").write_text('{"bridge":')
    hold(tmp_path, "b1", "10.1.0.0/24", "one")
    assert not (tmp_path / "claims" / "b1.claim").exists()


def test_what_is_no_subnet_is_left_to_the_network_to_refuse(tmp_path: Path) -> None:
    with claimed("b1", "nonsense", tmp_path / "one", tmp_path / "claims"):
        hold(tmp_path, "b2", "10.1.0.0/24", "two")
