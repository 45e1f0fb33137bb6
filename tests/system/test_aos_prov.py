"""AosEdge's own `aos-prov`, as it is published, against our Unit and our cloud; only its bundled root is replaced."""

import asyncio
import signal
import subprocess
from pathlib import Path

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.provisioned import NewUnit, free_port
from tests.system.sdk import Sdk

from aosedge.clock import RandomIds, SystemClock
from aosedge.core import identity
from aosedge.core.identity.door import Door
from aosedge.core.identity.provisioning import born
from aosedge.core.identity.staging import Staging
from aosedge.core.resources.node import describe

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
PACKAGE = "aos-prov==5.5.0"


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory, cloud: CloudProcess) -> Sdk:
    made = Sdk(tmp_path_factory.mktemp("sdk"), ())
    made.install((PACKAGE,))
    made.trust(cloud.folder / "root.pem")
    return made


def aos_prov(
    sdk: Sdk, cloud: CloudProcess, address: str, user: str = "oem", nodes: int = 1
) -> subprocess.CompletedProcess[str]:
    port = cloud.url.rpartition(":")[2]
    p12 = cloud.folder / "users" / f"{user}.p12"
    more = ("--nodes", str(nodes), "--check-software", "--skip-check-version", "--retry-count", "1")
    return sdk.run("aos-prov", "provision", "-u", address, "-p", str(p12), "--register-port", port, *more)


def test_the_published_tool_provisions_our_unit_and_it_comes_online(
    sdk: Sdk, cloud: CloudProcess, tmp_path: Path
) -> None:
    with NewUnit(tmp_path / "unit") as unit:
        done = aos_prov(sdk, cloud, unit.address)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Finished successfully!" in done.stdout
        assert "provisioning protocol version 7" in done.stdout
        assert unit.card.provisioned
        waited = cloud.aos("oem", "unit", "wait", unit.card.system_id, "--timeout", "30")
        assert waited.returncode == 0, waited.stderr
        assert f"/oem/units/{unit_id(cloud, unit.card.system_id)}" in done.stdout
        again = aos_prov(sdk, cloud, unit.address)
        assert again.returncode == 1
        assert "connection refused (nothing is listening on this port)" in again.stderr


def test_the_published_tool_provisions_all_nodes_of_our_unit(sdk: Sdk, cloud: CloudProcess, tmp_path: Path) -> None:
    nodes_port = str(free_port())
    with NewUnit(tmp_path / "main", settings={"nodes_port": nodes_port}) as main:
        left = NewUnit(tmp_path / "left", settings={"node": "left", "main_node": f"127.0.0.1:{nodes_port}"})
        left.launch()
        try:
            done = aos_prov(sdk, cloud, main.address, nodes=2)
            assert done.returncode == 0, done.stdout + done.stderr
            left.until("registered with the main node.*protected=True")
        finally:
            left.end(signal.SIGTERM)
        assert (left.card.system_id, left.card.provisioned) == (main.card.system_id, True)
        waited = cloud.aos("oem", "unit", "wait", main.card.system_id, "--timeout", "30")
        assert waited.returncode == 0, waited.stderr


def test_the_published_tool_tells_people_without_rights_so(sdk: Sdk, cloud: CloudProcess, tmp_path: Path) -> None:
    with NewUnit(tmp_path / "unit") as unit:
        done = aos_prov(sdk, cloud, unit.address, "auditor")
        assert done.returncode == 1
        assert "aos-prov works only with OEM user certificate" in done.stderr
        assert not unit.card.provisioned


async def test_the_published_tool_goes_on_with_version_6_where_a_unit_has_no_7(
    sdk: Sdk, cloud: CloudProcess, tmp_path: Path
) -> None:
    folder, port, clock = tmp_path / "unit", free_port(), SystemClock()
    card = born(folder, "main", RandomIds())
    door = Door(Staging(folder, card, clock), describe("main", "main", "", folder), "old", clock, versions=(6,))
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(door.serve("127.0.0.1", port))
        done = await asyncio.to_thread(aos_prov, sdk, cloud, f"127.0.0.1:{port}")
        door.close()
        await serving
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Updating root certificates" not in done.stdout
    assert identity.load(folder).roots_pem == (cloud.folder / "root.pem").read_text()


def unit_id(cloud: CloudProcess, system_id: str) -> str:
    with cloud.person("oem") as client:
        return str(client.get(f"/units/{system_id}/").json()["id"])
