"""`aos item`: what can be deployed, and its versions."""

from typing import Annotated

import typer

from aosedge.cli.client import View
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.configurations import in_words
from aosedge.cli.names import item_named
from aosedge.cli.tables import minute, size

app = group("deployable items: services, layers, components")


@app.command("list")
def list_(
    context: typer.Context,
    type: Annotated[str | None, typer.Option(help="service, layer or component")] = None,
    json: Json = False,
) -> None:
    """Items that you own or that were granted to you."""
    client, out = begin(context, as_json=json)
    found = client.every("items/", type=type)
    rows = [(i["codename"], i["type"], i["newest_version"], i["title"], i["owner_title"], i["id"]) for i in found]
    columns = ("codename", "type", "newest", "title", "owner", "id")
    out.show(found, lambda: out.table(columns, rows, "no items yet: aos bundle upload FILE"))


@app.command()
def show(
    context: typer.Context, item: Annotated[str, typer.Argument(help="codename or id")], json: Json = False
) -> None:
    """One item and its versions, newest first."""
    client, out = begin(context, as_json=json)
    found = item_named(client, item)
    versions = client.every(f"items/{found['id']}/versions/")

    def words() -> None:
        names = ("codename", "type", "title", "description", "owner_title", "id")
        out.fields((name.removesuffix("_title"), found[name]) for name in names)
        out.line()
        rows = [
            (v["version"], v["state"], _downloads(v), minute(v["created_at"]), v["index_digest"]) for v in versions
        ]
        columns = ("version", "state", "platforms and downloads", "created", "index")
        out.table(columns, rows, "no versions", spare=("index",))

    out.show({**found, "versions": versions}, words)


@app.command()
def configuration(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="codename or id")],
    version: Annotated[str | None, typer.Option(help="in place of the newest one")] = None,
    json: Json = False,
) -> None:
    """How instances of a version run: quotas, connections, devices, health check, as they were signed."""
    client, out = begin(context, as_json=json)
    found = client.get(f"items/{item_named(client, item)['id']}/configuration/", version=version)
    out.show(found, lambda: out.fields(in_words(found)))


@app.command()
def deployments(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="codename or id")],
    units: Annotated[bool, typer.Option("--units", help="each instance, in place of how many")] = False,
    json: Json = False,
) -> None:
    """How many instances of an item of yours run where OEMs let you see it, by version and state."""
    client, out = begin(context, as_json=json)
    found = item_named(client, item)
    path = f"items/{found['id']}/"
    none = "nothing to be seen: nothing is assigned, or no OEM lets you see deployment results"
    if units:
        seen = client.every(f"{path}deployments/")
        rows = [
            (u["oem_title"], u["unit"], i["instance"], i["version"], i["state"], i["error_code"], i["exit_code"])
            for u in seen
            for i in u["instances"] or [dict.fromkeys(("instance", "version", "state", "error_code", "exit_code"))]
        ]
        out.show(
            seen, lambda: out.table(("oem", "unit", "instance", "version", "state", "error", "exit"), rows, none)
        )
    else:
        seen = client.get(f"{path}deployment-counts/")["items"]
        counts = [(c["oem_title"], c["version"], c["state"], c["instances"]) for c in seen]
        out.show(seen, lambda: out.table(("oem", "version", "state", "instances"), counts, none))


@app.command()
def alerts(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="codename or id")],
    severity: Annotated[str, typer.Option(help="from here on: info, warning, error or critical")] = "info",
    since: Annotated[str | None, typer.Option(help="a day or an instant in ISO 8601")] = None,
    json: Json = False,
) -> None:
    """Alerts of instances of an item of yours where OEMs let you see them, newest first."""
    client, out = begin(context, as_json=json)
    path = f"items/{item_named(client, item)['id']}/alerts/"
    found = client.every(path, severity=severity, since=since)
    rows = [
        (
            minute(a["at"]),
            a["severity"],
            a["oem_title"],
            a["unit"],
            a["instance"],
            a["version"],
            a["kind"],
            " ".join(str(part) for part in (a["about"], a["value"], a["state"]) if part not in ("", None)),
        )
        for a in found
    ]
    columns = ("at", "severity", "oem", "unit", "instance", "version", "kind", "about")
    out.show(found, lambda: out.table(columns, rows, "none to be seen: no alerts, or no OEM lets you see them"))


@app.command()
def units(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="codename or id")],
    version: Annotated[str | None, typer.Option(help="name the Units that have this version")] = None,
    json: Json = False,
) -> None:
    """How many Units have which version of an item, or which they are."""
    client, out = begin(context, as_json=json)
    path = f"items/{item_named(client, item)['id']}/"
    if version is not None:
        have = client.every(f"{path}units/", version=version)
        named = [(u["system_uid"], u["online_status"], u["deployment"], u["reason"]) for u in have]
        out.show(have, lambda: out.table(("unit", "online", "deployment", "reason"), named, "no Unit has it"))
        return
    counts = client.get(f"{path}unit-counts/")["items"]
    rows = [(each["version"], each["state"], each["units"]) for each in counts]
    out.show(counts, lambda: out.table(("version", "state", "units"), rows, "no Unit that you see has it"))


@app.command()
def delete(
    context: typer.Context, item: Annotated[str, typer.Argument(help="codename or id")], json: Json = False
) -> None:
    """Remove an item of yours with all its versions; refused while it is assigned or needed."""
    client, out = begin(context, as_json=json)
    found = item_named(client, item)
    client.delete(f"items/{found['id']}/")
    out.done(found, f"removed the item {found['codename']}")


def _downloads(view: View) -> str:
    """`linux/amd64 2.1 MB`, for each platform."""
    pairs = zip(view["platforms"], view["size_bytes"], strict=True)
    return ", ".join(f"{platform} {size(count)}" for platform, count in pairs)
