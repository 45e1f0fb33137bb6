"""A user moves from Unit to Unit, and the state of their services with them: all of it real."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.made_bundles import CONFIG_TEXT, Signer, bundle, config, file
from tests.system.field import Field
from tests.system.provisioned import NewUnit
from tests.system.real_unit_shapes import sha3_224

from aosedge.trust import certificates

pytestmark = pytest.mark.slow
NUMBER = os.getpid() % 10_000
COUNTER = b"""#!/bin/sh
file=${AOS_STATE_FILE:-/state.dat}
read n < $file || n=0
echo began with $n
while :; do n=$((n + 1)); echo $n > $file; sleep 2; done
"""
STATEFUL = CONFIG_TEXT.replace(
    "{quotas: {ramLimit: 64MiB}}", "{hostname: counter, quotas: {stateLimit: 1KiB}, state: {required: true}}"
).replace("cmd: /bin/serve --loud", "cmd: /bin/serve")


def upload(field: Field) -> str:
    """A service that counts in its state, from 40; its id."""
    key, leaf, roots = certificates.load_p12((field.cloud.folder / "users" / "sp.p12").read_bytes())
    content = [file("./counter/amd64/bin/serve", COUNTER), file("./counter/default_state.dat", b"40\n")]
    made = bundle(Signer(key, leaf, tuple(roots)), config("counter", text=STATEFUL), content)
    field.call("sp", "POST", "/deployment-bundles/upload/", files={"file": ("counter.tar.gz", made)})
    return field.item("counter")


def assign(field: Field, item: str, title: str = "driver", kind: str = "user") -> str:
    """A subject that has the item; its id."""
    subject = str(field.call("oem", "POST", "/subjects/", json={"title": title, "type": kind})["id"])
    field.call("oem", "POST", f"/subjects/{subject}/assignments/", json={"item_id": item})
    return subject


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    field = Field(tmp_path / "cloud")
    field.cloud.start()
    yield field
    field.cloud.stop()


def wait(so: Callable[[], Any], seconds: float = 40) -> Any:
    """What it gives once it gives something."""
    end = time.monotonic() + seconds
    while not (found := so()):
        assert time.monotonic() < end, "never so"
        time.sleep(0.1)
    return found


class Vehicle:
    """One real AosCore."""

    def __init__(self, field: Field, folder: Path, number: int, runtime: str) -> None:
        settings = {
            "runtime": runtime,
            "state_quiet_s": "1",
            "bridge": f"v{number}{os.getpid()}",
            "subnet": f"10.{60 + number + NUMBER // 250}.{NUMBER % 250}.0/24",
        }
        self._field, self.unit = field, NewUnit(folder, settings=settings)

    def join(self) -> str:
        """Wait for a tool, be provisioned; the system id."""
        self.unit.start("--stop-instances-on-exit")
        done = self._field.cloud.aos("oem", "unit", "provision", self.unit.address, "--wait", "30")
        assert done.returncode == 0, done.stderr
        return str(self.unit.card.system_id)

    def restart(self) -> None:
        """The agent is killed and comes back; instances go on."""
        self.unit.end(signal.SIGKILL)
        self.unit.launch("--stop-instances-on-exit")

    @property
    def files(self) -> list[Path]:
        return sorted(self.unit.folder.glob("instances/storage/*/state.dat"))

    def count(self) -> int:
        """What the service has written; 0 for nothing."""
        for path in self.files:
            with contextlib.suppress(ValueError, FileNotFoundError):
                return int(path.read_text())
        return 0

    def began(self) -> list[int]:
        """What the instance began with, each time it started."""
        done = self._field.cloud.run("aosedge.cli.aoscore", "logs", "counter", "--state", str(self.unit.folder))
        return [int(line.split()[-1]) for line in done.stdout.splitlines() if line.startswith("began with")]


@pytest.fixture(params=["native", pytest.param("crun", marks=pytest.mark.root)])
def vehicles(request: pytest.FixtureRequest, field: Field, tmp_path: Path) -> Iterator[list[Vehicle]]:
    made = [Vehicle(field, tmp_path / f"unit-{number}", number, request.param) for number in range(2)]
    yield made
    for one in made:
        if one.unit.process is not None:
            one.unit.end(signal.SIGTERM)


def kept(field: Field, subject: str) -> dict[str, Any]:
    [state] = field.call("oem", "GET", f"/subjects/{subject}/states/")["items"]
    return dict(state)


def kept_count(field: Field, subject: str) -> int:
    """What the cloud has accepted; 0 for nothing."""
    states = field.call("oem", "GET", f"/subjects/{subject}/states/")["items"]
    if not states or states[0]["is_default"]:
        return 0
    with field.cloud.person("oem") as client:
        return int(client.get(f"/subjects/{subject}/states/{states[0]['id']}/").content)


def test_a_service_goes_on_where_it_was_on_the_unit_that_its_user_moves_to(
    field: Field, vehicles: list[Vehicle]
) -> None:
    subject = assign(field, upload(field))
    one, other = vehicles
    names = [one.join(), other.join()]
    field.call("oem", "PUT", f"/subjects/{subject}/units/{names[0]}/")
    wait(lambda: kept_count(field, subject) > 41)
    assert one.began() == [40]
    assert one.count() >= 42
    one.restart()
    count = wait(lambda: kept_count(field, subject) > 43 and kept_count(field, subject))
    assert one.began() == [40]
    field.call("oem", "PUT", f"/subjects/{subject}/units/{names[1]}/")
    wait(lambda: other.count() > count)
    assert len(other.began()) == 1
    assert other.began()[0] >= count
    wait(lambda: not one.files)
    units = {unit["system_uid"]: unit["id"] for unit in field.call("oem", "GET", "/units/")["items"]}
    wait(lambda: kept(field, subject)["reported_by"] == units[names[1]])
    listed = field.cloud.aos("oem", "subject", "state", "list", "driver")
    assert names[1] in listed.stdout and "counter" in listed.stdout, listed.stderr
    copy = field.cloud.folder / "copy"
    done = field.cloud.aos("oem", "subject", "state", "download", "driver", "counter", "-o", str(copy))
    assert done.returncode == 0 and int(copy.read_text()) >= count, done.stderr
    done = field.cloud.aos("oem", "subject", "state", "reset", "driver", "counter")
    assert done.stdout == "counter of driver is back to its default\n", done.stderr
    wait(lambda: 40 <= other.count() < 44)
    trail = field.call("oem", "GET", "/audit/?operation=subject_states_reset")["items"]
    assert [line["outcome"] for line in trail] == ["done"]


async def test_a_real_unit_carries_on_where_another_was(field: Field) -> None:
    """AosCore 9.1.1 as it was seen: it asks at each start, and reports what its service writes."""
    item = await asyncio.to_thread(upload, field)
    subject, group = assign(field, item), assign(field, item, "crowd", "group")
    units = []
    for name in ("real-a", "real-b"):
        field.provision(name)
        units.append(field.unit(name, pace=0.05))
        field.call("oem", "PUT", f"/subjects/{group}/units/{name}/")
    field.call("oem", "PUT", f"/subjects/{subject}/units/real-a/")
    one, other = units

    def given(unit: Any, subject: str) -> list[str]:
        told = [m for m in unit.heard if m["messagetype"] == "updateState" and m["subject"]["id"] == subject]
        assert all(m["statechecksum"] == sha3_224(m["state"].encode()) for m in told)
        return [m["state"] for m in told]

    def tell(unit: Any, subject: str, content: str) -> None:
        checksum = sha3_224(content.encode())
        named = {"item": {"id": item}, "subject": {"id": subject}, "instance": 0}
        unit.say("newState", {**named, "stateChecksum": checksum, "state": content})

    async with field.alive(one, other):
        await one.until(lambda it: given(it, subject) == ["40\n"])
        await one.until(lambda it: given(it, group) == ["40\n"])
        tell(one, subject, "57\n")
        await one.until(lambda it: it.seen["state accepted"] == 1)
        field.call("oem", "PUT", f"/subjects/{subject}/units/real-b/")
        await other.until(lambda it: given(it, subject) == ["57\n"])
        tell(one, subject, "58\n")
        await one.until(lambda it: it.seen["state rejected"] == 1)
        tell(other, subject, "60\n")
        tell(other, group, "mine\n")
        await other.until(lambda it: it.seen["state accepted"] == 2)
        field.call("oem", "PUT", f"/subjects/{subject}/units/real-a/")
        await one.until(lambda it: given(it, subject) == ["40\n", "60\n"])
    assert given(one, group) == ["40\n"]
    assert await asyncio.to_thread(kept_count, field, subject) == 60
    for unit in units:
        assert unit.seen["invalid checksum"] == unit.seen["stray nack"] == unit.seen["given up"] == 0
