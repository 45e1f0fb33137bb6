"""`aos audit`: who did what in your organization, and who was refused."""

import json as json_
from collections.abc import Iterator
from typing import Annotated

import typer

from aosedge.cli.client import View
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.moments import said
from aosedge.cli.output import FAILED
from aosedge.cli.tables import minute, second

app = group("the audit trail")
FAULTS_MOST = 100
"""Named; the others are counted."""
When = Annotated[str | None, typer.Option(help="2h, 7d, a day or an instant, in your zone")]


@app.command("list")
def list_(
    context: typer.Context,
    who: Annotated[str | None, typer.Option(help="only what this user did")] = None,
    operation: Annotated[str | None, typer.Option(help="only this operation, such as fleets_create")] = None,
    outcome: Annotated[str | None, typer.Option(help="only done, denied, ...")] = None,
    object: Annotated[str | None, typer.Option(help="only what touched this id, or has it in the target")] = None,
    since: When = None,
    until: When = None,
    sort: Annotated[str, typer.Option(help="at, who, operation, outcome, target or number; -at is downwards")] = (
        "-number"
    ),
    last: Annotated[int, typer.Option(min=1, max=1000, help="at most so many lines")] = 50,
    changes: Annotated[bool, typer.Option("--changes", help="with what each changed, before and after")] = False,
    json: Json = False,
) -> None:
    """Changes and refusals, newest first."""
    client, out = begin(context, as_json=json)
    found = client.get(
        "audit/",
        who=who,
        operation=operation,
        outcome=outcome,
        target=object,
        since=said(since, "--since"),
        until=said(until, "--until"),
        ordering=sort,
        limit=last,
    )["items"]

    def words() -> None:
        if changes:
            for line in found:
                out.line("\n".join(told(line)))
            return
        rows = [
            (minute(a["at"]), a["who_name"], a["operation"], a["outcome"], a["detail"], a["target"], a["origin"])
            for a in found
        ]
        columns = ("at", "who", "operation", "outcome", "detail", "target", "from")
        out.table(columns, rows, "nothing such", spare=("from", "target"))

    out.show(found, words)


@app.command()
def verify(context: typer.Context, json: Json = False) -> None:
    """Whether each line of your organization's trail is as it was written; the exit code is 1 if one is not."""
    client, out = begin(context, as_json=json)
    found = client.get("audit/verify/")
    with out.counted("lines", found["lines"]) as step:
        while found["resume"]:
            more = client.get("audit/verify/", resume=found["resume"])
            step(more["verified"] - found["verified"])
            found = _together(found, more)

    def words() -> None:
        if found["whole"]:
            out.line(f"{found['lines']} lines, whole; the last is sealed {found['hash'] or 'by nothing'}")
            return
        for fault in found["faults"]:
            out.line(f"line {fault['number']} was {fault['kind']}")
        if found["faults_total"] > len(found["faults"]):
            out.line(f"and {found['faults_total'] - len(found['faults'])} more")
        out.line(f"{found['faults_total']} lines are not as they were written")

    out.show(found, words)
    if not found["whole"]:
        raise typer.Exit(FAILED)


def _together(found: View, more: View) -> View:
    """The verdict on both parts."""
    return {
        **more,
        "whole": found["whole"] and more["whole"],
        "faults": (found["faults"] + more["faults"])[:FAULTS_MOST],
        "faults_total": found["faults_total"] + more["faults_total"],
    }


def told(line: View) -> Iterator[str]:
    """A line of the trail, and below it each row that it changed: `+` made, `-` removed, `~` changed."""
    heading = (second(line["at"]), line["who_name"], line["operation"], line["outcome"], line["detail"])
    yield "  ".join(part for part in heading if part)
    for change in line["changes"]:
        before, after = change["before"], change["after"]
        sign = "+" if before is None else "-" if after is None else "~"
        key = " ".join(f"{name}={_shown(value)}" for name, value in change["key"].items())
        yield f"  {sign} {change['of']} {key}"
        for name in sorted({*(before or ()), *(after or ())}):
            old, new = (_shown((side or {}).get(name)) for side in (before, after))
            yield f"      {name}: {new if before is None else old if after is None else f'{old} -> {new}'}"
    if line["changes_left_out"]:
        yield f"  and {line['changes_left_out']} more rows"


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value.strip() else json_.dumps(value, ensure_ascii=False)
