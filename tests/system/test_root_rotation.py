"""A second root certificate takes the first one's place in a running cloud, and nobody is shut out unawares."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.field import free_port
from tests.system.provisioned import NewUnit
from tests.system.test_unit_renewal import aos, listed, until

from aosedge.core import identity
from aosedge.trust.certificates import parse_pems, serial_of


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[CloudProcess]:
    made = CloudProcess(tmp_path / "cloud")
    made.init()
    for name in ("API", "UNIT", "CHANNEL"):  # the same ports when it is started again
        made.environment[f"AOSCLOUD_{name}_PORT"] = str(free_port())
    made.start()
    yield made
    assert made.stop() == 0


def roots(cloud: CloudProcess, *words: str) -> Any:
    done = cloud.run("aosedge.cli.aoscloud", "roots", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def restart(cloud: CloudProcess) -> None:
    assert cloud.stop() == 0
    cloud.start()


def provision(cloud: CloudProcess, unit: NewUnit) -> str:
    done = cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30", "--json")
    assert done.returncode == 0, done.stderr
    return unit.card.system_id


def online(cloud: CloudProcess, system_id: str) -> bool:
    return bool(aos(cloud, "unit", "show", system_id)["online_status"] == "Online")


def trusted(unit: NewUnit) -> set[str]:
    return {serial_of(root) for root in parse_pems(identity.load(unit.folder).roots_pem)}


def renew(cloud: CloudProcess, system_id: str) -> None:
    done = cloud.aos("oem", "unit", "renew", system_id, "--wait", "60")
    assert done.returncode == 0, (done.stdout, done.stderr)


@pytest.mark.slow
def test_a_root_is_replaced_while_units_work_and_whoever_would_be_shut_out_is_named_before(
    cloud: CloudProcess, tmp_path: Path
) -> None:
    here, away, late = (NewUnit(tmp_path / name) for name in ("here", "away", "late"))
    with here, away, late:
        names = provision(cloud, here), provision(cloud, away)
        away.end(signal.SIGTERM)
        [first] = roots(cloud, "list")
        new = roots(cloud, "add")["serial"]
        old = first["serial"]
        assert cloud.run("aosedge.cli.aoscloud", "roots", "add").returncode == 1
        restart(cloud)
        until(lambda: online(cloud, names[0]))
        renew(cloud, names[0])
        until(lambda: trusted(here) == {old, new})
        provision(cloud, late)
        assert trusted(late) == {old, new}

        refused = cloud.run("aosedge.cli.aoscloud", "roots", "retire", old)
        assert refused.returncode == 1
        assert f"Unit {names[1]}" in refused.stderr and "user admin" in refused.stderr
        assert names[0] not in refused.stderr and late.card.system_id not in refused.stderr

        away.launch()
        until(lambda: online(cloud, names[1]))
        renew(cloud, names[1])
        assert cloud.run("aosedge.cli.aoscloud", "init").returncode == 0  # the first users' files
        others = [name for name in ("owner", "auditor", "stranger") if f"user {name}" in refused.stderr]
        left = cloud.run("aosedge.cli.aoscloud", "roots", "retire", old)
        assert left.returncode == 1 and "Unit" not in left.stderr
        assert others == ["owner", "auditor", "stranger"]
        gone = roots(cloud, "retire", old, "--force")
        assert sorted(gone["shut_out"]) == ["user auditor", "user owner", "user stranger"]
        restart(cloud)
        for unit in (here, away, late):
            until(lambda unit=unit: online(cloud, unit.card.system_id))  # type: ignore[misc]
        assert [(root["serial"], root["issues"]) for root in roots(cloud, "list")] == [(new, True)]

        renew(cloud, names[0])
        until(lambda: trusted(here) == {new})
        assert listed(cloud, here)["online"]["state"] == "active"
        with cloud.person("oem") as client:
            assert client.get("/users/me/").status_code == 200
