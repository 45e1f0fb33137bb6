"""`aos unit alerts`: what a Unit raised."""

from typing import Annotated

import typer

from aosedge.cli.client import PAGE, View, segment
from aosedge.cli.commands import Json, begin
from aosedge.cli.tables import minute
from aosedge.cli.units import Unit


def alerts(
    context: typer.Context,
    unit: Unit,
    severity: Annotated[str, typer.Option(help="from here on: info, warning, error or critical")] = "info",
    since: Annotated[str | None, typer.Option(help="a day or an instant in ISO 8601")] = None,
    most: Annotated[int, typer.Option(help="so many, the newest", min=1, max=PAGE)] = 50,
    json: Json = False,
) -> None:
    """What the Unit raised, newest first, in its own words."""
    client, out = begin(context, as_json=json)
    page = client.get(f"units/{segment(unit)}/alerts/", severity=severity, since=since, limit=most)
    found = page["items"]
    rows = [(minute(each["at"]), each["severity"], each["kind"], _about(each), each["words"]) for each in found]

    def show() -> None:
        out.table(("at", "severity", "kind", "of", "words"), rows, "it raised none")
        if page["total"] > len(found):
            out.line(f"{page['total'] - len(found)} older ones: --most, --since")

    out.show(found, show)


def _about(alert: View) -> str:
    if not alert["codename"]:
        return str(alert["node"])
    return " ".join(part for part in (alert["codename"], alert["version"], f"instance {alert['instance']}") if part)
