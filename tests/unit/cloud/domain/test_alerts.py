"""How bad each alert is, and what it says."""

from datetime import UTC, datetime

import pytest

from aosedge.cloud.domain.alerts import KINDS, Severity, severities_from, severity_of, words_of
from aosedge.model.digests import sha256
from aosedge.protocol.messages import from_unit as m
from aosedge.protocol.messages.parts import ErrorInfo, Identity

AT, ONE, NODE = datetime(2026, 1, 1, tzinfo=UTC), Identity(id="x"), Identity(codename="main")
PLACE = {"item": ONE, "subject": ONE, "instance": 0}
ALERTS: list[tuple[m.AnyAlert, Severity]] = [
    (m.SystemAlert(timestamp=AT, node=NODE, message="m"), "warning"),
    (m.CoreAlert(timestamp=AT, node=NODE, core_component="CM", message="m"), "warning"),
    (m.ResourceAllocateAlert(timestamp=AT, **PLACE, node=NODE, device_id="d", message="m"), "error"),
    (m.UpdateItemInstanceAlert(timestamp=AT, **PLACE, version="1.0.0", message="m"), "error"),
    (
        m.DownloadProgressAlert(
            timestamp=AT, digest=sha256(b""), url="u", downloaded_bytes=0, total_bytes=1, state="started"
        ),
        "info",
    ),
    (m.SystemQuotaAlert(timestamp=AT, node=NODE, parameter="ram", value=1), "warning"),
    (m.SystemQuotaAlert(timestamp=AT, node=NODE, parameter="ram", value=1, state="fall"), "info"),
    (m.InstanceQuotaAlert(timestamp=AT, **PLACE, parameter="cpu", value=1, state="raise"), "warning"),
]


@pytest.mark.parametrize(("alert", "severity"), ALERTS, ids=lambda each: type(each).__name__)
def test_each_alert_has_its_severity(alert: m.AnyAlert, severity: Severity) -> None:
    assert severity_of(alert) == severity


def test_a_severity_stands_for_all_above() -> None:
    assert severities_from("error") == ("error", "critical")
    assert severities_from("info") == ("info", "warning", "error", "critical")


def test_each_alert_is_of_a_kind_of_its_own() -> None:
    assert len({KINDS[type(alert)] for alert, _ in ALERTS}) == len({type(alert) for alert, _ in ALERTS})


@pytest.mark.parametrize(
    ("alert", "words"),
    list(
        zip(
            (alert for alert, _ in ALERTS),
            (
                "m",
                "m",
                "d: m",
                "m",
                "started, 0 of 1 bytes",
                "ram is 1",
                "ram is 1, within its rule again",
                "cpu is 1",
            ),
            strict=True,
        )
    ),
)
def test_each_alert_says_what_its_unit_said(alert: m.AnyAlert, words: str) -> None:
    assert words_of(alert) == words


@pytest.mark.parametrize(
    ("reason", "error", "words"),
    [
        ("no space", None, "interrupted, 1 of 2 bytes: no space"),
        (None, ErrorInfo(message="reset"), "interrupted, 1 of 2 bytes: reset"),
        ("line", ErrorInfo(message="reset"), "interrupted, 1 of 2 bytes: line: reset"),
    ],
)
def test_a_download_that_stops_says_why(reason: str | None, error: ErrorInfo | None, words: str) -> None:
    sizes = {"downloaded_bytes": 1, "total_bytes": 2}
    stopped = m.DownloadProgressAlert(
        timestamp=AT, digest=sha256(b""), url="u", **sizes, state="interrupted", reason=reason, error_info=error
    )
    assert words_of(stopped) == words
