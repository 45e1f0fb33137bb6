"""Fleets, sets, hardware and limits over a real AosCloud: the documented walk-through, tenancy, and the limit."""

import json
import re
import shlex
import string
from pathlib import Path

import pytest
from tests.system.cloud_process import CloudProcess, registration
from tests.system.test_scripts import PROGRAMS, pattern, steps

DOCUMENT = Path(__file__).parents[2] / "docs" / "fleets.md"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


def test_the_documented_walk_through_holds(cloud: CloudProcess, tmp_path: Path) -> None:
    with cloud.person("oem") as client:
        for name in ("unit-a", "unit-b"):
            assert client.post("/units/provisioning/", json=registration(name)).status_code == 201
    [board] = blocks("json")
    (tmp_path / "board.json").write_text(board)
    text = string.Template("".join(blocks("text"))).safe_substitute(folder=str(tmp_path))
    for command, lines, code in steps(text):
        words = shlex.split(command)
        user = words.pop(0).partition("=")[2] if "=" in words[0] else "oem"
        assert PROGRAMS[words[0]]
        done = cloud.aos(user, *words[1:])
        said = done.stdout + done.stderr
        assert done.returncode == code, f"$ {command}\n{said}"
        assert re.fullmatch(pattern(lines), said), f"$ {command}\n--- said\n{said}--- expected\n" + "\n".join(lines)
    with cloud.person("oem") as client:
        answer = client.post("/units/provisioning/", json=registration("unit-c"))
        assert answer.status_code == 409
        assert "the organization may have no more Units" in answer.json()["message"]
        audit = client.get("/audit/", params={"limit": 1000}).json()["items"]
    by_operation = {line["operation"]: line for line in audit}
    for operation in (
        "unit_labels_update", "unit_sets_create", "unit_sets_update", "unit_set_units_add", "unit_set_units_remove",
        "target_systems_create", "unit_target_system_update", "units_move", "units_deprovision", "subject_units_add",
    ):  # fmt: skip
        assert by_operation[operation]["outcome"] == "done"
    assert re.search(r" from \S+ to \S+$", by_operation["units_move"]["target"])


def test_what_is_wrong_is_named_by_its_field(cloud: CloudProcess) -> None:
    with cloud.person("oem") as client:
        client.post("/units/provisioning/", json=registration("unit-x"))
        fleet = client.get("/fleets/", params={"title": "default"}).json()["items"][0]["id"]
        for path, body, element in (
            ("/unit-sets/", {"title": "x", "fleet_id": fleet, "selector": "a >"}, "selector"),
            ("/unit-sets/", {"title": "", "fleet_id": fleet}, "title"),
            ("/target-systems/", {"title": "x", "nodes": [{"type": "a"}, {"type": "a"}]}, "nodes[1].type"),
            ("/target-systems/", {"title": "x", "limits": {"items": 65}}, "limits.items"),
        ):
            answer = client.post(path, json=body)
            assert (answer.status_code, answer.json()["element"]) == (400, element), answer.text
        for body in (
            {"title": "x", "nodes": [{"type": "a", "resource_ratios": {"cpu": 101}}]},
            {"title": "x", "nodes": [{"type": "a", "strange": 1}]},
            {"title": "x", "nodes": "none"},
        ):
            assert client.post("/target-systems/", json=body).status_code == 400
        assert client.get("/units/", params={"selector": ""}).status_code == 400
        assert client.get("/units/", params={"selector": "!never"}).json()["total"] >= 1


def test_of_another_tenant_s_sets_nothing_is_seen(cloud: CloudProcess) -> None:
    with cloud.person("stranger") as client:
        fleet = client.get("/fleets/").json()["items"][0]["id"]
        made = client.post("/unit-sets/", json={"title": "theirs", "fleet_id": fleet, "selector": "!x"}).json()
        system = client.post("/target-systems/", json={"title": "theirs"}).json()
    missing = "00000000-0000-4000-8000-000000000000"
    body = json.dumps({"title": "mine"})
    with cloud.person("oem") as client:
        for path, id in (("/unit-sets/{}/", made["id"]), ("/target-systems/{}/", system["id"])):
            for method in ("GET", "PUT", "DELETE"):
                answers = []
                for name in (id, missing):
                    headers = {"x-request-id": "same", "content-type": "application/json"}
                    content = body if method == "PUT" else None
                    answers.append(client.request(method, path.format(name), content=content, headers=headers))
                assert [answer.status_code for answer in answers] == [404, 404]
                assert answers[0].content == answers[1].content
        foreign = client.post("/unit-sets/", json={"title": "mine", "fleet_id": fleet})
        assert foreign.status_code == 404
        assert "theirs" not in client.get("/unit-sets/").text + client.get("/target-systems/").text


def test_a_fleet_owner_makes_sets_in_their_fleets_only(cloud: CloudProcess) -> None:
    with cloud.person("oem") as client:
        other = client.post("/fleets/", json={"title": "not the owner's"}).json()["id"]
        mine = client.get("/fleets/", params={"title": "default"}).json()["items"][0]["id"]
    with cloud.person("owner") as client:
        assert client.post("/unit-sets/", json={"title": "own", "fleet_id": mine}).status_code == 201
        assert client.post("/unit-sets/", json={"title": "own", "fleet_id": other}).status_code == 404
        assert client.put("/units/unit-x/fleet/", json={"fleet_id": other}).status_code == 403


@pytest.mark.parametrize(
    ("path", "made", "theirs", "mine"),
    [
        ("fleets", {"title": "vans"}, {"title": "lorries"}, {"title": "buses"}),
        ("subjects", {"title": "riders"}, {"title": "guests"}, {"title": "staff"}),
        ("target-systems", {"title": "box"}, {"title": "box 2"}, {"title": "box", "limits": {"items": 3}}),
        ("unit-sets", {"title": "early"}, {"title": "early", "verification": True}, {"title": "first"}),
    ],
)
def test_the_second_of_two_people_hears_of_the_first(
    cloud: CloudProcess, path: str, made: dict[str, object], theirs: dict[str, object], mine: dict[str, object]
) -> None:
    with cloud.person("oem") as client:
        fleet = client.get("/fleets/").json()["items"][0]["id"]
        body = made | ({"fleet_id": fleet} if path == "unit-sets" else {})
        thing = f"/{path}/{client.post(f'/{path}/', json=body).json()['id']}/"
        seen = {"if-match": client.get(thing).headers["etag"]}
        newer = client.put(thing, json=theirs, headers=seen)
        assert newer.status_code == 200, newer.text
        refused = client.put(thing, json=mine, headers=seen)
        assert (refused.status_code, refused.json()["kind"]) == (412, "stale")
        assert refused.json()["element"] == "if-match"
        again = client.get(thing)
        assert again.json()["title"] == theirs["title"] and again.headers["etag"] == newer.headers["etag"]
        assert client.put(thing, json=mine, headers={"if-match": again.headers["etag"]}).status_code == 200
        assert client.put(thing, json=theirs).status_code == 200  # who names nothing is not asked
