"""What a dossier says of verification is computed again, and every part that does not fit another is found."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from aosedge.model.approvals import Part, approved_digest
from aosedge.model.errors import Invalid, Untrusted
from aosedge.trust.dossier_contents import Contents, check_contents

AMD64 = approved_digest("amd64", [Part("tick", "2.0.0", "sha256:i", ("sha256:m",))])


def dossier() -> dict[str, Any]:
    images = [
        {"manifest": "sha256:m", "platform": {"architecture": "amd64", "os": "linux"}},
        {"manifest": "sha256:n", "platform": {"architecture": "arm64", "os": "linux"}},
    ]
    item = {"id": "tick", "codename": "tick", "version": "2.0.0", "index_digest": "sha256:i", "images": images}
    back = {"architecture": "amd64", "digest": AMD64, "revoked_at": "2026"}
    batch = {
        "id": "b-1",
        "state": "passed",
        "content": {"amd64": AMD64},
        "approvals": [back, {"architecture": "amd64", "digest": AMD64, "revoked_at": None}],
        "evidence": [{"title": "nightly", "about": ["sha256:i"]}],
    }
    entry = {"number": "R79 X1", "brings": True, "items": [{"item": "tick", "version": "2.0.0"}]}
    return {"bundle": {"items": [item]}, "units": [{}], "verification": [batch], "rxswins": [entry]}


def checked(content: dict[str, Any]) -> Contents:
    return check_contents(json.dumps({"dossier": content, "signature": "..."}).encode())


def test_what_fits_is_counted_without_what_was_taken_back() -> None:
    assert checked(dossier()) == Contents(approvals=1, evidence=1, rxswins=1)


def test_a_dossier_without_verification_has_none() -> None:
    assert checked({"bundle": {"items": []}}) == Contents(0, 0, 0)


def another_version(content: dict[str, Any]) -> None:
    content["bundle"]["items"][0]["version"] = "2.0.1"


def another_image(content: dict[str, Any]) -> None:
    content["bundle"]["items"][0]["images"][0]["manifest"] = "sha256:other"


def another_approval(content: dict[str, Any]) -> None:
    content["verification"][0]["approvals"][1]["digest"] = "sha256:other"


def foreign_architecture(content: dict[str, Any]) -> None:
    content["verification"][0]["approvals"][1]["architecture"] = "riscv64"


def no_approval(content: dict[str, Any]) -> None:
    del content["verification"][0]["approvals"][1]


def foreign_evidence(content: dict[str, Any]) -> None:
    content["verification"][0]["evidence"][0]["about"].append("sha256:other")


def number_of_another(content: dict[str, Any]) -> None:
    content["rxswins"][0]["items"][0]["version"] = "1.0.0"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (another_version, "a batch is of another bundle"),
        (another_image, "a batch is of another bundle"),
        (another_approval, "an approval for amd64 is of something else"),
        (foreign_architecture, "an approval for riscv64 is of something else"),
        (no_approval, "a batch has passed without every approval"),
        (foreign_evidence, "evidence is about something else"),
        (number_of_another, "a software identification number does not fit"),
    ],
)
def test_what_does_not_fit_is_found(change: Callable[[dict[str, Any]], None], words: str) -> None:
    content = dossier()
    change(content)
    with pytest.raises(Untrusted, match=words):
        checked(content)


def test_a_batch_that_waits_needs_no_approval_yet() -> None:
    content = dossier()
    content["verification"][0].update(state="awaiting_approval", approvals=[])
    assert checked(content).approvals == 0


def test_what_is_no_dossier_is_refused() -> None:
    with pytest.raises(Invalid, match="not a dossier that this version knows"):
        check_contents(b'{"dossier": {"verification": 5}}')
