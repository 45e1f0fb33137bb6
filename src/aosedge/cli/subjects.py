"""`aos subject`: what joins Units and items."""

from shlex import quote
from typing import Annotated

import typer

from aosedge.cli import service_states
from aosedge.cli.client import Client, View, segment
from aosedge.cli.commands import IfNew, Json, begin, group
from aosedge.cli.names import bundle_among, bundle_named, item_named, named
from aosedge.model.errors import Invalid

app = group("subjects: which Units run which items")
app.add_typer(service_states.app, name="state")

Subject = Annotated[str, typer.Argument(metavar="SUBJECT", help="title or id")]
Unit = Annotated[str, typer.Argument(metavar="UNIT", help="system id, or the cloud's id")]
Item = Annotated[str, typer.Option(help="codename or id of an item")]
Bundle = Annotated[str, typer.Option(help="a bundle: hello-2.0.0, hello for the newest ready one, or its id")]


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """Subjects."""
    client, out = begin(context, as_json=json)
    found = client.every("subjects/")
    rows = [(s["title"], s["type"], s["id"]) for s in found]
    out.show(found, lambda: out.table(("title", "type", "id"), rows, "no subjects yet: aos subject create TITLE"))


@app.command()
def show(context: typer.Context, subject: Subject, json: Json = False) -> None:
    """A subject, its Units and what is assigned to it."""
    client, out = begin(context, as_json=json)
    found = _find(client, subject)
    path = f"subjects/{found['id']}/"
    units, assignments = client.every(path + "units/"), client.every(path + "assignments/")

    def words() -> None:
        out.fields((("title", found["title"]), ("type", found["type"]), ("id", found["id"])))
        out.line()
        rows = [(u["system_uid"], u["online_status"], u["deployment"], u["id"]) for u in units]
        out.table(("unit", "online", "deployment", "id"), rows, "no Units: aos subject add-unit")
        out.line()
        columns = ("assigned", "version", "instances", "priority", "id")
        out.table(columns, [_assigned(a) for a in assignments], "nothing assigned: aos subject assign")
        for newer in (a["newer_bundle"]["name"] for a in assignments if a["newer_bundle"]):
            out.line(f"{newer} is ready: aos subject assign {quote(found['title'])} --bundle {quote(newer)}")

    out.show({**found, "units": units, "assignments": assignments}, words)


@app.command()
def create(
    context: typer.Context,
    title: str,
    type: Annotated[str, typer.Option(help="group: many Units; user: one Unit at a time")] = "group",
    if_new: IfNew = False,
    json: Json = False,
) -> None:
    """Make a subject."""
    client, out = begin(context, as_json=json)
    there = client.every("subjects/", title=title) if if_new else []
    if there:
        out.done(there[0], f"the subject {title} is there already")
    else:
        out.done(client.command("subjects/", {"title": title, "type": type}), f"made the subject {title}")


@app.command()
def rename(context: typer.Context, subject: Subject, title: str, json: Json = False) -> None:
    """Give a subject another title."""
    client, out = begin(context, as_json=json)
    found = _find(client, subject)
    out.done(client.put(f"subjects/{found['id']}/", {"title": title}), f"{found['title']} is now {title}")


@app.command()
def delete(context: typer.Context, subject: Subject, json: Json = False) -> None:
    """Remove a subject; its Units lose what only it gave them."""
    client, out = begin(context, as_json=json)
    found = _find(client, subject)
    client.delete(f"subjects/{found['id']}/")
    out.done(found, f"removed the subject {found['title']}")


@app.command("add-unit")
def add_unit(context: typer.Context, subject: Subject, unit: Unit, json: Json = False) -> None:
    """Let a Unit have the subject; again is no error. A user is on one Unit at a time: it moves."""
    client, out = begin(context, as_json=json)
    found = _find(client, subject)
    view = client.put(f"subjects/{found['id']}/units/{segment(unit)}/", {})
    moved = f", moved from {', '.join(view['moved_from'])}" if view["moved_from"] else ""
    out.done(view, f"{view['system_uid']} has the subject {found['title']}{moved}")


@app.command("remove-unit")
def remove_unit(context: typer.Context, subject: Subject, unit: Unit, json: Json = False) -> None:
    """Take the subject from a Unit."""
    client, out = begin(context, as_json=json)
    found = _find(client, subject)
    client.delete(f"subjects/{found['id']}/units/{segment(unit)}/")
    out.done(found, f"{unit} no longer has the subject {found['title']}")


@app.command()
def assign(
    context: typer.Context,
    subject: Subject,
    item: Item = "",
    bundle: Bundle = "",
    version: Annotated[str | None, typer.Option(help="a fixed version; by default the newest ready one")] = None,
    instances: Annotated[int | None, typer.Option(help="how many; by default what the item says")] = None,
    priority: Annotated[int | None, typer.Option(help="a higher one is placed first")] = None,
    label: Annotated[list[str] | None, typer.Option(help="only on nodes with this label; may be repeated")] = None,
    json: Json = False,
) -> None:
    """Let the subject's Units run an item, or exactly a bundle; the same again is no error.

    It replaces what only brings items that it brings itself: another version of the item, an older bundle.
    """
    client, out = begin(context, as_json=json)
    if bool(item) == bool(bundle):
        raise Invalid("assign one thing", element="--item", expected="an item or a bundle, not both")
    found = _find(client, subject)
    body: View = {"version": version, "num_instances": instances, "priority": priority, "labels": label or None}
    thing = item_named(client, item) if item else bundle_named(client, bundle)
    body |= {"item_id": thing["id"] if item else None, "bundle_id": None if item else thing["id"]}
    path = f"subjects/{found['id']}/assignments/"
    same = [a for a in client.every(path) if all(a[name] == value for name, value in body.items())]
    if same:
        out.done(same[0], f"{_words(same[0])} is assigned to {found['title']} already")
        return
    view = client.command(path, body)
    sentence = f"{_words(view)} is assigned to {found['title']}"
    replaces = " and ".join(map(_words, view["replaced"]))
    out.done(view, f"{_words(view)} replaces {replaces}: {sentence}" if replaces else sentence)


@app.command()
def unassign(
    context: typer.Context, subject: Subject, item: Item = "", bundle: Bundle = "", json: Json = False
) -> None:
    """Take an item or a bundle from the subject."""
    client, out = begin(context, as_json=json)
    if bool(item) == bool(bundle):
        raise Invalid("unassign one thing", element="--item", expected="an item or a bundle, not both")
    found = _find(client, subject)
    path = f"subjects/{found['id']}/assignments/"
    assigned = client.every(path)
    if item:
        wanted = item_named(client, item)["id"]
        gone = [a for a in assigned if a["item_id"] == wanted]
    else:
        bundles = [{"id": a["bundle_id"], "name": a["title"]} for a in reversed(assigned) if a["bundle_id"]]
        wanted = bundle_among(bundles, bundle)["id"]
        gone = [a for a in assigned if a["bundle_id"] == wanted]
    for assignment in gone:
        client.delete(f"{path}{assignment['id']}/")
    names = " and ".join(map(_words, gone))
    out.done(gone, f"took {names} from {found['title']}" if gone else f"{item} is not assigned to {found['title']}")


def _find(client: Client, name: str) -> View:
    return named(client, "subjects/", "subject", name, "title")


def _assigned(view: View) -> tuple[object, ...]:
    instances = view["num_instances"] or "as the item says"
    version = view["version"] or ("newest ready" if view["item_id"] else "this bundle")
    return (view["title"] or "not yours to see", version, instances, view["priority"], view["id"])


def _words(view: View) -> str:
    """What is assigned: `hello-2.0.0`, a bundle; `hello-server 2.0.0`, an item."""
    return " ".join(part for part in (view["title"], view["version"]) if part)
