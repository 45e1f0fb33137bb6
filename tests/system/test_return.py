"""A Unit that was away until its certificates had expired comes back, once a person lets it in."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.expired import Expired, said_of
from tests.system.waiting import until

from aosedge.core import identity

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def expired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Expired]:
    made = Expired(tmp_path_factory.mktemp("expired"))
    try:
        made.age()
        yield made
    finally:
        made.unit.close()
        made.cloud.stop()


def aos(cloud: CloudProcess, *words: str) -> Any:
    done = cloud.aos("oem", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_expired_unit_proves_its_old_key_waits_and_comes_back(expired: Expired) -> None:
    cloud, unit = expired.cloud, expired.unit
    unit.launch()
    unit.until("at the cloud's door.*waiting", 60)
    found = aos(cloud, "unit", "waiting")
    assert [(each["kind"], each["system_uid"]) for each in found] == [("return", unit.card.system_id)]
    assert aos(cloud, "unit", "show", unit.card.system_id)["online_status"] == "Offline", "nothing else is allowed"
    aos(cloud, "unit", "approve", found[0]["id"])
    shown = cloud.aos("oem", "unit", "watch", unit.card.system_id, "--until", "in_sync", "--timeout", "150")
    assert shown.returncode == 0, (shown.stderr, unit.lines)
    until(lambda: aos(cloud, "unit", "show", unit.card.system_id)["online_status"] == "Online")
    pair = identity.cabinet_of(unit.folder).current("online")
    assert pair is not None and pair.facts is not None
    assert not (unit.folder / identity.FOLDER / "return.json").exists()


def test_who_has_no_way_back_is_told_why_and_a_proof_counts_once(expired: Expired) -> None:
    cloud, known = expired.cloud, expired.known
    with cloud.nobody() as nobody:
        aos(cloud, "unit", "revoke", "revoked")
        aos(cloud, "unit", "deprovision", "gone")
        for name in ("revoked", "gone"):
            refused = nobody.post("/units/return/", json=said_of(nobody, *known[name]))
            assert refused.status_code == 403, refused.text
        newcomer, old = known["fine"]
        said = said_of(nobody, newcomer, old)
        forged = said | {"certificate": known["gone"][1]}
        assert nobody.post("/units/return/", json=forged).status_code == 401
        answer = nobody.post("/units/return/", json=said)
        assert answer.status_code == 201, answer.text
        replay = nobody.post("/units/return/", json=said)
        assert replay.status_code == 409 and "counted already" in replay.json()["message"]
        aos(cloud, "unit", "deprovision", "fine")
        with cloud.person("oem") as oem:
            late = oem.post(f"/waiting-units/{answer.json()['id']}/approve/")
        assert late.status_code == 409 and "decommissioned" in late.json()["message"]
