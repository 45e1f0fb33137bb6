"""`aos organization risk-budget`: how many Units may be at risk at the same time."""

from typing import Annotated

import typer

from aosedge.cli.commands import Json, begin, group
from aosedge.model.errors import Invalid, NotFound

app = group("how many Units may be at risk at the same time, over all campaigns")


@app.command("risk-budget")
def risk_budget(
    context: typer.Context,
    organization: Annotated[str, typer.Argument(metavar="ORGANIZATION", help="title or id")],
    units: Annotated[str | None, typer.Option(help="the most Units; none: any number")] = None,
    json: Json = False,
) -> None:
    """Units at risk over all campaigns: offered a bundle, not yet through its soak. With an option, set the most."""
    client, out = begin(context, as_json=json)
    known = client.every("organizations/")
    found = next((each for each in known if organization in (each["id"], each["title"])), None)
    if found is None:
        raise NotFound("organization", organization)
    path = f"organizations/{found['id']}/risk-budget/"
    if units is None:
        view = client.get(path)
    elif units == "none" or units.isdecimal():
        view = client.put(path, {"units_most": None if units == "none" else int(units)})
    else:
        raise Invalid("no such budget", element="--units", expected="a number, or none", got=units)
    most = "without a budget" if view["units_most"] is None else f"of at most {view['units_most']}"
    out.done(view, f"{found['title']} has {view['at_risk']} Units at risk {most}")
