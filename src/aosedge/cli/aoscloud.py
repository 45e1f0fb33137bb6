"""`aoscloud`: set up, serve, migrate. Exit codes as for `aos`."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from aosedge.cli import roots, trail
from aosedge.cli.output import CANCELLED, complain
from aosedge.cloud import settings as cloud_settings
from aosedge.cloud.settings import Settings
from aosedge.model.errors import AosError

app = typer.Typer(
    help="AosCloud, the server.", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)
app.add_typer(roots.app, name="roots")
app.add_typer(trail.app, name="audit")


@app.callback()
def root(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(envvar="AOSCLOUD_CONFIG", help="settings file, TOML")] = None,
) -> None:
    """Settings come from aoscloud.toml, then AOSCLOUD_<NAME> in the environment, which wins."""
    context.obj = config


def _settings(context: typer.Context) -> Settings:
    return cloud_settings.load(context.obj, os.environ)


@app.command()
def init(context: typer.Context) -> None:
    """Make the authority, the database, the first organizations and users; what is there stays."""
    import asyncio

    from aosedge.cloud.upkeep import init as set_up

    settings = _settings(context)
    installed = asyncio.run(set_up(settings))
    for made in installed.made:
        typer.echo(f"made {made}")
    if not installed.made:
        typer.echo(f"everything is there already in {settings.data_folder}")
    typer.echo(f"sign in with: aos --user {installed.users['oem']} --url {settings.api_url} user me")


@app.command()
def serve(context: typer.Context) -> None:
    """Serve people and Units until SIGTERM or SIGINT."""
    import uvloop

    from aosedge.cloud.app import serve as run
    from aosedge.cloud.logs import to_standard_error

    settings = _settings(context)
    to_standard_error(settings.log_level, settings.log_format)
    uvloop.run(run(settings, lambda line: typer.echo(line, err=True)))


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the database to this program's schema; serve does it too."""
    import asyncio

    from aosedge.cloud.upkeep import migrate as run

    settings = _settings(context)
    asyncio.run(run(settings))
    typer.echo("the database has this program's schema")


@app.command("sign-in-link")
def sign_in_link(context: typer.Context, user: Annotated[str, typer.Argument(help="user name")]) -> None:
    """A link that signs this user in to the console once, within ten minutes; the cloud may be running or not."""
    import asyncio

    from aosedge.cloud.upkeep import sign_in_link as make

    typer.echo(asyncio.run(make(_settings(context), user)))


@app.command("settings")
def show_settings(context: typer.Context) -> None:
    """The settings in force, JSON."""
    settings = _settings(context)
    shown = {name: getattr(settings, name) for name in Settings.__struct_fields__}
    typer.echo(json.dumps(shown, indent=2, default=str))


def main() -> None:
    """Run a command; ends the process with its exit code."""
    try:
        app(prog_name="aoscloud")
    except AosError as error:
        sys.exit(complain(error, program="aoscloud"))
    except KeyboardInterrupt:
        sys.exit(CANCELLED)


if __name__ == "__main__":
    main()
