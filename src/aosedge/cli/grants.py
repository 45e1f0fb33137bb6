"""`aos grant`: whose items an OEM lets be assigned to its subjects."""

from typing import Annotated

import typer

from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named
from aosedge.cli.tables import minute

Services = Annotated[list[str] | None, typer.Option("--service", help="only this service, by codename or id; repeat")]
Sees = Annotated[
    list[str] | None,
    typer.Option("--sees", help="what it may see of its instances: deployment_results, alerts; repeat"),
]

app = group("grants of an OEM to Service Providers")


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """Grants that your organization gave or has."""
    client, out = begin(context, as_json=json)
    found = client.every("grants/")
    titles = {o["id"]: o["title"] for o in client.every("organizations/")} if found else {}
    some = any(g["services"] for g in found)
    codenames = {i["id"]: i["codename"] for i in client.every("items/", type="service")} if some else {}
    rows = [
        (
            titles.get(g["oem_id"], g["oem_id"]),
            titles.get(sp := g["service_provider_id"], sp),
            "all" if g["services"] is None else [codenames.get(id, id) for id in g["services"]] or "none",
            g["sees"] or "nothing",
            minute(g["created_at"]),
            sp,
        )
        for g in found
    ]
    columns = ("oem", "service provider", "services", "sees", "since", "id")
    out.show(found, lambda: out.table(columns, rows, "none: aos grant create SERVICE-PROVIDER-ID"))


@app.command()
def create(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(help="the Service Provider's id, which they tell you")],
    service: Services = None,
    sees: Sees = None,
    json: Json = False,
) -> None:
    """Let a Service Provider's services, all or some, be assigned to your subjects."""
    client, out = begin(context, as_json=json)
    body = {"service_provider_id": provider, "services": service or None, "sees": sees or []}
    made = client.command("grants/", body)
    title = client.get(f"organizations/{made['service_provider_id']}/")["title"]
    out.done(made, f"items of {title} can be assigned")


@app.command()
def change(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(help="the Service Provider, by title or id")],
    service: Services = None,
    every_service: Annotated[bool, typer.Option("--every-service", help="all services, those to come too")] = False,
    sees: Sees = None,
    sees_nothing: Annotated[bool, typer.Option("--sees-nothing", help="it may see nothing")] = False,
    json: Json = False,
) -> None:
    """Let other services be used, or more or less be seen; what is not named stays as it is."""
    if (service and every_service) or (sees and sees_nothing):
        raise typer.BadParameter("name some, or say all or nothing, not both")
    client, out = begin(context, as_json=json)
    found = named(client, "organizations/", "organization", provider, "title")
    body: dict[str, object] = {}
    if service or every_service:
        body["services"] = service or None
    if sees or sees_nothing:
        body["sees"] = sees or []
    changed = client.put(f"grants/{found['id']}/", body)
    many = "all services" if changed["services"] is None else f"{len(changed['services'])} services"
    seen = ", ".join(changed["sees"]) or "nothing"
    out.done(changed, f"{many} of {found['title']} can be assigned; it sees {seen} of them")


@app.command()
def remove(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(help="the Service Provider, by title or id")],
    json: Json = False,
) -> None:
    """Take a grant back, once nothing of theirs is assigned."""
    client, out = begin(context, as_json=json)
    found = named(client, "organizations/", "organization", provider, "title")
    client.delete(f"grants/{found['id']}/")
    out.done(found, f"items of {found['title']} can be assigned no more")
