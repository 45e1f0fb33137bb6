"""`aos set`: some Units of one fleet, picked by hand or by their labels."""

from typing import Annotated

import typer

from aosedge.cli.client import Client, View, segment
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named
from aosedge.model.errors import Invalid

app = group("Unit Sets: some Units of a fleet")

Set = Annotated[str, typer.Argument(metavar="SET", help="title or id")]
Unit = Annotated[str, typer.Argument(metavar="UNIT", help="system id, or the cloud's id")]
Fleet = Annotated[str, typer.Option(help="the fleet, by title or id")]
Selector = Annotated[str | None, typer.Option(help="labels that its Units have: site=north,fw>=1.2.0")]
ByHand = Annotated[bool, typer.Option("--by-hand", help="keep the Units of now, and pick them by hand from here")]
Verification = Annotated[
    bool | None, typer.Option("--verification/--no-verification", help="its Units take new bundles first")
]


@app.command("list")
def list_(context: typer.Context, fleet: Fleet = "", json: Json = False) -> None:
    """Unit Sets."""
    client, out = begin(context, as_json=json)
    fleet_id = _fleet(client, fleet)["id"] if fleet else None
    found = client.every("unit-sets/", fleet_id=fleet_id)
    columns = ("title", "units", "selector", "verification", "id")
    rows = [(s["title"], s["units"], _selector(s), s["verification"], s["id"]) for s in found]
    out.show(found, lambda: out.table(columns, rows, "no sets yet: aos set create TITLE --fleet FLEET"))


@app.command()
def show(context: typer.Context, set: Set, json: Json = False) -> None:
    """A set and its Units."""
    client, out = begin(context, as_json=json)
    found = _find(client, set)
    units = client.every(f"unit-sets/{found['id']}/units/")

    def words() -> None:
        fleet = client.get(f"fleets/{found['fleet_id']}/")["title"]
        pairs = (("title", found["title"]), ("fleet", fleet), ("selector", _selector(found)), ("id", found["id"]))
        out.fields((*pairs, ("verification", found["verification"])))
        out.line()
        rows = [(u["system_uid"], u["online_status"], u["deployment"], _labels(u), u["id"]) for u in units]
        out.table(("unit", "online", "deployment", "labels", "id"), rows, "no Units")

    out.show({**found, "members": units}, words)


@app.command()
def create(
    context: typer.Context,
    title: str,
    fleet: Fleet,
    selector: Selector = None,
    verification: Verification = None,
    json: Json = False,
) -> None:
    """Make a set; with a selector it has its Units at once, and follows their labels."""
    client, out = begin(context, as_json=json)
    body = {"title": title, "fleet_id": _fleet(client, fleet)["id"], "selector": selector}
    made = client.command("unit-sets/", {**body, "verification": bool(verification)})
    out.done(made, f"made the set {title} with {_count(made)}")


@app.command()
def change(
    context: typer.Context,
    set: Set,
    title: Annotated[str | None, typer.Option(help="another title")] = None,
    selector: Selector = None,
    by_hand: ByHand = False,
    verification: Verification = None,
    json: Json = False,
) -> None:
    """Change a set; what is not said stays."""
    client, out = begin(context, as_json=json)
    if by_hand and selector is not None:
        raise Invalid("say one", element="--by-hand", expected="--by-hand or --selector, not both")
    found = _find(client, set)
    body = {
        "title": found["title"] if title is None else title,
        "selector": None if by_hand else found["selector"] if selector is None else selector,
        "verification": found["verification"] if verification is None else verification,
    }
    changed = client.put(f"unit-sets/{found['id']}/", body)
    out.done(changed, f"the set {changed['title']} has {_count(changed)}")


@app.command()
def delete(context: typer.Context, set: Set, json: Json = False) -> None:
    """Remove a set; its Units stay."""
    client, out = begin(context, as_json=json)
    found = _find(client, set)
    client.delete(f"unit-sets/{found['id']}/")
    out.done(found, f"removed the set {found['title']}")


@app.command("add-unit")
def add_unit(context: typer.Context, set: Set, unit: Unit, json: Json = False) -> None:
    """Pick a Unit of the set's fleet; again is no error."""
    client, out = begin(context, as_json=json)
    found = _find(client, set)
    view = client.put(f"unit-sets/{found['id']}/units/{segment(unit)}/", {})
    out.done(view, f"{view['system_uid']} is in the set {found['title']}")


@app.command("remove-unit")
def remove_unit(context: typer.Context, set: Set, unit: Unit, json: Json = False) -> None:
    """Take out a Unit that was picked by hand."""
    client, out = begin(context, as_json=json)
    found = _find(client, set)
    client.delete(f"unit-sets/{found['id']}/units/{segment(unit)}/")
    out.done(found, f"{unit} is not in the set {found['title']}")


def _find(client: Client, name: str) -> View:
    return named(client, "unit-sets/", "set", name, "title")


def _fleet(client: Client, name: str) -> View:
    return named(client, "fleets/", "fleet", name, "title")


def _selector(view: View) -> str:
    return view["selector"] or "picked by hand"


def _count(view: View) -> str:
    return f"{view['units']} Unit{'' if view['units'] == 1 else 's'}"


def _labels(view: View) -> str:
    return " ".join(f"{name}={value}" for name, value in view["labels"].items())
