"""The configuration of an item version in words, each figure with its unit."""

from collections.abc import Iterator
from typing import Final

from aosedge.cli.client import View
from aosedge.cli.tables import size

_MODES: Final = {"r": "read", "w": "write", "rw": "read and write"}


def in_words(view: View) -> Iterator[tuple[str, object]]:
    """Names and values; what the version leaves open has an empty value or says who decides."""
    yield "version", view["version"]
    yield "author", view["author"]
    for image in view["images"]:
        yield f"on {image['platform']}", " ".join(image["command"]) or "no command of its own"
        yield "  in folder", image["working_dir"]
        yield "  exposes ports", image["ports"]
        yield "  variables", image["variables"]
    yield "host name", view["hostname"]
    yield "runtimes", view["runtimes"]
    yield "balancing", "instances move between nodes" if view["balancing"] else "instances stay on their node"
    yield "root file system", "on top of the node's" if view["node_rootfs"] else "its own"
    yield "without a cloud", "" if view["offline_ttl_s"] is None else f"runs for {span(view['offline_ttl_s'])}"
    yield from _quotas(view)
    yield "starts", _starts(view["starts"])
    yield "health check", _probe(view["health_check"])
    yield "reaches", [f"{each['host']} {each['port']}/{each['protocol']}" for each in view["connections"]]
    yield "devices", [f"{each['name']} ({_MODES.get(each['mode'], each['mode'])})" for each in view["devices"]]
    for service, scopes in view["permissions"].items():
        yield f"at {service}", [f"{scope} ({_MODES.get(mode, mode)})" for scope, mode in scopes.items()]
    yield "kernel settings", [f"{name}={value}" for name, value in view["sysctl"].items()]
    yield from _alerts(view["alerts"])


def _quotas(view: View) -> Iterator[tuple[str, object]]:
    quotas = view["quotas"]
    if not view["limited"]:
        yield "limits", "none are held to"
    yield "CPU", _most(quotas["cpu_dmips"], "{} DMIPS")
    for name, field in (("RAM", "ram"), ("storage", "storage"), ("state", "state"), ("temporary files", "tmp")):
        yield name, "" if quotas[f"{field}_bytes"] is None else f"at most {size(quotas[f'{field}_bytes'])}"
    for way in ("upload", "download"):
        speed, total = quotas[f"{way}_bits_per_s"], quotas[f"{way}_bytes"]
        yield f"{way} speed", _most(speed, "{:,} bit/s")
        yield way, "" if total is None else f"at most {size(total)}"
    yield "open files", _most(quotas["open_files"], "{}")
    yield "processes", _most(quotas["processes"], "{}")


def _most(value: int | None, form: str) -> str:
    return "" if value is None else "at most " + form.format(value)


def _starts(starts: View) -> str:
    said = []
    if starts["start_burst"] is not None:
        within = f" within {span(starts['start_interval_s'])}" if starts["start_interval_s"] is not None else ""
        said.append(f"given up after {starts['start_burst']}{within}")
    if starts["restart_interval_s"] is not None:
        said.append(f"again after {span(starts['restart_interval_s'])}")
    return ", ".join(said)


def _probe(probe: View | None) -> str:
    if probe is None:
        return "none: running is healthy"
    asked = {
        "http": f"http on port {probe['port']}, {probe['path']}",
        "tcp": f"tcp on port {probe['port']}",
        "exec": f"runs {' '.join(probe['command'])}",
    }[probe["type"]]
    after = f", first after {span(probe['start_period_s'])}" if probe["start_period_s"] else ""
    return (
        f"{asked}, every {span(probe['interval_s'])}, each within {span(probe['timeout_s'])}{after}; "
        f"unhealthy after {probe['retries']} failures in a row"
    )


def _alerts(alerts: View) -> Iterator[tuple[str, object]]:
    rules = [(name, alerts.get(name), "%") for name in ("cpu", "ram")]
    rules += [(rule["name"], rule, "%") for rule in alerts.get("partitions", ())]
    rules += [(name, alerts.get(name), "") for name in ("download", "upload")]
    for name, rule, unit in rules:
        if rule:
            highest, lowest = (
                f"{rule[f'{end}_threshold']:g} %" if unit else size(rule[f"{end}_threshold"])
                for end in ("max", "min")
            )
            lasting = f" for {span(rule['min_timeout_s'])}" if rule.get("min_timeout_s") else ""
            yield f"alert on {name}", f"above {highest}{lasting}, until below {lowest}"


def span(seconds: float) -> str:
    """`1.5 s`, `10 min`, `2 h`, `3 days`: in the largest unit that is whole."""
    for length, unit in ((86_400, "day"), (3_600, "h"), (60, "min")):
        if seconds >= length and seconds % length == 0:
            count = int(seconds // length)
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return f"{seconds:g} s"
