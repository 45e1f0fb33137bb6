"""What people may have a campaign do, and what it may do unasked: the model's rules of their deeds."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from tests.simulation.campaigns.fleet import SimulatedUnit
from tests.simulation.campaigns.rules import SLACK, Judge, Violated, _too_many
from tests.simulation.campaigns.seen import MOVING, OPEN, Row, Seen

SEVERITIES: Final = ("info", "warning", "error", "critical")
SETTLED: Final = ("strategy", "waves", "timing", "four_eyes")
"""Of the policy of a campaign that has begun."""
STOPPED: Final = ("halted", "cancelled", "rolling_back")


class JudgeOfDeeds(Judge):
    """The rules of campaigns, and those of what people say; the world tells of deeds that were let through."""

    def __init__(self, units: Mapping[str, SimulatedUnit]) -> None:
        super().__init__(units)
        self.asked = False
        """Whether somebody has just said something."""
        self.let_pass: set[int] = set()
        self.overridden: set[int] = set()
        self.unapproved: str | None = None
        """Who has changed what nobody else has approved yet."""
        self._edited_at = 0

    def check(self, after: Seen, now: int, *, driven: bool) -> None:
        before = self._before
        if before is not None:
            self._forget(before, after, now)
        super().check(after, now, driven=driven)
        self._persons(after)
        self._absent(after)
        if before is None:
            return
        self._caught_up(before, after)
        self._settled(before, after)
        self._gates_to_come(after)
        self._absent_after_a_halt(before, after)
        if not self.asked:
            self._cause(before, after, now)
        if driven:
            self._alerts(after)

    def approved(self, seen: Seen, who: str) -> None:
        """What was changed was approved by somebody."""
        if self.unapproved == who:
            raise Violated("two people", "whoever changed it approved that")
        self.unapproved = None

    def passed_by_hand(self, after: Seen) -> None:
        """A wave was let pass: it waited for nothing else."""
        for wave in after.waves:
            if wave["approved_by"] is None or wave["number"] in self.let_pass:
                continue
            left = [row.unit for row in after.of(wave["number"]) if row.state in (*OPEN, "pending", "held")]
            if left and not wave["gate"]["early_pass"]:
                raise Violated("by hand", f"wave {wave['number']} was let pass, and {left[:3]} were not through")
            self.let_pass.add(wave["number"])

    def went_past_gates(self, before: Seen, after: Seen) -> None:
        """Somebody had it go on in spite of its gates."""
        if before.state == "halted" and after.state in ("halted", "rolling_back") and not _goes_back(before):
            raise Violated("override", "a gate that somebody went past stops it all the same")
        self.overridden |= {w["number"] for w in before.waves if w["state"] in ("failed", "passed")}

    def _deadlines(self, after: Seen, now: int) -> None:
        """Deadlines that were brought forward have passed once it is looked at again."""
        if now - self._edited_at > SLACK:
            super()._deadlines(after, now)

    def _forget(self, before: Seen, after: Seen, now: int) -> None:
        """Limits count from when they came."""
        if before.policy != after.policy:
            self._edited_at = now
        old, new = before.policy["limits"], after.policy["limits"]
        if old["starts_per_minute"] is None or old.get("bytes_per_second") != new.get("bytes_per_second"):
            self._starts = [] if old != new else self._starts

    def _persons(self, after: Seen) -> None:
        for wave in after.waves:
            if wave["overridden"] and wave["number"] not in self.overridden:
                raise Violated("override", f"wave {wave['number']} is past its gate by nobody's word")
            if not self.asked and wave["approved_by"] is not None and wave["number"] not in self.let_pass:
                raise Violated("by hand", f"wave {wave['number']} was let pass by nobody")
        if after.state == "running" and self.unapproved is not None:
            raise Violated("two people", f"it goes on, and what {self.unapproved} changed nobody approved")

    def _settled(self, before: Seen, after: Seen) -> None:
        """A wave that has begun keeps its gate, and the campaign its waves and times, whoever edits it."""
        for name in SETTLED:
            if before.policy[name] != after.policy[name]:
                raise Violated("settled", f"{name} is {after.policy[name]}, and was {before.policy[name]}")
        for wave in before.waves:
            if wave["begun_at"] is not None and after.waves[wave["number"]]["gate"] != wave["gate"]:
                raise Violated("settled", f"wave {wave['number']} has another gate")

    @staticmethod
    def _gates_to_come(after: Seen) -> None:
        for wave in after.waves:
            if wave["state"] == "waiting" and wave["undoes"] is None and wave["gate"] != after.policy["gate"]:
                raise Violated("edited", f"wave {wave['number']} will be judged by the old gate")

    @staticmethod
    def _absent(after: Seen) -> None:
        wanted = "failed" if after.policy["offline"]["then"] == "fail" else "excluded"
        for row in after.rows:
            if row.reason == "offline for too long" and row.state != wanted:
                raise Violated("absence", f"{row.unit} was away, and is {row.state}")

    @staticmethod
    def _caught_up(before: Seen, after: Seen) -> None:
        """Whoever is left out finds the bundle when they come back, whether it was offered to them or not."""
        if after.state != "running":
            return
        out = {wave["number"] for wave in after.waves if wave["undoes"] is None}
        known = {(row.wave, row.unit) for row in before.rows if row.state == "excluded"}
        new = [row for row in after.rows if row.state == "excluded" and (row.wave, row.unit) not in known]
        behind = [row.unit for row in new if row.wave in out and row.unit not in after.releases]
        if behind:
            raise Violated("caught up", f"{behind[:3]} were left out, and find nothing when they come back")

    def _absent_after_a_halt(self, before: Seen, after: Seen) -> None:
        """I11 for whoever was left out because they were away: they do not find it when they come back."""
        if before.state not in ("running", "paused") or after.state not in STOPPED:
            return
        away = [row.unit for row in after.rows if row.state in ("excluded", "failed") and after.is_away(row)]
        begin = [unit for unit in away if unit in after.releases and not self._has_it(unit)]
        if begin:
            raise Violated("after a halt", f"{after.state}, and {begin[:3]} would begin when they come back")

    def _has_it(self, unit: str) -> bool:
        """Whether it had heard of it: what a Unit does unseen is its own."""
        target = self._units[unit].target
        return target is not None and target.items[0].version == "2.0.0"

    def _cause(self, before: Seen, after: Seen, now: int) -> None:
        """What stops by itself has a gate that failed, on enough results or by an alert that counts."""
        back = before.state == "rolling_back"
        if before.state not in ("running", "paused", "rolling_back") or after.state not in ("halted", "rolling_back"):
            return
        if back and after.state == "rolling_back":
            return
        waves = [w for w in after.waves if w["begun_at"] is not None and (w["undoes"] is not None) == back]
        judged = [w for w in waves if not w["overridden"]]
        if any(_broken(after, w) or (not back and _alarmed(before, after, w, now)) for w in judged):
            return
        raise Violated("too soon", f"{after.state}, and no gate has failed")

    @staticmethod
    def _alerts(after: Seen) -> None:
        """An alert as bad as the gate says, on a member since its offer, stops the wave."""
        for wave in after.moving if after.state == "running" else ():
            alarmed = [row.unit for row in after.of(wave["number"]) if _alerted(after, row, wave)]
            if alarmed and not wave["overridden"] and _judged(after, wave):
                raise Violated("alerts", f"wave {wave['number']} goes on with alerts of {alarmed[:3]}")


def _goes_back(seen: Seen) -> bool:
    return any(wave["undoes"] is not None for wave in seen.waves)


def _judged(seen: Seen, wave: dict[str, Any]) -> int:
    return sum(row.state not in ("skipped", "excluded") for row in seen.of(wave["number"]))


def _broken(seen: Seen, wave: dict[str, Any]) -> bool:
    gate, rows = wave["gate"], Counter(row.state for row in seen.of(wave["number"]))
    judged, failures = _judged(seen, wave), rows["failed"] + rows["rolled_back"]
    results, test = failures + rows["succeeded"], seen.policy["sequential"]
    if results < min(gate["min_sample"], judged):
        return False
    if failures > gate["failed_share"] * judged or judged - failures < gate["success_share"] * judged:
        return True
    tested = test and wave["undoes"] is None and wave["state"] in (*MOVING, "failed")
    return bool(tested and _too_many(test, failures, results))


def _alerted(seen: Seen, row: Row, wave: dict[str, Any]) -> bool:
    if row.offered_at is None:
        return False
    least = SEVERITIES.index(wave["gate"]["severity"])
    bad = [at for unit, at, severity in seen.alerts if unit == row.unit and SEVERITIES.index(severity) >= least]
    return any(at >= row.offered_at for at in bad)


def _alarmed(before: Seen, after: Seen, wave: dict[str, Any], now: int) -> bool:
    """Whether one of its members has such an alert; an offer may have been made and taken back since."""
    number, least = wave["number"], SEVERITIES.index(wave["gate"]["severity"])
    told = {unit for unit, at, severity in after.alerts if at >= now and SEVERITIES.index(severity) >= least}
    if any(row.unit in told for row in after.of(number)):
        return True
    rows = [*before.of(number), *after.of(number)]
    return any(_alerted(after, row, wave) for row in rows)
