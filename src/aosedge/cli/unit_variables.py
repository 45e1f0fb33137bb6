"""`aos unit variable list|set|clear`: environment variables of a Unit's instances for a while."""

from typing import Annotated

import typer

from aosedge.cli.client import Client, View, segment
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.moments import now
from aosedge.cli.names import item_named, named
from aosedge.cli.output import Output
from aosedge.cli.tables import minute
from aosedge.cli.units import Unit
from aosedge.model.errors import Invalid

app = group("environment variables of a Unit's instances for a while")

Item = Annotated[str, typer.Argument(metavar="ITEM", help="codename or id of an item")]
Values = Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="variables")]
For = Annotated[str, typer.Option("--for", help="for how long: PT30M, P1D; at most P30D")]
Subject = Annotated[str, typer.Option(help="only instances of this subject: title or id")]
Instance = Annotated[int | None, typer.Option(help="only this instance, from 0")]


@app.command("list")
def list_(context: typer.Context, unit: Unit, json: Json = False) -> None:
    """What is set, without values, and what the Unit says of it."""
    client, out = begin(context, as_json=json)
    _show(client, out, client.every(f"units/{segment(unit)}/variables/"))


@app.command("set")
def set_(
    context: typer.Context,
    unit: Unit,
    item: Item,
    values: Values,
    lasts: For = "PT1H",
    subject: Subject = "",
    instance: Instance = None,
    json: Json = False,
) -> None:
    """Set variables of an item's instances, which start anew with them, and without them when their time is over."""
    client, out = begin(context, as_json=json)
    body = {"item_id": item_named(client, item)["id"], "values": _values(values), "until": _until(lasts)}
    if subject:
        body["subject_id"] = named(client, "subjects/", "subject", subject, "title")["id"]
    if instance is not None:
        body["instance"] = instance
    _show(client, out, client.post(f"units/{segment(unit)}/variables/", body)["items"])


@app.command()
def clear(
    context: typer.Context,
    unit: Unit,
    item: Annotated[str, typer.Option(help="only those of this item: codename or id")] = "",
    name: Annotated[str, typer.Option(help="only those of this name")] = "",
    json: Json = False,
) -> None:
    """Take variables back: all, those of an item, or of a name."""
    client, out = begin(context, as_json=json)
    query = {"item_id": item_named(client, item)["id"] if item else "", "name": name}
    asked = "&".join(f"{key}={segment(value)}" for key, value in query.items() if value)
    client.delete(f"units/{segment(unit)}/variables/" + (f"?{asked}" if asked else ""))
    out.done({"unit": unit, "item": item, "name": name}, f"{name or 'all'} of {item or unit} taken back")


def _until(lasts: str) -> str:
    from aosedge.model.quantities import parse_duration

    return (now() + parse_duration(lasts, "--for")).isoformat()


def _values(words: list[str]) -> dict[str, str]:
    for each in words:
        if "=" not in each:
            raise Invalid("no variable", element="NAME=VALUE", expected="such as LEVEL=debug", got=each[:40])
    return {name: value for name, _, value in (each.partition("=") for each in words)}


def _show(client: Client, out: Output, found: list[View]) -> None:
    def words() -> None:
        names = {item["id"]: item["codename"] for item in client.every("items/")}
        rows = [_row(one, names) for one in found]
        out.table(("item", "instance", "name", "until", "state", ""), rows, "no variables are set")

    out.show(found, words)


def _row(one: View, names: dict[str, str]) -> tuple[object, ...]:
    instance = "all" if one["instance"] is None else one["instance"]
    state = f"applied to {one['instances']}" if one["state"] == "applied" else one["state"]
    item = names.get(one["item_id"], one["item_id"])
    return item, instance, one["name"], minute(one["until"]), state, one["error"]
