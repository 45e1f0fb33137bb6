"""`aos bundle`: sign, send and look at Deployment Bundles."""

from pathlib import Path
from typing import Annotated

import typer

from aosedge.cli.client import Answered, View
from aosedge.cli.commands import IfNew, Json, begin, group
from aosedge.cli.contexts import NotFoundFile
from aosedge.cli.names import bundle_named

app = group("Deployment Bundles")


@app.command("list")
def list_(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="received, processing, ready or rejected")] = None,
    json: Json = False,
) -> None:
    """Bundles, newest first."""
    client, out = begin(context, as_json=json)
    found = client.every("deployment-bundles/", state=state, ordering="-created_at")
    rows = [(b["filename"], b["state"], _items(b), b["created_at"], b["id"]) for b in found]
    columns = ("file", "state", "items", "uploaded", "id")
    out.show(found, lambda: out.table(columns, rows, "no bundles yet: aos bundle upload FILE"))


@app.command()
def show(context: typer.Context, bundle: str, json: Json = False) -> None:
    """One bundle: its items, or why it was rejected."""
    client, out = begin(context, as_json=json)
    found = client.get(f"deployment-bundles/{bundle_named(client, bundle)['id']}/")

    def words() -> None:
        pairs = [(name, found[name]) for name in ("filename", "state", "created_at", "size_bytes", "digest", "id")]
        out.fields([*pairs, ("items", _items(found))])
        for rejection in found["rejections"]:
            out.line(f"{rejection['item'] or 'bundle'}: {rejection['field']}: {rejection['reason']}")

    out.show(found, words)


@app.command()
def upload(context: typer.Context, file: Path, if_new: IfNew = False, json: Json = False) -> None:
    """Send a signed bundle; it is ready or rejected when the command ends."""
    client, out = begin(context, as_json=json)
    if not file.is_file():
        raise NotFoundFile(file)
    try:
        with out.progress(f"uploading {file.name}", file.stat().st_size) as sent:
            view = client.upload("deployment-bundles/upload/", file, sent)
    except Answered as error:
        if not (if_new and error.server_kind == "conflict"):
            raise
        out.done({"filename": file.name, "message": str(error)}, f"{file.name} is there already")
        return
    out.done(view, f"{file.name} is {view['state']}: {_items(view)}")


def _items(view: View) -> str:
    return ", ".join(f"{item['codename']} {item['version']}" for item in view["items"])
