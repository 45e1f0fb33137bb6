"""`aos enrolment`, and `aos unit waiting|approve|reject`: Units that register themselves, and who lets them in."""

from typing import Annotated

import typer

from aosedge.cli.client import segment
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named

app = group("keys with which Units register themselves")

Waiting = Annotated[str, typer.Argument(metavar="ID", help="as `aos unit waiting` lists it")]


def add_to(units: typer.Typer) -> None:
    """The commands among the others of `aos unit`."""
    for command in (waiting, approve, reject):
        units.command()(command)


@app.command()
def create(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="what it is for")],
    fleet: Annotated[str, typer.Option(help="title or id of the fleet that they go into")],
    units: Annotated[int, typer.Option(help="for how many Units")] = 1,
    hours: Annotated[int, typer.Option(help="how long it is good")] = 7 * 24,
    automatic: Annotated[bool, typer.Option("--automatic", help="nobody looks: whoever has the key is in")] = False,
    target_system: Annotated[str, typer.Option(help="what kind of hardware they are")] = "",
    json: Json = False,
) -> None:
    """Make a key: it is shown this once."""
    client, out = begin(context, as_json=json)
    body = {
        "title": title,
        "fleet_id": named(client, "fleets/", "fleet", fleet, "title")["id"],
        "units": units,
        "valid_hours": hours,
        "policy": "automatic" if automatic else "approve",
    }
    if target_system:
        system = named(client, "target-systems/", "target-system", target_system, "title")
        body["target_system_id"] = system["id"]
    made = client.post("enrolment-keys/", body)

    def words() -> None:
        out.line(made["key"])
        out.line(f"for {units} Units until {made['expires_at']}, not shown again: the Unit's setting enrolment_key")

    out.show(made, words)


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """Keys, newest first."""
    client, out = begin(context, as_json=json)
    found = client.every("enrolment-keys/")
    rows = [
        (k["title"], k["state"], k["policy"], f"{k['used']}/{k['units']}", k["expires_at"], k["id"]) for k in found
    ]
    columns = ("title", "state", "policy", "used", "until", "id")
    out.show(found, lambda: out.table(columns, rows, "none: aos enrolment create TITLE --fleet FLEET"))


@app.command()
def revoke(context: typer.Context, key: Annotated[str, typer.Argument(help="its id")], json: Json = False) -> None:
    """No further Unit comes with this key."""
    client, out = begin(context, as_json=json)
    view = client.post(f"enrolment-keys/{segment(key)}/revoke/", {})
    out.done(view, f"{view['title']} is revoked; {view['used']} Units came with it")


def waiting(
    context: typer.Context,
    all: Annotated[bool, typer.Option("--all", help="those that are decided too")] = False,
    json: Json = False,
) -> None:
    """Units that wait for approval; compare the fingerprint with the one in the Unit's log."""
    client, out = begin(context, as_json=json)
    found = client.every("waiting-units/") if all else client.every("waiting-units/", status="waiting")
    columns = ("id", "kind", "state", "unit", "model", "from", "since", "fingerprint of its key")
    rows = [
        (
            w["id"],
            w["kind"],
            w["state"],
            w["system_uid"],
            w["model_name"],
            w["origin"],
            w["created_at"],
            w["fingerprint"],
        )
        for w in found
    ]
    out.show(found, lambda: out.table(columns, rows, "no Unit waits"))


def approve(context: typer.Context, id: Waiting, json: Json = False) -> None:
    """Let a waiting Unit in."""
    client, out = begin(context, as_json=json)
    view = client.post(f"waiting-units/{segment(id)}/approve/", {})
    out.done(view, f"{view['system_uid']} is let in")


def reject(
    context: typer.Context,
    id: Waiting,
    reason: Annotated[str, typer.Option(help="why; the Unit is told")] = "",
    json: Json = False,
) -> None:
    """Do not let a waiting Unit in."""
    client, out = begin(context, as_json=json)
    view = client.post(f"waiting-units/{segment(id)}/reject/", {"reason": reason})
    out.done(view, f"{view['system_uid']} is not let in")
