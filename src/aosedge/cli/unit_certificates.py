"""`aos unit certificates|renew|revoke|expiring`: what opens the Unit's channel, until when, and how it is renewed."""

from typing import Annotated

import typer

from aosedge.cli.client import Client, View, segment
from aosedge.cli.commands import Json, begin
from aosedge.cli.output import Output
from aosedge.cli.provisioning import until
from aosedge.cli.tables import day
from aosedge.cli.units import Unit
from aosedge.model.errors import AosError

_STATUS = {
    "renew_requested": "to be renewed",
    "renew_issued": "renewing",
    "renew_done": "",
    "renew_failed": "renewal failed",
    "renew_overdue": "renewal overdue",
}

Types = Annotated[
    list[str] | None, typer.Option("--type", help="only this type: online, offline, iam, cm, sm; repeatable")
]
Wait = Annotated[float, typer.Option(help="wait until it is done, so many seconds at most (exit code 4)")]
Serial = Annotated[str, typer.Option(help="only this certificate; without it all of the Unit's")]
Within = Annotated[str, typer.Option(help="a duration: P30D, PT12H")]


def add_to(app: typer.Typer) -> None:
    """The commands, among the others of `aos unit`."""
    for command in (certificates, renew, revoke, expiring):
        app.command()(command)


def certificates(context: typer.Context, unit: Unit, json: Json = False) -> None:
    """The Unit's certificates in use, and how renewals go."""
    client, out = begin(context, as_json=json)
    found = client.every(f"units/{segment(unit)}/certificates/")
    out.show(found, lambda: _table(out, found))


def renew(context: typer.Context, unit: Unit, type: Types = None, wait: Wait = 0.0, json: Json = False) -> None:
    """Have the Unit renew its certificates, now or when it next comes."""
    client, out = begin(context, as_json=json)
    path = f"units/{segment(unit)}/"
    found = client.post(f"{path}renew-certificates/", {"cert_types": type or []})["items"]
    if wait:
        found = _done(client, f"{path}certificates/", unit, wait)
    out.show(found, lambda: _table(out, found))


def revoke(context: typer.Context, unit: Unit, serial: Serial = "", json: Json = False) -> None:
    """Certificates of the Unit open no door any more; its session ends within a minute."""
    client, out = begin(context, as_json=json)
    path = f"units/{segment(unit)}/"
    if serial:
        client.post(f"{path}certificates/{segment(serial)}/revoke/", {})
        out.done({"serial": serial}, f"certificate {serial} is revoked")
    else:
        client.post(f"{path}revoke-certificates/", {})
        out.done({"unit": unit}, f"every certificate of {unit} is revoked; to come back it is registered anew")


def expiring(context: typer.Context, within: Within = "P30D", json: Json = False) -> None:
    """Certificates that end soon, soonest first."""
    client, out = begin(context, as_json=json)
    found = client.every("units/certificates/expiring/", within=within)
    columns = ("unit", "type", "node", "valid until", "renewal", "serial")
    rows = [
        (c["system_uid"], c["cert_type"], c["node_id"], day(c["not_after"]), _STATUS[c["status"]], c["serial"])
        for c in found
    ]
    out.show(found, lambda: out.table(columns, rows, f"no certificate ends within {within}"))


def _done(client: Client, path: str, unit: str, wait_s: float) -> list[View]:
    def look() -> list[View] | None:
        found = client.every(path)
        failed = [c for c in found if c["status"] == "renew_failed"]
        if failed:
            raise AosError(f"renewal failed: {failed[0]['error']}", element=failed[0]["cert_type"])
        return found if all(c["status"] == "renew_done" for c in found) else None

    return until(look, wait_s, f"{unit} has not renewed its certificates", f"is it there? aos unit show {unit}")


def _table(out: Output, found: list[View]) -> None:
    columns = ("type", "node", "serial", "state", "valid until", "renewal")
    rows = [
        (
            c["cert_type"],
            c["node_id"],
            c["serial"],
            c["state"],
            day(c["not_after"]),
            c["error"] or _STATUS[c["status"]],
        )
        for c in found
    ]
    out.table(columns, rows, "no certificates")
