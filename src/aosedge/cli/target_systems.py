"""`aos target-system`: kinds of hardware."""

import sys
from json import JSONDecodeError, loads
from pathlib import Path
from typing import Annotated

import typer

from aosedge.cli.client import Client, View
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named
from aosedge.model.errors import Invalid

app = group("target systems: kinds of hardware")

System = Annotated[str, typer.Argument(metavar="SYSTEM", help="title or id")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="JSON with nodes and limits; - reads standard input")]


@app.command("list")
def list_(
    context: typer.Context,
    search: Annotated[str | None, typer.Option(help="a part of the title")] = None,
    json: Json = False,
) -> None:
    """Target systems."""
    client, out = begin(context, as_json=json)
    found = client.every("target-systems/", search=search)
    rows = [(s["title"], [n["type"] for n in s["nodes"]], s["revision"], s["id"]) for s in found]
    empty = "no target systems yet: aos target-system create TITLE FILE"
    out.show(found, lambda: out.table(("title", "node types", "revision", "id"), rows, empty))


@app.command()
def show(context: typer.Context, system: System, json: Json = False) -> None:
    """A target system and its Units."""
    client, out = begin(context, as_json=json)
    found = _find(client, system)
    units = client.every("units/", target_system_id=found["id"])

    def words() -> None:
        limits = [f"{most} {name}" for name, most in found["limits"].items() if most is not None]
        pairs = (("title", found["title"]), ("id", found["id"]), ("revision", found["revision"]))
        out.fields((*pairs, ("holds at most", limits), ("units", [unit["system_uid"] for unit in units])))
        out.line()
        rows = [(n["type"], _ratios(n), _rules(n), n.get("labels", ()), n.get("priority", 0)) for n in found["nodes"]]
        out.table(("node type", "ratios", "alerts", "labels", "priority"), rows, "no node types")

    out.show({**found, "units": units}, words)


@app.command()
def create(context: typer.Context, title: str, file: File, json: Json = False) -> None:
    """Make a target system from a file: {"nodes": [{"type": "main", "resource_ratios": {"cpu": 80}}]}."""
    client, out = begin(context, as_json=json)
    out.done(client.command("target-systems/", {**_read(file), "title": title}), f"made the target system {title}")


@app.command()
def change(
    context: typer.Context,
    system: System,
    file: File,
    title: Annotated[str | None, typer.Option(help="another title")] = None,
    json: Json = False,
) -> None:
    """Replace nodes and limits; its Units get the new configuration."""
    client, out = begin(context, as_json=json)
    found = _find(client, system)
    body = {**_read(file), "title": found["title"] if title is None else title}
    changed = client.put(f"target-systems/{found['id']}/", body)
    out.done(changed, f"the target system {changed['title']} is at revision {changed['revision']}")


@app.command()
def delete(context: typer.Context, system: System, json: Json = False) -> None:
    """Remove a target system that no Unit is of."""
    client, out = begin(context, as_json=json)
    found = _find(client, system)
    client.delete(f"target-systems/{found['id']}/")
    out.done(found, f"removed the target system {found['title']}")


def _read(file: Path) -> View:
    """What a file says of nodes and limits; raises Invalid."""
    try:
        content = loads(sys.stdin.read() if str(file) == "-" else file.read_text())
    except OSError as error:
        raise Invalid("cannot read the file", element=str(file), got=error.strerror or str(error)) from error
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise Invalid("the file is not JSON", element=str(file), got=str(error)) from error
    strange = sorted(content.keys() - {"nodes", "limits"}) if isinstance(content, dict) else ["no object"]
    if strange:
        raise Invalid("not a target system", element=str(file), expected="nodes and limits", got=", ".join(strange))
    view: View = content
    return view


def _find(client: Client, name: str) -> View:
    return named(client, "target-systems/", "target-system", name, "title")


def _ratios(node: View) -> str:
    ratios = node.get("resource_ratios") or {}
    return " ".join(f"{name} {percent:g} %" for name, percent in ratios.items() if percent is not None)


def _rules(node: View) -> str:
    rules = node.get("alert_rules") or {}
    shown = [(name, rule) for name, rule in rules.items() if name != "partitions" and rule]
    shown += [(rule["name"], rule) for rule in rules.get("partitions") or ()]
    return ", ".join(f"{name} {rule['min_threshold']:g}..{rule['max_threshold']:g}" for name, rule in shown)
