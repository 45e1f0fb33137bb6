"""`aoscloud roots`: the root certificates of the installation, and how one takes another's place."""

import asyncio
import json as json_
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from aosedge.cloud import settings as cloud_settings
from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.settings import Settings
from aosedge.cloud.store import Store
from aosedge.cloud.usecases import roots
from aosedge.cloud.usecases.roots import RootView
from aosedge.model.instants import to_datetime

app = typer.Typer(help="The root certificates.", no_args_is_help=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="JSON for programs")]
_RESTART = "restart every `aoscloud serve` of this installation"


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """Which roots are trusted, which of them issues, and who relies on each."""
    found = asyncio.run(_view(context.obj))
    if json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for root in found:
        does = "issues" if root.issues else "trusted"
        until = f"{to_datetime(root.not_after):%Y-%m-%d}"
        typer.echo(f"{root.serial}  {does}, until {until}; {root.holders} have a certificate by it, ", nl=False)
        typer.echo(f"{root.shut_out} of them no other  {root.subject}")


@app.command()
def add(context: typer.Context, json: Json = False) -> None:
    """Begin a second root: both are trusted, and new certificates are by the new one."""
    serial = asyncio.run(_add(context.obj))
    _done({"serial": serial}, f"{serial} issues from now on; {_RESTART}, then renew all certificates", json)


@app.command()
def retire(
    context: typer.Context,
    serial: str,
    force: Annotated[bool, typer.Option("--force", help="even if it shuts somebody out")] = False,
    json: Json = False,
) -> None:
    """Trust a root no longer; refused while people or Units have certificates by no other."""
    shut_out = asyncio.run(_retire(context.obj, serial, force))
    words = f"{serial} is retired, {len(shut_out)} are shut out; {_RESTART}"
    _done({"serial": serial, "shut_out": shut_out}, words, json)


def _done(view: dict[str, object], words: str, json: bool) -> None:
    typer.echo(json_.dumps(view) if json else words)


@asynccontextmanager
async def _opened(config: Path | None) -> AsyncIterator[tuple[Settings, Store, Caller]]:
    from aosedge.clock import RandomIds, SystemClock
    from aosedge.cloud.upkeep import opened

    settings = cloud_settings.load(config, os.environ)
    async with opened(settings) as store:
        yield settings, store, Caller(Task("roots"), RandomIds().new(), SystemClock().wall())


async def _view(config: Path | None) -> list[RootView]:
    async with _opened(config) as (settings, store, caller):
        return await roots.view(settings, store, caller)


async def _add(config: Path | None) -> str:
    async with _opened(config) as (settings, store, caller):
        return await roots.add(settings, store, caller)


async def _retire(config: Path | None, serial: str, force: bool) -> list[str]:
    async with _opened(config) as (settings, store, caller):
        return await roots.retire(settings, store, caller, serial, force=force)
