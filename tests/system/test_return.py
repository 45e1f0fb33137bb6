"""A Unit that was away until its certificates had expired comes back, once a person lets it in."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.newcomer import Newcomer
from tests.system.provisioned import NewUnit, free_port

from aosedge.core import identity
from aosedge.trust import certificates

LIFE_S = 30
"""Long enough to be provisioned with; afterwards the cloud issues certificates that hold for long."""
NAMES = ("fine", "revoked", "gone")


class Expired:
    """A cloud, and Units whose certificates it issued have expired."""

    def __init__(self, folder: Path) -> None:
        self.cloud = CloudProcess(folder / "cloud")
        self.cloud.environment["AOSCLOUD_UNIT_CERTIFICATE_LIFE"] = f"PT{LIFE_S}S"
        self.cloud.init()
        for name in ("api", "unit", "channel"):  # the same ports when it is started again
            self.cloud.environment[f"AOSCLOUD_{name.upper()}_PORT"] = str(free_port())
        self.cloud.start()
        self.unit = NewUnit(folder / "unit", settings={"cloud": self.cloud.url})
        self.known: dict[str, tuple[Newcomer, str]] = {}

    def age(self) -> None:
        """Provision all, and wait until their certificates have ended."""
        self.unit.start("--until-provisioned")
        done = self.cloud.aos("oem", "unit", "provision", self.unit.address)
        assert done.returncode == 0, done.stderr
        assert self.unit.process is not None and self.unit.process.wait(20) == 0
        self.known = {name: registered(self.cloud, name) for name in NAMES}
        with self.cloud.nobody() as nobody:
            early = nobody.post("/units/return/", json=said_of(nobody, *self.known["fine"]))
            assert early.status_code == 409 and "still holds" in early.json()["message"]
        assert self.cloud.stop() == 0
        last = max(certificates.parse_pem(old).not_valid_after_utc for _, old in self.known.values())
        time.sleep(max(0.0, (last - datetime.now(UTC)).total_seconds()) + 1)
        del self.cloud.environment["AOSCLOUD_UNIT_CERTIFICATE_LIFE"]
        self.cloud.start()


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


def registered(cloud: CloudProcess, name: str) -> tuple[Newcomer, str]:
    """A Unit with an online certificate, PEM, that will soon have expired."""
    with cloud.person("oem") as oem:
        newcomer = Newcomer(oem, name)
        answer = oem.post("/units/provisioning/", json=newcomer.body)
        assert answer.status_code == 201, answer.text
        return newcomer, str(answer.json()["online_certificate"])


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
    assert aos(cloud, "unit", "show", unit.card.system_id)["online_status"] == "Online"
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


def said_of(client: Any, newcomer: Newcomer, old: str) -> dict[str, Any]:
    """The way back with a proof by the old key, for requests of a new one."""
    fresh = Newcomer(client, newcomer.system_uid)
    assert certificates.parse_pem(old).public_key() == newcomer.key.public_key()
    return fresh.said(newcomer.key) | {"certificate": old}
