"""`aos campaign`: a bundle brought to many Units, in waves that stop by themselves."""

from collections.abc import Iterable
from typing import Annotated

import typer

from aosedge.cli import campaign_edits, campaign_plans, campaign_rehearsals
from aosedge.cli.campaign_asking import found_of, limits_of, policy_of, selection_of, timing_of, what_of
from aosedge.cli.client import View
from aosedge.cli.commands import Json, begin, group
from aosedge.cli.names import bundle_named
from aosedge.cli.output import TimedOut, Trail
from aosedge.cli.tables import minute
from aosedge.model.errors import AosError

app = group("campaigns: a bundle on its way to many Units")
campaign_edits.add_to(app)
campaign_plans.add_to(app)
campaign_rehearsals.add_to(app)

Campaign = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="title or id")]
Reason = Annotated[str, typer.Option(help="why, for whoever reads it later")]
Many = list[str] | None
_STATES = ("completed", "halted", "cancelled", "rolled_back")


@app.command("list")
def list_(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="only these")] = None,
    search: Annotated[str | None, typer.Option(help="a part of the title")] = None,
    json: Json = False,
) -> None:
    """Campaigns, newest first."""
    client, out = begin(context, as_json=json)
    found = client.every("campaigns/", state=state, search=search)
    rows = [(c["title"], c["bundle"], c["state"], _through(c), c["reason"], c["id"]) for c in found]
    columns = ("title", "bundle", "state", "succeeded", "why", "id")
    out.show(
        found, lambda: out.table(columns, rows, "none yet: aos campaign create TITLE --bundle BUNDLE --fleet FLEET")
    )


@app.command()
def create(
    context: typer.Context,
    title: str,
    bundle: Annotated[str, typer.Option(help="hello-2.0.0, hello for the newest ready one, or its id")],
    fleet: Annotated[Many, typer.Option(help="Units of this fleet; repeat")] = None,
    set: Annotated[Many, typer.Option(help="Units of this set; repeat")] = None,
    selector: Annotated[str | None, typer.Option(help="Units with these labels: site=north,fw>=1.2.0")] = None,
    unit: Annotated[Many, typer.Option(help="this Unit; repeat")] = None,
    strategy: Annotated[str, typer.Option(help="staged, canary, blue-green; rolling with --wave")] = "staged",
    wave: Annotated[Many, typer.Option(help="a wave: a growing share such as 5%, or set titles a,b; repeat")] = None,
    soak: Annotated[str, typer.Option(help="how long a wave must stay healthy, ISO 8601")] = "PT30M",
    success: Annotated[float, typer.Option(help="percent of a wave that must succeed")] = 95.0,
    failed: Annotated[float, typer.Option(help="percent of a wave that may fail")] = 2.0,
    sample: Annotated[int, typer.Option(help="results before a share may halt it")] = 5,
    manual: Annotated[bool, typer.Option("--manual", help="a person lets each wave pass")] = False,
    at_once: Annotated[int | None, typer.Option(help="Units updating at the same time")] = None,
    per_minute: Annotated[int | None, typer.Option(help="Units that start in a minute")] = None,
    ramp: Annotated[str | None, typer.Option(help="10:PT1H: from 10 starts a minute to --per-minute in 1 h")] = None,
    bytes_per_second: Annotated[str | None, typer.Option(help="downloads of all Units together: 20MB")] = None,
    download_window: Annotated[
        Many, typer.Option(help="when Units may download, their time: 'sat,sun 01:00-05:00'")
    ] = None,
    install_window: Annotated[Many, typer.Option(help="when they may install; repeat")] = None,
    activate_window: Annotated[Many, typer.Option(help="when it may start, by default as installing")] = None,
    precondition: Annotated[str, typer.Option(help="on the Unit: 'ignition == \"off\" and battery > 40'")] = "",
    deadline: Annotated[str, typer.Option(help="silence of a Unit after which it failed, ISO 8601")] = "PT2H",
    offline_after: Annotated[str, typer.Option(help="absence after which a Unit is left out")] = "PT24H",
    priority: Annotated[int, typer.Option(help="a higher one may overtake")] = 0,
    stay: Annotated[bool, typer.Option("--stay", help="after a halt leave touched Units as they are")] = False,
    four_eyes: Annotated[bool, typer.Option("--four-eyes", help="somebody else must approve the plan")] = False,
    require_way_back: Annotated[
        bool, typer.Option("--require-way-back", help="leave out Units that could not go back")
    ] = False,
    purpose: Annotated[str, typer.Option(help="what it is for, for whoever reads it later")] = "",
    json: Json = False,
) -> None:
    """Make a draft; look at it with `aos campaign plan`, then `aos campaign start`."""
    client, out = begin(context, as_json=json)
    gate = {
        "success_share": success / 100,
        "failed_share": failed / 100,
        "min_sample": sample,
        "soak": soak,
        "manual": manual,
    }
    policy = policy_of(client, strategy, wave or [], gate) | {
        "limits": limits_of(at_once, per_minute, ramp, bytes_per_second),
        "offline": {"after": offline_after},
        "unit_deadline": deadline,
        "priority": priority,
        "roll_back_on_halt": not stay,
        "four_eyes": four_eyes,
        "require_way_back": require_way_back,
        "timing": timing_of(download_window or [], install_window or [], activate_window or [], precondition),
    }
    body = {
        "title": title,
        "bundle_id": bundle_named(client, bundle)["id"],
        "selection": selection_of(client, fleet or [], set or [], selector, unit or []),
        "policy": policy,
        "purpose": purpose,
    }
    out.done(client.command("campaigns/", body), f"made the campaign {title}; next: aos campaign plan {title!r}")


@app.command()
def approve(context: typer.Context, campaign: Campaign, digest: str = "", json: Json = False) -> None:
    """Approve the plan; `--digest` is the one you looked at, by default the plan of now."""
    client, out = begin(context, as_json=json)
    found = found_of(client, campaign)
    view = client.command(f"campaigns/{found['id']}/approve/", {"digest": digest or found["plan_digest"]})
    out.done(view, f"the plan of {view['title']} is approved")


@app.command()
def start(
    context: typer.Context,
    campaign: Campaign,
    at: Annotated[str | None, typer.Option(help="RFC 3339: 2026-12-01T22:00:00+01:00; at once without")] = None,
    json: Json = False,
) -> None:
    """Start what was planned."""
    client, out = begin(context, as_json=json)
    found = found_of(client, campaign)
    view = client.command(f"campaigns/{found['id']}/start/", {"at": at})
    when = f"starts at {view['starts_at']}" if view["state"] == "scheduled" else "is running"
    out.done(view, f"{view['title']} {when}; follow it with: aos campaign watch {view['title']!r}")


@app.command()
def show(context: typer.Context, campaign: Campaign, json: Json = False) -> None:
    """A campaign: where its waves are, and why."""
    client, out = begin(context, as_json=json)
    found = found_of(client, campaign)

    def words() -> None:
        pairs = (("title", found["title"]), ("bundle", found["bundle"]), ("state", found["state"].replace("_", " ")))
        more = (
            ("for", found["purpose"]),
            ("why", found["reason"]),
            ("at risk", _at_risk(found["budget"])),
            ("created", minute(found["created_at"])),
            ("id", found["id"]),
        )
        out.fields((*pairs, *more))
        out.line()
        rows = [
            (w["number"] + 1, what_of(w), w["state"], w["members"], _counts(w["counts"]), w["reason"])
            for w in found["waves"]
        ]
        out.table(("wave", "who", "state", "units", "where", "why"), rows, "not planned yet: aos campaign plan")

    out.show(found, words)


@app.command()
def members(
    context: typer.Context,
    campaign: Campaign,
    wave: Annotated[int | None, typer.Option(help="of this wave only, from 1")] = None,
    state: Annotated[str | None, typer.Option(help="in this state only, such as failed")] = None,
    json: Json = False,
) -> None:
    """The Units in its waves, each with its state and why."""
    client, out = begin(context, as_json=json)
    found = found_of(client, campaign)
    number = wave - 1 if wave is not None else None
    listed = client.every(f"campaigns/{found['id']}/members/", wave=number, state=state)
    rows = [(m["system_uid"], m["wave"] + 1, m["state"], m["reason"], minute(m["offered_at"])) for m in listed]
    out.show(listed, lambda: out.table(("unit", "wave", "state", "why", "offered"), rows, "none"))


@app.command()
def watch(
    context: typer.Context,
    campaign: Campaign,
    until: Annotated[str, typer.Option(help="a state; by default until it has ended")] = "",
    timeout: Annotated[float, typer.Option(help="seconds (exit code 4)")] = 86400,
    json: Json = False,
) -> None:
    """Follow its waves as they go. Ends with 1 where it halted or was rolled back, unless you waited for that."""
    client, out = begin(context, as_json=json)
    path = f"campaigns/{found_of(client, campaign)['id']}/"
    trail = Trail(out)
    events = client.events(timeout)
    try:
        while True:
            view = client.get(path)
            trail.note(*_step(view))
            if view["state"] == until or (not until and view["state"] in _STATES):
                break
            try:
                next(events)
            except StopIteration:
                waited = f"{view['title']} is {view['state']} after {timeout:g} s"
                raise TimedOut(waited, expected=until, got=view["reason"]) from None
    finally:
        trail.end()
    out.show(view, lambda: None)
    if not until and view["state"] in ("halted", "rolled_back"):
        raise AosError(f"{view['title']} is {view['state'].replace('_', ' ')}: {view['reason']}")


@app.command()
def delete(context: typer.Context, campaign: Campaign, json: Json = False) -> None:
    """Remove a campaign that never started."""
    client, out = begin(context, as_json=json)
    found = found_of(client, campaign)
    client.command(f"campaigns/{found['id']}/", None, "DELETE")
    out.done(found, f"removed the campaign {found['title']}")


def _verb(name: str, path: str, words: str, sentence: str) -> None:
    """A command that only has a reason."""

    @app.command(name, help=words)
    def run(context: typer.Context, campaign: Campaign, reason: Reason = "", json: Json = False) -> None:
        client, out = begin(context, as_json=json)
        found = found_of(client, campaign)
        view = client.command(f"campaigns/{found['id']}/{path}/", {"reason": reason})
        out.done(view, f"{view['title']} {sentence}")


_verb("pause", "pause", "Offer nothing further for now.", "is paused: aos campaign resume")
_verb("resume", "resume", "Go on after a pause, or with --reason after a halt.", "goes on")
_verb(
    "override", "override", "Go on after a halt past the gate that failed; needs --reason.", "goes on past its gate"
)
_verb("halt", "halt", "Stop: nobody starts any more; whoever has it keeps it.", "is halted")
_verb("cancel", "cancel", "Give it up; whoever has it keeps it.", "is cancelled")
_verb("roll-back", "roll-back", "Bring everybody back to what they ran before.", "goes back")


def _bare(name: str, path: str, words: str, sentence: str) -> None:
    """A command without a reason."""

    @app.command(name, help=words)
    def run(context: typer.Context, campaign: Campaign, json: Json = False) -> None:
        client, out = begin(context, as_json=json)
        found = found_of(client, campaign)
        out.done(client.command(f"campaigns/{found['id']}/{path}/", {}), f"{found['title']} {sentence}")


_bare("retry-failed", "retry-failed", "Let failed Units of the wave try again.", "tries again")
_bare("pass-wave", "pass-wave", "Let the wave pass that waits for a person.", "goes on")


def _counts(counts: View) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in _some(counts))


def _some(counts: View) -> Iterable[tuple[str, int]]:
    return [(name, number) for name, number in counts.items() if number]


def _through(view: View) -> str:
    return f"{view['counts']['succeeded']} of {sum(view['counts'].values())}"


def _step(view: View) -> tuple[str, str]:
    """Where it is, for the trail; and the figures of the wave that moves."""
    moving = [wave for wave in view["waves"] if wave["state"] in ("deploying", "soaking")]
    if not moving or view["state"] not in ("running", "rolling_back"):
        return view["state"].replace("_", " "), view["reason"]
    wave = moving[0]
    where = f"wave {wave['number'] + 1} {wave['state']}" if wave["undoes"] is None else what_of(wave)
    return where, _counts(wave["counts"])


def _at_risk(budget: View | None) -> str | None:
    """Of all campaigns of the organization, where it has a budget."""
    return None if budget is None else f"{budget['at_risk']} of at most {budget['most']} Units of the organization"
