"""Certificates of Units in the field: renewed by the cloud, refused, revoked, against a real cloud process."""

import asyncio
from collections.abc import Iterator

import pytest
from tests.system.cloud_process import registration
from tests.system.field import Field, Json
from tests.system.real_unit import RealUnit

PACE = 0.05


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    field = Field(tmp_path_factory.mktemp("cloud"))
    field.cloud.start()
    yield field
    field.cloud.stop()


def provisioned(field: Field, name: str) -> RealUnit:
    field.provision(name)
    return field.unit(name, pace=PACE)


def certificates(field: Field, name: str) -> list[Json]:
    return field.call("oem", "GET", f"/units/{name}/certificates/")["items"]  # type: ignore[no-any-return]


def online(found: list[Json]) -> Json:
    [one] = [one for one in found if one["cert_type"] == "online"]
    return one


async def until(field: Field, name: str, *statuses: str) -> list[Json]:
    async with asyncio.timeout(30):
        while True:
            found = await asyncio.to_thread(certificates, field, name)
            if {one["status"] for one in found} == set(statuses):
                return found
            await asyncio.sleep(0.1)


def renew(field: Field, name: str, *types: str) -> list[Json]:
    body: Json = {"json": {"cert_types": list(types)}} if types else {}
    return field.call("oem", "POST", f"/units/{name}/renew-certificates/", **body)["items"]  # type: ignore[no-any-return]


def audited(field: Field, operation: str) -> list[Json]:
    return field.call("oem", "GET", f"/audit/?operation={operation}")["items"]  # type: ignore[no-any-return]


async def test_a_unit_renews_and_the_old_certificate_goes_only_when_the_new_one_is_seen(field: Field) -> None:
    unit = provisioned(field, "renews-1")
    old = online(certificates(field, "renews-1"))
    async with field.alive(unit):
        await field.until("renews-1", online_status="Online")
        asked = online(await asyncio.to_thread(renew, field, "renews-1"))
        assert asked["status"] == "renew_requested"
        new = online(await until(field, "renews-1", "renew_done"))
        await field.until("renews-1", online_status="Online")
    assert unit.renewal is not None
    assert new["serial"] != old["serial"] and new["state"] == "active"
    assert unit.renewal.installed["online"].serial_number == int(new["serial"], 16)
    assert unit.seen["discovery"] == 2, "the token is bound to the old certificate"
    assert unit.seen["stray nack"] == 0
    assert audited(field, "unit_certificates_renew")[0]["target"].endswith("renews-1")


async def test_one_that_is_away_hears_of_it_when_it_comes(field: Field) -> None:
    unit = provisioned(field, "renews-2")
    renew(field, "renews-2", "online")
    assert online(certificates(field, "renews-2"))["status"] == "renew_requested"
    async with field.alive(unit):
        await until(field, "renews-2", "renew_done")
    assert unit.renewal is not None and list(unit.renewal.installed) == ["online"]


async def test_what_a_unit_cannot_install_leaves_the_old_one(field: Field) -> None:
    unit = provisioned(field, "renews-3")
    old = online(certificates(field, "renews-3"))
    assert unit.renewal is not None
    unit.renewal.breaks = "no room for the key"
    async with field.alive(unit):
        await field.until("renews-3", online_status="Online")
        await asyncio.to_thread(renew, field, "renews-3")
        left = online(await until(field, "renews-3", "renew_failed"))
        assert (left["serial"], left["state"], left["error"]) == (old["serial"], "active", "no room for the key")
        unit.renewal.breaks = ""
        await asyncio.to_thread(renew, field, "renews-3")
        await until(field, "renews-3", "renew_done")


async def test_a_request_in_a_foreign_name_is_refused_and_written_down(field: Field) -> None:
    unit = provisioned(field, "renews-4")
    assert unit.renewal is not None
    unit.renewal.common_name = "renews-1"
    async with field.alive(unit):
        await field.until("renews-4", online_status="Online")
        await asyncio.to_thread(renew, field, "renews-4")
        left = online(await until(field, "renews-4", "renew_failed"))
    assert "somebody else" in left["error"]
    denied = audited(field, "unit_certificates_issue")[0]
    assert denied["outcome"] == "denied" and "somebody else" in denied["detail"]
    assert not unit.renewal.installed


def test_passwords_do_not_lie_readable_in_the_database(field: Field) -> None:
    body = {"secure_data": '{"version":"2.0.0","nodes":{"main":"a-very-well-known-word"}}'}
    field.call("oem", "POST", "/units/provisioning/", json=registration("renews-5", **body))
    for path in field.cloud.folder.glob("**/*.db*"):
        assert b"a-very-well-known-word" not in path.read_bytes()


def test_without_the_nodes_passwords_the_cloud_says_so(field: Field) -> None:
    field.call("oem", "POST", "/units/provisioning/", json=registration("renews-6", secure_data=""))
    with field.cloud.person("oem") as client:
        answer = client.post("/units/renews-6/renew-certificates/")
    assert answer.status_code == 409 and "main" in answer.json()["element"], answer.text


def test_only_types_that_there_are_can_be_renewed(field: Field) -> None:
    field.provision("renews-7")
    with field.cloud.person("oem") as client:
        wrong = client.post("/units/renews-7/renew-certificates/", json={"cert_types": ["golden"]})
    assert wrong.status_code == 400
    assert wrong.json()["element"] == "cert_types[0]"


@pytest.mark.slow
async def test_a_revoked_certificate_loses_its_session_within_a_minute(field: Field) -> None:
    unit = provisioned(field, "revoked-1")
    one = online(certificates(field, "revoked-1"))
    async with field.alive(unit):
        await field.until("revoked-1", online_status="Online")
        path = f"/units/revoked-1/certificates/{one['serial']}/revoke/"
        await asyncio.to_thread(field.call, "oem", "POST", path)
        await field.until("revoked-1", 60.0, online_status="Offline")
        await unit.until(lambda unit: unit.seen["discovery 401"] > 0)
    assert "online" not in {one["cert_type"] for one in certificates(field, "revoked-1")}


def test_certificates_that_end_soon_are_counted(field: Field) -> None:
    field.provision("ends-1")
    soon = field.call("oem", "GET", "/units/certificates/expiring/?within=P30D")
    assert soon == {"total": 0, "items": []}
    later = field.call("oem", "GET", "/units/certificates/expiring/?within=P2000D&limit=1000")
    [mine] = [one for one in later["items"] if (one["system_uid"], one["cert_type"]) == ("ends-1", "online")]
    assert mine["status"] == "renew_done"
    with field.cloud.person("oem") as client:
        assert client.get("/units/certificates/expiring/?within=soon").status_code == 400
        assert client.get("/units/certificates/expiring/?within=PT0S").status_code == 400


def test_people_renew_and_look_at_the_command_line(field: Field) -> None:
    field.provision("renews-8")
    shown = field.cloud.aos("oem", "unit", "renew", "renews-8")
    assert "to be renewed" in shown.stdout, shown
    waited = field.cloud.aos("oem", "unit", "renew", "renews-8", "--wait", "0.1")
    assert waited.returncode == 4 and "has not renewed" in waited.stderr
    ends = field.cloud.aos("oem", "unit", "expiring", "--within", "P2000D")
    assert "renews-8" in ends.stdout
    gone = field.cloud.aos("oem", "unit", "revoke", "renews-8")
    assert gone.returncode == 0 and "registered anew" in gone.stdout
