"""A cloud and Units that it has known for so long that their certificates have ended."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.system.cloud_process import CloudProcess
from tests.system.newcomer import Newcomer
from tests.system.provisioned import NewUnit, free_port

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


def registered(cloud: CloudProcess, name: str) -> tuple[Newcomer, str]:
    """A Unit with an online certificate, PEM, that will soon have expired."""
    with cloud.person("oem") as oem:
        newcomer = Newcomer(oem, name)
        answer = oem.post("/units/provisioning/", json=newcomer.body)
        assert answer.status_code == 201, answer.text
        return newcomer, str(answer.json()["online_certificate"])


def said_of(client: Any, newcomer: Newcomer, old: str) -> dict[str, Any]:
    """The way back with a proof by the old key, for requests of a new one."""
    fresh = Newcomer(client, newcomer.system_uid)
    assert certificates.parse_pem(old).public_key() == newcomer.key.public_key()
    return fresh.said(newcomer.key) | {"certificate": old}
