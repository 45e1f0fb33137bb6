"""What a campaign decided by itself between two looks at it: each is one line of the audit trail, with the rule."""

from collections.abc import Iterator
from typing import Final

import msgspec

from aosedge.cloud.domain.campaigns.state import Campaign, Wave

_ENDS: Final = {"passed": "campaign_waves_pass", "failed": "campaign_waves_fail"}
_TURNS: Final = {
    "halted": "campaigns_halt",
    "rolling_back": "campaigns_roll_back",
    "rolled_back": "campaigns_roll_back_end",
    "completed": "campaigns_complete",
}


class Decision(msgspec.Struct, frozen=True):
    """An operation that nobody asked for, and why."""

    operation: str
    why: str


def decisions(before: Campaign, after: Campaign, *, asked: bool) -> tuple[Decision, ...]:
    """In the order in which they fell. `asked`: a person's verb came between, which has its own line; what it stops
    is no decision of the campaign, what it lets go on is."""
    old = {wave.number: wave for wave in before.waves}
    found = [
        decision
        for wave in after.waves
        for decision in _of_wave(old.get(wave.number), wave)
        if not (asked and decision.operation == _ENDS["failed"])
    ]
    if after.state != before.state and after.state in _TURNS and (not asked or after.state == "completed"):
        found.append(Decision(_TURNS[after.state], after.reason or "every wave passed"))
    if (before.state, after.state) == ("scheduled", "planned") and not asked:
        found.append(Decision("campaigns_hold_back", after.reason))
    return tuple(found)


def _of_wave(old: Wave | None, new: Wave) -> Iterator[Decision]:
    name = f"wave {new.number + 1}" + ("" if new.undoes is None else f", which takes wave {new.undoes + 1} back")
    if new.begun_at is not None and (old is None or old.begun_at is None):
        members = new.size if new.counts is None else new.counts.members
        yield Decision("campaign_waves_begin", f"{name}: {members} {'Unit' if members == 1 else 'Units'}")
    if new.begun_at is not None and new.state in _ENDS and (old is None or old.state != new.state):
        yield Decision(_ENDS[new.state], f"{name}: {new.reason or new.state}")
