"""How long sessions last, and what a request in one must show."""

import msgspec
import pytest

from aosedge.cloud.domain.sessions import (
    DEVICE_LETTERS_MOST,
    Provenance,
    WebSession,
    check_csrf,
    check_from_here,
    device_of,
)
from aosedge.model.errors import NotAllowed
from aosedge.model.ids import SessionId, UserId
from aosedge.model.instants import HOUR, MINUTE, Instant

BEGAN = Instant(1_000 * HOUR)
HERE = frozenset(("https://localhost:10000",))
SESSION = WebSession(
    SessionId("s"), UserId("u"), "hash", "link", "", "Browser", "127.0.0.1", BEGAN, BEGAN,
    Instant(BEGAN + 2 * HOUR), Instant(BEGAN + 12 * HOUR),
)  # fmt: skip


def test_a_session_ends_unused_and_at_last() -> None:
    assert SESSION.good(Instant(BEGAN + 2 * HOUR - 1))
    assert not SESSION.good(Instant(BEGAN + 2 * HOUR))
    busy = msgspec.structs.replace(SESSION, idle_expires_at=Instant(BEGAN + 13 * HOUR))
    assert busy.good(Instant(BEGAN + 12 * HOUR - 1))
    assert not busy.good(Instant(BEGAN + 12 * HOUR))


def test_use_is_written_down_once_a_minute() -> None:
    assert not SESSION.to_touch(Instant(BEGAN + MINUTE - 1))
    assert SESSION.to_touch(Instant(BEGAN + MINUTE))


def test_what_a_browser_calls_itself_is_kept_short_and_printable() -> None:
    assert device_of("a\x00b\n" + "c" * 500) == ("ab" + "c" * 500)[:DEVICE_LETTERS_MOST]


@pytest.mark.parametrize(
    "said",
    [
        Provenance("GET", "https://evil.example", "cross-site"),
        Provenance("POST"),
        Provenance("POST", "https://localhost:10000", "same-origin"),
        Provenance("DELETE", None, "same-origin"),
        Provenance("DELETE", None, "none"),
        Provenance("POST", "https://localhost:10000", "cross-site"),
    ],
)
def test_reading_and_changes_from_here_pass(said: Provenance) -> None:
    check_from_here(said, HERE)


@pytest.mark.parametrize(
    ("said", "element"),
    [
        (Provenance("POST", "https://evil.example"), "Origin"),
        (Provenance("PUT", "null", "same-origin"), "Origin"),
        (Provenance("POST", "https://localhost:10001", "same-site"), "Origin"),
        (Provenance("POST", None, "same-site"), "Sec-Fetch-Site"),
        (Provenance("DELETE", None, "cross-site"), "Sec-Fetch-Site"),
    ],
)
def test_a_change_that_another_site_asks_for_is_refused(said: Provenance, element: str) -> None:
    with pytest.raises(NotAllowed, match="another site") as refused:
        check_from_here(said, HERE)
    assert refused.value.element == element


def test_a_change_needs_the_session_s_own_token() -> None:
    check_csrf(Provenance("GET"), "right")
    check_csrf(Provenance("POST", csrf="right"), "right")
    for said, got in ((Provenance("POST"), "nothing"), (Provenance("POST", csrf="wrong"), "another")):
        with pytest.raises(NotAllowed) as refused:
            check_csrf(said, "right")
        assert (refused.value.element, refused.value.got) == ("X-CSRF-Token", got)
