"""A campaign's words and whom it is for, changed over HTTP and by `aos`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.field import Field


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    made = Field(Path(tmp_path_factory.mktemp("edits")) / "cloud", plain=False)
    made.cloud.start()
    made.upload("tick", "1.0.0")
    yield made
    assert made.cloud.stop() == 0


def test_title_purpose_and_selection_change_before_the_start_and_words_after_it(field: Field) -> None:
    [bundle] = field.call("oem", "GET", "/deployment-bundles/")["items"]
    [fleet] = field.call("oem", "GET", "/fleets/")["items"]
    north = field.call("oem", "POST", "/fleets/", json={"title": "north"})["id"]
    asked = {"title": "spring", "bundle_id": bundle["id"], "selection": {"fleets": [fleet["id"]]}, "purpose": "why"}
    made = field.call("oem", "POST", "/campaigns/", json=asked)
    path, aos = f"/campaigns/{made['id']}/", field.cloud.aos

    done = aos("oem", "campaign", "edit", "spring", "--title", "summer", "--fleet", "north")
    assert (done.returncode, done.stdout) == (0, "summer is changed; next: aos campaign plan 'summer'\n"), done.stderr
    changed = field.call("oem", "GET", path)
    assert (changed["title"], changed["purpose"], changed["selection"]["fleets"]) == ("summer", "why", [north])
    assert changed["policy"] == made["policy"]

    with field.cloud.person("oem") as oem:
        mark = oem.get(path).headers["etag"]
        assert oem.put(path, json={"purpose": "because"}, headers={"if-match": mark}).status_code == 200
        assert oem.put(path, json={"purpose": "late"}, headers={"if-match": mark}).status_code == 412
        for wrong, status, element in (
            ({"title": " "}, 400, "title"),
            ({"purpose": "\u0007"}, 400, "purpose"),
            ({"selection": {}}, 400, "selection"),
            ({"selection": {"selector": "a=="}}, 400, "selector"),
            ({"selection": {"fleets": ["nowhere"]}}, 404, "fleet"),
        ):
            answer = oem.put(path, json=wrong)
            assert (answer.status_code, answer.json()["element"]) == (status, element), answer.text
        assert oem.post(f"{path}plan/").status_code == 200
        assert oem.post(f"{path}start/", json={"at": "2999-01-01T00:00:00Z"}).status_code == 200
        refused = oem.put(path, json={"selection": {"fleets": [fleet["id"]]}})
        assert (refused.status_code, refused.json()["element"]) == (409, "selection")

    done = aos("oem", "campaign", "edit", "summer", "--title", "autumn", "--purpose", "")
    assert done.returncode == 0, done.stderr
    words = field.call("oem", "GET", path)
    assert (words["title"], words["purpose"], words["state"]) == ("autumn", "", "scheduled")


def test_an_owner_of_fleets_moves_no_campaign_out_of_them(field: Field) -> None:
    [bundle] = field.call("oem", "GET", "/deployment-bundles/")["items"]
    mine = field.call("owner", "GET", "/fleets/")["items"][0]["id"]
    other = field.call("oem", "POST", "/fleets/", json={"title": "far away"})["id"]
    asked = {"title": "ours", "bundle_id": bundle["id"], "selection": {"fleets": [mine]}}
    path = f"/campaigns/{field.call('owner', 'POST', '/campaigns/', json=asked)['id']}/"
    with field.cloud.person("owner") as owner:
        for selection in ({"fleets": [other]}, {"fleets": [mine, other]}, {"selector": "a=b"}):
            assert owner.put(path, json={"selection": selection}).status_code == 404, selection
        assert owner.put(path, json={"title": "still ours"}).status_code == 200
    assert field.call("oem", "GET", path)["selection"]["fleets"] == [mine]
