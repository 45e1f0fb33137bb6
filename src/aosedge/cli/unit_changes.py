"""`aos unit label|move|target-system|clear-clone|deprovision`: what of a Unit people change."""

from typing import Annotated

import typer

from aosedge.cli.client import segment
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named
from aosedge.cli.units import Unit
from aosedge.model.errors import Invalid

app = group("what of a Unit people change")

Labels = Annotated[list[str] | None, typer.Argument(metavar="LABEL...", help="NAME=VALUE sets, NAME- removes")]


@app.command()
def label(context: typer.Context, unit: Unit, labels: Labels = None, json: Json = False) -> None:
    """Set and remove labels, or show them; sets that select by label follow at once."""
    client, out = begin(context, as_json=json)
    path = f"units/{segment(unit)}/"
    view = client.put(path + "labels/", _change(labels)) if labels else client.get(path)
    words = " ".join(f"{name}={value}" for name, value in view["labels"].items())
    out.done(view, f"{view['system_uid']} has {words or 'no labels'}")


@app.command()
def move(
    context: typer.Context,
    unit: Unit,
    fleet: Annotated[str, typer.Argument(metavar="FLEET", help="title or id")],
    json: Json = False,
) -> None:
    """Move a Unit to another fleet; it leaves the old one's sets."""
    client, out = begin(context, as_json=json)
    to = named(client, "fleets/", "fleet", fleet, "title")
    view = client.put(f"units/{segment(unit)}/fleet/", {"fleet_id": to["id"]})
    left = f", and left the sets {', '.join(view['left_sets'])}" if view["left_sets"] else ""
    out.done(view, f"{view['unit']['system_uid']} is in the fleet {to['title']}{left}")


@app.command("target-system")
def target_system(
    context: typer.Context,
    unit: Unit,
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="title or id of a target system")],
    json: Json = False,
) -> None:
    """Say which kind of hardware a Unit is."""
    client, out = begin(context, as_json=json)
    kind = named(client, "target-systems/", "target-system", system, "title")
    view = client.put(f"units/{segment(unit)}/target-system/", {"target_system_id": kind["id"]})
    out.done(view, f"{view['system_uid']} is a {kind['title']}")


@app.command()
def deprovision(
    context: typer.Context,
    unit: Unit,
    now: Annotated[bool, typer.Option("--now", help="revoke its certificates without telling it")] = False,
    json: Json = False,
) -> None:
    """Decommission a Unit: it stops everything and forgets who it is; what is known of it stays."""
    client, out = begin(context, as_json=json)
    view = client.post(f"units/{segment(unit)}/deprovision/", {"at_once": now})
    out.done(view, f"{view['system_uid']} is {view['status']}")


@app.command("clear-clone")
def clear_clone(context: typer.Context, unit: Unit, json: Json = False) -> None:
    """Say that you have looked: the Unit is one device, not two with its identity."""
    client, out = begin(context, as_json=json)
    view = client.post(f"units/{segment(unit)}/clear-clone/", {})
    out.done(view, f"{view['system_uid']} is cleared")


def _change(labels: list[str]) -> dict[str, object]:
    """`name=value` sets and `name-` removes; raises Invalid for anything else."""
    wanted: dict[str, str] = {}
    gone: list[str] = []
    for word in labels:
        name, sign, value = word.partition("=")
        if sign:
            wanted[name] = value
        elif word.endswith("-"):
            gone.append(word[:-1])
        else:
            raise Invalid("not a label", element="LABEL", expected="NAME=VALUE, or NAME- to remove it", got=word)
    return {"set": wanted, "remove": gone}
