"""`aos dossier`: what a campaign did, judged without a cloud. `aos campaign dossier` gets one."""

from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import to_builtins

from aosedge.cli.client import View, segment
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import named
from aosedge.cli.output import Output
from aosedge.cli.tables import size
from aosedge.model.errors import Invalid

if TYPE_CHECKING:
    from aosedge.trust.dossier_contents import Contents
    from aosedge.trust.dossiers import Statement, Verdict

app = group("dossiers of campaigns: signed records")


def get(
    context: typer.Context,
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="title or id")],
    output: Annotated[Path, typer.Option("--output", "-o", help="file to write over, .json or .pdf")],
    json: Json = False,
) -> None:
    """Write its dossier: purpose, plan, approvals, what each Unit ran before and after, its result; signed."""
    client, out = begin(context, as_json=json)
    found = named(client, "campaigns/", "campaign", campaign, "title")
    kind = "pdf" if output.suffix.lower() == ".pdf" else "json"
    part = output.with_name(f".{output.name}.part")
    try:
        with part.open("wb") as file:
            came = client.save(f"campaigns/{segment(found['id'])}/dossier/?format={kind}", file)
        part.replace(output)
    except OSError as error:
        raise Invalid("cannot be written", element=str(output), got=error.strerror or str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    view = {"file": str(output), "bytes": came, "campaign_id": found["id"]}
    out.done(view, f"wrote {output}, {size(came)}; judge it with: aos dossier verify {output} --root root.pem")


@app.command()
def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the dossier, JSON or PDF")],
    root: Annotated[Path, typer.Option("--root", help="the installation's root certificates, PEM, kept elsewhere")],
    of: Annotated[
        Path | None,
        typer.Option("--of", metavar="JSON", help="of a PDF: the dossier that it is to sum up, judged too"),
    ] = None,
    json: Json = False,
) -> None:
    """Whether it is as the installation signed it: needs no cloud. The exit code is 1 where it is not."""
    out, (verdict, contents) = Output(as_json=json), _judged(file, root)
    said = verdict.statement
    if of is not None:
        contents = _summed_up(said, of, root)

    def words() -> None:
        out.line("as it was signed: not a byte is another")
        if of is not None:
            out.line(f"it sums up {of}, which is as it was signed too")
        out.fields(
            (
                ("campaign", said.title),
                ("id", said.campaign),
                ("digest", said.json_digest),
                ("signed", said.signed_at),
                ("signer", f"{verdict.signer}, serial {verdict.serial}"),
                ("root", verdict.root_serial),
            )
        )
        if contents is not None and contents.approvals:
            held = f"approvals of exactly its bundle: {contents.approvals}, evidence about it: {contents.evidence}"
            out.line(f"verified, {held}")
        if verdict.expired:
            out.line("the signer's certificate has expired since: that it signed before is by its own clock alone")

    out.show(_view(verdict) | {"verified": None if contents is None else to_builtins(contents)}, words)


def _judged(file: Path, root: Path) -> tuple["Verdict", "Contents | None"]:
    """What the signature says, and of the JSON what its content does: a PDF only sums that up."""
    from aosedge.clock import SystemClock  # with what it needs they cost 200 ms that other commands do not pay
    from aosedge.trust.certificates import parse_pems
    from aosedge.trust.dossier_contents import check_contents
    from aosedge.trust.dossiers import verify

    try:
        roots = parse_pems(root.read_bytes(), str(root))
        with file.open("rb") as opened:
            verdict = verify(opened, roots, SystemClock().wall())
            is_json = verdict.statement.media_type == "application/json"
            if not is_json:
                return verdict, None
            with mmap(opened.fileno(), 0, access=ACCESS_READ) as whole, memoryview(whole) as content:
                return verdict, check_contents(content)
    except OSError as error:
        raise Invalid("cannot be read", element=str(error.filename), got=error.strerror or str(error)) from error


def _summed_up(said: "Statement", of: Path, root: Path) -> "Contents | None":
    """What the JSON's content says; raises Untrusted where the PDF is of another one."""
    from aosedge.trust.dossiers import check_sums_up

    whole, contents = _judged(of, root)
    check_sums_up(said, whole.statement)
    return contents


def _view(verdict: "Verdict") -> View:
    from aosedge.model.instants import to_rfc3339

    said = verdict.statement
    return {
        "campaign_id": said.campaign,
        "title": said.title,
        "format": said.format,
        "media_type": said.media_type,
        "digest": said.digest,
        "json_digest": said.json_digest,
        "bytes": said.size,
        "signed_at": said.signed_at,
        "signer": verdict.signer,
        "signer_serial": verdict.serial,
        "signer_not_after": to_rfc3339(verdict.not_after),
        "signer_expired": verdict.expired,
        "root_serial": verdict.root_serial,
    }
