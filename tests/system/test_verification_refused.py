"""What people ask of verification that cannot be: refused over HTTP and by `aos`, naming the field and the cure."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.field import Field, Json

from aosedge.cloud.domain.verification.evidence import BYTES_MOST

GREEN = b"<testsuite><testcase name='a'/></testsuite>"
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
BOMB = b'<!DOCTYPE t [<!ENTITY l0 "ha">' + LAUGHS + b"]><testsuite><testcase>&l9;</testcase></testsuite>"


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    made = Field(Path(tmp_path_factory.mktemp("unverified")) / "cloud", plain=False)
    made.cloud.start()
    made.call("oem", "PUT", "/verification-settings/", json={"required": True, "four_eyes": True})
    for number in range(1, 6):
        made.upload("tick", f"{number}.0.0")
    yield made
    assert made.cloud.stop() == 0


def begun(field: Field, number: int) -> Json:
    """A batch of the version with this number, that waits for approval."""
    items = field.call("oem", "GET", "/items/")["items"]
    versions = field.call("oem", "GET", f"/items/{items[0]['id']}/versions/")["items"]
    bundle = next(each["bundle_id"] for each in versions if each["version"] == f"{number}.0.0")
    made = field.call("oem", "POST", "/verification-batches/", json={"bundle_id": bundle})
    for _ in range(300):
        view = field.call("oem", "GET", f"/verification-batches/{made['id']}/")
        if view["state"] != "resolving":
            return view
        time.sleep(0.1)
    pytest.fail("it is resolving still")


def said(field: Field, who: str, batch: Json, verb: str, **body: str) -> tuple[int, str]:
    """Status and element."""
    with field.cloud.person(who) as client:
        answer = client.post(f"/verification-batches/{batch['id']}/{verb}/", json=body)
    return answer.status_code, answer.json().get("element", "")


def attached(field: Field, batch: Json, content: bytes, query: str = "kind=file") -> tuple[int, str]:
    with field.cloud.person("oem") as oem:
        path = f"/verification-batches/{batch['id']}/evidence/?{query}"
        answer = oem.post(path, files={"file": ("report.xml", content, "application/xml")})
    return answer.status_code, answer.json().get("element", "")


def test_the_wrong_people_approve_nothing_and_the_right_one_once(field: Field) -> None:
    batch = begun(field, 1)
    [of] = batch["architectures"]
    wanted = {"architecture": of["architecture"], "digest": of["digest"]}
    for who in ("sp", "auditor", "admin"):
        assert said(field, who, batch, "approve", **wanted)[0] == 403
    assert said(field, "stranger", batch, "approve", **wanted)[0] == 404
    assert said(field, "oem", batch, "approve", **wanted) == (409, "batch")
    other = wanted | {"digest": "sha256:" + "0" * 64}
    assert field.call("oem", "GET", f"/verification-batches/{batch['id']}/")["approvals"] == []
    assert said(field, "oem", batch, "approve", **other) == (409, "digest")
    assert said(field, "oem", batch, "approve", **wanted | {"architecture": "riscv64"}) == (400, "architecture")
    assert said(field, "oem", batch, "approve", **wanted | {"comment": "x" * 2001})[0] in (400, 409)


def test_without_four_eyes_whoever_began_it_approves_once(field: Field) -> None:
    field.call("oem", "PUT", "/verification-settings/", json={"required": True, "four_eyes": False})
    batch = begun(field, 2)
    [of] = batch["architectures"]
    wanted = {"architecture": of["architecture"], "digest": of["digest"]}
    assert [said(field, "oem", batch, "approve", **wanted)[0] for _ in range(2)] == [200, 409]
    assert [said(field, "oem", batch, "revoke", architecture=of["architecture"])[0] for _ in range(2)] == [200, 409]
    assert [said(field, "oem", batch, "cancel")[0] for _ in range(2)] == [200, 200]
    assert said(field, "oem", batch, "approve", **wanted) == (409, "batch")


def test_a_second_batch_of_a_bundle_waits_for_the_first(field: Field) -> None:
    batch = begun(field, 3)
    with field.cloud.person("oem") as oem:
        again = oem.post("/verification-batches/", json={"bundle_id": batch["bundle_id"]})
    assert (again.status_code, again.json()["element"]) == (409, "bundle_id")
    assert said(field, "oem", batch, "reject") == (400, "comment")
    assert [said(field, "oem", batch, "reject", comment="no")[0] for _ in range(2)] == [200, 409]
    assert attached(field, batch, GREEN, "kind=junit") == (409, "batch")


def test_evidence_that_is_too_large_hostile_or_of_something_else_is_refused(field: Field) -> None:
    batch = begun(field, 4)
    assert attached(field, batch, GREEN, "kind=junit")[0] == 201
    assert attached(field, batch, b"x" * (BYTES_MOST + 1)) == (413, "file")
    assert attached(field, batch, b"x" * (3 * BYTES_MOST))[0] == 413
    assert attached(field, batch, b"") == (400, "file")
    assert attached(field, batch, BOMB, "kind=junit") == (400, "file")
    deep = b"<testsuite>" + b"<a>" * 1_000_000
    assert attached(field, batch, deep, "kind=junit") == (400, "file")
    assert attached(field, batch, GREEN, "kind=junit&about=sha256:" + "0" * 64) == (400, "about")
    report = field.call("oem", "GET", f"/verification-batches/{batch['id']}/report/")
    [mine] = report["items"]
    assert attached(field, batch, GREEN, f"kind=junit&about={mine['index_digest']}")[0] == 201
    assert [each["about"] for each in report["evidence"]] == [[mine["index_digest"]]]


def test_aos_says_what_cannot_be_and_what_to_do(field: Field, tmp_path: Path) -> None:
    batch, hostile = begun(field, 5), tmp_path / "bomb.xml"
    hostile.write_bytes(BOMB)
    for words, told in (
        (("attach", batch["id"], str(hostile), "--junit"), "aos: file: not a JUnit report"),
        (("attach", batch["id"], str(hostile), "--about", "sha256:" + "0" * 64), "aos: about: "),
        (("approve", batch["id"], "--arch", "riscv64"), "aos: --arch: which architecture?"),
        (
            ("approve", batch["id"], "--digest", "sha256:" + "0" * 64),
            "aos: digest: this is not what the batch is about",
        ),
        (("reject", batch["id"]), "aos: comment: whoever rejects says why"),
        (("create", batch["bundle_id"]), "aos: bundle_id: the bundle has a batch"),
        (("settings", "--success", "101"), "aos: criteria.success_share: no such share"),
    ):
        done = field.cloud.aos("oem", "verification", *words)
        assert done.returncode == 1, (words, done.stdout)
        assert told in done.stderr, (words, done.stderr)
        assert "Traceback" not in done.stderr
