"""Grants of some services, and what is seen under them, over HTTP and at the command."""

import json

from tests.system.cloud_process import CloudProcess


def test_a_grant_is_made_narrow_and_widened(cloud: CloudProcess) -> None:
    with cloud.person("admin") as admin, cloud.person("oem") as oem, cloud.person("sp") as sp:
        provider = admin.post("/organizations/", json={"title": "Narrow SP", "kind": "sp"}).json()["id"]
        wrong = {"service_provider_id": provider, "sees": ["units"]}
        refused = oem.post("/grants/", json=wrong)
        assert (refused.status_code, refused.json()["element"]) == (400, "sees")
        wrong = {"service_provider_id": provider, "services": ["unheard of"]}
        refused = oem.post("/grants/", json=wrong)
        assert (refused.status_code, refused.json()["element"]) == (400, "services")
        assert oem.get(f"/grants/{provider}/").status_code == 404
        made = oem.post("/grants/", json={"service_provider_id": provider, "services": []}).json()
        assert (made["services"], made["sees"], "secret" in made) == ([], [], False)
        path = f"/grants/{provider}/"
        assert oem.put(path, json={"sees": ["deployment_results"]}).json()["services"] == []
        wide = oem.put(path, json={"services": None}).json()
        assert (wide["services"], wide["sees"]) == (None, ["deployment_results"])
        assert oem.get(path).json() == wide
        assert sp.put(path, json={"services": None}).status_code == 403
        assert oem.get("/grants/").text.count("secret") == 0


def test_the_command_changes_what_is_named(cloud: CloudProcess) -> None:
    with cloud.person("oem") as oem:
        organizations = oem.get("/organizations/", params={"kind": "sp"}).json()["items"]
        title = next(each["title"] for each in organizations if each["title"] != "Narrow SP")
    changed = cloud.aos("oem", "grant", "change", title, "--sees", "deployment_results", "--json")
    assert json.loads(changed.stdout)["sees"] == ["deployment_results"], changed.stderr
    assert "deployment_results" in cloud.aos("oem", "grant", "list").stdout
    nothing = cloud.aos("oem", "grant", "change", title, "--sees-nothing")
    assert "it sees nothing of them" in nothing.stdout
    both = cloud.aos("oem", "grant", "change", title, "--sees", "deployment_results", "--sees-nothing")
    assert both.returncode == 2
    missing = cloud.aos("sp", "item", "deployments", "no-such-item")
    assert missing.returncode == 3
