"""`aos audit`: who did what in your organization, and who was refused."""

from typing import Annotated

import typer

from aosedge.cli.commands import Json, begin, group
from aosedge.cli.tables import minute

app = group("the audit trail")


@app.command("list")
def list_(
    context: typer.Context,
    operation: Annotated[str | None, typer.Option(help="only this operation, such as fleets_create")] = None,
    last: Annotated[int, typer.Option(min=1, max=1000, help="at most so many lines")] = 50,
    json: Json = False,
) -> None:
    """Changes and refusals, newest first."""
    client, out = begin(context, as_json=json)
    found = client.get("audit/", operation=operation, limit=last)["items"]
    rows = [
        (minute(a["at"]), a["who_name"], a["operation"], a["outcome"], a["detail"], a["target"], a["origin"])
        for a in found
    ]
    columns = ("at", "who", "operation", "outcome", "detail", "target", "from")
    out.show(found, lambda: out.table(columns, rows, "nothing yet", spare=("from", "target")))
