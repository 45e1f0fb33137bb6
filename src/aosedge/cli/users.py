"""`aos user`: who you are to the cloud."""

import typer

from aosedge.cli.commands import Json, begin, group

app = group("people")


@app.command()
def me(context: typer.Context, json: Json = False) -> None:
    """Who you are and what you may do."""
    client, out = begin(context, as_json=json)
    view = client.get("users/me/")
    organization = (view.get("oem") or view.get("service_provider") or {}).get("title")
    pairs = (
        ("username", view["username"]),
        ("role", view["role"]),
        ("organization", organization),
        ("fleets", [fleet["title"] for fleet in view.get("fleets") or []]),
        ("groups", view["permission_groups"]),
        ("may", view["effective_permissions"]),
        ("cloud", client.url),
    )
    out.show(view, lambda: out.fields(pairs))
