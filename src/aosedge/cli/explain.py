"""`aos explain`: why a Unit runs what it runs, and what it waits for; the cure last."""

from datetime import datetime
from typing import Annotated, Final

import typer

from aosedge.cli.client import View, segment
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.moments import now
from aosedge.cli.output import Output
from aosedge.cli.tables import minute

MARKS: Final = {"done": "ok", "waiting": "..", "stopped": "!!"}


app = group("Why things are as they are")


@app.command()
def unit(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="UNIT", help="system id, or the cloud's id")],
    item: Annotated[str | None, typer.Option(help="only this item, by codename or id")] = None,
    rules: Annotated[bool, typer.Option("--rules", help="with the rule that decided each step")] = False,
    json: Json = False,
) -> None:
    """Why a Unit runs what it runs, from intent to the last error, and what would change it.

    ok: holds nothing up; ..: goes on by itself; !!: needs somebody.
    """
    client, out = begin(context, as_json=json)
    view = client.get(f"units/{segment(name)}/explanation/", item=item)
    out.show(view, lambda: _describe(out, view, rules=rules))


def _describe(out: Output, view: View, *, rules: bool) -> None:
    of = f"{view['item']} on {view['system_uid']}" if view["item"] else view["system_uid"]
    out.line(f"{of}: {view['deployment'].replace('_', ' ')}")
    out.line()
    for step in view["steps"]:
        until = f", until {_clock(step['until'])}" if step["until"] else ""
        out.folded(f"{MARKS[step['outcome']]}  {_clock(step['at']):16}  {step['reason']}{until}", 22)
        if rules:
            out.folded(f"{'':20}  {step['rule']}", 22)
    cures = [step for step in view["steps"] if step["outcome"] != "done" and step["next"]]
    if cures:
        out.line()
    for step in cures:
        out.folded(f"next: {step['next']}", 6)
        if step["command"]:
            out.line(f"      {step['command']}")


def _clock(instant: str | None) -> str:
    """In the viewer's zone; of today without the day."""
    if instant is None:
        return ""
    here = datetime.fromisoformat(instant).astimezone()
    return minute(instant) if here.date() != now().astimezone(here.tzinfo).date() else here.strftime("%H:%M:%S")
