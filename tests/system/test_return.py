"""A Unit that was away until its certificates had expired comes back, once a person lets it in."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.newcomer import Newcomer
from tests.system.provisioned import NewUnit

from aosedge.core import identity
from aosedge.trust import certificates

LIFE_S = 40  # longer than the Unit pauses between two looks


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudProcess]:
    """One whose Units' certificates hold for a short while."""
    made = CloudProcess(tmp_path_factory.mktemp("cloud"))
    made.environment["AOSCLOUD_UNIT_CERTIFICATE_LIFE"] = f"PT{LIFE_S}S"
    made.init()
    made.start()
    yield made
    assert made.stop() == 0


def aos(cloud: CloudProcess, *words: str) -> Any:
    done = cloud.aos("oem", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def registered(cloud: CloudProcess, name: str) -> tuple[Newcomer, str]:
    """A Unit with an online certificate, PEM, that will soon have expired."""
    with cloud.person("oem") as oem:
        newcomer = Newcomer(oem, name)
        answer = oem.post("/units/provisioning/", json=newcomer.body)
        assert answer.status_code == 201, answer.text
        return newcomer, str(answer.json()["online_certificate"])


def test_an_expired_unit_proves_its_old_key_waits_and_comes_back(cloud: CloudProcess, tmp_path: Path) -> None:
    settings = {"cloud": cloud.url}
    unit = NewUnit(tmp_path / "unit", settings=settings)
    unit.start("--until-provisioned")
    done = cloud.aos("oem", "unit", "provision", unit.address)
    assert done.returncode == 0, done.stderr
    assert unit.process is not None and unit.process.wait(20) == 0
    time.sleep(LIFE_S + 1)
    unit.launch()
    unit.until("at the cloud's door.*waiting", 60)
    found = aos(cloud, "unit", "waiting")
    assert [(each["kind"], each["system_uid"]) for each in found] == [("return", unit.card.system_id)]
    assert aos(cloud, "unit", "show", unit.card.system_id)["online_status"] == "Offline", "nothing else is allowed"
    aos(cloud, "unit", "approve", found[0]["id"])
    end = time.monotonic() + 60
    while aos(cloud, "unit", "show", unit.card.system_id)["online_status"] != "Online":
        assert time.monotonic() < end, unit.lines
    pair = identity.cabinet_of(unit.folder).current("online")
    assert pair is not None and pair.facts is not None
    assert not (unit.folder / identity.FOLDER / "return.json").exists()
    unit.end(signal.SIGTERM)


def test_who_has_no_way_back_is_told_why_and_a_proof_counts_once(cloud: CloudProcess) -> None:
    known = {name: registered(cloud, name) for name in ("fine", "revoked", "gone")}
    with cloud.nobody() as nobody:
        early = nobody.post("/units/return/", json=said_of(nobody, *known["fine"]))
        assert early.status_code == 409 and "still holds" in early.json()["message"]
        time.sleep(LIFE_S + 1)
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


def said_of(client: Any, newcomer: Newcomer, old: str) -> dict[str, Any]:
    """The way back with a proof by the old key, for requests of a new one."""
    fresh = Newcomer(client, newcomer.system_uid)
    assert certificates.parse_pem(old).public_key() == newcomer.key.public_key()
    return fresh.said(newcomer.key) | {"certificate": old}
