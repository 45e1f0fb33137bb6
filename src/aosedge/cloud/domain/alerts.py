"""How bad an alert is."""

from typing import Final, Literal

from aosedge.protocol.messages.from_unit import (
    AnyAlert,
    CoreAlert,
    DownloadProgressAlert,
    InstanceQuotaAlert,
    SystemAlert,
    SystemQuotaAlert,
)

Severity = Literal["info", "warning", "error", "critical"]

SEVERITIES: Final[tuple[Severity, ...]] = ("info", "warning", "error", "critical")


def severity_of(alert: AnyAlert) -> Severity:
    """Progress and a figure that fell inform; one over its rule and a line of a log warn; failures are errors."""
    match alert:
        case DownloadProgressAlert():
            return "info"
        case SystemQuotaAlert() | InstanceQuotaAlert():
            return "info" if alert.state == "fall" else "warning"
        case SystemAlert() | CoreAlert():
            return "warning"
        case _:
            return "error"


def severities_from(least: Severity) -> tuple[Severity, ...]:
    """This severity and all above."""
    return SEVERITIES[SEVERITIES.index(least) :]
