"""`aos`, for people. Exit codes: 0 ok, 1 failed, 2 usage, 3 not found or not allowed, 4 timed out, 130 cancelled."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import typer

from aosedge.cli import (
    audit,
    bundles,
    campaigns,
    dossiers,
    enrolment,
    explain,
    fleets,
    grants,
    items,
    joining,
    organization_limits,
    organizations,
    passkeys,
    provisioning,
    rxswins,
    sessions,
    subjects,
    target_systems,
    tokens,
    unit_alerts,
    unit_certificates,
    unit_changes,
    unit_nodes,
    unit_sets,
    unit_variables,
    units,
    users,
    verification,
)
from aosedge.cli.commands import Json, begin
from aosedge.cli.contexts import Options, connect, current, keep, logins_kept, use
from aosedge.cli.output import CANCELLED, FAILED, Output, complain
from aosedge.model.errors import AosError

TROUBLED_MOST: Final = 5
"""Units that `aos status` names."""

app = typer.Typer(
    help="AosEdge for people: bundles, items, subjects, Units.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
organizations.app.add_typer(organization_limits.app)
units.app.add_typer(unit_changes.app)
app.add_typer(audit.app, name="audit")
app.add_typer(bundles.app, name="bundle")
app.add_typer(enrolment.app, name="enrolment")
campaigns.app.command("dossier")(dossiers.get)
app.add_typer(campaigns.app, name="campaign")
app.add_typer(dossiers.app, name="dossier")
app.add_typer(explain.app, name="explain")
app.add_typer(fleets.app, name="fleet")
app.add_typer(grants.app, name="grant")
app.add_typer(items.app, name="item")
app.add_typer(organizations.app, name="organization")
app.add_typer(passkeys.app, name="passkey")
app.add_typer(rxswins.app, name="rxswin")
app.add_typer(sessions.app, name="session")
app.add_typer(unit_sets.app, name="set")
app.add_typer(subjects.app, name="subject")
app.add_typer(target_systems.app, name="target-system")
units.app.command("provision")(provisioning.provision)
units.app.command("alerts")(unit_alerts.alerts)
unit_certificates.add_to(units.app)
units.app.add_typer(unit_nodes.app, name="node")
units.app.add_typer(unit_variables.app, name="variable")
enrolment.add_to(units.app)
app.add_typer(units.app, name="unit")
app.add_typer(tokens.app, name="token")
app.add_typer(users.app, name="user")
app.add_typer(verification.app, name="verification")


@app.callback()
def root(
    context: typer.Context,
    user: Annotated[Path | None, typer.Option(envvar="AOS_USER", help="PKCS#12 file of the person")] = None,
    url: Annotated[str, typer.Option(envvar="AOS_URL", help="https://host:port; by default the certificate's")] = "",
    ca: Annotated[Path | None, typer.Option(envvar="AOS_CA", help="PEM file of the trusted roots")] = None,
    login: Annotated[str, typer.Option(envvar="AOS_LOGIN", help="a kept login")] = "",
    token: Annotated[str, typer.Option(envvar="AOS_TOKEN", help="an API token, in place of the person")] = "",
) -> None:
    """Who asks which cloud: --user, else a login kept by `aos login`."""
    context.obj = Options(user, url, ca, login, token)


@app.command("login")
def log_in(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="P12", help="PKCS#12 file of the person")],
    name: Annotated[str, typer.Option(help="what to call this login; by default the file's name")] = "",
    json: Json = False,
) -> None:
    """Keep a PKCS#12 file as a login, after the cloud has said who it is."""
    options = context.obj
    assert isinstance(options, Options)
    me = connect(options._replace(user=file)).get("users/me/")
    kept = keep(options, file, name or file.stem)
    sentence = f"{me['username']} ({me['role']}) at {kept.url} is the login {kept.name}"
    Output(as_json=json).done({"name": kept.name, "url": kept.url, "username": me["username"]}, sentence)


app.command("join")(joining.join)


@app.command()
def logins(context: typer.Context, json: Json = False) -> None:
    """Kept logins."""
    out = Output(as_json=json)
    kept = logins_kept()
    chosen = current().name if kept else ""
    views = [{"name": login.name, "url": login.url, "current": login.name == chosen} for login in kept]
    rows = [("*" if view["current"] else "", view["name"], view["url"]) for view in views]
    out.show(views, lambda: out.table(("", "name", "url"), rows, "nobody is logged in: aos login FILE.p12"))


@app.command("use")
def use_(context: typer.Context, name: str, json: Json = False) -> None:
    """Make a kept login the current one."""
    kept = use(name)
    Output(as_json=json).done({"name": kept.name, "url": kept.url}, f"{kept.name} at {kept.url}")


@app.command()
def status(context: typer.Context, json: Json = False) -> None:
    """The whole of it in a few lines: who you are, and how your Units are."""
    client, out = begin(context, as_json=json)
    me = client.get("users/me/")
    sees_units = "units_list" in me["effective_permissions"]
    units = client.every("units/") if sees_units else []
    states = Counter(unit["deployment"] for unit in units)
    online = sum(unit["online_status"] == "Online" for unit in units)
    view = {"url": client.url, "username": me["username"], "role": me["role"], "online": online, "deployment": states}

    def words() -> None:
        how = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        pairs = (("cloud", client.url), ("user", f"{me['username']} ({me['role']})"))
        out.fields(
            [*pairs, ("units", f"{len(units)}: {online} online; {how}" if units else "none" if sees_units else "")]
        )
        for unit in [unit for unit in units if unit["deployment"] not in ("in_sync", "unknown")][:TROUBLED_MOST]:
            out.line(f"{unit['system_uid']} is {unit['deployment']}: {unit['reason']}")

    out.show(view, words)


def main() -> None:
    """Run a command; ends the process with its exit code."""
    try:
        app(prog_name="aos")
    except AosError as error:
        sys.exit(complain(error, as_json="--json" in sys.argv))
    except KeyboardInterrupt:
        sys.exit(CANCELLED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
