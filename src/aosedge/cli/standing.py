"""How a Unit stands, in words for a person at its terminal. No IO: `aoscore` prints the lines."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from aosedge.cli.tables import folded, laid_out, size

if TYPE_CHECKING:
    from aosedge.core.local import InstanceView, StatusView

_INDENT: Final = 12
_SPARE: Final = ("runtime",)


def status_lines(status: "StatusView", width: int) -> list[str]:
    """`aoscore status`: what it is, what it does, what it runs, what is wrong and what to do about it."""
    lines = [folded(f"{name:{_INDENT}}{words}", width, _INDENT) for name, words in _fields(status)]
    if status.items:
        rows = [
            (
                status.names.get(one.item.id or "", one.item.id or one.item.codename or ""),
                one.version,
                one.state,
                one.error_info.message if one.error_info else "",
            )
            for one in status.items
        ]
        lines += ["", *laid_out(("item", "version", "state", "why"), rows, width)]
    if status.instances:
        lines += ["", *instance_lines(status.instances, width)]
    for entry in status.quarantine:
        lines += ["", *_quarantine(entry.digest, f"{entry.name} {entry.version}".strip(), entry.message, width)]
    return lines


def instance_lines(instances: "tuple[InstanceView, ...]", width: int) -> list[str]:
    """`aoscore instances`: one line each, by names that its other commands understand."""
    names = instance_names(instances)
    rows = [
        (names[one.instance], one.version, one.runtime, one.state, one.message)
        for one in sorted(instances, key=lambda one: names[one.instance])
    ]
    return laid_out(("instance", "version", "runtime", "state", "why"), rows, width, _SPARE)


def instance_names(instances: "tuple[InstanceView, ...]") -> dict[str, str]:
    """The shortest name of each that is its own: host name, with the number, or the whole key."""
    hosts = Counter(one.name for one in instances)
    numbered = {one.instance: f"{one.name}/{one.instance.rpartition('/')[2]}" for one in instances}
    twice = Counter(numbered.values())

    def name(one: "InstanceView") -> str:
        if not one.name or twice[numbered[one.instance]] > 1:
            return one.instance
        return one.name if hosts[one.name] == 1 else numbered[one.instance]

    return {one.instance: name(one) for one in instances}


def _fields(status: "StatusView") -> Iterator[tuple[str, str]]:
    update, seen = status.update, status.update.generation
    yield "unit", status.system_id
    cloud = "connected" if status.connected else "not connected: what is assigned to it comes when it is"
    yield "agent", f"running, {cloud}" if status.agent else "not running; instances that it left running go on"
    yield "node", f"{status.node}{f', {status.runtime}' if status.runtime else ''}"
    yield "update", f"{update.state}, {f'generation {seen.number} (epoch {seen.epoch})' if seen else 'no target yet'}"
    if update.held:
        until = f", until {update.held.until:%Y-%m-%d %H:%M} UTC" if update.held.until else ""
        yield "held", f"{update.held.reason}{until}"
    elif status.hold:
        yield "held", f"no update begins: {status.hold.reason}{_until(status.hold.until)}; aoscore release"
    if status.signals:
        yield "signals", " ".join(f"{name}={value_said(value)}" for name, value in sorted(status.signals.items()))
    if update.error_info:
        yield "trouble", update.error_info.message
    yield "disk", f"{size(status.free_bytes)} left"
    if status.waiting_reports or status.dropped_reports:
        dropped = f", {status.dropped_reports} dropped" if status.dropped_reports else ""
        yield "reports", f"{status.waiting_reports} waiting for the cloud{dropped}"


def _until(rfc3339: str | None) -> str:
    return f", until {rfc3339[:16].replace('T', ' ')} UTC" if rfc3339 else ""


def value_said(value: bool | float | str) -> str:
    """A signal's value as it is typed."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else value


def _quarantine(digest: str, name: str, message: str, width: int) -> list[str]:
    short = digest[: len("sha256:") + 12]
    what = f"{name} ({short})" if name else short
    return [
        folded(f"{'quarantine':{_INDENT}}{what} failed and is not tried again: {message}", width, _INDENT),
        f"{'':{_INDENT}}to try it again: aoscore clear {name.split()[0] if name else short}",
    ]
