"""The audit trail as people read it: with what changed, found by who, what, whom and when, and only one's own."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from tests.system.cloud_process import CloudProcess


def found(client: httpx.Client, **filters: Any) -> list[dict[str, Any]]:
    answer = client.get("/audit/", params=filters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_line_says_what_it_changed_from_what_to_what(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        fleet = oem.post("/fleets/", json={"title": "Old words"}).json()["id"]
        oem.put(f"/fleets/{fleet}/", json={"title": "New words"}).raise_for_status()
        (line,) = found(oem, operation="fleets_update", target=fleet)
        assert line["changes_left_out"] == 0
        (change,) = line["changes"]
        assert change == {
            "of": "fleets",
            "key": {"id": fleet},
            "before": {"title": "Old words"},
            "after": {"title": "New words"},
        }


def test_lines_are_found_by_who_what_how_and_when(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem, cloud.person("auditor") as auditor:
        begin = datetime.now(UTC)
        name = oem.get("/users/me/").json()["username"]
        fleet = oem.post("/fleets/", json={"title": "looked for"}).json()["id"]
        assert auditor.delete(f"/fleets/{fleet}/").status_code == 403
        mine = found(auditor, who=name, target=fleet)
        assert [(line["who_name"], line["outcome"]) for line in mine] == [(name, "done")]
        assert found(auditor, who=mine[0]["who"], target=fleet) == mine
        assert found(auditor, who="nobody") == found(auditor, target="nothing such") == []
        assert [line["operation"] for line in found(auditor, outcome="denied", since=begin.isoformat())] == [
            "fleets_delete"
        ]
        later = begin + timedelta(hours=1)
        east = later.astimezone().isoformat()
        assert found(auditor, since=east) == []
        assert fleet in {line["target"] for line in found(auditor, since=begin.isoformat(), until=east)}
        assert fleet not in {line["target"] for line in found(auditor, until=begin.isoformat())}
        refused = auditor.get("/audit/", params={"since": "yesterday"})
        assert (refused.status_code, refused.json()["element"]) == (400, "since")


def test_going_through_the_lines_meets_each_once_while_others_come(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        for number in range(5):
            oem.post("/fleets/", json={"title": f"many {number}"}).raise_for_status()
        whole = [line["number"] for line in found(oem)]
        seen = [line["number"] for line in found(oem, limit=2)]
        while more := found(oem, limit=2, before=seen[-1]):
            oem.post("/fleets/", json={"title": f"meanwhile {seen[-1]}"}).raise_for_status()
            seen += [line["number"] for line in more]
        assert seen == whole
        assert [line["number"] for line in found(oem, ordering="number", limit=3)] == whole[::-1][:3]
        assert oem.get("/audit/", params={"ordering": "hash"}).status_code == 400


def test_an_auditor_of_each_kind_of_organization_reads_its_own_lines_only(cloud: CloudProcess) -> None:
    from tests.system.people import invite, make, signed_in

    with cloud.person("oem") as oem:
        fleet = oem.post("/fleets/", json={"title": "not for others"}).json()["id"]
    for kind in ("oem", "sp", "admin"):
        with cloud.person(kind) as maker:
            user = make(maker, f"auditor-of-{kind}", "auditor")
            with signed_in(cloud, invite(maker, user)) as auditor:
                lines = found(auditor, limit=1000)
                assert {line["number"] for line in found(maker, limit=1000)} == {line["number"] for line in lines}
                assert user["id"] in {line["target"] for line in lines}
                assert bool(found(auditor, target=fleet)) == (kind == "oem")


def test_the_command_shows_changes_and_takes_words_for_instants(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        fleet = oem.post("/fleets/", json={"title": "As it was"}).json()["id"]
        oem.put(f"/fleets/{fleet}/", json={"title": "As it is"}).raise_for_status()
    shown = cloud.aos("oem", "audit", "list", "--changes", "--object", fleet, "--since", "2h", "--until", "0s")
    assert "      title: As it was -> As it is" in shown.stdout.splitlines(), shown
    assert f"  + fleets id={fleet}" in shown.stdout.splitlines()
    none = cloud.aos("oem", "audit", "list", "--object", fleet, "--until", "1d")
    assert none.stdout == ""
    wrong = cloud.aos("oem", "audit", "list", "--since", "soon")
    assert (wrong.returncode, "--since" in wrong.stderr) == (1, True)


def test_a_trail_is_verified_by_its_organization_and_a_changed_line_is_named(tmp_path: Path) -> None:
    cloud = CloudProcess(tmp_path)
    cloud.init()
    cloud.start()
    try:
        with cloud.person("oem") as oem, cloud.person("sp") as sp, cloud.person("owner") as owner:
            for title in ("one", "two", "three"):
                oem.post("/fleets/", json={"title": title}).raise_for_status()
            verdict = oem.get("/audit/verify/").json()
            newest = found(oem, limit=1)[0]
            assert (verdict["whole"], verdict["last"], verdict["hash"]) == (True, newest["number"], newest["hash"])
            assert verdict["lines"] == verdict["last"] - verdict["first"] + 1
            assert (verdict["verified"], verdict["resume"]) == (verdict["last"], None)
            assert owner.get("/audit/verify/").status_code == 403
            for wrong in ("x", "bm90aGluZw==", "eyJuZXh0IjotMX0="):
                refused = oem.get("/audit/verify/", params={"resume": wrong})
                assert (refused.status_code, refused.json()["element"]) == (400, "resume")
            with sqlite3.connect(cloud.folder / "aoscloud.db") as database:
                database.execute("UPDATE audit SET target = 'another' WHERE hash = ?", (newest["hash"],))
            verdict = oem.get("/audit/verify/").json()
            assert (verdict["whole"], verdict["faults_total"]) == (False, 1)
            assert verdict["faults"] == [{"number": newest["number"], "kind": "changed"}]
            assert sp.get("/audit/verify/").json()["whole"], "another organization's trail is another"
        told = cloud.aos("oem", "audit", "verify")
        assert told.returncode == 1 and f"line {newest['number']} was changed" in told.stdout, told.stderr
        assert "whole" in cloud.aos("sp", "audit", "verify").stdout
    finally:
        assert cloud.stop() == 0
