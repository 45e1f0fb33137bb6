"""`aos campaign plan`: what a campaign would do to whom, drawn up anew or as it was kept."""

from typing import Annotated

import typer

from aosedge.cli.campaign_asking import found_of, what_of
from aosedge.cli.client import Client, View
from aosedge.cli.commands import Json, begin
from aosedge.cli.output import Output
from aosedge.cli.tables import minute, size


def add_to(app: typer.Typer) -> None:
    """The commands, to those of campaigns."""
    app.command()(plan)
    app.command()(compare)


def plan(
    context: typer.Context,
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="title or id")],
    show: Annotated[bool, typer.Option("--show", help="the plan that was kept; draws up nothing")] = False,
    units: Annotated[bool, typer.Option("--units", help="each Unit too, what it has before and after")] = False,
    json: Json = False,
) -> None:
    """What would happen to whom: a dry run, nothing moves. Kept until it is planned anew."""
    client, out = begin(context, as_json=json)
    found = found_of(client, campaign)
    path = f"campaigns/{found['id']}/plan/"
    drawn = client.get(path) if show else client.command(path, {})
    drawn["budget"] = client.get(f"campaigns/{found['id']}/")["budget"]
    if units:
        drawn["units"] = client.every(f"{path}members/")
        drawn["units_left_out"] = client.every(f"campaigns/{found['id']}/exclusions/")

    def words() -> None:
        _waves(out, drawn)
        _figures(out, drawn)
        for left in drawn["left_out"]:
            out.line(f"left out: {left['units']} Units: {left['reason']}")
        _stuck(client, out, path, drawn)
        if units:
            _units(out, drawn)
        if not show:
            out.line(f"start it with: aos campaign start {found['title']!r}")

    out.show(drawn, words)


def compare(
    context: typer.Context,
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="title or id")],
    json: Json = False,
) -> None:
    """The plan beside what has happened: Units, bytes and time of each wave, who came out otherwise, who is stuck."""
    client, out = begin(context, as_json=json)
    found = found_of(client, campaign)
    seen = client.get(f"campaigns/{found['id']}/comparison/")
    out.show(seen, lambda: _compared(out, seen))


def _compared(out: Output, seen: View) -> None:
    rows = []
    for wave in seen["waves"]:
        counts = wave["counts"]
        units = f"{counts['succeeded']} of {wave['planned_units']}"
        units += f" and {wave['joined']} joined" if wave["joined"] else ""
        failed = counts["failed"] + counts["rolled_back"]
        fetched = f"{size(wave['fetched_bytes'])} of {size(wave['planned_bytes'])}"
        took = f"{span(wave['took_s'])} of {span(wave['expected_s'])}"
        rows.append((wave["number"] + 1, wave["state"], units, failed, fetched, took))
    out.table(("wave", "state", "succeeded of planned", "failed", "fetched of planned", "took of expected"), rows, "")
    out.line()
    if not seen["as_planned"]:
        out.line("it was changed after this plan")
    for left in seen["left_out"]:
        out.line(f"planned without: {left['units']} Units: {left['reason']}")
    for end in seen["outcomes"]:
        why = f": {end['reason']}" if end["reason"] else ""
        out.line(f"{end['state'].replace('_', ' ')}: {end['units']} Units{why}")
    if seen["no_way_back"]:
        out.line(f"planned without a way back: {seen['no_way_back']} Units: aos campaign plan --show")
    for unit in seen["stuck"]:
        out.line(f"did not go back: {unit['system_uid']}: {unit['reason']}")
    if seen["not_back"] > len(seen["stuck"]):
        out.line(f"did not go back: {seen['not_back'] - len(seen['stuck'])} more")


def _waves(out: Output, drawn: View) -> None:
    timed = any(w["begins_at"] for w in drawn["waves"])
    rows = [
        (w["number"] + 1, what_of(w), w["members"], size(w["download_bytes"]), span(w["expected_s"]))
        + ((minute(w["begins_at"]) if w["begins_at"] else "-",) if timed else ())
        for w in drawn["waves"]
    ]
    columns = ("wave", "who", "units", "downloads", "takes")
    out.table((*columns, "window opens") if timed else columns, rows, "")
    out.line()


def _figures(out: Output, drawn: View) -> None:
    rates, away = drawn["rates"], drawn["offline"] or None
    if away and drawn["offline_too_long"]:
        away = f"{away}, {drawn['offline_too_long']} of them for longer than the campaign waits"
    shares = [f"{size(s['download_bytes'])} for {s['units']} of {s['platform']}" for s in drawn["platforms"]]
    measured = f"measured on {rates['updates']} Units, the last {minute(rates['newest_at'])}"
    out.fields(
        (
            ("units", drawn["members"]),
            ("have it already", drawn["satisfied"] or None),
            ("offline now", away),
            ("cannot go back", drawn["no_way_back"] or None),
            ("at risk", _at_risk(drawn["budget"])),
            ("downloads", ", ".join(shares)),
            ("takes", f"{span(drawn['expected_s'])}, {measured}" if rates["updates"] else "nothing was measured yet"),
            ("planned", minute(drawn["planned_at"])),
            ("digest", drawn["digest"]),
        )
    )


def _at_risk(budget: View | None) -> str | None:
    """Of the organization's budget, where it has one."""
    if budget is None:
        return None
    return (
        f"{budget['at_risk']} of at most {budget['most']} Units of the organization: {budget['left']} may start now"
    )


def _stuck(client: Client, out: Output, path: str, drawn: View) -> None:
    if drawn["no_way_back"]:
        for unit in client.every(f"{path}members/", no_way_back="true"):
            out.line(f"could not go back: {unit['system_uid']}: {unit['no_way_back']}")


def _units(out: Output, drawn: View) -> None:
    out.line()
    rows = [
        (u["system_uid"], u["wave"] + 1, _changes(u), size(u["download_bytes"]), minute(u["offline_since"]))
        for u in drawn["units"]
    ]
    out.table(("unit", "wave", "changes", "downloads", "offline since"), rows, "no Unit is in a wave")
    out.line()
    left = [(u["system_uid"], u["reason"], u["detail"]) for u in drawn["units_left_out"]]
    out.table(("left out", "why", "figures"), left, "no Unit is left out")


def _changes(unit: View) -> str:
    return ", ".join(f"{item['codename']} {item['before'] or 'none'} > {item['after']}" for item in unit["items"])


def span(seconds: float | None) -> str:
    """As people say it: `2 h 5 min`; a dash where nobody knows."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return " ".join(parts[:2]) or "0 s"
