"""Instants as people say them to a command."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from aosedge.cli.moments import said
from aosedge.model.errors import Invalid
from aosedge.model.instants import instant_said, to_rfc3339


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()


def test_what_names_no_zone_is_in_the_viewers_at_a_command_and_utc_at_the_cloud() -> None:
    assert said("2026-01-31T12:00", "--since") == "2026-01-31T12:00:00-05:00"
    assert said("2026-07-31", "--since") == "2026-07-31T00:00:00-04:00"
    assert said("2026-07-31T12:00:00Z", "--since") == "2026-07-31T08:00:00-04:00"
    assert to_rfc3339(instant_said("2026-07-31", "since")) == "2026-07-31T00:00:00.000000Z"
    assert to_rfc3339(instant_said("2026-07-31T00:00:00-04:00", "since")) == "2026-07-31T04:00:00.000000Z"
    assert said(None, "--since") is None


@pytest.mark.parametrize(
    ("words", "ago"), [("90s", 90), ("15m", 900), ("2h", 7_200), ("7d", 604_800), ("2w", 1_209_600)]
)
def test_so_long_ago_is_an_instant(words: str, ago: int) -> None:
    before = datetime.now(UTC)
    moment = datetime.fromisoformat(said(words, "--since") or "")
    assert before - timedelta(seconds=ago + 60) < moment <= datetime.now(UTC) - timedelta(seconds=ago)


@pytest.mark.parametrize("words", ["soon", "2", "h", "-2h", "2h ago", "999999w", "2026-13-01"])
def test_other_words_are_refused_with_an_example(words: str) -> None:
    with pytest.raises(Invalid, match="no instant"):
        said(words, "--since")
    with pytest.raises(Invalid, match="no instant"):
        instant_said(words, "since")
