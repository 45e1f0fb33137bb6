"""`aos item`: what can be deployed, and its versions."""

from typing import Annotated

import typer

from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import item_named

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
        out.fields((name, found[name]) for name in ("codename", "type", "title", "description", "owner_title", "id"))
        out.line()
        rows = [(v["version"], v["state"], v["platforms"], v["created_at"], v["index_digest"]) for v in versions]
        out.table(("version", "state", "platforms", "created", "index"), rows, "no versions")

    out.show({**found, "versions": versions}, words)
