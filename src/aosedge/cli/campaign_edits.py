"""`aos campaign edit`: how a campaign goes, changed; what is not named stays."""

from typing import Annotated

import typer

from aosedge.cli.campaign_asking import edited, found_of, selection_of
from aosedge.cli.client import View
from aosedge.cli.commands import Json, begin

Text = str | None
Many = list[str] | None


def add_to(app: typer.Typer) -> None:
    """The command, to those of campaigns."""
    app.command()(edit)


def edit(
    context: typer.Context,
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="title or id")],
    title: Annotated[Text, typer.Option(help="what it is called from now on")] = None,
    purpose: Annotated[Text, typer.Option(help="what it is for; empty for nothing")] = None,
    fleet: Annotated[Many, typer.Option(help="before its start: with those below, all that say who is in it")] = None,
    set: Annotated[Many, typer.Option(help="before its start")] = None,
    selector: Annotated[Text, typer.Option(help="before its start")] = None,
    unit: Annotated[Many, typer.Option(help="before its start")] = None,
    strategy: Annotated[Text, typer.Option(help="before its start: staged, canary, blue-green, rolling")] = None,
    wave: Annotated[Many, typer.Option(help="before its start: all waves, as when it is made")] = None,
    soak: Annotated[Text, typer.Option(help="how long a wave must stay healthy, ISO 8601")] = None,
    success: Annotated[float | None, typer.Option(help="percent of a wave that must succeed")] = None,
    failed: Annotated[float | None, typer.Option(help="percent of a wave that may fail")] = None,
    sample: Annotated[int | None, typer.Option(help="results before a share may halt it")] = None,
    manual: Annotated[bool | None, typer.Option("--manual/--no-manual", help="a person lets each wave pass")] = None,
    at_once: Annotated[Text, typer.Option(help="Units updating at the same time; none for any number")] = None,
    per_minute: Annotated[Text, typer.Option(help="Units that start in a minute; none for any number")] = None,
    ramp: Annotated[Text, typer.Option(help="10:PT1H, or none")] = None,
    bytes_per_second: Annotated[Text, typer.Option(help="downloads of all Units together: 20MB, or none")] = None,
    download_window: Annotated[Many, typer.Option(help="before its start: all of them, or none")] = None,
    install_window: Annotated[Many, typer.Option(help="before its start: all of them, or none")] = None,
    activate_window: Annotated[Many, typer.Option(help="before its start: all of them, or none")] = None,
    precondition: Annotated[Text, typer.Option(help="before its start; empty for none")] = None,
    deadline: Annotated[Text, typer.Option(help="silence of a Unit after which it failed, ISO 8601")] = None,
    offline_after: Annotated[Text, typer.Option(help="absence after which a Unit is left out")] = None,
    priority: Annotated[int | None, typer.Option(help="a higher one may overtake")] = None,
    stay: Annotated[
        bool | None, typer.Option("--stay/--no-stay", help="after a halt leave Units as they are")
    ] = None,
    four_eyes: Annotated[
        bool | None, typer.Option("--four-eyes/--no-four-eyes", help="before its start: two people decide")
    ] = None,
    require_way_back: Annotated[
        bool | None, typer.Option("--require-way-back/--no-require-way-back", help="leave out who could not go back")
    ] = None,
    json: Json = False,
) -> None:
    """Change how a campaign goes: limits and deadlines at once, gates for waves that have not begun.

    Its title and purpose change until it is over, whom it is for until it starts.

    Refused where somebody else has changed it since it was read.
    """
    client, out = begin(context, as_json=json)
    found, mark = client.marked(f"campaigns/{found_of(client, campaign)['id']}/")
    said = {
        "strategy": strategy,
        "waves": wave,
        "gate.soak": soak,
        "gate.success_share": None if success is None else success / 100,
        "gate.failed_share": None if failed is None else failed / 100,
        "gate.min_sample": sample,
        "gate.manual": manual,
        "limits.at_once": at_once,
        "limits.starts_per_minute": per_minute,
        "limits.ramp": ramp,
        "limits.bytes_per_second": bytes_per_second,
        "timing.download": download_window,
        "timing.install": install_window,
        "timing.activate": activate_window,
        "timing.precondition": precondition,
        "unit_deadline": deadline,
        "offline.after": offline_after,
        "priority": priority,
        "roll_back_on_halt": None if stay is None else not stay,
        "four_eyes": four_eyes,
        "require_way_back": require_way_back,
    }
    more: View = {name: word for name, word in (("title", title), ("purpose", purpose)) if word is not None}
    if fleet or set or selector or unit:
        more["selection"] = selection_of(client, fleet or [], set or [], selector, unit or [])
    how = {name: value for name, value in said.items() if value is not None}
    policy = edited(client, found["policy"], how) if how or not more else found["policy"]
    changed = client.command(f"campaigns/{found['id']}/", policy | more, "PUT", mark)
    follows = {
        "draft": f"; next: aos campaign plan {changed['title']!r}",
        "planned": f": plan it again: aos campaign plan {changed['title']!r}",
        "paused": f": {changed['reason']}" if changed["reason"] else "",
    }
    out.done(changed, f"{changed['title']} is changed{follows.get(changed['state'], '')}")
