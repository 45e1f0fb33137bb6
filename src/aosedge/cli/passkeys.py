"""`aos passkey`: with what you sign in in a browser, and the users that you manage; a browser enrols them."""

from typing import Annotated

import typer

from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named

app = group("passkeys")


@app.command("list")
def list_(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(help="of a user that you manage; by default your own")] = None,
    json: Json = False,
) -> None:
    """Passkeys, newest first."""
    client, out = begin(context, as_json=json)
    if user is None:
        found = client.every("users/me/passkeys/")
    else:
        found = client.every("passkeys/", user_id=named(client, "users/", "user", user, "username")["id"])
    rows = [(p["title"], p["created_at"], p["last_used_at"], p["id"]) for p in found]
    out.show(found, lambda: out.table(("title", "created", "last used", "id"), rows, "none"))


@app.command()
def remove(
    context: typer.Context,
    passkey: Annotated[str, typer.Argument(help="its id, of yours or of a user that you manage")],
    json: Json = False,
) -> None:
    """Remove a passkey, and end the sessions that it began."""
    client, out = begin(context, as_json=json)
    own = any(each["id"] == passkey for each in client.every("users/me/passkeys/"))
    client.delete(f"users/me/passkeys/{passkey}/" if own else f"passkeys/{passkey}/")
    out.done({"id": passkey}, "the passkey opens no door any more")
