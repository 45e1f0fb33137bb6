"""`aoscloud audit`: the whole audit trail, for who runs the installation: on its database, cloud running or not."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from aosedge.cli.output import FAILED
from aosedge.cloud import settings as cloud_settings
from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.store import Store
from aosedge.cloud.usecases import audit
from aosedge.model.instants import Instant, instant_said

app = typer.Typer(help="The audit trail of the whole installation.", no_args_is_help=True, rich_markup_mode=None)
When = Annotated[str | None, typer.Option(help="a day or an instant, UTC: 2026-01-31 or 2026-01-31T12:00:00Z")]


@app.command()
def verify(context: typer.Context) -> None:
    """See that no line was changed, removed or inserted, and name each that was; the exit code is 1 then.

    Keep what it prints elsewhere: a chain that somebody wrote anew from some line on ends with another hash.
    """
    if found := asyncio.run(_verify(context.obj)):
        typer.echo(f"not as written: {found}", err=True)
        raise typer.Exit(FAILED)
    typer.echo("every line is as it was written")


@app.command()
def export(context: typer.Context, since: When = None, until: When = None) -> None:
    """Lines as JSON, one a line, by instant; `--since` is within, `--until` beyond."""
    asyncio.run(_export(context.obj, _instant(since, "--since"), _instant(until, "--until")))


@asynccontextmanager
async def _opened(config: Path | None) -> AsyncIterator[tuple[Store, Caller]]:
    from aosedge.clock import RandomIds, SystemClock
    from aosedge.cloud.upkeep import opened

    async with opened(cloud_settings.load(config, os.environ)) as store:
        yield store, Caller(Task("audit"), RandomIds().new(), SystemClock().wall())


async def _verify(config: Path | None) -> int:
    found = 0
    async with _opened(config) as (store, caller):
        async for verified in audit.verify(store, caller):
            chain = verified.chain
            name = f"organization {chain.chain}" if chain.chain else "the installation"
            typer.echo(f"{name}: lines {chain.first} to {chain.last}, hash {chain.hash or 'none'}")
            for fault in verified.faults:
                typer.echo(f"{name}: line {fault.number} was {fault.kind}", err=True)
            found += len(verified.faults)
    return found


async def _export(config: Path | None, since: Instant | None, until: Instant | None) -> None:
    async with _opened(config) as (store, caller):
        async for line in audit.export(store, caller, since, until):
            sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def _instant(words: str | None, option: str) -> Instant | None:
    return None if words is None else instant_said(words, option)
