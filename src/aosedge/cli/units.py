"""`aos unit`: what Units run, what they should run, and waiting until both are one."""

from collections.abc import Callable
from typing import Annotated

import typer

from aosedge.cli.client import Client, View, segment
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named
from aosedge.cli.output import Output, TimedOut, Trail
from aosedge.cli.tables import minute, second
from aosedge.model.errors import AosError, Invalid

app = group("Units of your fleets")

Unit = Annotated[str, typer.Argument(metavar="UNIT", help="system id, or the cloud's id")]
Fleet = Annotated[str, typer.Option(help="only those of this fleet, by title or id")]
Selector = Annotated[
    str | None, typer.Option(help="only those with such labels: site=north,fw>=1.2.0,!broken,gpu in (a,b)")
]
Clone = Annotated[bool, typer.Option("--clone", help="only those that look like two devices with one identity")]
Timeout = Annotated[float, typer.Option(help="give up after this many seconds (exit code 4)")]
Until = Annotated[
    str, typer.Option(help="stop at this deployment state: in_sync, updating, blocked, degraded, failed")
]
After = Annotated[
    str,
    typer.Option(
        metavar="[EPOCH.]NUMBER",
        help="only a target of a later generation counts; without EPOCH of the one the Unit's target has now",
    ),
]


@app.command("list")
def list_(
    context: typer.Context, fleet: Fleet = "", selector: Selector = None, clone: Clone = False, json: Json = False
) -> None:
    """Units, with whether they are there and in sync."""
    client, out = begin(context, as_json=json)
    fleet_id = named(client, "fleets/", "fleet", fleet, "title")["id"] if fleet else None
    units = client.every("units/", fleet_id=fleet_id, selector=selector, clone="true" if clone else None)
    columns = ("system id", "online", "deployment", "last seen", "update", "model", "status", "id")
    rows = [
        (
            u["system_uid"],
            u["online_status"],
            u["deployment"],
            _last_seen(u, minute),
            u["update_state"],
            u["model_name"],
            u["status"],
            u["id"],
        )
        for u in units
    ]
    empty, spare = "no Units yet: provision one with aoscore provision", ("id", "status", "model", "update")
    out.show(units, lambda: out.table(columns, rows, empty, spare))


@app.command()
def show(context: typer.Context, unit: Unit, json: Json = False) -> None:
    """One Unit: target beside actual."""
    client, out = begin(context, as_json=json)
    view = client.get(f"units/{segment(unit)}/")
    out.show(view, lambda: _describe(out, view))


@app.command()
def target(context: typer.Context, unit: Unit) -> None:
    """The Unit's target state as it is sent, JSON."""
    client, out = begin(context, as_json=True)
    out.show(client.get(f"units/{segment(unit)}/target/"), lambda: None)


@app.command()
def delete(context: typer.Context, unit: Unit, json: Json = False) -> None:
    """Forget a Unit; its certificates open no door any more."""
    client, out = begin(context, as_json=json)
    view = client.get(f"units/{segment(unit)}/")
    client.delete(f"units/{view['id']}/")
    out.done(view, f"{view['system_uid']} is forgotten")


@app.command()
def watch(
    context: typer.Context,
    unit: Unit,
    until: Until = "",
    after: After = "",
    timeout: Timeout = 3600,
    json: Json = False,
) -> None:
    """Follow an update as it goes: downloading > installing > launching > waiting_active > in_sync."""
    client, out = begin(context, as_json=json)
    view = _follow(client, out, unit, until, timeout, after)
    out.show(view, lambda: None)


@app.command()
def wait(
    context: typer.Context,
    unit: Unit,
    until: Until = "in_sync",
    after: After = "",
    timeout: Timeout = 300,
    json: Json = False,
) -> None:
    """The same, silently; for scripts."""
    client, out = begin(context, as_json=json)
    view = _follow(client, Output(as_json=True), unit, until, timeout, after)
    out.done(view, f"{view['system_uid']} is {view['deployment']}")


def _follow(client: Client, out: Output, unit: str, until: str, timeout_s: float, after: str) -> View:
    trail = Trail(out)
    path = f"units/{segment(unit)}/"
    view = client.get(path)
    identifier, floor = view["id"], _floor(after, view["generation"])
    _note(trail, view)
    events = client.events(timeout_s)
    try:
        while True:
            counts = bool(until) and _order(view["generation"]) > floor
            if counts and view["deployment"] == until:
                trail.note(until)
                break
            if counts and view["deployment"] == "failed":
                raise AosError(f"{view['system_uid']} failed: {view['reason']}", cure=f"aos unit show {unit}")
            try:
                event = next(events)
            except StopIteration:
                waited = f"{view['system_uid']} is {view['deployment']} after {timeout_s:g} s"
                raise TimedOut(waited, expected=until, got=view["reason"], cure=f"aos unit show {unit}") from None
            if event is None or event.get("unit_id") == identifier:
                if event and event.get("update_state", "idle") not in ("", "idle"):
                    trail.note(*_step(event))  # a short step: the Unit may be past it when one asks
                else:
                    view = client.get(path)
                    _note(trail, view)
    finally:
        trail.end()
    return view


def _order(generation: View | None) -> tuple[int, int]:
    return (generation["epoch"], generation["number"]) if generation else (0, 0)


def _floor(after: str, now: View | None) -> tuple[int, int]:
    """The generation that a target must be later than; without `after` any counts."""
    if not after:
        return (-1, -1)
    epoch, _, number = after.rpartition(".")
    if not number.isdecimal() or not (epoch or "0").isdecimal():
        raise Invalid("no such generation", element="--after", expected="NUMBER or EPOCH.NUMBER", got=after)
    return (int(epoch) if epoch else _order(now)[0], int(number))


def _note(trail: Trail, view: View) -> None:
    trail.note(*_step(view))


def _step(view: View) -> tuple[str, str]:
    """The update's step while there is one, else how the Unit is."""
    state = view["update_state"]
    if state and state != "idle":
        total, done = view.get("total_bytes") or 0, view.get("downloaded_bytes") or 0
        return state, f"{100 * done // total} %" if state == "downloading" and total else ""
    return view["deployment"], ""


def _describe(out: Output, view: View) -> None:
    generation, seen = view["generation"], view["seen_generation"]
    out.fields(
        (
            ("system id", view["system_uid"]),
            ("id", view["id"]),
            ("model", f"{view['model_name']} {view['model_version']}".strip()),
            ("fleet", view["fleet_title"]),
            ("sets", view["sets"]),
            ("labels", [f"{name}={value}" for name, value in view["labels"].items()]),
            ("hardware", view["target_system_title"]),
            ("status", view["status"]),
            ("online", view["online_status"]),
            ("last seen", _last_seen(view, second)),
            ("reported", second(view["reported_at"]) if view["reported_at"] else "nothing yet"),
            ("CLONE", _clone(view["clone"])),
            ("deployment", view["deployment"]),
            ("reason", view["reason"]),
            ("update", _update(view)),
            ("error", view["update_error"]),
            ("target", _generation(generation) if generation else "none yet"),
            ("works on", _generation(seen) if seen and seen != generation else ""),
            ("note", view["target_problem"] or view["target_reasons"]),
        )
    )
    known = [{**node, "": _paused(node)} for node in view["nodes"]]
    _section(out, "nodes", ("name", "type", "state", "connected", ""), known)
    shown = [{**i, "name": i["codename"], "version": _version(i)} for i in view["items"]]
    _section(out, "items", ("name", "type", "version", "state"), shown)
    running = [
        {**i, "name": f"{i['codename']} {i['instance']}", "version": _version(i), "state": i["state"] or "not there"}
        for i in view["instances"]
    ]
    _section(out, "instances", ("name", "subject", "node", "runtime", "version", "state"), running)


def _update(view: View) -> str:
    """The update's step, and how a download comes."""
    if not view["total_bytes"] or view["update_state"] != "downloading":
        return str(view["update_state"])
    rate = f", {view['bytes_per_second']} bytes a second" if view["bytes_per_second"] is not None else ""
    return f"downloading, {view['downloaded_bytes']} of {view['total_bytes']} bytes{rate}"


def _clone(seen: View | None) -> str:
    if seen is None:
        return ""
    last = f"{seen['older_address']} and {seen['newer_address']} at {second(seen['last_at'])}"
    return f"looks like two devices since {second(seen['since'])}, {seen['times']} times, last {last}"


def _section(out: Output, title: str, columns: tuple[str, ...], views: list[View]) -> None:
    if views:
        out.line()
        out.table((title, *columns[1:]), [[view[column] for column in columns] for view in views], "none")
        for view in views:
            if view.get("error"):
                out.line(f"{view['name']}: {view['error']}")


def _paused(node: View) -> str:
    """Whether somebody paused it, and why."""
    return f"paused since {minute(node['paused_at'])}: {node['paused_reason']}" if node["paused_at"] else ""


def _generation(view: View) -> str:
    return f"generation {view['number']} (epoch {view['epoch']})"


def _version(view: View) -> str:
    """What it is, and what it shall be where that is something else."""
    actual, target = view["actual_version"], view["target_version"]
    if actual == target:
        return str(actual or "-")
    if target is None:
        return f"{actual}, to go"
    return f"{actual}, to be {target}" if actual else f"to be {target}"


def _last_seen(view: View, words: Callable[[str | None], str]) -> str:
    """`now`, or when the connection was lost."""
    if view["online_status"] != "Offline":
        return "now"
    return words(view["last_seen"]) if view["last_seen"] else "never"
