"""Tokens and links: good for one holder or one blob, for a while, and only as we gave them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aosedge.cloud.gateway.signatures import LINK_LIFE_US, TOKEN_LIFE_US, Links, Tokens, bearer
from aosedge.model.digests import sha256
from aosedge.model.instants import MINUTE, Instant

SECRET = b"0" * 32
NOW = Instant(1_800_000_000_000_000)
BLOB, OTHER_BLOB = sha256(b"a"), sha256(b"b")


def query_of(link: str) -> tuple[str, str]:
    expires, signature = link.partition("?")[2].split("&")
    return expires.removeprefix("expires="), signature.removeprefix("signature=")


def test_a_token_is_good_for_its_certificate_until_it_expires() -> None:
    tokens = Tokens(SECRET)
    token = tokens.issue("AB12", NOW)
    assert tokens.holds(token, "AB12", NOW)
    assert tokens.holds(token, "AB12", Instant(NOW + TOKEN_LIFE_US - 1_000_000))
    assert not tokens.holds(token, "AB12", Instant(NOW + TOKEN_LIFE_US))
    assert not tokens.holds(token, "AB13", NOW)


def test_any_process_with_the_same_secret_takes_it_and_no_other() -> None:
    token = Tokens(SECRET).issue("AB12", NOW)
    assert Tokens(SECRET).holds(token, "AB12", NOW)
    assert not Tokens(b"1" * 32).holds(token, "AB12", NOW)


@given(st.text(max_size=80))
def test_no_made_up_token_holds(text: str) -> None:
    assert not Tokens(SECRET).holds(text, "AB12", NOW)


def test_the_expiry_of_a_token_cannot_be_moved() -> None:
    expires, _, signature = Tokens(SECRET).issue("AB12", NOW).partition(".")
    assert not Tokens(SECRET).holds(f"{int(expires) + 60}.{signature}", "AB12", NOW)


def test_a_link_is_good_for_its_blob_until_it_expires() -> None:
    links = Links(SECRET, "https://blobs.example/x/")
    link = links.issue(BLOB, NOW)
    assert link.startswith(f"https://blobs.example/x/blobs/{BLOB}?expires=")
    expires, signature = query_of(link)
    assert links.holds(BLOB, expires, signature, NOW)
    assert links.holds(BLOB, expires, signature, Instant(NOW + LINK_LIFE_US - 1))
    assert not links.holds(BLOB, expires, signature, Instant(NOW + LINK_LIFE_US + MINUTE))
    assert not links.holds(OTHER_BLOB, expires, signature, NOW)
    assert not links.holds(BLOB, str(int(expires) + 60), signature, NOW)


@pytest.mark.parametrize("expires", ["", "-1", "1e9", "٣", "9" * 40])
def test_a_broken_expiry_is_refused(expires: str) -> None:
    assert not Links(SECRET, "http://x").holds(BLOB, expires, "x", NOW)


def test_a_token_is_no_link() -> None:
    token = Tokens(SECRET).issue(BLOB, NOW)
    expires, _, signature = token.partition(".")
    assert not Links(SECRET, "http://x").holds(BLOB, expires, signature, NOW)


def test_links_of_the_same_minute_are_the_same_for_caches() -> None:
    links = Links(SECRET, "http://x")
    start = Instant(NOW // MINUTE * MINUTE + 1)
    assert links.issue(BLOB, start) == links.issue(BLOB, Instant(start + MINUTE - 2))


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", ""), ("", ""), ("abc", "")],
)
def test_the_token_of_a_header(header: str, token: str) -> None:
    assert bearer(header) == token
