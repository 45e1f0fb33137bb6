"""`aos organization limits`: how many Units an organization may have."""

from typing import Annotated

import typer

from aosedge.cli.commands import Json, begin, group
from aosedge.model.errors import Invalid, NotFound

app = group("how many Units an organization may have")


@app.command()
def limits(
    context: typer.Context,
    organization: Annotated[str, typer.Argument(metavar="ORGANIZATION", help="title or id")],
    units: Annotated[str | None, typer.Option(help="the most Units it may have; none: no limit")] = None,
    json: Json = False,
) -> None:
    """An organization's limits; with an option, set them."""
    client, out = begin(context, as_json=json)
    known = client.every("organizations/")
    found = next((each for each in known if organization in (each["id"], each["title"])), None)
    if found is None:
        raise NotFound("organization", organization)
    path = f"organizations/{found['id']}/limits/"
    if units is None:
        view = client.get(path)
    elif units == "none" or units.isdecimal():
        view = client.put(path, {"units_most": None if units == "none" else int(units)})
    else:
        raise Invalid("no such limit", element="--units", expected="a number, or none", got=units)
    most = "without a limit" if view["units_most"] is None else f"of at most {view['units_most']}"
    units_there = f"{view['units']} Unit{'' if view['units'] == 1 else 's'}"
    out.done(view, f"{found['title']} has {units_there} {most}")
