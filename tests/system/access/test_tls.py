"""The same over real connections: what the TLS layer hands on is what the matrix takes for granted."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.system.cloud_process import API, CloudProcess

READS, CHANGES = "fleets/", "fleets/"
PEOPLE = {
    "oem": (200, 201),
    "stranger": (200, 201),
    "owner": (200, 403),
    "auditor": (200, 403),
    "sp": (403, 403),
    "admin": (403, 403),
}
"""What each is answered who reads fleets, and who makes one."""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudProcess]:
    made = CloudProcess(tmp_path_factory.mktemp("tls"))
    made.init()
    made.start()
    yield made
    made.stop()


def _asked(client: httpx.Client, title: str) -> tuple[int, int]:
    with client:
        return client.get(READS).status_code, client.post(CHANGES, json={"title": title}).status_code


def test_everybody_reads_and_changes_what_the_table_says_over_a_real_connection(cloud: CloudProcess) -> None:
    assert {name: _asked(cloud.person(name), f"of {name}") for name in PEOPLE} == PEOPLE


def test_what_one_organization_makes_over_a_real_connection_no_other_sees(cloud: CloudProcess) -> None:
    with cloud.person("oem") as mine, cloud.person("stranger") as theirs:
        made = mine.post(CHANGES, json={"title": "xqmineqx"}).json()["id"]
        seen = theirs.get(f"{READS}{made}/")
        missing = theirs.get(f"{READS}{'f' * len(made)}/")
        assert seen.status_code == missing.status_code == 404
        assert seen.json()["message"] == missing.json()["message"].replace("f" * len(made), made)
        assert "xqmineqx" not in theirs.get(READS).text


def test_nobody_comes_in_without_a_certificate_or_with_a_revoked_one_on_a_connection_that_is_kept(
    cloud: CloudProcess,
) -> None:
    assert _asked(cloud.nobody(), "of nobody") == (401, 401)
    with cloud.person("stranger") as kept:
        assert kept.get(READS).status_code == 200
        cloud.revoke(cloud.serial_of("stranger"))
        assert (kept.get(READS).status_code, kept.post(CHANGES, json={"title": "late"}).status_code) == (401, 401)


def test_a_certificate_of_a_foreign_authority_ends_at_the_handshake(cloud: CloudProcess, tmp_path: Path) -> None:
    other = CloudProcess(tmp_path)
    other.init_anew()
    (cloud.folder / "users" / "intruder.p12").write_bytes((other.folder / "users" / "oem.p12").read_bytes())
    with cloud.person("intruder") as client, pytest.raises(httpx.TransportError):
        client.get(READS)


def test_a_token_over_a_real_connection_does_what_its_scopes_say_and_no_more(cloud: CloudProcess) -> None:
    with cloud.person("oem") as maker:
        token = maker.post("api-tokens/", json={"title": "t", "scopes": ["fleets_list"]}).json()["token"]
    with cloud.nobody() as client:
        client.headers["authorization"] = f"Bearer {token}"
        assert (client.get(READS).status_code, client.post(CHANGES, json={"title": "t"}).status_code) == (200, 403)
    assert API
