"""Whom a provider's answer is about, and where people are sent back to."""

from typing import Any

import pytest

from aosedge.cloud.domain.openid import SKEW_US, ClaimNames, Expected, identity_of, safe_path
from aosedge.model.errors import Invalid, Untrusted
from aosedge.model.instants import HOUR, SECOND, Instant

NOW = Instant(500_000 * HOUR)
EXPECTED = Expected("https://id.example", "aoscloud", "nonce")
CLAIMS: dict[str, Any] = {
    "iss": "https://id.example",
    "aud": "aoscloud",
    "exp": NOW // SECOND + 60,
    "iat": NOW // SECOND,
    "nonce": "nonce",
    "sub": "s-1",
    "email": "nora@example.org",
    "email_verified": True,
    "preferred_username": "nora",
}


def told(names: ClaimNames = ClaimNames(), **changes: Any) -> Any:
    return identity_of(CLAIMS | changes, EXPECTED, names, NOW)


def test_claims_say_who_it_is() -> None:
    found = told()
    assert (found.issuer, found.subject, found.email, found.username) == (
        "https://id.example", "s-1", "nora@example.org", "nora",
    )  # fmt: skip
    assert told(aud=["aoscloud"]) == told(azp="aoscloud") == told(aud=["x", "aoscloud"], azp="aoscloud") == found


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_does_not_count(verified: object) -> None:
    assert told(email_verified=verified).email == ""


def test_a_provider_that_tells_verified_addresses_only_needs_no_claim() -> None:
    names = ClaimNames(email="upn", verified="", username="name")
    found = told(names, upn=" nora@corp.example ", email_verified=False, name=7)
    assert (found.email, found.username) == ("nora@corp.example", "")
    assert told(names, upn="x" * 256).email == ""


@pytest.mark.parametrize(
    ("element", "wrong"),
    [
        ("iss", "https://evil.example"),
        ("iss", None),
        ("aud", "another"),
        ("aud", ["another"]),
        ("aud", ["aoscloud", "another"]),
        ("azp", "another"),
        ("exp", (NOW - SKEW_US) // SECOND),
        ("exp", None),
        ("exp", "soon"),
        ("exp", True),
        ("exp", float("nan")),
        ("exp", 1e12),
        ("iat", (NOW + SKEW_US) // SECOND),
        ("iat", -1),
        ("nonce", "another"),
        ("nonce", None),
        ("sub", ""),
        ("sub", 7),
        ("sub", "x" * 256),
    ],
)
def test_claims_that_do_not_hold_are_refused(element: str, wrong: object) -> None:
    with pytest.raises(Untrusted) as refused:
        told(**{element: wrong})
    assert refused.value.element in (element, "azp")


@pytest.mark.parametrize("path", ["/", "/units", "/units?state=failed#top", "/a//b"])
def test_pages_of_ours_are_gone_back_to(path: str) -> None:
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["", "units", "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "/a\r\nb", "/\t/e",
     "javascript:alert(1)", "/" + "x" * 500],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(path: str) -> None:
    with pytest.raises(Invalid, match="leads elsewhere"):
        safe_path(path)
