"""Two devices with one certificate, against a real cloud process: people see both, and clear it."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from tests.system.field import Field, Json
from tests.system.real_unit import RealUnit

PACE = 0.05


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    field = Field(tmp_path_factory.mktemp("cloud"))
    field.cloud.start()
    yield field
    field.cloud.stop()


async def until(field: Field, name: str, holds: Callable[[Json], bool]) -> Json:
    async with asyncio.timeout(60):
        while True:
            view = await asyncio.to_thread(field.view, name)
            if holds(view):
                return view
            await asyncio.sleep(0.1)


def clones(field: Field) -> list[str]:
    """Those that the list finds; the figure agrees with it."""
    found = field.call("oem", "GET", "/units/?clone=true")
    assert found["total"] == field.call("oem", "GET", "/unit-counts/")["clones"]
    return [unit["system_uid"] for unit in found["items"]]


def twins(field: Field, name: str) -> tuple[RealUnit, RealUnit]:
    return field.unit(name, pace=PACE), field.unit(name, pace=PACE)


async def test_a_clone_is_seen_with_both_addresses_and_cleared_by_a_person(field: Field) -> None:
    field.provision("twin-1")
    field.provision("single-1")
    assert clones(field) == []
    async with field.alive(*twins(field, "twin-1"), field.unit("single-1", pace=PACE)):
        seen = (await until(field, "twin-1", lambda view: view["clone"] is not None))["clone"]
        await until(field, "single-1", lambda view: view["online_status"] == "Online")
    assert seen["times"] >= 1 and seen["older_address"] != seen["newer_address"]
    assert clones(field) == ["twin-1"]
    shown = field.cloud.aos("oem", "unit", "show", "twin-1").stdout
    assert "looks like two devices since" in shown and "127.0.0.1:" in shown
    listed = field.cloud.aos("oem", "unit", "list", "--clone").stdout
    assert "twin-1" in listed and "single-1" not in listed
    trail = field.call("oem", "GET", "/audit/")["items"]
    [told] = [line for line in trail if line["operation"] == "unit_clone_suspected"]
    assert "looks like two devices" in told["detail"]

    cleared = field.cloud.aos("oem", "unit", "clear-clone", "twin-1")
    assert "twin-1 is cleared" in cleared.stdout, cleared.stderr
    assert clones(field) == [] and field.view("twin-1")["clone"] is None
    trail = field.call("oem", "GET", "/audit/")["items"]
    assert [line["outcome"] for line in trail if line["operation"] == "units_clear_clone"] == ["done"]


async def test_a_renewed_certificate_clears_the_unit(field: Field) -> None:
    field.provision("twin-2")
    async with field.alive(*twins(field, "twin-2")):
        await until(field, "twin-2", lambda view: view["clone"] is not None)
    field.call("oem", "POST", "/units/twin-2/renew-certificates/", json={})
    async with field.alive(field.unit("twin-2", pace=PACE)):
        await until(field, "twin-2", lambda view: view["clone"] is None)
    assert clones(field) == []
