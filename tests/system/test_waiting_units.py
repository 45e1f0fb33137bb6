"""Units that wait for approval, over HTTP: an enrolment key in every state, and what is tried at the door."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from cryptography import x509
from tests.system.cloud_process import CloudProcess
from tests.system.newcomer import Newcomer

from aosedge.trust import csr

Json = dict[str, Any]


@pytest.fixture(scope="module")
def oem(cloud: CloudProcess) -> Iterator[httpx.Client]:
    with cloud.person("oem") as client:
        yield client


@pytest.fixture(scope="module")
def nobody(cloud: CloudProcess) -> Iterator[httpx.Client]:
    with cloud.nobody() as client:
        yield client


def key_of(client: httpx.Client, **wanted: Any) -> Json:
    fleet = client.get("/fleets/").json()["items"][0]["id"]
    answer = client.post("/enrolment-keys/", json={"title": "line 4", "fleet_id": fleet} | wanted)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def waiting(client: httpx.Client, newcomer: Newcomer) -> Json:
    found = client.get("/waiting-units/", params={"system_uid": newcomer.system_uid}).json()
    return dict(found["items"][0])


def applied(client: httpx.Client, newcomer: Newcomer, **wanted: Any) -> str:
    answer = newcomer.enrol(key_of(client, **wanted)["key"])
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_a_unit_waits_until_a_person_lets_it_in_and_then_has_its_certificates(
    oem: httpx.Client, nobody: httpx.Client
) -> None:
    newcomer = Newcomer(nobody, "waits-1")
    id = applied(oem, newcomer)
    assert newcomer.collect(id).json()["state"] == "waiting"
    seen = waiting(oem, newcomer)
    assert (seen["kind"], seen["state"], seen["origin"]) == ("enrolment", "waiting", "127.0.0.1")
    assert oem.get("/units/waits-1/").status_code == 404
    assert oem.post(f"/waiting-units/{id}/approve/").json()["state"] == "approved"
    answer = newcomer.collect(id).json()
    assert answer["state"] == "approved" and answer["fingerprint"] == seen["fingerprint"]
    leaf = x509.load_pem_x509_certificate(answer["certificates"]["online"].encode())
    assert leaf.public_key() == newcomer.key.public_key()
    assert oem.get("/units/waits-1/").json()["status"] == "provisioned"
    again = oem.post(f"/waiting-units/{id}/approve/")
    assert (again.status_code, again.json()["got"]) == (409, "approved")
    trail = oem.get("/audit/", params={"operation": "waiting_units_approve"}).json()["items"]
    assert any("waits-1" in line["target"] for line in trail)


def test_a_key_with_the_policy_automatic_lets_in_at_once_as_many_as_it_is_for(
    oem: httpx.Client, nobody: httpx.Client
) -> None:
    key = key_of(oem, policy="automatic", units=2)
    for name in ("at-once-1", "at-once-2"):
        newcomer = Newcomer(nobody, name)
        answer = newcomer.enrol(key["key"]).json()
        assert answer["state"] == "approved"
        assert "online" in newcomer.collect(answer["id"]).json()["certificates"]
        assert newcomer.enrol(key["key"]).json()["id"] == answer["id"], "the same again is the same"
    late = Newcomer(nobody, "at-once-3").enrol(key["key"])
    assert late.status_code == 403 and "as many Units" in late.json()["message"]
    listed = {each["id"]: each for each in oem.get("/enrolment-keys/").json()["items"]}
    assert (listed[key["id"]]["state"], listed[key["id"]]["used"]) == ("used", 2)
    assert "key" not in listed[key["id"]]


def test_a_key_that_is_revoked_or_unknown_lets_nobody_in(oem: httpx.Client, nobody: httpx.Client) -> None:
    key = key_of(oem)
    assert oem.post(f"/enrolment-keys/{key['id']}/revoke/").json()["state"] == "revoked"
    answer = Newcomer(nobody, "revoked-1").enrol(key["key"])
    assert answer.status_code == 403 and "revoked" in answer.json()["message"]
    assert Newcomer(nobody, "revoked-1").enrol("aosenr_none").status_code == 403


def test_a_key_that_has_expired_lets_nobody_in_and_who_waits_already_is_let_in(
    cloud: CloudProcess, oem: httpx.Client, nobody: httpx.Client
) -> None:
    key = key_of(oem, units=5, valid_hours=1)
    early, late = Newcomer(nobody, "early-1"), Newcomer(nobody, "late-1")
    waits = early.enrol(key["key"])
    assert waits.status_code == 201, waits.text
    with closing(sqlite3.connect(cloud.folder / "aoscloud.db", timeout=20)) as database, database:  # an hour passes
        database.execute("UPDATE enrolment_keys SET expires_at = created_at WHERE id = ?", (key["id"],))
    refused = late.enrol(key["key"])
    assert refused.status_code == 403 and "has expired" in refused.json()["message"]
    assert [one["state"] for one in oem.get("/enrolment-keys/").json()["items"] if one["id"] == key["id"]] == [
        "expired"
    ]
    assert oem.post(f"/waiting-units/{waits.json()['id']}/approve/").status_code == 201
    assert early.collect(waits.json()["id"]).json()["state"] == "approved"


def test_another_tenant_sees_neither_key_nor_waiting_unit(
    cloud: CloudProcess, oem: httpx.Client, nobody: httpx.Client
) -> None:
    key = key_of(oem)
    newcomer = Newcomer(nobody, "foreign-1")
    id = newcomer.enrol(key["key"]).json()["id"]
    with cloud.person("stranger") as stranger:
        assert stranger.get("/enrolment-keys/").json()["total"] == 0
        assert stranger.get("/waiting-units/").json()["total"] == 0
        for path in (f"/enrolment-keys/{key['id']}/revoke/", f"/waiting-units/{id}/approve/"):
            assert stranger.post(path).status_code == 404
        assert stranger.post(f"/waiting-units/{id}/reject/", json={}).status_code == 404
    assert waiting(oem, newcomer)["state"] == "waiting"


def test_a_rejected_unit_hears_why_and_is_not_approved_after(oem: httpx.Client, nobody: httpx.Client) -> None:
    newcomer = Newcomer(nobody, "rejected-1")
    id = applied(oem, newcomer)
    answer = oem.post(f"/waiting-units/{id}/reject/", json={"reason": "not ours"})
    assert answer.json()["state"] == "rejected"
    assert newcomer.collect(id).json() | {"state": "rejected", "reason": "not ours"} == newcomer.collect(id).json()
    assert oem.post(f"/waiting-units/{id}/approve/").status_code == 409
    assert oem.post(f"/waiting-units/{id}/reject/", json={}).status_code == 409


def test_two_keys_under_one_name_do_not_wait_at_once(oem: httpx.Client, nobody: httpx.Client) -> None:
    key = key_of(oem, units=5)
    assert Newcomer(nobody, "twice-1").enrol(key["key"]).status_code == 201
    other = Newcomer(nobody, "twice-1").enrol(key["key"])
    assert other.status_code == 409 and "another key waits" in other.json()["message"]


def test_a_request_without_a_proof_by_its_key_is_refused(oem: httpx.Client, nobody: httpx.Client) -> None:
    key = key_of(oem)
    newcomer = Newcomer(nobody, "proof-1")
    assert newcomer.enrol(key["key"], newcomer.said(csr.new_key("p384"))).status_code == 401
    said = newcomer.said()
    assert newcomer.enrol(key["key"], said | {"challenge": said["challenge"][:-1] + "x"}).status_code == 401
    assert newcomer.enrol(key["key"], said | {"system_uid": "proof-2"}).status_code in (400, 401)
    assert newcomer.enrol(key["key"], said).status_code == 201
    replay = newcomer.enrol(key["key"], said)
    assert replay.status_code == 409 and "counted already" in replay.json()["message"]
    stranger = Newcomer(nobody, "proof-1")
    assert stranger.collect(waiting(oem, newcomer)["id"]).status_code == 401


def test_a_request_in_a_foreign_name_is_refused_before_anybody_looks(oem: httpx.Client, nobody: httpx.Client) -> None:
    newcomer = Newcomer(nobody, "name-1")
    newcomer.body["online_public_csr"] = csr.unit_request(newcomer.key, "somebody-else", "online").decode()
    answer = newcomer.enrol(key_of(oem)["key"])
    assert answer.status_code == 400 and "names somebody else" in answer.json()["message"]


def test_the_limit_of_units_holds_for_whoever_is_let_in(
    cloud: CloudProcess, oem: httpx.Client, nobody: httpx.Client
) -> None:
    newcomer = Newcomer(nobody, "limit-1")
    id = applied(oem, newcomer)
    organization = oem.get("/users/me/").json()["organization"]["id"]
    used = oem.get("/units/").json()["total"]
    with cloud.person("admin") as admin:
        path = f"/organizations/{organization}/limits/"
        assert admin.put(path, json={"units_most": used}).status_code == 200
        full = oem.post(f"/waiting-units/{id}/approve/")
        assert full.status_code == 409 and "no more Units" in full.json()["message"]
        assert admin.put(path, json={"units_most": None}).status_code == 200
    assert oem.post(f"/waiting-units/{id}/approve/").status_code in (200, 201)
