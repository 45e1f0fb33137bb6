"""Who hears that a campaign has moved."""

from pathlib import Path

import pytest
from tests.system.field import Field
from tests.system.test_api_events import Listener


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
