"""AosEdge's own tools against our cloud: a certificate by invitation, who one is, a bundle signed and sent."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.made_bundles import config
from tests.system.cloud_process import CloudProcess
from tests.system.sdk import Sdk, network

pytestmark = [
    pytest.mark.slow,
    pytest.mark.root,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("ip") is None, reason="needs iproute2"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CloudProcess, Sdk]]:
    with network() as within:
        cloud = CloudProcess(tmp_path_factory.mktemp("cloud"), within=within, api_port=10000)
        cloud.init()
        sdk = Sdk(tmp_path_factory.mktemp("sdk"), within)
        sdk.install()
        sdk.trust(cloud.folder / "root.pem")
        cloud.start()
        assert cloud.url == "https://localhost:10000"
        yield cloud, sdk
        assert cloud.stop() == 0


def invited(cloud: CloudProcess, by: str, name: str, *words: str) -> str:
    """The one-time token out of what `aos user invite` says."""
    done = cloud.aos(by, "user", "invite", name, *words)
    assert done.returncode == 0, done.stderr
    return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("token "))


def new_user(sdk: Sdk, kind: str, token: str, *words: str) -> subprocess.CompletedProcess[str]:
    flags = ("--skip-browser-install", "--skip-check-version")
    return sdk.run("aos-keys", "new-user", "--domain", "localhost", f"--{kind}", "--token", token, *flags, *words)


@pytest.mark.parametrize(
    ("by", "kind", "role", "words", "title"),
    [
        ("oem", "oem", "oem", (), "First OEM"),
        ("oem", "fleet", "fleet-owner", ("--fleet", "default"), "First OEM"),
        ("sp", "sp", "sp", (), "First Service Provider"),
        ("admin", "admin", "admin", (), ""),
    ],
)
def test_aos_keys_makes_a_user_of_each_kind_and_knows_them(
    place: tuple[CloudProcess, Sdk], by: str, kind: str, role: str, words: tuple[str, ...], title: str
) -> None:
    cloud, sdk = place
    token = invited(cloud, by, f"sdk-{kind}", "--role", role, *words)
    done = new_user(sdk, kind, token, *(("--ec",) if kind == "oem" else ()))
    assert done.returncode == 0, done.stdout + done.stderr
    kept = sdk.home / ".aos" / "security" / f"aos-user-{kind}.p12"
    assert kept.exists()
    known = sdk.run("aos-keys", "info", f"--{kind}", "--skip-check-version")
    assert known.returncode == 0, known.stdout + known.stderr
    for word in (f"sdk-{kind}", role.replace("-", " ").replace("sp", "service provider"), title, "localhost"):
        assert word in known.stdout, known.stdout
    kept.unlink()
    again = new_user(sdk, kind, token)
    assert again.returncode != 0
    assert "Access token is wrong or already used" in again.stdout + again.stderr
    assert not kept.exists()


def test_aos_signer_signs_and_sends_a_bundle(place: tuple[CloudProcess, Sdk], tmp_path: Path) -> None:
    cloud, sdk = place
    token = invited(cloud, "sp", "sdk-signer", "--role", "sp")
    assert new_user(sdk, "sp", token).returncode == 0
    image = tmp_path / "greeter" / "amd64"
    image.mkdir(parents=True)
    (image / "serve").write_text("#!/bin/sh\n")
    publish = b"publish: {tlsKey: aos-user-sp.p12}\n"
    (tmp_path / "config.yaml").write_bytes(config("greeter") + publish)
    for words in (("sign", "--skip-check-version"), ("upload",)):
        done = sdk.run("aos-signer", *words, folder=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "successfully uploaded" in done.stdout
    listed = cloud.aos("sp", "item", "list")
    assert "greeter" in listed.stdout
    again = sdk.run("aos-signer", "upload", folder=tmp_path)
    assert again.returncode != 0
    assert "this very bundle is here already" in again.stdout + again.stderr


def test_aos_signer_says_so_when_the_permission_is_missing(place: tuple[CloudProcess, Sdk], tmp_path: Path) -> None:
    cloud, sdk = place
    (sdk.home / ".aos" / "security" / "aos-user-sp.p12").unlink(missing_ok=True)
    (sdk.home / ".aos" / "security" / "aos-user-sp.pem").unlink(missing_ok=True)
    token = invited(cloud, "sp", "sdk-reader", "--role", "sp", "--group", "audit")
    assert new_user(sdk, "sp", token).returncode == 0
    image = tmp_path / "reader" / "amd64"
    image.mkdir(parents=True)
    (image / "serve").write_text("#!/bin/sh\n")
    (tmp_path / "config.yaml").write_bytes(config("reader") + b"publish: {tlsKey: aos-user-sp.p12}\n")
    assert sdk.run("aos-signer", "sign", "--skip-check-version", folder=tmp_path).returncode == 0
    refused = sdk.run("aos-signer", "upload", folder=tmp_path)
    assert refused.returncode != 0
    assert 'does not have "deployment_bundles_create"' in refused.stdout + refused.stderr
