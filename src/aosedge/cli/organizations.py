"""`aos organization`: yours, and those tied to it by a grant; an Admin's all of them."""

from typing import Annotated, Literal

import typer

from aosedge.cli.client import Client, View
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named

app = group("organizations: OEMs and Service Providers")

Organization = Annotated[str, typer.Argument(metavar="ORGANIZATION", help="title or id")]


@app.command("list")
def list_(
    context: typer.Context,
    search: Annotated[str | None, typer.Option(help="a part of the title")] = None,
    json: Json = False,
) -> None:
    """Organizations that you may know of."""
    client, out = begin(context, as_json=json)
    found = client.every("organizations/", search=search)
    rows = [(o["title"], o["kind"], "" if o["active"] else "suspended", o["id"]) for o in found]
    out.show(found, lambda: out.table(("title", "kind", "state", "id"), rows, "none"))


@app.command()
def create(
    context: typer.Context,
    title: str,
    kind: Annotated[Literal["oem", "sp"], typer.Option(help="an OEM or a Service Provider")],
    json: Json = False,
) -> None:
    """Make an organization; then invite its first user."""
    client, out = begin(context, as_json=json)
    made = client.post("organizations/", {"title": title, "kind": kind})
    then = f"aos user invite NAME --role {kind} --organization {made['id']}"
    out.done(made, f"made {title}; invite its first user: {then}")


@app.command()
def rename(context: typer.Context, organization: Organization, title: str, json: Json = False) -> None:
    """Give an organization another title."""
    client, out = begin(context, as_json=json)
    found = _find(client, organization)
    out.done(client.put(f"organizations/{found['id']}/", {"title": title}), f"{found['title']} is now {title}")


@app.command()
def suspend(context: typer.Context, organization: Organization, json: Json = False) -> None:
    """Let its users in no more, from their next request on; its Units run on."""
    client, out = begin(context, as_json=json)
    found = _find(client, organization)
    out.done(client.post(f"organizations/{found['id']}/suspend/", None), f"{found['title']} is suspended")


@app.command()
def activate(context: typer.Context, organization: Organization, json: Json = False) -> None:
    """Let a suspended organization's users in again."""
    client, out = begin(context, as_json=json)
    found = _find(client, organization)
    out.done(client.post(f"organizations/{found['id']}/activate/", None), f"{found['title']} is active")


@app.command()
def remove(context: typer.Context, organization: Organization, json: Json = False) -> None:
    """Remove an organization to which nothing belongs any more."""
    client, out = begin(context, as_json=json)
    found = _find(client, organization)
    client.delete(f"organizations/{found['id']}/")
    out.done(found, f"removed {found['title']}")


def _find(client: Client, name: str) -> View:
    return named(client, "organizations/", "organization", name, "title")
