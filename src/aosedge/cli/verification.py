"""`aos verification`: bundles shown to work and approved, before campaigns bring them to everyone."""

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlencode

import typer

from aosedge.cli.client import Answered, Client, View, segment
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import bundle_named, named
from aosedge.cli.output import Output, TimedOut, Trail
from aosedge.cli.tables import minute, size
from aosedge.model.errors import AosError, Conflict, NotFound

app = group("verification batches: a bundle shown to work and approved")

Batch = Annotated[str, typer.Argument(metavar="BATCH", help="its id, or the bundle's name for its newest batch")]
Comment = Annotated[str, typer.Option(help="why, for whoever reads it later")]
Architecture = Annotated[str, typer.Option("--arch", help="amd64, arm64; the only one without")]
_PATH: Final = "verification-batches/"
_RESTING: Final = ("passed", "failed", "rejected", "cancelled")


@app.command("list")
def list_(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="only these, such as awaiting_approval")] = None,
    bundle: Annotated[str | None, typer.Option(help="of this bundle only")] = None,
    search: Annotated[str | None, typer.Option(help="a part of the bundle's name")] = None,
    json: Json = False,
) -> None:
    """Batches, newest first."""
    client, out = begin(context, as_json=json)
    id = bundle_named(client, bundle, None)["id"] if bundle is not None else None
    found = client.every(_PATH, state=state, bundle_id=id, search=search)
    rows = [(b["bundle"], _said(b["state"]), _approved(b), _tried(b), b["reason"], b["id"]) for b in found]
    columns = ("bundle", "state", "approved", "units", "why", "id")
    out.show(found, lambda: out.table(columns, rows, "none yet: aos verification create BUNDLE"))


@app.command()
def create(
    context: typer.Context,
    bundle: Annotated[str, typer.Argument(help="hello-2.0.0, hello for the newest ready one, or its id")],
    fleet: Annotated[str | None, typer.Option(help="for this fleet only; for all without")] = None,
    success: Annotated[float | None, typer.Option(help="percent of the Units that must succeed")] = None,
    soak: Annotated[str | None, typer.Option(help="how long they must stay healthy, ISO 8601")] = None,
    severity: Annotated[str | None, typer.Option(help="alerts from here on fail it: info to critical")] = None,
    units: Annotated[int | None, typer.Option(help="so many Units must take it, at least")] = None,
    json: Json = False,
) -> None:
    """Verify a ready bundle. What is not said is as `aos verification settings` shows."""
    client, out = begin(context, as_json=json)
    said = {
        "success_share": success / 100 if success is not None else None,
        "soak": soak,
        "severity": severity,
        "units_least": units,
    }
    changed = {name: value for name, value in said.items() if value is not None}
    usual = client.get("verification-settings/")["criteria"] if changed else {}
    body = {
        "bundle_id": bundle_named(client, bundle)["id"],
        "fleet_id": named(client, "fleets/", "fleet", fleet, "title")["id"] if fleet is not None else None,
        "criteria": usual | changed if changed else None,
    }
    made = client.command(_PATH, body)
    out.done(made, f"{made['bundle']} is being verified; follow it with: aos verification watch {made['bundle']}")


@app.command()
def show(context: typer.Context, batch: Batch, json: Json = False) -> None:
    """A batch: what it resolves to, who approved what, how its Units do."""
    client, out = begin(context, as_json=json)
    found = _find(client, batch)
    out.show(found, lambda: _words(out, found))


@app.command()
def approve(
    context: typer.Context,
    batch: Batch,
    arch: Architecture = "",
    digest: Annotated[str, typer.Option(help="what you looked at; by default what the batch is about now")] = "",
    comment: Comment = "",
    json: Json = False,
) -> None:
    """Approve a bundle for a CPU architecture."""
    client, out = begin(context, as_json=json)
    found = _find(client, batch)
    name, wanted = _architecture(found, arch)
    body = {"architecture": name, "digest": digest or wanted, "comment": comment}
    view = client.command(f"{_PATH}{found['id']}/approve/", body)
    out.done(view, f"{view['bundle']} is approved for {name}; it is {_said(view['state'])}")


@app.command()
def revoke(
    context: typer.Context, batch: Batch, arch: Architecture = "", comment: Comment = "", json: Json = False
) -> None:
    """Take an approval back, until a campaign of the bundle has started."""
    client, out = begin(context, as_json=json)
    found = _find(client, batch)
    name, _ = _architecture(found, arch)
    view = client.command(f"{_PATH}{found['id']}/revoke/", {"architecture": name, "comment": comment})
    out.done(view, f"{view['bundle']} is not approved for {name} any more")


@app.command()
def reject(context: typer.Context, batch: Batch, comment: Comment = "", json: Json = False) -> None:
    """Find the bundle wanting, with --comment; Units that tried it go back."""
    client, out = begin(context, as_json=json)
    view = client.command(f"{_PATH}{_find(client, batch)['id']}/reject/", {"comment": comment})
    out.done(view, f"{view['bundle']} is rejected")


@app.command()
def cancel(context: typer.Context, batch: Batch, comment: Comment = "", json: Json = False) -> None:
    """Give the batch up; Units that tried the bundle go back."""
    client, out = begin(context, as_json=json)
    view = client.command(f"{_PATH}{_find(client, batch)['id']}/cancel/", {"comment": comment})
    out.done(view, f"the verification of {view['bundle']} is cancelled")


@app.command()
def watch(
    context: typer.Context,
    batch: Batch,
    until: Annotated[str, typer.Option(help="a state; by default until it needs you or has ended")] = "",
    timeout: Annotated[float, typer.Option(help="seconds (exit code 4)")] = 86400,
    json: Json = False,
) -> None:
    """Follow a batch. Ends with 1 where it did not pass, unless you waited for that."""
    client, out = begin(context, as_json=json)
    path = f"{_PATH}{_find(client, batch)['id']}/"
    trail, events = Trail(out), client.events(timeout)
    try:
        while True:
            view = client.get(path)
            trail.note(_said(view["state"]), view["reason"])
            if view["state"] == until or (not until and view["state"] in (*_RESTING, "awaiting_approval")):
                break
            if until and view["state"] in _RESTING:
                raise AosError(f"{view['bundle']} is {_said(view['state'])}: {view['reason']}", expected=until)
            try:
                next(events)
            except StopIteration:
                waited = f"{view['bundle']} is {_said(view['state'])} after {timeout:g} s"
                raise TimedOut(waited, expected=until, got=view["reason"]) from None
    finally:
        trail.end()
    out.show(view, lambda: None)
    if not until and view["state"] in _RESTING[1:]:
        raise AosError(f"{view['bundle']} is {_said(view['state'])}: {view['reason']}")


@app.command()
def report(context: typer.Context, batch: Batch, json: Json = False) -> None:
    """All of a batch on one page."""
    client, out = begin(context, as_json=json)
    found = client.get(f"{_PATH}{_find(client, batch)['id']}/report/")

    def words() -> None:
        _words(out, found["batch"])
        out.line()
        rows = [(i["codename"], i["version"], i["type"], i["index_digest"]) for i in found["items"]]
        out.table(("item", "version", "type", "digest"), rows, "")
        out.line()
        tried = [(u["system_uid"], u["state"], u["reason"], minute(u["ended_at"])) for u in found["units"]]
        out.table(("unit", "state", "why", "ended"), tried, "no Unit tried it")
        out.line()
        _list_evidence(out, found["evidence"])

    out.show(found, words)


@app.command()
def attach(
    context: typer.Context,
    batch: Batch,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a JUnit report, or any file")],
    junit: Annotated[bool, typer.Option("--junit", help="a JUnit report: its totals are read")] = False,
    title: Annotated[str, typer.Option(help="by default the file's name")] = "",
    about: Annotated[list[str] | None, typer.Option(help="index digest of a version; repeat; all without")] = None,
    json: Json = False,
) -> None:
    """Add a file that says something of the bundle."""
    client, out = begin(context, as_json=json)
    query = urlencode({"kind": "junit" if junit else "file", "title": title, "about": about or []}, doseq=True)
    added = client.upload(f"{_PATH}{_find(client, batch)['id']}/evidence/?{query}", file, lambda _: None)
    out.done(added, f"attached {added['title']}, {_totals(added) or size(added['size_bytes'])}")


@app.command()
def evidence(
    context: typer.Context,
    batch: Batch,
    get: Annotated[str, typer.Option(help="the id of a file to write to --output")] = "",
    output: Annotated[Path | None, typer.Option(help="where to")] = None,
    json: Json = False,
) -> None:
    """What tests said; with --get the bytes of one file."""
    client, out = begin(context, as_json=json)
    path = f"{_PATH}{_find(client, batch)['id']}/evidence/"
    found = client.every(path)
    if not get:
        out.show(found, lambda: _list_evidence(out, found))
        return
    wanted = next((each for each in found if each["id"] == get), None)
    if wanted is None:
        raise NotFound("evidence", get)
    to = output or Path(wanted["title"]).name
    Path(to).write_bytes(client.content(f"{path}{get}/"))
    out.done(wanted, f"wrote {to}")


@app.command()
def settings(
    context: typer.Context,
    required: Annotated[bool | None, typer.Option(help="campaigns need a bundle that has passed")] = None,
    four_eyes: Annotated[bool | None, typer.Option(help="who uploaded or began it cannot approve")] = None,
    success: Annotated[float | None, typer.Option(help="percent of the Units that must succeed")] = None,
    soak: Annotated[str | None, typer.Option(help="how long they must stay healthy, ISO 8601")] = None,
    units: Annotated[int | None, typer.Option(help="so many Units must take it, at least")] = None,
    json: Json = False,
) -> None:
    """How your organization verifies; shown, or changed for batches to come."""
    client, out = begin(context, as_json=json)
    view = client.get("verification-settings/")
    share = success / 100 if success is not None else None
    criteria = {"success_share": share, "soak": soak, "units_least": units}
    changed = {name: value for name, value in criteria.items() if value is not None}
    said = {name: value for name, value in (("required", required), ("four_eyes", four_eyes)) if value is not None}
    if changed or said:
        view = client.put("verification-settings/", view | said | {"criteria": view["criteria"] | changed})

    def words() -> None:
        of = view["criteria"]
        yes = {True: "yes", False: "no"}
        out.fields(
            (
                ("required", f"{yes[view['required']]}; always with a verification set"),
                ("four eyes", yes[view["four_eyes"]]),
                ("succeed", f"{of['success_share'] * 100:g} % of the Units, at least {of['units_least']}"),
                ("soak", of["soak"]),
                ("alerts", f"none of severity {of['severity']} or above"),
            )
        )

    out.show(view, words)


def _find(client: Client, name: str) -> View:
    """By its id; else the newest of the bundle that is called so."""
    try:
        return client.get(f"{_PATH}{segment(name)}/")
    except Answered as error:
        if error.status != 404:
            raise
    bundle = bundle_named(client, name, None)
    found = client.get(_PATH, bundle_id=bundle["id"], limit=1)["items"]
    if not found:
        raise NotFound("verification batch", name)
    newest: View = found[0]
    return newest


def _architecture(view: View, name: str) -> tuple[str, str]:
    known = {each["architecture"]: each["digest"] for each in view["architectures"]}
    if not name and len(known) == 1:
        name = next(iter(known))
    if name not in known:
        expected = ", ".join(known) or "none: it has not been resolved"
        raise Conflict("which architecture?", element="--arch", expected=expected, got=name)
    return name, known[name]


def _words(out: Output, view: View) -> None:
    criteria = view["criteria"]
    out.fields(
        (
            ("bundle", view["bundle"]),
            ("state", _said(view["state"])),
            ("why", view["reason"]),
            ("passes", f"{criteria['success_share'] * 100:g} % healthy for {criteria['soak']}"),
            ("units", _tried(view)),
            ("id", view["id"]),
        )
    )
    out.line()
    given = {each["architecture"]: each for each in view["approvals"] if each["revoked_at"] is None}
    rows = [
        (
            each["architecture"],
            "yes" if each["approved"] else "no",
            given.get(each["architecture"], {}).get("comment", ""),
            each["digest"],
        )
        for each in view["architectures"]
    ]
    out.table(("architecture", "approved", "comment", "digest"), rows, "not resolved yet")
    out.line()
    for each in view["resolutions"]:
        took = ", ".join(f"{chosen['codename']} {chosen['version']}" for chosen in each["chosen"])
        out.line(f"{each['target_system']}: {took or each['outcome'].replace('_', ' ')}")
        for line in each["chain"]:
            out.folded(f"> {line}", 2)


def _list_evidence(out: Output, found: list[View]) -> None:
    rows = [(e["title"], _totals(e), size(e["size_bytes"]), minute(e["added_at"]), e["id"]) for e in found]
    out.table(("evidence", "tests", "size", "added", "id"), rows, "no evidence: aos verification attach")


def _totals(view: View) -> str:
    totals = view["totals"]
    if totals is None:
        return ""
    return f"{totals['tests']} tests, {totals['failures'] + totals['errors']} failed, {totals['skipped']} skipped"


def _approved(view: View) -> str:
    return ", ".join(each["architecture"] for each in view["architectures"] if each["approved"])


def _tried(view: View) -> str:
    trial = view["trial"]
    return "" if trial is None else f"{trial['succeeded']} of {trial['judged']} succeeded"


def _said(state: str) -> str:
    return state.replace("_", " ")
