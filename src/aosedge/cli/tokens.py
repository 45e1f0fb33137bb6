"""`aos token`: API tokens, with which programs act for you in a part of what you may do."""

from typing import Annotated

import typer

from aosedge.cli.commands import Json, begin, group

app = group("API tokens for programs")


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """Tokens of yours, and of the users that you manage."""
    client, out = begin(context, as_json=json)
    found = client.every("api-tokens/")
    rows = [(t["title"], t["scopes"], t["expires_at"], t["last_used_at"], t["user_id"], t["id"]) for t in found]
    columns = ("title", "scopes", "expires", "last used", "user", "id")
    out.show(found, lambda: out.table(columns, rows, "none: aos token create TITLE --scope OPERATION"))


@app.command()
def create(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="what it is for")],
    scope: Annotated[list[str], typer.Option(help="an operation that it may ask for; repeat. See: aos user me")],
    days: Annotated[int, typer.Option(help="how long it is good, 365 at most")] = 90,
    json: Json = False,
) -> None:
    """Make a token: it can do what its scopes and you yourself may do, and is shown this once."""
    client, out = begin(context, as_json=json)
    made = client.post("api-tokens/", {"title": title, "scopes": scope, "valid_days": days})

    def words() -> None:
        out.line(made["token"])
        out.line(f"good until {made['expires_at']}, not shown again; use it with --token or AOS_TOKEN")

    out.show(made, words)


@app.command()
def revoke(context: typer.Context, token: Annotated[str, typer.Argument(help="its id")], json: Json = False) -> None:
    """Revoke a token by its id, from its next request on."""
    client, out = begin(context, as_json=json)
    client.delete(f"api-tokens/{token}/")
    out.done({"id": token}, "the token opens no door any more")
