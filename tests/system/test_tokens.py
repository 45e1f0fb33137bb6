"""Keys in a PKCS#11 token: born there, and the Unit comes to its cloud with them."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.cloud_process import CloudProcess
from tests.system.provisioned import NewUnit
from tests.system.tokens import SoftToken

from aosedge.core import identity
from aosedge.core.identity import keys
from aosedge.core.identity.tokens import label_begin
from aosedge.core.resources.node import architecture
from aosedge.model.errors import AosError, Invalid
from aosedge.model.ids import NodeName, SystemId
from aosedge.trust import certificates, csr


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftToken]:
    """One for all: the module reads its settings once in the life of a process."""
    made = SoftToken(tmp_path_factory.mktemp("token"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in made.environment.items():
            patch.setenv(name, value)
        yield made


@pytest.fixture
def unit(tmp_path: Path, token: SoftToken) -> Iterator[NewUnit]:
    with NewUnit(tmp_path / "unit", settings={"keys": token.store}) as unit:
        yield unit


def test_a_unit_whose_keys_are_in_a_token_is_provisioned_and_gets_its_target(
    cloud: CloudProcess, unit: NewUnit
) -> None:
    done = cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30", "--json")
    assert done.returncode == 0, (done.stderr, unit.lines)
    folder = unit.folder / identity.FOLDER
    for kind in ("online", "offline", "cm", "sm"):
        assert (folder / f"{kind}.key").read_text().startswith("pkcs11:token=unit;object=aos-")
    assert "PRIVATE KEY" in (folder / "iam.key").read_text()
    assert unit.process is not None
    maps = Path(f"/proc/{unit.process.pid}/maps").read_text()
    assert "pkcs11" not in maps and "softhsm" not in maps

    assign_tick(cloud, unit, unit.folder.parent / "tick")
    until_active(cloud, unit)


def test_a_renewal_makes_a_new_key_in_the_token_and_the_old_one_leaves_it(
    cloud: CloudProcess, unit: NewUnit, token: SoftToken
) -> None:
    assert cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30").returncode == 0
    seen = set()
    for _ in range(4):
        done = cloud.aos("oem", "unit", "renew", unit.card.system_id, "--type", "online", "--wait", "60")
        assert done.returncode == 0, (done.stdout, done.stderr, unit.lines)
        seen.add(online_key(unit))
    assert len(seen) == 4
    labels = token.labels(label_begin(unit.card.system_id, unit.card.node, "online"))
    assert len(labels) <= 3
    assert any(label in online_key(unit) for label in labels)
    assert unit.end(signal.SIGKILL) == -signal.SIGKILL
    unit.launch()
    unit.until("connected")


def test_what_keeps_a_token_away_is_said_and_passes(cloud: CloudProcess, unit: NewUnit, token: SoftToken) -> None:
    assert cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30").returncode == 0
    unit.end(signal.SIGTERM)
    pin = token.pin_file.read_text()
    token.pin_file.write_text("9137\n")
    unit.launch()
    unit.until("no cloud.*PIN incorrect")
    unit.until("no cloud.*the token refuses the PIN")
    assert not any("9137" in line for line in unit.lines)
    token.pin_file.write_text(pin)
    unit.until("connected", 60)


def test_a_token_that_is_not_there_makes_no_key_and_leaves_a_unit_that_waits(
    cloud: CloudProcess, tmp_path: Path, token: SoftToken
) -> None:
    with NewUnit(tmp_path / "unit", settings={"keys": token.store.replace("token=unit", "token=other")}) as unit:
        done = cloud.aos("oem", "unit", "provision", unit.address)
        assert done.returncode == 1
        assert "the token has no such key, or is not there: pkcs11:token=other" in done.stderr
        assert not unit.card.provisioned


def test_a_key_of_a_token_signs_and_shows_nothing(token: SoftToken, tmp_path: Path) -> None:
    for kind in ("online", "offline"):
        text = keys.make_key(kind, SystemId("unit-1"), token.store, tmp_path)
        (tmp_path / f"{kind}.key").write_text(text)
        held = keys.signer(text)
        request = csr.unit_request(held, "unit-1", kind)
        assert csr.unit_key_of(request, "unit-1", kind) == held.public_key()
        with pytest.raises(AosError, match="the key stays in its token"):
            certificates.key_pem(held)
    first = token.labels(label_begin(SystemId("unit-1"), NodeName(""), "online"))
    keys.make_key("online", SystemId("unit-2"), token.store, tmp_path / "other")
    keys.make_key("online", SystemId("unit-1"), token.store, tmp_path)
    assert token.labels(label_begin(SystemId("unit-1"), NodeName(""), "online")) > first, "a file names it"
    (tmp_path / "online.key").unlink()
    keys.make_key("online", SystemId("unit-1"), token.store, tmp_path)
    assert token.labels(label_begin(SystemId("unit-1"), NodeName(""), "online")).isdisjoint(first)
    assert len(token.labels(label_begin(SystemId("unit-2"), NodeName(""), "online"))) == 1, "another Unit's"


@pytest.mark.parametrize(
    "said",
    [
        "pkcs11:",
        "pkcs11:token=unit",
        "pkcs11:token=unit?module-path=/m.so",
        "pkcs11:token=unit?module-path=m.so&pin-source=/pin",
        "token",
    ],
)
def test_a_setting_that_names_no_token_is_refused(said: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="keys"):
        keys.make_key("online", SystemId("unit-1"), said, tmp_path)


def online_key(unit: NewUnit) -> str:
    pair = identity.cabinet_of(unit.folder).current("online")
    assert pair is not None
    return pair.key


def assign_tick(cloud: CloudProcess, unit: NewUnit, folder: Path) -> None:
    """A service that runs."""

    def aos(user: str, *words: str) -> None:
        done = cloud.aos(user, *words)
        assert done.returncode == 0, done.stdout + done.stderr

    aos("sp", "bundle", "init", str(folder), "--codename", "tick")
    program = folder / "tick" / architecture().architecture / "bin" / "tick"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nwhile :; do date; sleep 5; done\n")
    program.chmod(0o755)
    aos("sp", "bundle", "sign", str(folder), "--output", str(folder.parent / "tick.tar.gz"))
    aos("sp", "bundle", "upload", str(folder.parent / "tick.tar.gz"))
    aos("oem", "subject", "create", "clocks")
    aos("oem", "subject", "assign", "clocks", "--bundle", "tick")
    aos("oem", "subject", "add-unit", "clocks", unit.card.system_id)


def until_active(cloud: CloudProcess, unit: NewUnit) -> None:
    end = time.monotonic() + 60
    while True:
        shown = json.loads(cloud.aos("oem", "unit", "show", unit.card.system_id, "--json").stdout)
        if [each["state"] for each in shown["instances"]] == ["active"]:
            return
        assert time.monotonic() < end, shown
        time.sleep(0.3)


def test_a_deprovisioned_unit_leaves_no_key_in_its_token(
    cloud: CloudProcess, unit: NewUnit, token: SoftToken
) -> None:
    done = cloud.aos("oem", "unit", "provision", unit.address, "--wait", "30", "--json")
    assert done.returncode == 0, (done.stderr, unit.lines)
    mine = label_begin(unit.card.system_id, unit.card.node, "").removesuffix("-")
    assert len(token.labels(mine)) == 4
    assert cloud.aos("oem", "unit", "deprovision", unit.card.system_id).returncode == 0
    end = time.monotonic() + 60
    while unit.card.provisioned or unit.card.leaving:
        assert time.monotonic() < end, unit.lines
        time.sleep(0.1)
    assert token.labels(mine) == set()
