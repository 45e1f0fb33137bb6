"""`aos organization`: yours, and those tied to it by a grant."""

import typer

from aosedge.cli.commands import Json, begin, group

app = group("organizations: OEMs and Service Providers")


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """Organizations that you may know of."""
    client, out = begin(context, as_json=json)
    found = client.every("organizations/")
    rows = [(o["title"], o["kind"], o["id"]) for o in found]
    out.show(found, lambda: out.table(("title", "kind", "id"), rows, "none"))
