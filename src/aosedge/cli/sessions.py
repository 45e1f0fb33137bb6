"""`aos session`: where you are signed in with a browser, and where the users that you manage are."""

from typing import Annotated

import typer

from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named
from aosedge.model.errors import Invalid

app = group("sessions in browsers")


@app.command("list")
def list_(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(help="of a user that you manage; by default your own")] = None,
    json: Json = False,
) -> None:
    """Sessions that have not ended, the last used first."""
    client, out = begin(context, as_json=json)
    if user is None:
        found = client.every("users/me/sessions/")
    else:
        found = client.every("sessions/", user_id=named(client, "users/", "user", user, "username")["id"])
    columns = ("how", "device", "address", "last used", "expires", "id")
    rows = [(s["how"], s["device"], s["address"], s["last_used_at"], s["expires_at"], s["id"]) for s in found]
    out.show(found, lambda: out.table(columns, rows, "none"))


@app.command()
def revoke(
    context: typer.Context,
    session: Annotated[str, typer.Argument(help="its id, of yours or of a user that you manage")] = "",
    all_: Annotated[bool, typer.Option("--all", help="all your own")] = False,
    json: Json = False,
) -> None:
    """End a session, or all your own: from the next request on it lets nobody in."""
    client, out = begin(context, as_json=json)
    if bool(session) == all_:
        raise Invalid("one of the two", element="session", expected="an id, or --all", cure="aos session list")
    if all_:
        ended = client.delete("users/me/sessions/")
        out.done(ended, f"{ended['revoked']} sessions ended")
        return
    own = any(each["id"] == session for each in client.every("users/me/sessions/"))
    client.delete(f"users/me/sessions/{session}/" if own else f"sessions/{session}/")
    out.done({"id": session}, "the session has ended")
