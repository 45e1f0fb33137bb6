"""`aos bundle`: sign, send and look at Deployment Bundles."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from aosedge.cli.client import Answered, View
from aosedge.cli.commands import IfNew, Json, begin, group
from aosedge.cli.contexts import NotFoundFile, Options, signer
from aosedge.cli.moments import said
from aosedge.cli.names import bundle_named
from aosedge.cli.output import Output
from aosedge.cli.tables import minute, second, size
from aosedge.model.errors import Invalid

if TYPE_CHECKING:
    from aosedge.model.bundle import BundleConfig

app = group("Deployment Bundles")

CONFIG: Final = "config.yaml"
TEMPLATE: Final = """\
schemaVersion: 2
publisher:
  author: Somebody
  company: Some company
items:
- identity:
    type: service
    codename: {codename}
    title: What it is called
    description: What it does
  version: {version}
  images:
  - archInfo: {{architecture: {architecture}}}
    cmd: /bin/{codename}
  configuration:
    quotas: {{ramLimit: 64MiB, pidsLimit: 32}}
"""


@app.command("list")
def list_(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="received, processing, ready or rejected")] = None,
    since: Annotated[str | None, typer.Option(help="that came since: 14d, 2026-01-31")] = None,
    search: Annotated[str | None, typer.Option(help="a part of the name")] = None,
    json: Json = False,
) -> None:
    """Bundles, newest first."""
    client, out = begin(context, as_json=json)
    asked = {"state": state, "since": said(since, "--since"), "search": search}
    found = client.every("deployment-bundles/", **asked, ordering="-created_at")
    rows = [(b["name"], b["state"], _items(b), minute(b["created_at"]), b["id"]) for b in found]
    columns = ("name", "state", "items", "uploaded", "id")
    out.show(found, lambda: out.table(columns, rows, "no bundles yet: aos bundle upload FILE"))


@app.command()
def show(context: typer.Context, bundle: str, json: Json = False) -> None:
    """One bundle, by id or name, of any state: its items, or why it was rejected."""
    client, out = begin(context, as_json=json)
    found = client.get(f"deployment-bundles/{bundle_named(client, bundle, None)['id']}/")

    def words() -> None:
        out.fields(
            (
                ("name", found["name"]),
                ("state", found["state"]),
                ("items", _items(found)),
                ("uploaded", second(found["created_at"])),
                ("file", f"{found['filename']}, {size(found['size_bytes'])}"),
                ("digest", found["digest"]),
                ("id", found["id"]),
            )
        )
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


@app.command("init")
def init_(
    folder: Annotated[Path, typer.Argument(help="a new folder")],
    codename: Annotated[str, typer.Option(help="of the first service")] = "hello",
    architecture: Annotated[str, typer.Option(help="as OCI names it: amd64, arm64, arm")] = "amd64",
    version: Annotated[str, typer.Option(help="of the first service")] = "1.0.0",
    json: Json = False,
) -> None:
    """Begin a bundle: a configuration with one service, and the folder for its files."""
    from aosedge.model.versions import parse_version

    parse_version(version, "--version")
    image = folder / codename / architecture
    if (folder / CONFIG).exists():
        raise Invalid("there is a bundle already", element=str(folder / CONFIG), cure="name another folder")
    image.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(TEMPLATE.format(codename=codename, architecture=architecture, version=version))
    view = {"config": str(folder / CONFIG), "image": str(image)}
    Output(as_json=json).done(view, f"put the service's files into {image}, then: aos bundle build {folder}")


@app.command()
def build(folder: Path, json: Json = False) -> None:
    """Check a bundle's folder as the cloud will: the configuration, and that every image is there."""
    from aosedge.trust.bundles import check_folder

    config, contents = check_folder(folder)
    out = Output(as_json=json)
    items = [
        {"codename": i.identity.codename, "type": i.identity.type, "version": str(i.version)} for i in config.items
    ]
    view = {"items": items, "files": sorted(contents)}
    out.done(view, f"{folder} is well-formed: {_items(view)}; sign it with: aos bundle sign {folder}")


@app.command()
def sign(
    context: typer.Context,
    folder: Path,
    output: Annotated[Path | None, typer.Option(help="by default batch.tar.gz beside config.yaml")] = None,
    sign_with: Annotated[Path | None, typer.Option(metavar="P12", help="the signer; by default who you are")] = None,
    json: Json = False,
) -> None:
    """Pack a bundle's folder and sign it with your key, as aos-signer does."""
    from aosedge.trust.bundles import pack_and_sign

    options = context.obj
    assert isinstance(options, Options)
    key, certificate = signer(options._replace(user=sign_with) if sign_with else options)
    target = output or folder / "batch.tar.gz"
    config = pack_and_sign(folder, target, key, certificate)
    view = {"file": str(target), "size_bytes": target.stat().st_size, "items": _items_of(config)}
    Output(as_json=json).done(view, f"signed {target}: {_items(view)}; send it with: aos bundle upload {target}")


def _items_of(config: "BundleConfig") -> list[View]:
    return [
        {"codename": item.identity.codename, "type": item.identity.type, "version": str(item.version)}
        for item in config.items
    ]


def _items(view: View) -> str:
    return ", ".join(f"{item['codename']} {item['version']}" for item in view["items"])
