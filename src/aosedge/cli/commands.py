"""What every `aos` command shares: the options of the root, a client, an output."""

from typing import Annotated

import typer

from aosedge.cli.client import Client
from aosedge.cli.contexts import Options, connect
from aosedge.cli.output import Output

Json = Annotated[bool, typer.Option("--json", help="print the API's view, for programs")]
IfNew = Annotated[bool, typer.Option("--if-new", help="if it is there already, say so and succeed")]


def group(words: str) -> typer.Typer:
    """A noun; its commands are verbs."""
    return typer.Typer(help=words, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


def begin(context: typer.Context, *, as_json: bool) -> tuple[Client, Output]:
    """The connection that the root options name, and where the words go."""
    options = context.obj
    assert isinstance(options, Options)
    return connect(options), Output(as_json=as_json)
