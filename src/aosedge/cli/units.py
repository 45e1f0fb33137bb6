"""`aos unit`: what Units run, what they should run, and waiting until both are one."""

from typing import Annotated

import typer

from aosedge.cli.client import Client, View, segment
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.output import Output, TimedOut, Trail
from aosedge.model.errors import AosError

app = group("Units of your fleets")

Unit = Annotated[str, typer.Argument(metavar="UNIT", help="system id, or the cloud's id")]
Timeout = Annotated[float, typer.Option(help="give up after this many seconds (exit code 4)")]
Until = Annotated[
    str, typer.Option(help="stop at this deployment state: in_sync, updating, blocked, degraded, failed")
]
After = Annotated[int, typer.Option(help="only a target with a generation number above this one counts")]


@app.command("list")
def list_(context: typer.Context, fleet: Annotated[str | None, typer.Option()] = None, json: Json = False) -> None:
    """Units, with whether they are there and in sync."""
    client, out = begin(context, as_json=json)
    units = client.every("units/", fleet_id=fleet)
    columns = ("system id", "status", "online", "deployment", "update", "model", "id")
    rows = [
        (
            u["system_uid"],
            u["status"],
            u["online_status"],
            u["deployment"],
            u["update_state"],
            u["model_name"],
            u["id"],
        )
        for u in units
    ]
    out.show(units, lambda: out.table(columns, rows, "no Units yet: provision one with aoscore provision"))


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
def certificates(context: typer.Context, unit: Unit, json: Json = False) -> None:
    """The Unit's certificates."""
    client, out = begin(context, as_json=json)
    found = client.every(f"units/{segment(unit)}/certificates/")
    columns = ("type", "node", "serial", "state", "valid until")
    rows = [(c["cert_type"], c["node_id"], c["serial"], c["state"], c["not_after"]) for c in found]
    out.show(found, lambda: out.table(columns, rows, "no certificates"))


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
    after: After = 0,
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
    after: After = 0,
    timeout: Timeout = 300,
    json: Json = False,
) -> None:
    """The same, silently; for scripts."""
    client, out = begin(context, as_json=json)
    view = _follow(client, Output(as_json=True), unit, until, timeout, after)
    out.done(view, f"{view['system_uid']} is {view['deployment']}")


def _follow(client: Client, out: Output, unit: str, until: str, timeout_s: float, after: int) -> View:
    trail = Trail(out)
    path = f"units/{segment(unit)}/"
    view = client.get(path)
    identifier = view["id"]
    _note(trail, view)
    events = client.events(timeout_s)
    try:
        while True:
            generation = view["generation"]
            counts = bool(until) and (not after or (generation is not None and generation["number"] > after))
            if counts and view["deployment"] == until:
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
    generation = view["generation"]
    out.fields(
        (
            ("system id", view["system_uid"]),
            ("id", view["id"]),
            ("model", f"{view['model_name']} {view['model_version']}".strip()),
            ("fleet", view["fleet_title"]),
            ("status", view["status"]),
            ("online", view["online_status"]),
            ("deployment", view["deployment"]),
            ("reason", view["reason"]),
            ("update", view["update_state"]),
            ("error", view["update_error"]),
            ("target", f"{generation['epoch']}.{generation['number']}" if generation else "none yet"),
        )
    )
    _section(out, "nodes", ("name", "type", "state", "connected"), view["nodes"])
    _section(out, "items", ("codename", "type", "target_version", "actual_version", "state", "error"), view["items"])
    columns = ("codename", "subject", "instance", "node", "target_version", "actual_version", "state", "error")
    _section(out, "instances", columns, view["instances"])


def _section(out: Output, title: str, columns: tuple[str, ...], views: list[View]) -> None:
    if views:
        out.line()
        out.line(title)
        words = [column.replace("_", " ") for column in columns]
        out.table(words, [[view[column] for column in columns] for view in views], "none")
