"""`aos rxswin`: the register of software identification numbers."""

from typing import Annotated

import typer

from aosedge.cli.client import Client, View
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import item_named, named
from aosedge.cli.output import FAILED
from aosedge.model.errors import Invalid, NotFound

app = group("software identification numbers (RXSWIN): exact versions by vehicle type; the register only grows")

System = Annotated[str, typer.Option("--type", help="the vehicle type: a target system's title or id")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="the RXSWIN, such as 'R79 X1234'")]


@app.command()
def add(
    context: typer.Context,
    number: Number,
    system: System,
    item: Annotated[list[str], typer.Option("--item", help="CODENAME=VERSION, exact; repeat")],
    note: Annotated[str, typer.Option(help="such as the approval that it is for")] = "",
    revise: Annotated[bool, typer.Option("--revise", help="a further revision of a number that is there")] = False,
    json: Json = False,
) -> None:
    """Register a number, or a further revision of one."""
    client, out = begin(context, as_json=json)
    body = {
        "target_system_id": _system(client, system)["id"],
        "number": number,
        "items": [_version(client, each) for each in item],
        "note": note,
        "revise": revise,
    }
    made = client.command("rxswins/", body)
    out.done(made, f"registered {made['number']} revision {made['revision']}")


@app.command("list")
def list_(
    context: typer.Context,
    system: Annotated[str | None, typer.Option("--type", help="of this vehicle type only, by title or id")] = None,
    search: Annotated[str | None, typer.Option(help="a part of the number")] = None,
    json: Json = False,
) -> None:
    """Every revision of every number."""
    client, out = begin(context, as_json=json)
    of = _system(client, system)["id"] if system is not None else None
    every = client.every("rxswins/", target_system_id=of, search=search)
    found = sorted(every, key=lambda each: (each["number"], each["revision"]))
    titles = {each["id"]: each["title"] for each in client.every("target-systems/")}
    rows = [(r["number"], r["revision"], _title(titles, r), _brief(r), r["created_at"][:16]) for r in found]
    columns = ("number", "revision", "type", "stands for", "registered")
    empty = "none yet: aos rxswin add NUMBER --type TYPE --item NAME=VERSION"
    out.show(found, lambda: out.table(columns, rows, empty))


@app.command()
def show(
    context: typer.Context,
    number: Number,
    system: System,
    revision: Annotated[int | None, typer.Option(help="by default the newest")] = None,
    json: Json = False,
) -> None:
    """What a number stands for: exact versions and digests."""
    client, out = begin(context, as_json=json)
    found = client.every("rxswins/", target_system_id=_system(client, system)["id"], number=number)
    chosen = [each for each in found if revision is None or each["revision"] == revision]
    if not chosen:
        raise NotFound("rxswin", number)
    one = max(chosen, key=lambda each: each["revision"])

    def words() -> None:
        pairs = (("number", one["number"]), ("revision", one["revision"]), ("note", one["note"]))
        by = one["people"].get(one["created_by"], one["created_by"])
        out.fields((*pairs, ("registered", one["created_at"]), ("by", by), ("id", one["id"])))
        out.line()
        rows = [(i["codename"], i["type"], i["version"], i["index_digest"]) for i in one["items"]]
        out.table(("item", "type", "version", "digest"), rows, "")

    out.show(one, words)


@app.command()
def check(context: typer.Context, system: System, json: Json = False) -> None:
    """Whether Units of a type report what is registered; the exit code is 1 where one differs."""
    client, out = begin(context, as_json=json)
    found = client.get(f"target-systems/{_system(client, system)['id']}/rxswin-check/")

    def words() -> None:
        counts = f"{found['consistent']} as registered, {found['differing_total']} differ, {found['silent']} silent"
        out.line(f"{found['units']} Units: {counts}")
        for each in found["numbers"]:
            out.line(f"{each['number']} revision {each['revision']}: {each['units']} Units")
        for unit in found["differing"]:
            why = "; ".join(unit["differs"]) or "nothing of what is registered"
            out.line(f"{unit['system_uid']} has {why}")

    out.show(found, words)
    if found["differing_total"]:
        raise typer.Exit(FAILED)


def _system(client: Client, name: str) -> View:
    return named(client, "target-systems/", "target-system", name, "title")


def _version(client: Client, said: str) -> View:
    name, sign, version = said.partition("=")
    if not (name and sign and version):
        raise Invalid("not an exact version", element="--item", expected="CODENAME=VERSION", got=said)
    return {"item_id": item_named(client, name)["id"], "version": version}


def _brief(found: View) -> str:
    return ", ".join(f"{item['codename']} {item['version']}" for item in found["items"])


def _title(titles: dict[str, str], found: View) -> str:
    system: str = found["target_system_id"]
    return titles.get(system, system)
