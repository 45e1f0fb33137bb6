"""`aos organization limits` and `risk-budget`: how many Units an organization may have, and have at risk."""

from typing import Annotated

import typer

from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named
from aosedge.model.errors import Invalid

Named = Annotated[str, typer.Argument(metavar="ORGANIZATION", help="title or id")]

app = group("how many Units an organization may have, or have at risk")


@app.command()
def limits(
    context: typer.Context,
    organization: Named,
    units: Annotated[str | None, typer.Option(help="the most Units it may have; none: no limit")] = None,
    json: Json = False,
) -> None:
    """How many Units an organization has; with an option, set the most."""
    _limit(context, organization, units, json, path="limits", so="")


@app.command("risk-budget")
def risk_budget(
    context: typer.Context,
    organization: Named,
    units: Annotated[str | None, typer.Option(help="the most Units; none: any number")] = None,
    json: Json = False,
) -> None:
    """Units at risk over all campaigns: offered a bundle, not yet through its soak. With an option, set the most."""
    _limit(context, organization, units, json, path="risk-budget", so=" at risk")


def _limit(context: typer.Context, organization: str, units: str | None, json: bool, *, path: str, so: str) -> None:
    client, out = begin(context, as_json=json)
    found = named(client, "organizations/", "organization", organization, "title")
    path = f"organizations/{found['id']}/{path}/"
    if units is None:
        view = client.get(path)
    elif units == "none" or units.isdecimal():
        view = client.put(path, {"units_most": None if units == "none" else int(units)})
    else:
        raise Invalid("no such limit", element="--units", expected="a number, or none", got=units)
    most = "without a limit" if view["units_most"] is None else f"of at most {view['units_most']}"
    many = f"{view['units']} Unit{'' if view['units'] == 1 else 's'}"
    out.done(view, f"{found['title']} has {many}{so} {most}")
