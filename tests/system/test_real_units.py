"""Units in the field, AosCore 9.1.1 as it was seen, against a real cloud process: they join as they are."""

import asyncio
import hashlib
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.field import Field
from tests.system.real_unit import RealUnit

PACE = 0.05  # of the Unit's waits: 10 s become half a second


def begun(folder: Path, plain: bool = True, **environment: str) -> Field:
    """A cloud with one version of one service."""
    field = Field(folder, plain, **environment)
    field.cloud.start()
    field.upload("hello", "1.0.0")
    return field


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    field = begun(tmp_path_factory.mktemp("cloud"))
    field.upload("hello", "1.1.0", random.Random(1).randbytes(300_000))
    yield field
    field.cloud.stop()


def provisioned(field: Field, name: str, **options: object) -> RealUnit:
    field.provision(name)
    return field.unit(name, pace=PACE, **options)


def is_done(unit: RealUnit) -> bool:
    return (
        unit.update.rounds > 0
        and all(
            instance["state"] == "active"
            for group in unit.update.instances.values()
            for instance in group["instances"]
        )
        and bool(unit.update.instances)
    )


async def test_a_target_runs_to_its_end_and_people_see_it(field: Field) -> None:
    unit = provisioned(field, "real-1")
    item = field.item("hello")
    field.assign("real-1", item, "real-1", instances=2)
    async with field.alive(unit):
        await unit.until(is_done)
        view = await field.until("real-1", deployment="in_sync", online_status="Online")
    assert unit.update.items[item]["version"] == "1.1.0"
    [group] = unit.update.instances.values()
    assert len(group["instances"]) == 2
    assert unit.seen["stray nack"] == 0 and not unit.deaf
    for trap in ("foreign ignored", "text ignored", "fragments ignored", "unparsable ignored", "blob differs"):
        assert unit.seen[trap] == 0, trap
    assert unit.seen["over a limit or incomplete: ignored"] == 0
    assert unit.seen["given up"] == 0
    assert {message["header"]["systemId"] for message in unit.sent} == {""}
    assert view["system_uid"] == "real-1"


async def test_blobs_are_asked_for_one_at_a_time_and_named_by_both_digests(field: Field) -> None:
    unit = provisioned(field, "real-2")
    field.assign("real-2", field.item("hello"), "real-2")
    async with field.alive(unit):
        await unit.until(is_done)
    assert len(unit.update.asked) == len(set(unit.update.asked)) == 5  # index, manifest, image, item config, layer
    for digest, content in unit.update.blobs.items():
        assert digest == "sha256:" + hashlib.sha256(content).hexdigest()


async def test_a_download_that_breaks_off_goes_on_where_it_was(field: Field) -> None:
    unit = provisioned(field, "real-3")
    unit.update.cut_downloads_after = 50_000
    field.assign("real-3", field.item("hello"), "real-3")
    async with field.alive(unit):
        await unit.until(is_done)
    assert unit.seen["download resumed"] >= 5


async def test_a_unit_whose_blobs_never_match_asks_for_ever_and_costs_little(field: Field) -> None:
    unit, other = provisioned(field, "real-4"), provisioned(field, "real-5")
    unit.update.spoil_downloads = True
    field.assign("real-4", field.item("hello"), "real-4", "real-5")
    async with field.alive(unit, other):
        await other.until(is_done)
        await asyncio.sleep(3)
        assert unit.update.rounds == 0
        assert 1 < unit.seen["heard bloburls"] <= 5, "answered at full speed"
        assert unit.seen["stray nack"] == 0
        await field.until("real-5", deployment="in_sync")


async def test_a_newer_target_follows_and_an_older_version_goes(field: Field) -> None:
    unit = provisioned(field, "real-6")
    item = field.item("hello")
    subject = field.assign("real-6", item, "real-6")
    async with field.alive(unit):
        await unit.until(is_done)
        [assignment] = field.call("oem", "GET", f"/subjects/{subject}/assignments/")["items"]
        field.call("oem", "DELETE", f"/subjects/{subject}/assignments/{assignment['id']}/")
        await unit.until(lambda it: not it.update.items and not it.update.instances)
        wanted = {"item_id": item, "version": "1.0.0"}
        field.call("oem", "POST", f"/subjects/{subject}/assignments/", json=wanted)
        await unit.until(lambda it: item in it.update.items and it.update.items[item]["state"] == "installed")
        assert unit.update.items[item]["version"] == "1.0.0"
        await field.until("real-6", deployment="in_sync")
    generations = [one["generation"]["number"] for one in unit.heard if one["messagetype"] == "desiredStatus"]
    assert generations == sorted(generations)


async def test_a_lost_connection_is_opened_again_with_the_same_entry_and_token(field: Field) -> None:
    unit = provisioned(field, "real-7")
    field.assign("real-7", field.item("hello"), "real-7")
    async with field.alive(unit):
        await unit.until(is_done)
        for number in range(3):
            unit.cut()
            await unit.until(lambda it, number=number: it.seen["connection"] == number + 2)
        await field.until("real-7", online_status="Online")
    assert unit.seen["discovery"] == 1
    assert unit.seen["stray nack"] == 0


async def test_after_a_refusal_with_401_the_unit_discovers_again(field: Field) -> None:
    unit = provisioned(field, "real-8")
    async with field.alive(unit):
        await unit.until(lambda it: it.seen["ack"] > 0)
        unit.forget_token()
        unit.cut()
        await unit.until(lambda it: it.seen["refused 401"] == 1 and it.seen["connection"] == 2)
    assert unit.seen["discovery"] == 2


async def test_a_unit_that_knows_its_id_is_served_alike(field: Field) -> None:
    unit = provisioned(field, "real-9", knows_its_id=True)
    field.assign("real-9", field.item("hello"), "real-9")
    async with field.alive(unit):
        await unit.until(is_done)
    assert {message["header"]["systemId"] for message in unit.sent} == {"real-9"}


async def test_what_no_ack_came_for_is_sent_again_and_counts_once(field: Field) -> None:
    unit = provisioned(field, "real-10")
    unit.deafens_to_acks = True
    async with field.alive(unit):
        await unit.until(lambda it: it.seen["given up"] >= 1, timeout_s=20)
        assert unit.seen["stray nack"] == 0
        unit.deafens_to_acks = False
        unit.update.report_all()
        await field.until("real-10", online_status="Online")


async def test_a_unit_for_another_processor_says_so_and_people_see_it(field: Field) -> None:
    unit = provisioned(field, "real-11", architecture="arm64")
    field.assign("real-11", field.item("hello"), "real-11")
    async with field.alive(unit):
        await unit.until(lambda it: it.update.rounds > 0 and bool(it.update.items))
        view = await field.until("real-11", deployment="failed")
    assert "no image for this node" in str(view)


async def test_units_go_on_after_the_cloud_was_killed(tmp_path_factory: pytest.TempPathFactory) -> None:
    field = await asyncio.to_thread(begun, tmp_path_factory.mktemp("killed"))
    unit = provisioned(field, "real-12")
    async with field.alive(unit):
        await unit.until(lambda it: it.seen["ack"] > 0)
        await asyncio.to_thread(field.cloud.stop, signal.SIGKILL)
        await unit.until(lambda it: it.seen["connection lost"] == 1)
        await asyncio.to_thread(field.cloud.start)
        field.assign("real-12", field.item("hello"), "real-12")
        await unit.until(is_done)
        await field.until("real-12", deployment="in_sync", online_status="Online")
    await asyncio.to_thread(field.cloud.stop)


async def test_blobs_come_over_the_api_where_no_port_of_their_own_is_set(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    field = await asyncio.to_thread(begun, tmp_path_factory.mktemp("tls"), plain=False)
    unit = provisioned(field, "real-13")
    field.assign("real-13", field.item("hello"), "real-13")
    async with field.alive(unit):
        await unit.until(is_done)
    await asyncio.to_thread(field.cloud.stop)


async def test_units_are_served_alike_by_the_fall_back_library(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("fallback")
    field = await asyncio.to_thread(begun, folder, AOSCLOUD_CHANNEL_LIBRARY="websockets")
    unit = provisioned(field, "real-14")
    field.assign("real-14", field.item("hello"), "real-14")
    async with field.alive(unit):
        await unit.until(is_done)
        await field.until("real-14", deployment="in_sync", online_status="Online")
    assert unit.seen["stray nack"] == 0
    assert await asyncio.to_thread(field.cloud.stop) == 0
