"""Who hears that a campaign or a Verification Batch has moved."""

from pathlib import Path

import pytest
from tests.system.field import Field
from tests.system.test_api_events import Listener
from tests.system.waiting import until


@pytest.fixture
def field(tmp_path: Path) -> Field:
    made = Field(tmp_path / "cloud", plain=False)
    made.cloud.start()
    return made


def test_people_hear_of_their_own_campaigns_only_at_once(field: Field) -> None:
    bundle = field.upload("tick", "1.0.0")["id"]
    fleet = next(each["id"] for each in field.call("oem", "GET", "/fleets/")["items"])
    body = {"title": "spring", "bundle_id": bundle, "selection": {"fleets": [fleet]}}
    with field.cloud.person("oem") as mine, field.cloud.person("stranger") as other:
        listeners = {"oem": Listener(mine), "stranger": Listener(other)}
        made = field.call("oem", "POST", "/campaigns/", json=body)["id"]
        field.call("oem", "POST", f"/campaigns/{made}/plan/")
        assert listeners["oem"].news.wait(10)
        expected = {"campaign_id": made, "title": "spring", "state": "planned", "reason": ""}
        assert listeners["oem"].heard == [expected]
        assert listeners["stranger"].heard == []
        assert field.cloud.stop() == 0


def test_people_hear_of_their_own_batches_only_until_they_are_resolved(field: Field) -> None:
    bundle = field.upload("tick", "1.0.0")["id"]
    with field.cloud.person("oem") as mine, field.cloud.person("stranger") as other:
        listeners = {"oem": Listener(mine), "stranger": Listener(other)}
        made = field.call("oem", "POST", "/verification-batches/", json={"bundle_id": bundle})["id"]

        def resolved() -> bool:
            return any(each["state"] != "resolving" for each in listeners["oem"].heard)

        until(resolved)
        assert {(each["batch_id"], each["bundle_id"]) for each in listeners["oem"].heard} == {(made, bundle)}
        heard = len(listeners["oem"].heard)
        path = f"/verification-batches/{made}/cancel/"
        field.call("oem", "POST", path, json={"comment": ""})
        until(lambda: len(listeners["oem"].heard) > heard)
        assert listeners["oem"].heard[-1]["state"] == "cancelled"
        assert listeners["stranger"].heard == []
        assert field.cloud.stop() == 0
