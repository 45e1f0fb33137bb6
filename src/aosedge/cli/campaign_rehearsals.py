"""`aos campaign rehearse`: how long a planned campaign may take, and how many Units it touches before a halt."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer

from aosedge.cli.campaign_asking import found_of
from aosedge.cli.campaign_plans import span
from aosedge.cli.client import View
from aosedge.cli.commands import Json, begin
from aosedge.cli.output import Output
from aosedge.cli.tables import minute

TOGETHER_UNITS: Final = 100_000
"""Of the runs of one request."""
TOGETHER_RUNS: Final = 50


def add_to(app: typer.Typer) -> None:
    """The command, to those of campaigns."""
    app.command()(rehearse)


def rehearse(
    context: typer.Context,
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="title or id")],
    runs: Annotated[int, typer.Option(min=1, help="how often")] = 200,
    failing: Annotated[float | None, typer.Option(help="share of Units that fail, 0..1; by default as seen")] = None,
    takes: Annotated[float | None, typer.Option(help="seconds an update takes; by default as measured")] = None,
    json: Json = False,
) -> None:
    """Play what was planned with simulated Units: when it is done, after how many Units it halts. Nothing moves."""
    client, out = begin(context, as_json=json)
    found = found_of(client, campaign)
    members = sum(wave["planned"] for wave in found["waves"] if wave["undoes"] is None)
    together = max(min(TOGETHER_RUNS, TOGETHER_UNITS // max(members, 1)), 1)
    played: list[View] = []
    inputs: View = {}
    with out.counted("rehearsed", runs) as note:
        while len(played) < runs:
            many = min(together, runs - len(played))
            asked = {"runs": many, "first": len(played), "failing": failing, "takes_s": takes}
            some = client.get(f"campaigns/{found['id']}/rehearsal/", **asked)
            inputs = some["inputs"]
            played += some["runs"]
            note(many)
    seen = _summary(inputs, played)
    out.show(seen, lambda: _words(out, seen))


def _summary(inputs: View, played: list[View]) -> dict[str, Any]:
    halted = [run for run in played if run["ended"] in ("halted", "rolling_back", "rolled_back")]
    return {
        "inputs": inputs,
        "ended": dict(Counter(run["ended"] for run in played)),
        "took_s": _spread(run["took_s"] for run in played if run["ended"] == "completed"),
        "touched": _spread(run["touched"] for run in halted),
        "runs": played,
    }


def _spread(values: Iterable[float]) -> dict[str, float] | None:
    """As the API does: by the nearest rank."""
    known = sorted(values)
    tenths = (("p10", 1), ("p50", 5), ("p90", 9))
    return {name: known[max(-(-len(known) * at // 10), 1) - 1] for name, at in tenths} if known else None


def _words(out: Output, seen: View) -> None:
    inputs, runs = seen["inputs"], len(seen["runs"])
    done = seen["ended"].get("completed", 0)
    when, touched = seen["took_s"], seen["touched"]
    failing = f"{inputs['failing'] * 100:.3g} %, " + _of(inputs["failing_of"], "results")
    takes = f"{span(inputs['takes_s'])}, " + _of(inputs["takes_of"], "updates")
    away = f"{inputs['away']}, half of them for {span(inputs['absent_s'])} by now" if inputs["away"] else None
    out.fields(
        (
            ("units", inputs["members"]),
            ("failing", failing),
            ("an update takes", takes),
            ("measured", inputs["measured_at"] and minute(inputs["measured_at"])),
            ("offline", away),
            ("completed", f"{done} of {runs} runs"),
            ("done after", ", ".join(f"{name} {span(at)}" for name, at in when.items()) if when else None),
            ("halted", f"{runs - done} of {runs} runs" if runs > done else None),
            ("touched by then", ", ".join(f"{n} {at:g} Units" for n, at in touched.items()) if touched else None),
        )
    )


def _of(number: int, noun: str) -> str:
    return f"seen in {number} {noun}" if number else "as you said"
