"""`aos unit node pause|resume`: whether anything runs on a node of a Unit."""

from typing import Annotated

import typer

from aosedge.cli.client import segment
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.units import Unit

app = group("whether anything runs on a node of a Unit")

Node = Annotated[str, typer.Argument(metavar="NODE", help="name of a node, as `aos unit show` has it")]


@app.command()
def pause(
    context: typer.Context,
    unit: Unit,
    node: Node,
    reason: Annotated[str, typer.Option(help="why, for whoever wonders what has stopped")],
    json: Json = False,
) -> None:
    """Stop everything that runs on a node, and start nothing there, until it is resumed."""
    client, out = begin(context, as_json=json)
    view = client.post(f"units/{segment(unit)}/nodes/{segment(node)}/pause/", {"reason": reason})
    words = f"{node} of {view['system_uid']} is paused{_when(view)}, until `aos unit node resume {unit} {node}`"
    out.done(view, words)


@app.command()
def resume(context: typer.Context, unit: Unit, node: Node, json: Json = False) -> None:
    """Let run on a node what is wanted there."""
    client, out = begin(context, as_json=json)
    view = client.post(f"units/{segment(unit)}/nodes/{segment(node)}/resume/", {})
    out.done(view, f"{node} of {view['system_uid']} goes on{_when(view)}")


def _when(view: dict[str, object]) -> str:
    return " as soon as the Unit comes, which is offline" if view["online_status"] == "Offline" else ""
