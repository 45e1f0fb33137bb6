"""How bad an alert is, and what it says."""

from typing import Final, Literal

from aosedge.protocol.messages.from_unit import (
    AnyAlert,
    CoreAlert,
    DownloadProgressAlert,
    InstanceQuotaAlert,
    ResourceAllocateAlert,
    SystemAlert,
    SystemQuotaAlert,
    UpdateItemInstanceAlert,
)

Severity = Literal["info", "warning", "error", "critical"]

AlertKind = Literal["system", "core", "device", "download", "node_quota", "quota", "instance"]
"""A line of a node's log or of AosCore, a device that is lacking, a download, a figure of a node or of an instance
over its rule, or news of an instance."""

KINDS: Final[dict[type[AnyAlert], AlertKind]] = {
    SystemAlert: "system",
    CoreAlert: "core",
    ResourceAllocateAlert: "device",
    DownloadProgressAlert: "download",
    SystemQuotaAlert: "node_quota",
    InstanceQuotaAlert: "quota",
    UpdateItemInstanceAlert: "instance",
}

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


def words_of(alert: AnyAlert) -> str:
    """What the Unit says, or what its figures say."""
    match alert:
        case DownloadProgressAlert():
            error = alert.error_info.message if alert.error_info is not None else ""
            why = ": ".join(part for part in (alert.reason, error) if part)
            done = f"{alert.state}, {alert.downloaded_bytes} of {alert.total_bytes} bytes"
            return f"{done}: {why}" if why else done
        case SystemQuotaAlert() | InstanceQuotaAlert():
            again = ", within its rule again" if alert.state == "fall" else ""
            return f"{alert.parameter} is {alert.value}{again}"
        case ResourceAllocateAlert():
            return f"{alert.device_id}: {alert.message}"
        case _:
            return alert.message
