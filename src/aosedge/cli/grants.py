"""`aos grant`: whose items an OEM lets be assigned to its subjects."""

from typing import Annotated

import typer

from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named

app = group("grants of an OEM to Service Providers")


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """Grants that your organization gave or has."""
    client, out = begin(context, as_json=json)
    found = client.every("grants/")
    titles = {o["id"]: o["title"] for o in client.every("organizations/")} if found else {}
    rows = [
        (titles.get(g["oem_id"], g["oem_id"]), titles.get(sp := g["service_provider_id"], sp), g["created_at"], sp)
        for g in found
    ]
    columns = ("oem", "service provider", "since", "id")
    out.show(found, lambda: out.table(columns, rows, "none: aos grant create SERVICE-PROVIDER-ID"))


@app.command()
def create(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(help="the Service Provider's id, which they tell you")],
    json: Json = False,
) -> None:
    """Let a Service Provider's items be assigned to your subjects."""
    client, out = begin(context, as_json=json)
    made = client.post("grants/", {"service_provider_id": provider})
    title = client.get(f"organizations/{made['service_provider_id']}/")["title"]
    out.done(made, f"items of {title} can be assigned")


@app.command()
def remove(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(help="the Service Provider, by title or id")],
    json: Json = False,
) -> None:
    """Take a grant back, once nothing of theirs is assigned."""
    client, out = begin(context, as_json=json)
    found = named(client, "organizations/", "organization", provider, "title")
    client.delete(f"grants/{found['id']}/")
    out.done(found, f"items of {found['title']} can be assigned no more")
