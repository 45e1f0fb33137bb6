"""The people side door of a real AosCloud: signing in, the table of permissions over HTTP, errors, registration."""

import json
import re
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.made_bundles import config as bundle_config
from tests.system.access.recipes import Of, recipes
from tests.system.cloud_process import API, CloudProcess, registration

from aosedge.cloud.api.openapi import written
from aosedge.cloud.domain.access.operations import INVITED, OPERATIONS, PUBLIC, SIGNING_IN
from aosedge.trust import certificates, tls
from aosedge.trust.bundles import pack_and_sign
from aosedge.trust.certificates import Authority

ROLES = {"oem": "oem", "owner": "fleet_owner", "sp": "sp", "admin": "admin", "auditor": "auditor"}
MISSING = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudProcess]:
    made = CloudProcess(tmp_path_factory.mktemp("cloud"))
    made.init()
    made.start()
    yield made
    assert made.stop() == 0
    assert made.lines[-1] == "stopped"


def operations(cloud: CloudProcess) -> Iterator[tuple[str, str, str]]:
    """Operation, method, path of all that the served document names."""
    with cloud.nobody() as client:
        document = client.get("/schema").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path.removeprefix(API)


def call(client: httpx.Client, operation: str, method: str, path: str) -> httpx.Response:
    """The operation on nothing that is there."""
    path = re.sub(r"\{\w+\}", MISSING, path)
    if operation == "deployment_bundles_create":
        return client.request(method, path, files={"file": ("x.tar.gz", b"not an archive")})
    if operation == "events_read":
        with client.stream(method, path) as answer:
            if answer.status_code == 200:
                return answer
            answer.read()
            return answer
    return client.request(method, path, json=body_of(operation)) if method != "DELETE" else client.delete(path)


def body_of(operation: str) -> Any:
    """As the matrix sends it, naming nothing that is there."""
    return missing(next(recipe.body for recipe in recipes() if recipe.operation == operation))


def missing(value: Any) -> Any:
    match value:
        case Of():
            return MISSING
        case dict():
            return {name: missing(each) for name, each in value.items()}
        case list() | tuple():
            return [missing(each) for each in value]
    return value


def test_the_table_and_the_api_name_the_same_operations(cloud: CloudProcess) -> None:
    named = [operation for operation, _method, _path in operations(cloud)]
    assert sorted(named) == sorted({*OPERATIONS, *PUBLIC, *INVITED, *SIGNING_IN})


def test_the_served_document_is_the_committed_one(cloud: CloudProcess) -> None:
    committed = Path(__file__).parents[2] / "openapi" / "aoscloud.json"
    assert committed.read_text() == written(), "run make openapi and review the change"
    with cloud.nobody() as client:
        served = client.get("/schema")
    assert served.json() == json.loads(committed.read_text())
    assert served.json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("user", ROLES)
def test_each_cell_of_the_table_holds_over_http(cloud: CloudProcess, user: str) -> None:
    with cloud.person(user) as client:
        for operation, method, path in operations(cloud):
            answer = call(client, operation, method, path)
            if operation in INVITED:
                assert answer.status_code == 401, (operation, answer.text)
                continue
            if operation in SIGNING_IN:
                assert answer.status_code in (200, 401, 404), (operation, answer.text)
                client.cookies.clear()
                continue
            reach = "all" if operation in PUBLIC else OPERATIONS[operation].reach(ROLES[user])  # type: ignore[arg-type]
            if reach == "none":
                assert answer.status_code == 403, (operation, answer.text)
                assert (answer.json()["operation"], answer.json()["kind"]) == (operation, "not_allowed")
            else:
                assert answer.status_code in (200, 201, 204, 400, 404, 409), (operation, answer.text)


def test_without_a_certificate_only_the_public_answers(cloud: CloudProcess) -> None:
    with cloud.nobody() as client:
        for operation, method, path in operations(cloud):
            answer = call(client, operation, method, path)
            answers = {
                "sign_in_passkey_begin": 200,
                "unit_challenge": 200,
                "sign_in_openid": 404,
                "sign_in_openid_begin": 404,
            }
            expected = answers.get(operation, 200 if operation in PUBLIC else 401)
            assert answer.status_code == expected, (operation, answer.text)


def test_a_refusal_is_in_the_audit_trail(cloud: CloudProcess) -> None:
    with cloud.person("auditor") as client:
        client.post("/fleets/", json={"title": "x"}, headers={"x-request-id": "refused-1"})
        lines = client.get("/audit/", params={"operation": "fleets_create"}).json()["items"]
    mine = next(line for line in lines if line["request_id"] == "refused-1")
    assert mine["outcome"] == "denied"
    assert mine["who"].startswith("user:")


def test_a_change_and_its_audit_line_come_together(cloud: CloudProcess) -> None:
    with cloud.person("oem") as client:
        made = client.post("/fleets/", json={"title": "north"}, headers={"x-request-id": "made-1"}).json()
        refused = client.post("/fleets/", json={"title": "north"}, headers={"x-request-id": "made-2"})
        lines = client.get("/audit/", params={"operation": "fleets_create"}).json()["items"]
    by_request = {line["request_id"]: line for line in lines}
    assert by_request["made-1"]["target"] == made["id"]
    assert refused.status_code == 409
    assert refused.json()["element"] == "title"
    assert "made-2" not in by_request


def test_a_revoked_certificate_is_refused_at_once(cloud: CloudProcess, tmp_path: Path) -> None:
    serial = cloud.serial_of("admin")
    with cloud.person("admin") as client:
        assert client.get("/users/me/").status_code == 200
        cloud.revoke(serial)
        refused = client.get("/users/me/")  # on the connection that was open already
    assert refused.status_code == 401
    assert refused.json()["kind"] == "unauthenticated"
    again = cloud.run("aosedge.cli.aoscloud", "init")
    assert again.returncode == 0, again.stderr


def test_a_certificate_of_another_authority_does_not_come_in(cloud: CloudProcess, tmp_path: Path) -> None:
    from aosedge.clock import SystemClock

    other = Authority.create(tmp_path / "ca", "localhost", SystemClock().wall())
    _issued, p12 = other.issue_user_p12("u", "oem", SystemClock().wall())  # type: ignore[arg-type]
    (tmp_path / "other.p12").write_bytes(p12)
    context = tls.client_context_from_p12(tmp_path / "other.p12", (cloud.folder / "root.pem").read_text())
    with (
        httpx.Client(base_url=cloud.url + API, verify=context, trust_env=False) as client,
        pytest.raises((httpx.TransportError, ssl.SSLError)),
    ):
        client.get("/users/me/")


def test_a_units_certificate_is_nobody_at_this_door(cloud: CloudProcess, tmp_path: Path) -> None:
    from aosedge.trust import csr

    key = csr.new_key()
    body = registration("door", online_public_csr=csr.unit_request(key, "door", "online").decode())  # type: ignore[arg-type]
    with cloud.person("oem") as client:
        chain = client.post("/units/provisioning/", json=body).json()["online_certificate"]
    context = tls.client_context((cloud.folder / "root.pem").read_text(), chain, certificates.key_pem(key))
    with httpx.Client(base_url=cloud.url + API, verify=context, trust_env=False) as client:
        assert client.get("/units/").status_code == 401


def test_who_you_are_has_the_shape_that_aosedge_s_tools_read(cloud: CloudProcess) -> None:
    with cloud.person("oem") as client:
        me = client.get("/users/me/").json()
    assert (me["username"], me["role"], me["oem"]["title"]) == ("oem", "oem", "First OEM")
    assert me["permission_groups"] == ["oem_management"]
    assert "default" in [fleet["title"] for fleet in me["fleets"]]
    with cloud.person("sp") as client:
        me = client.get("/users/me/").json()
    assert (me["role"], me["service_provider"]["title"]) == ("service provider", "First Service Provider")
    assert "deployment_bundles_create" in me["effective_permissions"]
    assert me["permissions"] == []
    with cloud.person("owner") as client:
        me = client.get("/users/me/").json()
    assert (me["role"], [fleet["title"] for fleet in me["fleets"]]) == ("fleet owner", ["default"])


@pytest.mark.parametrize(
    ("method", "path", "content", "headers", "status"),
    [
        ("GET", "/nothing/", b"", {}, 404),
        ("PATCH", "/fleets/", b"", {}, 405),
        ("POST", "/fleets/", b"{", {"content-type": "application/json"}, 400),
        ("POST", "/fleets/", b'{"title": 7}', {"content-type": "application/json"}, 400),
        ("POST", "/fleets/", b'{"title": "x", "colour": 1}', {"content-type": "application/json"}, 400),
        ("POST", "/fleets/", b"[" * 100_000, {"content-type": "application/json"}, 400),
        ("POST", "/fleets/", b"\xff\xfe", {"content-type": "application/json"}, 400),
        ("POST", "/fleets/", b"x" * 2_000_001, {"content-type": "application/json"}, 413),
        ("GET", "/fleets/?limit=many", b"", {}, 400),
        ("GET", "/fleets/?limit=100000", b"", {}, 400),
        ("GET", "/fleets/?ordering=colour", b"", {}, 400),
        ("GET", "/units/?status=happy", b"", {}, 400),
        ("POST", "/deployment-bundles/upload/", b"x", {"content-type": "text/plain"}, 400),
        ("POST", "/deployment-bundles/upload/", b"x", {"content-type": "multipart/form-data; boundary=b"}, 400),
    ],
)
def test_every_error_is_json_that_says_what_is_wrong(
    cloud: CloudProcess, method: str, path: str, content: bytes, headers: dict[str, str], status: int
) -> None:
    with cloud.person("oem") as client:
        answer = client.request(method, path, content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    view = answer.json()
    assert view["message"]
    assert view["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    assert 'File "' not in answer.text


def test_what_is_not_http_is_answered_in_json(cloud: CloudProcess) -> None:
    import socket

    host, port = cloud.url.removeprefix("https://").split(":")
    context = tls.client_context((cloud.folder / "root.pem").read_text())
    for sent in (b"\x00\x01\x02 nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nhost: x\r\n" + b"a: b\r\n" * 10_000):
        with (
            socket.create_connection((host, int(port))) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            secure.sendall(sent)
            answer = secure.recv(4096)
        assert b" 400 " in answer.split(b"\r\n")[0]
        assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["message"]


def test_a_list_is_cut_and_sorted_as_asked(cloud: CloudProcess) -> None:
    with cloud.person("oem") as client:
        for title in ("a-list", "b-list", "c-list"):
            client.post("/subjects/", json={"title": title})
        page = client.get("/subjects/", params={"limit": 2, "offset": 1, "ordering": "-title"}).json()
        whole = client.get("/subjects/", params={"ordering": "-title"}).json()
    assert page["total"] == whole["total"]
    assert page["items"] == whole["items"][1:3]


def test_a_unit_is_registered_with_whole_chains_and_shown(cloud: CloudProcess) -> None:
    with cloud.person("oem") as client:
        assert client.get("/units/", params={"system_uid": "unit-1"}).json() == {"total": 0, "items": []}
        made = client.post("/units/provisioning/", json=registration("unit-1", system_uid=" unit-1 ")).json()
        found = client.get("/units/", params={"system_uid": "unit-1"}).json()
        shown = client.get("/units/unit-1/").json()
        listed = client.get(f"/units/{shown['id']}/certificates/").json()
        software = client.get("/units/provisioning/supported-software/").json()
    assert made["system_uid"] == "unit-1"
    for chain in (made["online_certificate"], made["offline_certificate"], made["additional_certs"][0]["cert"]):
        leaf, root = certificates.parse_pems(chain)
        leaf.verify_directly_issued_by(root)
    assert {c["cert_type"] for c in made["additional_certs"]} == {"iam", "cm", "sm"}
    assert (found["total"], found["items"][0]["status"]) == (1, "provisioned")
    assert (shown["online_status"], shown["deployment"]) == ("Offline", "unknown")
    assert [(n["name"], n["type"], n["main"]) for n in shown["nodes"]] == [("main", "main", True)]
    assert shown["nodes"][0]["registered"]["osType"] == "linux"
    assert (listed["total"], {c["status"] for c in listed["items"]}) == (5, {"renew_done"})
    assert software["software"] == [{"name": "aos-provisioning", "min_version": "5.0.0"}]


def test_a_registration_that_was_lost_can_be_repeated_and_the_old_certificates_end(cloud: CloudProcess) -> None:
    with cloud.person("oem") as client:
        first = client.post("/units/provisioning/", json=registration("unit-2")).json()
        again = client.post("/units/provisioning/", json=registration("unit-2")).json()
        listed = client.get("/units/unit-2/certificates/").json()
    assert first["id"] == again["id"]
    serials = {c["serial"] for c in listed["items"]}
    leaf = certificates.parse_pem(again["online_certificate"])
    assert certificates.serial_of(leaf) in serials
    assert certificates.serial_of(certificates.parse_pem(first["online_certificate"])) not in serials


def test_a_bad_registration_names_its_field_and_leaves_nothing(cloud: CloudProcess) -> None:
    from aosedge.trust import csr

    foreign = csr.unit_request(csr.new_key(), "another", "online").decode()  # type: ignore[arg-type]
    with cloud.person("oem") as client:
        for changes, element in (
            ({"online_public_csr": foreign}, "online_public_csr"),
            ({"system_uid": "x" * 65}, "system_uid"),
            ({"nodes": []}, "nodes"),
            ({"additional_csrs": [{"cert_type": "root", "csr": "x", "node_id": "main"}]}, "additional_csrs[0].csr"),
            ({"additional_csrs": [{"cert_type": "sm", "csr": "x", "node_id": "main"}]}, "additional_csrs[0].csr"),
        ):
            answer = client.post("/units/provisioning/", json=registration("unit-3", **changes))
            assert (answer.status_code, answer.json()["element"]) == (400, element), answer.text
        assert client.get("/units/", params={"system_uid": "unit-3"}).json()["total"] == 0


def test_another_tenants_system_id_is_taken_and_no_more_is_said(cloud: CloudProcess) -> None:
    with cloud.person("stranger") as client:
        client.post("/units/provisioning/", json=registration("unit-4"))
    with cloud.person("oem") as client:
        answer = client.post("/units/provisioning/", json=registration("unit-4"))
        assert client.get("/units/unit-4/").status_code == 404
    assert (answer.status_code, answer.json()["element"]) == (409, "system_uid")


def things_of(client: httpx.Client) -> dict[str, str]:
    """One object of each noun of this person's organization, by the path that lists it."""
    fleet = client.post("/fleets/", json={"title": "own"}).json()["id"]
    subject = client.post("/subjects/", json={"title": "own"}).json()["id"]
    unit = client.post("/units/provisioning/", json=registration("own")).json()["id"]
    client.put(f"/subjects/{subject}/units/{unit}/").raise_for_status()
    unit_set = client.post("/unit-sets/", json={"title": "own", "fleet_id": fleet}).json()["id"]
    kind = client.post("/target-systems/", json={"title": "own"}).json()["id"]
    things = {"/fleets/": fleet, "/subjects/": subject, "/units/": unit, "/unit-sets/": unit_set}
    return {**things, "/target-systems/": kind, "system": "own"}


def test_a_foreign_object_and_a_missing_one_answer_the_same_bytes(cloud: CloudProcess, tmp_path: Path) -> None:
    with cloud.person("stranger") as client:
        foreign = things_of(client)
        organization = client.get("/users/me/").json()["oem"]["id"]
    with cloud.person("sp") as client:
        bundle = upload(client, cloud, tmp_path, "tenant")
    tried = 0
    for user, found in (("oem", {**foreign, "/organizations/": organization}), ("stranger", bundle)):
        with cloud.person(user) as client:
            for operation, method, path in operations(cloud):
                noun = next((noun for noun in found if path.startswith(noun + "{id}")), None)
                if noun is None:
                    continue
                answers = []
                for id, unit in ((found[noun], found.get("/units/", MISSING)), (MISSING, MISSING)):
                    filled = path.replace("{id}", id).replace("{unit_id}", unit).replace("{assignment_id}", MISSING)
                    body = body_of(operation) if method in ("POST", "PUT") else None
                    answer = client.request(method, filled, json=body, headers={"x-request-id": "same"})
                    answers.append((answer.status_code, answer.content, kept(answer.headers)))
                assert answers[0] == answers[1], operation
                expected = 403 if OPERATIONS[operation].oem == "none" else 404
                assert answers[0][0] == expected, (operation, answers)
                tried += 1
    assert tried > 15


def kept(headers: httpx.Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "date"}


def upload(client: httpx.Client, cloud: CloudProcess, folder: Path, codename: str) -> dict[str, str]:
    """A bundle of one service; its ids by the paths that list them."""
    image = folder / codename / codename / "amd64"
    image.mkdir(parents=True)
    (image / "serve").write_text("#!/bin/sh\n")
    (folder / codename / "config.yaml").write_bytes(bundle_config(codename))
    key, leaf, _others = certificates.load_p12((cloud.folder / "users" / "sp.p12").read_bytes())
    signed = folder / f"{codename}.tar.gz"
    pack_and_sign(folder / codename, signed, key, leaf)
    with signed.open("rb") as file:
        answer = client.post("/deployment-bundles/upload/", files={"file": (signed.name, file)})
    assert answer.status_code == 201, answer.text
    view = answer.json()
    return {"/deployment-bundles/": view["id"], "/items/": view["items"][0]["item_id"]}


def test_a_bundle_is_uploaded_shown_and_refused_a_second_time(cloud: CloudProcess, tmp_path: Path) -> None:
    with cloud.person("sp") as client:
        made = upload(client, cloud, tmp_path, "uploaded")
        view = client.get(f"/deployment-bundles/{made['/deployment-bundles/']}/").json()
        with (tmp_path / "uploaded.tar.gz").open("rb") as file:
            again = client.post("/deployment-bundles/upload/", files={"file": ("again.tar.gz", file)})
        versions = client.get(f"/items/{made['/items/']}/versions/").json()
    assert (view["state"], view["filename"]) == ("ready", "uploaded.tar.gz")
    assert again.status_code == 409
    assert (again.json()["kind"], again.json()["got"]) == ("conflict", view["id"])
    assert "this very bundle is here already and ready: uploaded" in again.json()["message"]
    assert [v["version"] for v in versions["items"]] == ["1.0.0"]
    with cloud.person("oem") as client:
        assert client.get(f"/items/{made['/items/']}/").json()["owner_title"] == "First Service Provider"


def test_an_assignment_reaches_the_unit_of_its_subject(cloud: CloudProcess, tmp_path: Path) -> None:
    with cloud.person("sp") as client:
        item = upload(client, cloud, tmp_path, "assigned")["/items/"]
    with cloud.person("oem") as client:
        client.post("/units/provisioning/", json=registration("assigned")).raise_for_status()
        subject = client.post("/subjects/", json={"title": "assigned"}).json()["id"]
        path = f"/subjects/{subject}"
        client.put(f"{path}/units/assigned/").raise_for_status()
        made = client.post(f"{path}/assignments/", json={"item_id": item, "num_instances": 2}).json()
        same = {"item_id": item, "num_instances": 2}
        assert client.post(f"{path}/assignments/", json=same).status_code == 409
        old, made = made, client.post(f"{path}/assignments/", json={"item_id": item, "num_instances": 3}).json()
        assert [replaced["id"] for replaced in made["replaced"]] == [old["id"]]
        assert client.post(f"{path}/assignments/", json={"item_id": item, "bundle_id": "x"}).status_code == 400
        assert client.post(f"{path}/assignments/", json={"item_id": MISSING}).status_code == 404
        listed = client.get(f"{path}/assignments/").json()
        assert [(a["title"], a["num_instances"]) for a in listed["items"]] == [("assigned", 3)]
        assert client.delete(f"{path}/assignments/{made['id']}/").status_code == 204
        assert client.get(f"{path}/assignments/").json()["total"] == 0


def test_init_again_changes_nothing_and_secrets_are_private(cloud: CloudProcess) -> None:
    before = {path: path.read_bytes() for path in cloud.folder.rglob("*") if path.is_file() and "db" not in path.name}
    again = cloud.run("aosedge.cli.aoscloud", "init")
    assert "everything is there already" in again.stdout
    for path, content in before.items():
        assert path.read_bytes() == content, path
    for secret in ("secret", "ca/issuer.key", "users/oem.p12", "tls/server.key"):
        assert stat.S_IMODE((cloud.folder / secret).stat().st_mode) == 0o600, secret


def test_a_taken_port_is_named_with_the_setting_that_moves_it(cloud: CloudProcess) -> None:
    port = cloud.url.rsplit(":", 1)[1]
    second = cloud.run("aosedge.cli.aoscloud", "serve", AOSCLOUD_API_PORT=port)
    assert second.returncode == 1
    assert f"port {port} is taken" in second.stderr
    assert "AOSCLOUD_API_PORT" in second.stderr


def test_serve_before_init_says_what_to_run(cloud: CloudProcess, tmp_path: Path) -> None:
    refused = cloud.run("aosedge.cli.aoscloud", "serve", AOSCLOUD_DATA_FOLDER=str(tmp_path / "new"))
    assert refused.returncode == 1
    assert "aoscloud init" in refused.stderr


def test_another_domain_than_the_installations_is_refused(cloud: CloudProcess) -> None:
    refused = cloud.run("aosedge.cli.aoscloud", "init", AOSCLOUD_DOMAIN="cloud.example.org")
    assert refused.returncode == 1
    assert "domain" in refused.stderr
