"""What people ask of campaigns that cannot be: refused over HTTP and by `aos`, naming the field and the cure."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.field import Field, Json


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    made = Field(Path(tmp_path_factory.mktemp("refused")) / "cloud", plain=False)
    made.cloud.start()
    made.upload("tick", "1.0.0")
    yield made
    assert made.cloud.stop() == 0


def spring(field: Field, policy: Json, title: str = "spring") -> Json:
    """A campaign to make, over everybody."""
    [bundle] = field.call("oem", "GET", "/deployment-bundles/")["items"]
    fleet = next(each["id"] for each in field.call("oem", "GET", "/fleets/")["items"])
    return {"title": title, "bundle_id": bundle["id"], "selection": {"fleets": [fleet]}, "policy": policy}


NEVER = {"install": [{"from": "02:00", "to": "02:00"}]}


@pytest.mark.parametrize(("policy", "element"), [
    ({"waves": [{"share": 0}]}, "waves[0].share"),
    ({"waves": [{"share": 0.5}, {"share": 1.01}]}, "waves[1].share"),
    ({"waves": [{"share": 101}]}, "waves[0].share"),
    ({"waves": [{"share": 0.5}, {"share": 0.4}]}, "waves[1].share"),
    ({"gate": {"success_share": 0.9, "failed_share": 0.2}}, "gate.failed_share"),
    ({"gate": {"min_sample": 0}}, "gate.min_sample"),
    ({"timing": NEVER}, "timing.install[0].to"),
    ({"timing": {"install": [{"from": "02:00", "to": "03:00", "days": []}]}}, "timing.install[0].days"),
    ({"timing": {"install": [{"from": "02:00", "to": "03:00"}]}, "unit_deadline": "PT1H"}, "unit_deadline"),
    ({"unit_deadline": "P4000D"}, "unit_deadline"),
    ({"newcomers": "perhaps"}, "policy.newcomers"),
    ({"offline": {"then": "wait"}}, "policy.offline.then"),
    ({"gate": {"soak": "P999999999999D"}}, "policy.gate.soak"),
    ({"strategy": "all"}, "policy.strategy"),
])  # fmt: skip
def test_a_policy_that_cannot_be_kept_is_refused_naming_the_field(field: Field, policy: Json, element: str) -> None:
    with field.cloud.person("oem") as oem:
        answer = oem.post("/campaigns/", json=spring(field, policy))
    assert (answer.status_code, answer.json()["element"]) == (400, element), answer.text


def test_a_set_in_two_waves_is_refused(field: Field) -> None:
    fleet = next(each["id"] for each in field.call("oem", "GET", "/fleets/")["items"])
    chosen = field.call("oem", "POST", "/unit-sets/", json={"fleet_id": fleet, "title": "north"})["id"]
    with field.cloud.person("oem") as oem:
        twice = {"strategy": "rolling", "waves": [{"sets": [chosen]}, {"sets": [chosen]}]}
        answer = oem.post("/campaigns/", json=spring(field, twice))
    assert (answer.status_code, answer.json()["element"]) == (400, "waves")
    words = ("campaign", "create", "x", "--bundle", "batch", "--fleet", "default", "--strategy", "rolling")
    done = field.cloud.aos("oem", *words, "--wave", "north", "--wave", "north")
    told = "--wave (number 2): a set is in two waves; expected sets that are in no other wave, got north"
    assert (done.returncode, told in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize(("words", "told"), [
    (("--strategy", "custom", "--wave", "101%"), "waves[0].share"),
    (("--strategy", "custom", "--wave", "0%"), "waves[0].share"),
    (("--strategy", "custom", "--wave", "some%"), "--wave (number 1)"),
    (("--strategy", "custom", "--wave", "nan%"), "--wave (number 1): not a wave; expected a share such as 5%"),
    (("--strategy", "custom", "--wave", "101"), "--wave (number 1): not a wave; expected a share such as 5%"),
    (("--soak", "1h"), "policy.gate.soak: no span of time; expected one in ISO 8601, such as PT30M"),
    (("--soak=-PT1H",), "gate.soak: no such span of time; expected from P0D to P366D, got -PT3600S"),
    (("--deadline", "PT0S"), "unit_deadline: no such span of time; expected from PT60S to P366D"),
    (("--success", "99", "--failed", "2"), "gate.failed_share"),
    (("--install-window", "02:00-02:00"), "--install-window[0].to"),
    (("--install-window", "night"), "--install-window"),
    (("--precondition", "battery >"), "timing.precondition"),
])  # fmt: skip
def test_aos_says_which_option_is_wrong(field: Field, words: tuple[str, ...], told: str) -> None:
    done = field.cloud.aos("oem", "campaign", "create", "x", "--bundle", "batch", "--fleet", "default", *words)
    assert done.returncode == 1, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_the_wrong_people_approve_nothing_and_the_right_one_once(field: Field) -> None:
    made = field.call("oem", "POST", "/campaigns/", json=spring(field, {"four_eyes": True}, "watched"))["id"]
    digest = field.call("oem", "POST", f"/campaigns/{made}/plan/")["digest"]

    def approve(who: str) -> int:
        with field.cloud.person(who) as client:
            return client.post(f"/campaigns/{made}/approve/", json={"digest": digest}).status_code

    assert {who: approve(who) for who in ("sp", "auditor", "admin")} == {"sp": 403, "auditor": 403, "admin": 403}
    assert approve("stranger") == 404
    assert approve("oem") == 409
    told = field.cloud.aos("owner", "campaign", "approve", "watched", "--digest", "sha256:" + "0" * 64)
    assert (told.returncode, "look at the plan as it is now" in told.stderr) == (1, True), told.stderr
    assert [approve("owner"), approve("owner")] == [200, 200]


def test_the_second_of_two_equal_commands_does_nothing(field: Field) -> None:
    made = field.call("oem", "POST", "/campaigns/", json=spring(field, {}, "twice"))["id"]
    field.call("oem", "POST", f"/campaigns/{made}/plan/")
    with field.cloud.person("oem") as oem:

        def say(verb: str) -> int:
            return oem.post(f"/campaigns/{made}/{verb}/", json={"reason": "twice"}).status_code

        at = {"at": "2999-01-01T00:00:00Z"}
        assert [oem.post(f"/campaigns/{made}/start/", json=at).status_code for _ in range(2)] == [200, 409]
        assert [say("halt"), say("halt")] == [200, 200]
        assert [say("cancel"), say("cancel")] == [200, 200]
        refused = oem.post(f"/campaigns/{made}/resume/", json={"reason": "again"})
        assert (refused.status_code, refused.json()["element"]) == (409, "campaign")
        assert "cancelled" in refused.text
        assert "it is over: make another" in refused.text
        assert oem.delete(f"/campaigns/{made}/").status_code == 409


def test_a_start_in_the_past_or_at_no_time_is_refused_and_the_name_that_was_not_found_is_said(field: Field) -> None:
    made = field.call("oem", "POST", "/campaigns/", json=spring(field, {}, "late"))["id"]
    field.call("oem", "POST", f"/campaigns/{made}/plan/")
    for words, told in (
        (("start", "late", "--at", "2001-01-01T00:00:00Z"), "at: that is in the past; expected a time to come"),
        (("start", "late", "--at", "yesterday"), "such as 2026-01-31T02:00:00Z"),
        (("start", "latte"), "campaign: no such campaign, got latte"),
    ):
        done = field.cloud.aos("oem", "campaign", *words)
        assert done.returncode in (1, 3) and told in done.stderr, done.stderr
        as_json = field.cloud.aos("oem", "campaign", *words, "--json")
        assert json.loads(as_json.stderr)["error"]["message"], as_json.stderr
    assert field.call("oem", "GET", f"/campaigns/{made}/")["state"] == "planned"


def test_an_edit_keeps_what_is_not_named_and_gives_way_to_what_somebody_changed_meanwhile(field: Field) -> None:
    asked = {"limits": {"at_once": 5}, "gate": {"soak": "PT1H"}, "unit_deadline": "PT3H"}
    made = field.call("oem", "POST", "/campaigns/", json=spring(field, asked, "edited"))
    done = field.cloud.aos("oem", "campaign", "edit", "edited", "--at-once", "none", "--success", "90", "--no-stay")
    assert (done.returncode, done.stdout) == (0, "edited is changed; next: aos campaign plan 'edited'\n"), done.stderr
    policy = field.call("oem", "GET", f"/campaigns/{made['id']}/")["policy"]
    wanted = made["policy"] | {"limits": made["policy"]["limits"] | {"at_once": None}}
    assert policy == wanted | {"gate": wanted["gate"] | {"success_share": 0.9}}
    with field.cloud.person("oem") as oem:
        mark = oem.get(f"/campaigns/{made['id']}/").headers["etag"]
        field.cloud.aos("oem", "campaign", "edit", "edited", "--priority", "4")
        late = oem.put(f"/campaigns/{made['id']}/", json=policy, headers={"if-match": mark})
    assert late.status_code == 412
    refused = field.cloud.aos("oem", "campaign", "edit", "edited", "--success", "99")
    assert (refused.returncode, "gate.failed_share" in refused.stderr) == (1, True)
