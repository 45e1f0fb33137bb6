"""`aos subject state`: the state of services that follows a subject."""

from pathlib import Path
from typing import Annotated

import typer

from aosedge.cli.client import Client, View, segment
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import item_named, named
from aosedge.cli.tables import minute, size
from aosedge.model.errors import Conflict

app = group("state of services that follows the subject of a user")

Subject = Annotated[str, typer.Argument(metavar="SUBJECT", help="title or id")]
Item = Annotated[str, typer.Argument(metavar="ITEM", help="codename or id of an item")]
Instance = Annotated[int, typer.Option(help="which instance, from 0")]


@app.command("list")
def list_(context: typer.Context, subject: Subject, json: Json = False) -> None:
    """What the cloud keeps of the subject's instances."""
    client, out = begin(context, as_json=json)
    found = client.every(f"subjects/{_subject(client, subject)['id']}/states/")

    def words() -> None:
        names = {item["id"]: item["codename"] for item in client.every("items/")}
        units = {unit["id"]: unit["system_uid"] for unit in client.every("units/")}
        rows = [_row(state, names, units) for state in found]
        columns = ("item", "instance", "size", "reported", "by", "checksum")
        out.table(columns, rows, "no state yet: services report it, where their items have a stateLimit")

    out.show(found, words)


@app.command()
def download(
    context: typer.Context,
    subject: Subject,
    item: Item,
    output: Annotated[Path, typer.Option("--output", "-o", help="the file to write")],
    instance: Instance = 0,
    force: Annotated[bool, typer.Option("--force", help="replace the file if it is there")] = False,
    json: Json = False,
) -> None:
    """Write a state into a file."""
    client, out = begin(context, as_json=json)
    if output.exists() and not force:
        raise Conflict("the file is there already", element="--output", got=str(output), cure="say --force")
    content = client.content(_path(client, subject, item, instance))
    output.write_bytes(content)
    view = {"file": str(output), "size_bytes": len(content)}
    out.done(view, f"wrote {len(content)} bytes to {output}" + ("" if content else ": the default applies"))


@app.command()
def reset(context: typer.Context, subject: Subject, item: Item, instance: Instance = 0, json: Json = False) -> None:
    """Go back to the item's default state."""
    client, out = begin(context, as_json=json)
    client.delete(_path(client, subject, item, instance))
    out.done({"subject": subject, "item": item, "instance": instance}, f"{item} of {subject} is back to its default")


def _subject(client: Client, name: str) -> View:
    return named(client, "subjects/", "subject", name, "title")


def _path(client: Client, subject: str, item: str, instance: int) -> str:
    found, thing = _subject(client, subject), item_named(client, item)
    return f"subjects/{found['id']}/states/{segment(thing['id'])}.{instance}/"


def _row(state: View, names: dict[str, str], units: dict[str, str]) -> tuple[object, ...]:
    item = names.get(state["item_id"], state["item_id"])
    if state["is_default"]:
        return (item, state["instance"], "default", "", "", "")
    by = units.get(state["reported_by"], state["reported_by"])
    reported = minute(state["reported_at"])
    return (item, state["instance"], size(state["size_bytes"]), reported, by, state["checksum"][:12])
