"""An unprovisioned Unit, a tool and a cloud, each a process: the Unit gets an identity and becomes its agent."""

import asyncio
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import grpc
import httpx
import pytest
from google.protobuf.empty_pb2 import Empty
from tests.system.cloud_process import CloudProcess, registration
from tests.system.provisioned import NewUnit, free_port

from aosedge.cli.unit_door import UnitDoor, UnitRefused, address_of
from aosedge.clock import RandomIds, SystemClock
from aosedge.core import identity
from aosedge.core.identity.door import Door
from aosedge.core.identity.protos import iamanager_pb2 as wire
from aosedge.core.identity.protos import methods
from aosedge.core.identity.provisioning import born
from aosedge.core.identity.staging import CERTIFICATE_TYPES, Staging
from aosedge.core.resources.node import describe
from aosedge.model.errors import AosError, Invalid
from aosedge.model.instants import SECOND, Instant, Monotonic
from aosedge.trust import certificates


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[NewUnit]:
    with NewUnit(tmp_path / "unit") as unit:
        yield unit


def refused(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) != 0


def until_open(port: int) -> None:
    while refused(port):
        time.sleep(0.01)


def test_a_unit_is_provisioned_and_becomes_its_agent_without_anybody_starting_it(
    cloud: CloudProcess, unit: NewUnit
) -> None:
    assert unit.process is not None
    number = unit.process.pid
    done = cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30", "--json")
    assert done.returncode == 0, done.stderr
    view = json.loads(done.stdout)
    assert (view["protocol"], view["nodes"], view["online"]) == (7, ["main"], True)
    assert [each["cert_type"] for each in view["certificates"]] == list(CERTIFICATE_TYPES)
    assert (view["system_uid"], unit.card.provisioned) == (unit.card.system_id, True)
    assert (unit.process.pid, unit.process.poll()) == (number, None)
    shown = json.loads(cloud.aos("oem", "unit", "show", view["system_uid"], "--json").stdout)
    assert (shown["id"], shown["online_status"]) == (view["id"], "Online")
    assert (shown["model_name"], shown["nodes"][0]["main"]) == ("aosedge-unit", True)
    listed = json.loads(cloud.aos("oem", "unit", "certificates", view["system_uid"], "--json").stdout)
    folder = unit.folder / identity.FOLDER
    ours = [certificates.parse_pem((folder / f"{kind}.pem").read_text()) for kind in CERTIFICATE_TYPES]
    assert {each["serial"] for each in listed} == {certificates.serial_of(each) for each in ours}


def test_the_door_is_closed_once_the_unit_is_provisioned_and_stays_closed(cloud: CloudProcess, unit: NewUnit) -> None:
    assert cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30").returncode == 0
    assert refused(unit.port)
    again = cloud.aos("oem", "unit", "provision", unit.address)
    assert again.returncode == 1
    assert "no Unit answers" in again.stderr
    assert "is it provisioned already (aos unit list)?" in again.stderr
    assert unit.end(signal.SIGKILL) == -signal.SIGKILL
    unit.launch()
    unit.until("connected")
    assert not any("waiting for a tool" in line for line in unit.lines)
    assert refused(unit.port)


def test_of_two_tools_at_once_one_wins_and_the_other_hears_why(cloud: CloudProcess, unit: NewUnit) -> None:
    with ThreadPoolExecutor() as pool:
        tools = [pool.submit(cloud.aos, "oem", "unit", "provision", unit.address, "--json") for _ in range(3)]
        done = [tool.result() for tool in tools]
    won = [each for each in done if each.returncode == 0]
    assert len(won) == 1, done
    words = ("another tool is provisioning this Unit", "provisioned already")
    for lost in done:
        assert lost in won or any(each in lost.stderr for each in words), lost.stderr
    shown = cloud.aos("oem", "unit", "wait", unit.card.system_id, "--timeout", "30")
    assert shown.returncode == 0, shown.stderr


def test_of_many_registrations_of_one_unit_at_once_one_counts_whole_and_refusals_say_why(cloud: CloudProcess) -> None:
    at_once = threading.Barrier(6)

    def register(_number: int) -> httpx.Response:
        body = registration("wanted-by-all")
        with cloud.person("oem") as client:
            client.get("/users/me/")  # the connection is there before the race begins
            at_once.wait(20)
            return client.post("/units/provisioning/", json=body)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(register, range(6)))
    given = []
    for answer in answers:
        view = answer.json()
        if answer.status_code == 201:
            chains = [view["online_certificate"], view["offline_certificate"]]
            chains += [each["cert"] for each in view["additional_certs"]]
            given.append({certificates.serial_of(certificates.parse_pem(chain)) for chain in chains})
        else:
            assert (answer.status_code, view["element"]) == (409, "system_uid"), answer.text
    with cloud.person("oem") as client:
        listed = client.get("/units/wanted-by-all/certificates/").json()["items"]
    valid = {each["serial"] for each in listed if each["state"] == "active"}
    assert valid in given


def test_a_unit_that_dies_half_way_is_provisioned_by_the_next_try_under_the_same_name(
    cloud: CloudProcess, unit: NewUnit
) -> None:
    name = unit.card.system_id
    with UnitDoor(unit.address) as door:
        assert (door.agree(), door.system().system_id) == (7, name)
        door.start("main", "password")
        assert door.create_key("main", "online", "password").csr.startswith("-----BEGIN CERTIFICATE REQUEST")
    assert unit.end(signal.SIGKILL) == -signal.SIGKILL
    unit.start()
    done = cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30")
    assert done.returncode == 0, done.stderr
    assert "connecting > nodes > keys > registering > certificates > finishing > provisioned" in done.stdout
    assert unit.card.system_id == name


def test_a_tool_without_rights_or_a_fleet_leaves_a_unit_that_waits_on(cloud: CloudProcess, unit: NewUnit) -> None:
    for user, more, code, words in (
        ("auditor", (), 3, "is not for the role auditor"),
        ("oem", ("--fleet", "nowhere"), 3, "no such fleet"),
        ("oem", ("--nodes", "2", "--timeout", "1"), 4, "fewer than 2 nodes"),
    ):
        done = cloud.aos(user, "unit", "provision", unit.address, *more)
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert not unit.card.provisioned
    assert not refused(unit.port)
    assert unit.end(signal.SIGTERM) == 0


def test_a_factory_line_ends_with_the_provisioning(cloud: CloudProcess, tmp_path: Path) -> None:
    with closing(NewUnit(tmp_path / "unit")) as unit:
        unit.start("--until-provisioned")
        assert unit.process is not None
        assert cloud.aos("oem", "unit", "provision", unit.address).returncode == 0
        assert unit.process.wait(20) == 0
    assert identity.load(unit.folder).system_id == unit.card.system_id


def test_a_taken_port_names_the_setting(tmp_path: Path, unit: NewUnit) -> None:
    with closing(NewUnit(tmp_path / "other", unit.port)) as other:
        other.launch()
        assert other.process is not None
        assert other.process.wait(20) == 1
        other.until("provisioning_port: cannot listen there")


async def test_units_of_version_6_are_provisioned_too(cloud: CloudProcess, tmp_path: Path) -> None:
    """As those in the field, which have no UpdateRootCerts: the root is the end of each chain."""
    folder, port = tmp_path / "unit", free_port()
    card = born(folder, "main", RandomIds())
    node = describe("main", "main", "", folder)
    door = Door(Staging(folder, card, SystemClock()), node, "old", SystemClock(), versions=(6,))
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(door.serve("127.0.0.1", port))
        await asyncio.to_thread(until_open, port)
        command = ("oem", "unit", "provision", f"127.0.0.1:{port}", "--json")
        done = await asyncio.to_thread(cloud.aos, *command)
        door.close()
        await serving
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["protocol"] == 6
    assert identity.load(folder).roots_pem == (cloud.folder / "root.pem").read_text()


def test_what_is_not_a_provisioning_unit_is_said_to_be_none(unit: NewUnit) -> None:
    with grpc.insecure_channel(unit.address) as channel:
        call = channel.unary_unary("/iamanager.v5.IAMPublicService/GetSystemInfo", methods.encode, lambda raw: raw)
        with pytest.raises(grpc.RpcError) as error:
            call(Empty(), timeout=5)
        assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED  # type: ignore[attr-defined]
        long = channel.unary_unary(methods.START.path(7), methods.encode, methods.START.decode_answered)
        with pytest.raises(grpc.RpcError) as error:
            long(wire.ProvisioningRequest(password="x" * 300_000), timeout=5)
        assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED  # type: ignore[attr-defined]
    with UnitDoor(unit.address) as door:
        with pytest.raises(UnitRefused, match="no such node"):
            door.node("nobody")
        with pytest.raises(UnitRefused, match="StartProvisioning comes first"):
            door.create_key("main", "iam", "")
    with socket.create_server(("127.0.0.1", 0)) as deaf, UnitDoor(f"127.0.0.1:{deaf.getsockname()[1]}") as door:
        deaf.close()
        with pytest.raises(AosError, match="no Unit answers"):
            door.agree()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("unit", "unit:8089"),
        ("10.0.0.1:18089", "10.0.0.1:18089"),
        ("[::1]:7", "[::1]:7"),
        ("[::1]", "[::1]:8089"),
        ("::1", "[::1]:8089"),
    ],
)
def test_an_address_has_a_port_whether_said_or_not(said: str, meant: str) -> None:
    assert address_of(said) == meant


@pytest.mark.parametrize("said", ["", ":8089", "unit:", "unit:port", "unit:70000", "https://unit:1"])
def test_what_is_no_address_is_refused(said: str) -> None:
    with pytest.raises(Invalid, match="not the address of a Unit"):
        address_of(said)


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self._real, self.ahead_us = SystemClock(), 0

    def wall(self) -> Instant:
        return self._real.wall()

    def monotonic(self) -> Monotonic:
        return Monotonic(self._real.monotonic() + self.ahead_us)


async def test_a_silent_tool_makes_room_and_hears_so_and_one_that_gives_up_does_at_once(tmp_path: Path) -> None:
    folder, port, clock = tmp_path / "unit", free_port(), Hand()
    card = born(folder, "main", RandomIds())
    door = Door(Staging(folder, card, clock), describe("main", "main", "", folder), "m", clock)

    def tools() -> None:
        with UnitDoor(f"127.0.0.1:{port}") as first, UnitDoor(f"127.0.0.1:{port}") as second:
            first.start("main", "first")
            first.start("main", "first")
            with pytest.raises(UnitRefused, match=r"another tool is provisioning this Unit .*silent for 3. s more"):
                second.start("main", "second")
            clock.ahead_us = 36 * SECOND
            second.start("main", "second")
            with pytest.raises(UnitRefused, match="another tool has begun"):
                first.create_key("main", "online", "first")
            first.give_up("main", "first")
            with pytest.raises(UnitRefused, match="another tool is provisioning"):
                first.start("main", "first")
            second.give_up("main", "second")
            first.start("main", "first")

    async with asyncio.TaskGroup() as group:
        serving = group.create_task(door.serve("127.0.0.1", port))
        await asyncio.to_thread(until_open, port)
        await asyncio.to_thread(tools)
        door.close()
        await serving
