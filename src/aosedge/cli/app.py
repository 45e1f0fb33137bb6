"""`aos`, for people. Exit codes: 0 ok, 1 failed, 2 usage, 3 not found or not allowed, 4 timed out, 130 cancelled."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from aosedge.cli import audit, bundles, fleets, items, organizations, subjects, units, users
from aosedge.cli.commands import Json, begin
from aosedge.cli.contexts import Options, connect, current, keep, logins_kept, use
from aosedge.cli.output import CANCELLED, FAILED, Output, complain
from aosedge.model.errors import AosError

app = typer.Typer(
    help="AosEdge for people: bundles, items, subjects, Units.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(audit.app, name="audit")
app.add_typer(bundles.app, name="bundle")
app.add_typer(fleets.app, name="fleet")
app.add_typer(items.app, name="item")
app.add_typer(organizations.app, name="organization")
app.add_typer(subjects.app, name="subject")
app.add_typer(units.app, name="unit")
app.add_typer(users.app, name="user")


@app.callback()
def root(
    context: typer.Context,
    user: Annotated[Path | None, typer.Option(envvar="AOS_USER", help="PKCS#12 file of the person")] = None,
    url: Annotated[str, typer.Option(envvar="AOS_URL", help="https://host:port; by default the certificate's")] = "",
    ca: Annotated[Path | None, typer.Option(envvar="AOS_CA", help="PEM file of the trusted roots")] = None,
    login: Annotated[str, typer.Option(envvar="AOS_LOGIN", help="a kept login")] = "",
) -> None:
    """Who asks which cloud: --user, else a login kept by `aos login`."""
    context.obj = Options(user, url, ca, login)


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
    counts: dict[str, int] = {}
    online = 0
    if "units_list" in me["effective_permissions"]:
        for unit in client.every("units/"):
            counts[unit["deployment"]] = counts.get(unit["deployment"], 0) + 1
            online += unit["online_status"] == "Online"
    view = {"url": client.url, "username": me["username"], "role": me["role"], "online": online, "deployment": counts}
    total = sum(counts.values())
    pairs = (
        ("cloud", client.url),
        ("user", f"{me['username']} ({me['role']})"),
        ("units", f"{total}, {online} online"),
    )
    out.show(view, lambda: out.fields([*pairs, *sorted(counts.items())]))


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
