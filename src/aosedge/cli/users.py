"""`aos user`: who you are to the cloud, and the users that you manage."""

from typing import Annotated

import typer

from aosedge.cli.client import Client, View
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named
from aosedge.cli.output import Output
from aosedge.model.errors import Conflict

app = group("people")

User = Annotated[str, typer.Argument(metavar="USER", help="user name or id")]
Role = Annotated[str, typer.Option(help="oem, fleet-owner, sp, admin or auditor")]
Fleets = Annotated[list[str] | None, typer.Option("--fleet", help="a fleet owner's fleet, by title or id; repeat")]
Groups = Annotated[list[str] | None, typer.Option("--group", help="a permission group, not the role's; repeat")]
Permissions = Annotated[list[str] | None, typer.Option("--permission", help="one operation more; repeat")]
Organization = Annotated[str, typer.Option(help="title or id, for an Admin; else your own")]
_KINDS = {"oem": "oem", "fleet owner": "fleet", "service provider": "sp", "admin": "admin"}


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
        ("permissions", view["permissions"]),
        ("may", view["effective_permissions"]),
        ("cloud", client.url),
    )
    out.show(view, lambda: out.fields(pairs))


@app.command("list")
def list_(
    context: typer.Context,
    role: Annotated[str | None, typer.Option(help="of this role only")] = None,
    suspended: Annotated[bool, typer.Option("--suspended", help="suspended ones only")] = False,
    json: Json = False,
) -> None:
    """Users that you manage."""
    client, out = begin(context, as_json=json)
    found = client.every("users/", role=role and _role(role), active="false" if suspended else None)
    rows = [(u["username"], u["role"], "" if u["active"] else "suspended", u["email"], u["id"]) for u in found]
    columns = ("username", "role", "state", "email", "id")
    out.show(found, lambda: out.table(columns, rows, "nobody: aos user invite NAME --role ROLE"))


@app.command()
def show(context: typer.Context, user: User, json: Json = False) -> None:
    """One user, with certificates and open invitations."""
    client, out = begin(context, as_json=json)
    found = _find(client, user)
    certificates = client.every("user-certificates/", user_id=found["id"])
    invitations = client.every("invitations/", user_id=found["id"], state="open")
    pairs = (
        ("username", found["username"]),
        ("role", found["role"]),
        ("state", "active" if found["active"] else "suspended"),
        ("email", found["email"]),
        ("groups", found["permission_groups"]),
        ("permissions", found["permissions"]),
        ("fleets", found["fleet_ids"]),
        ("certificates", [f"{c['serial']} ({c['state']}, ends {c['not_after'][:10]})" for c in certificates]),
        ("invited until", [i["expires_at"] for i in invitations]),
        ("id", found["id"]),
    )
    view = {**found, "certificates": certificates, "invitations": invitations}
    out.show(view, lambda: out.fields(pairs))


@app.command()
def invite(
    context: typer.Context,
    username: Annotated[str, typer.Argument(help="a new name, or a user who is there")],
    role: Role = "",
    email: str = "",
    fleet: Fleets = None,
    group: Groups = None,
    permission: Permissions = None,
    organization: Organization = "",
    hours: Annotated[int, typer.Option(help="how long the token is good")] = 168,
    json: Json = False,
) -> None:
    """Make a user, unless they are there, and a one-time token with which they get their certificate."""
    client, out = begin(context, as_json=json)
    known = client.every("users/", username=username)
    if known and (role or fleet or group or permission or email):
        raise Conflict(
            "the user is there already", element="username", got=username, cure=f"aos user invite {username} alone"
        )
    user = known[0] if known else _make(client, username, role, email, fleet, group, permission, organization)
    made = client.post(f"users/{user['id']}/invitations/", {"valid_hours": hours})
    out.show({**made, "username": username}, lambda: _tell(out, client, user, made))


def _tell(out: Output, client: Client, user: View, made: View) -> None:
    out.line(f"{user['username']} ({user['role']}) is invited until {made['expires_at']}")
    out.line(f"token  {made['token']}")
    out.line(f"it works once and is not shown again; for {user['username']}, with the cloud's root.pem:")
    out.line(f"  aos --url {client.url} --ca root.pem join {made['token']}")
    out.line("or with AosEdge's SDK, where the cloud has port 10000:")
    kind = _KINDS.get(user["role"], "oem")
    domain = client.url.removeprefix("https://").rpartition(":")[0]
    out.line(f"  aos-keys new-user --domain {domain} --{kind} --token {made['token']}")


def _make(
    client: Client,
    username: str,
    role: str,
    email: str,
    fleet: list[str] | None,
    group: list[str] | None,
    permission: list[str] | None,
    organization: str,
) -> View:
    body: View = {"username": username, "role": _role(role), "email": email, "permissions": permission or []}
    body["fleet_ids"] = [named(client, "fleets/", "fleet", each, "title")["id"] for each in fleet or []]
    if group:
        body["permission_groups"] = group
    if organization:
        body["organization_id"] = named(client, "organizations/", "organization", organization, "title")["id"]
    return client.post("users/", body)


@app.command()
def change(
    context: typer.Context,
    user: User,
    role: Role = "",
    email: Annotated[str | None, typer.Option(help="e-mail address")] = None,
    fleet: Fleets = None,
    group: Groups = None,
    permission: Permissions = None,
    json: Json = False,
) -> None:
    """Give a user another role, address, fleets, groups or permissions; what is not named stays."""
    client, out = begin(context, as_json=json)
    found, mark = client.marked(f"users/{_find(client, user)['id']}/")
    body = {
        "role": _role(role) if role else found["role"],
        "email": found["email"] if email is None else email,
        "fleet_ids": [named(client, "fleets/", "fleet", each, "title")["id"] for each in fleet or []]
        or ([] if role else found["fleet_ids"]),
        "permissions": found["permissions"] if permission is None else permission,
        "permission_groups": group or (None if role else found["permission_groups"]),
    }
    changed = client.put(f"users/{found['id']}/", body, mark)
    out.done(changed, f"{changed['username']} is {changed['role']}: in force with the next request")


@app.command()
def suspend(context: typer.Context, user: User, json: Json = False) -> None:
    """Let a user in no more, from their next request on."""
    client, out = begin(context, as_json=json)
    found = _find(client, user)
    out.done(client.post(f"users/{found['id']}/suspend/", None), f"{found['username']} is suspended")


@app.command()
def activate(context: typer.Context, user: User, json: Json = False) -> None:
    """Let a suspended user in again."""
    client, out = begin(context, as_json=json)
    found = _find(client, user)
    out.done(client.post(f"users/{found['id']}/activate/", None), f"{found['username']} is active")


@app.command()
def remove(context: typer.Context, user: User, json: Json = False) -> None:
    """Remove a user, with certificates, invitations and API tokens."""
    client, out = begin(context, as_json=json)
    found = _find(client, user)
    client.delete(f"users/{found['id']}/")
    out.done(found, f"removed {found['username']}")


@app.command()
def invitations(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="open, used, expired or withdrawn")] = None,
    json: Json = False,
) -> None:
    """Invitations, newest first."""
    client, out = begin(context, as_json=json)
    found = client.every("invitations/", state=state)
    names = {user["id"]: user["username"] for user in client.every("users/")} if found else {}
    rows = [(names.get(i["user_id"], i["user_id"]), i["role"], i["state"], i["expires_at"], i["id"]) for i in found]
    out.show(found, lambda: out.table(("user", "role", "state", "expires", "id"), rows, "none"))


@app.command()
def uninvite(context: typer.Context, invitation: str, json: Json = False) -> None:
    """Withdraw an invitation, by its id."""
    client, out = begin(context, as_json=json)
    client.delete(f"invitations/{invitation}/")
    out.done({"id": invitation}, "the invitation is withdrawn")


@app.command()
def certificates(
    context: typer.Context,
    user: Annotated[str | None, typer.Argument(help="user name or id; by default everybody")] = None,
    json: Json = False,
) -> None:
    """Certificates of the users that you manage, or your own, newest first."""
    client, out = begin(context, as_json=json)
    found = client.every("user-certificates/", user_id=_find(client, user)["id"] if user else None)
    rows = [(c["serial"], c["state"], c["created_at"], c["not_after"], c["user_id"]) for c in found]
    out.show(found, lambda: out.table(("serial", "state", "created", "ends", "user"), rows, "none"))


@app.command()
def revoke(context: typer.Context, serial: str, json: Json = False) -> None:
    """Revoke a certificate by its serial, from its next request on."""
    client, out = begin(context, as_json=json)
    client.delete(f"user-certificates/{serial}/")
    out.done({"serial": serial}, f"{serial} opens no door any more")


def _find(client: Client, name: str) -> View:
    return named(client, "users/", "user", name, "username")


def _role(said: str) -> str:
    return said.replace("-", " ").replace("_", " ")
