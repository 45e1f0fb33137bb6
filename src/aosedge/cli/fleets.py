"""`aos fleet`: groups of Units, each Unit in one."""

from typing import Annotated

import typer

from aosedge.cli.client import Client, View
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named
from aosedge.cli.tables import minute

app = group("fleets of Units")

Fleet = Annotated[str, typer.Argument(metavar="FLEET", help="title or id")]


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """Fleets."""
    client, out = begin(context, as_json=json)
    found = client.every("fleets/")
    rows = [(f["title"], minute(f["created_at"]), f["id"]) for f in found]
    out.show(found, lambda: out.table(("title", "created", "id"), rows, "no fleets yet: aos fleet create TITLE"))


@app.command()
def show(context: typer.Context, fleet: Fleet, json: Json = False) -> None:
    """One fleet and how its Units are."""
    client, out = begin(context, as_json=json)
    found = _find(client, fleet)
    units = client.every("units/", fleet_id=found["id"])
    counts: dict[str, int] = {}
    for unit in units:
        counts[unit["deployment"]] = counts.get(unit["deployment"], 0) + 1
    zone = found["timezone"] or "UTC"
    pairs = [("title", found["title"]), ("zone", zone), ("id", found["id"])]
    pairs += [("units", len(units)), *sorted(counts.items())]
    out.show({**found, "units": len(units), "deployment": counts}, lambda: out.fields(pairs))


@app.command()
def create(
    context: typer.Context,
    title: str,
    timezone: Annotated[str | None, typer.Option(help="of its Units: Europe/Berlin; UTC without it")] = None,
    json: Json = False,
) -> None:
    """Make a fleet."""
    client, out = begin(context, as_json=json)
    out.done(client.command("fleets/", {"title": title, "timezone": timezone}), f"made the fleet {title}")


@app.command()
def rename(context: typer.Context, fleet: Fleet, title: str, json: Json = False) -> None:
    """Give a fleet another title."""
    client, out = begin(context, as_json=json)
    found = _find(client, fleet)
    out.done(client.put(f"fleets/{found['id']}/", {"title": title}), f"{found['title']} is now {title}")


@app.command()
def timezone(
    context: typer.Context,
    fleet: Fleet,
    zone: Annotated[str, typer.Argument(help="an IANA name: Europe/Berlin, UTC")],
    json: Json = False,
) -> None:
    """Say by which clock windows of campaigns open on its Units that have no label `timezone` of their own."""
    client, out = begin(context, as_json=json)
    found = _find(client, fleet)
    view = client.put(f"fleets/{found['id']}/", {"title": found["title"], "timezone": zone})
    out.done(view, f"the time zone of {found['title']} is {zone}")


@app.command()
def delete(context: typer.Context, fleet: Fleet, json: Json = False) -> None:
    """Remove an empty fleet."""
    client, out = begin(context, as_json=json)
    found = _find(client, fleet)
    client.delete(f"fleets/{found['id']}/")
    out.done(found, f"removed the fleet {found['title']}")


def _find(client: Client, name: str) -> View:
    return named(client, "fleets/", "fleet", name, "title")
