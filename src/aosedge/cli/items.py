"""`aos item`: what can be deployed, and its versions."""

from typing import Annotated

import typer

from aosedge.cli.client import View
from aosedge.cli.commands import Json, begin, group
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
