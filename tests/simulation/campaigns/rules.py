"""What may happen to a campaign: a reference model of its own, that shares no line with the machine.

Each rule looks at two looks at the database, one after the other, and at the truth about the Units.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.simulation.campaigns.fleet import SimulatedUnit
from tests.simulation.campaigns.seen import ALIVE, MOVING, ON_THE_WAY, OPEN, Seen

from aosedge.model.instants import MINUTE, SECOND

SLACK: Final = 90 * SECOND
"""A wave is looked at once a minute where nothing happens."""
BYTES_EACH: Final = 2_000
"""That each Unit downloads."""
FAILED: Final = ("failed", "rolled_back")


class Violated(AssertionError):
    """A rule was broken: its name, and what was seen."""

    def __init__(self, rule: str, words: str) -> None:
        super().__init__(f"{rule}: {words}")
        self.rule = rule


class Judge:
    """All rules, with what must be remembered between looks."""

    def __init__(self, units: Mapping[str, SimulatedUnit]) -> None:
        self._units = units
        self._starts: list[int] = []
        self._offered: set[tuple[int, str, int]] = set()
        self._before: Seen | None = None

    def check(self, after: Seen, now: int, *, driven: bool) -> None:
        """Every rule; those that wait for the driver only right after it ran."""
        before = self._before
        self._before = after
        self._counters(after, now)
        self._one_wave(after)
        self._own_wave(after)
        self._whole(after)
        self._limits(after, now)
        if before is not None:
            self._after_halt(before, after)
            self._membership(before, after)
            self._passing(before, after, now)
            self._truth(before, after, now)
            self._past(before, after)
            self._finishes(before, after)
            self._ends_in_time(before, after, now)
        self._says_why(after)
        if driven and not (after.look_at is not None and after.look_at <= now):
            self._halts(after)
            self._deadlines(after, now)

    def handed_out(self, unit: SimulatedUnit, seen: Seen) -> None:
        """I11: nobody hears of a bundle that has been taken back, from the moment on at which it was."""
        assert unit.target is not None
        if unit.target.items[0].version == "2.0.0" and unit.name not in seen.releases:
            raise Violated("handed out", f"{unit.name} starts what was taken back: {seen.state}")

    def _counters(self, after: Seen, now: int) -> None:
        """I11: counters equal the sum of rows, or the campaign is about to be looked at."""
        if after.look_at is not None and after.look_at <= now:
            return
        for wave in after.waves:
            if wave["begun_at"] is None:
                continue
            rows = Counter(row.state for row in after.of(wave["number"]))
            kept = Counter({name: number for name, number in (wave["counts"] or {}).items() if number})
            if rows != kept:
                raise Violated("counters", f"wave {wave['number']}: {dict(kept)} is kept, {dict(rows)} is true")

    def _one_wave(self, after: Seen) -> None:
        if len(after.moving) > 1:
            raise Violated("one wave", f"{[wave['number'] for wave in after.moving]} move")
        for wave in after.moving:
            same = [w for w in after.waves if (w["undoes"] is None) == (wave["undoes"] is None)]
            early = [w for w in same if w["number"] < wave["number"] and w["state"] in ("waiting", *MOVING, "failed")]
            if early:
                raise Violated("one wave", f"{wave['number']} moves before {early[0]['number']} passed")
        back = [wave["undoes"] for wave in after.waves if wave["undoes"] is not None]
        if back != sorted(back, reverse=True):
            raise Violated("last first", f"goes back in the order {back}")

    def _own_wave(self, after: Seen) -> None:
        begun = {wave["number"] for wave in after.waves if wave["begun_at"] is not None}
        mine = {row.unit: row.wave for row in sorted(after.rows, key=lambda row: -row.wave)}
        for unit in after.releases:
            if mine.get(unit) not in begun:
                raise Violated("own wave", f"{unit} was offered it before its wave {mine.get(unit)}")

    def _whole(self, after: Seen) -> None:
        """I5."""
        for unit, versions in after.versions.items():
            if len(versions) > 1:
                raise Violated("whole", f"{unit} is to run {versions} of one bundle")
        if any(row.wave for row in after.rows) and len(
            {r.unit for r in after.rows if not self._undoes(after, r.wave)}
        ) != sum(not self._undoes(after, row.wave) for row in after.rows):
            raise Violated("one wave each", "a Unit is in two waves")

    @staticmethod
    def _undoes(seen: Seen, wave: int) -> bool:
        return wave < len(seen.waves) and seen.waves[wave]["undoes"] is not None

    def _limits(self, after: Seen, now: int) -> None:
        limits = after.policy["limits"]
        on_the_way = sum(row.state in ON_THE_WAY for row in after.rows)
        offers = {(row.wave, row.unit, row.offered_at) for row in after.rows if row.offered_at is not None}
        fresh = [at for _, _, at in offers - self._offered]
        if not fresh:
            return
        if limits["at_once"] is not None and on_the_way > limits["at_once"]:
            raise Violated("at once", f"{on_the_way} are on their way")
        self._starts += fresh
        self._offered |= offers
        recent = sum(now - MINUTE < at <= now for at in self._starts)
        most, ramp = limits["starts_per_minute"], limits.get("ramp")
        if most is not None and recent > most:
            raise Violated("per minute", f"{recent} started within a minute")
        begun = [wave["begun_at"] for wave in after.waves if wave["begun_at"] is not None]
        if ramp is not None and begun:
            reached = ramp["first"] + (most - ramp["first"]) * (now - min(begun)) / ramp["over_us"]
            if recent > max(reached, ramp["first"]) + 1e-9:
                raise Violated("ramp", f"{recent} started within a minute, and it is at {reached:.1f}")
        self._bytes(limits.get("bytes_per_second"), now)

    def _bytes(self, per_second: int | None, now: int) -> None:
        """However far one looks back: no more than was let through since, and ten seconds' worth or one Unit."""
        if per_second is None:
            return
        burst, total = max(10 * per_second, BYTES_EACH), 0
        for at in sorted(self._starts, reverse=True):
            total += BYTES_EACH
            if total > burst + per_second * (now - at) / SECOND + 1:
                raise Violated("bytes", f"{total} bytes in {(now - at) / SECOND:g} s")

    def _after_halt(self, before: Seen, after: Seen) -> None:
        """I11: after a halt nobody starts; where the last wave passes early, some may just have been offered it."""
        last = max((wave for wave in after.waves if wave["undoes"] is None), key=lambda wave: wave["number"])
        early = before.state != after.state == "completed" and last["gate"]["early_pass"]
        if after.state in ALIVE or early:
            return
        new = after.releases - before.releases
        if new:
            raise Violated("after a halt", f"{after.state}, and {sorted(new)[:3]} start")
        waiting = [
            r.unit for r in after.rows if r.state in ("offered", "downloading") and not self._undoes(after, r.wave)
        ]
        if waiting and before.state in ALIVE and after.state in ("halted", "cancelled"):
            raise Violated("withdrawn", f"{after.state}, and {waiting[:3]} have not begun and may")

    def _membership(self, before: Seen, after: Seen) -> None:
        for wave in before.waves:
            number = wave["number"]
            if wave["begun_at"] is None or before.state in ("draft", "planned"):
                continue
            lost = {row.unit for row in before.of(number)} - {row.unit for row in after.of(number)}
            if lost:
                raise Violated("membership", f"wave {number} has lost {sorted(lost)[:3]}")
            new = {row.unit for row in after.of(number)} - {row.unit for row in before.of(number)}
            last = max(w["number"] for w in after.waves if w["undoes"] is None)
            if new and wave["undoes"] is None and (number != last or after.policy["newcomers"] == "ignore"):
                raise Violated("newcomers", f"{sorted(new)[:3]} joined wave {number}")

    def _passing(self, before: Seen, after: Seen, now: int) -> None:
        """A wave passes only if its exit gate holds."""
        states = {wave["number"]: wave["state"] for wave in before.waves}
        for wave in after.waves:
            number, gate = wave["number"], wave["gate"]
            if wave["state"] != "passed" or states.get(number) == "passed":
                continue
            rows = Counter(row.state for row in after.of(number))
            judged = sum(rows.values()) - rows["skipped"] - rows["excluded"]
            failures, through = rows["failed"] + rows["rolled_back"], rows["succeeded"]
            early = gate["early_pass"] and wave["undoes"] is None
            if rows["pending"] or (judged and not early and any(rows[state] for state in OPEN)):
                raise Violated("exit gate", f"wave {number} passed with {dict(rows)}")
            if judged and not early and not wave["overridden"] and through < gate["success_share"] * judged - 1e-9:
                raise Violated("exit gate", f"wave {number} passed with {through} of {judged}")
            if not wave["overridden"] and failures > gate["failed_share"] * judged + 1e-9:
                raise Violated("exit gate", f"wave {number} passed with {failures} of {judged} failed")
            if gate["manual"] and judged and wave["approved_by"] is None:
                raise Violated("by hand", f"wave {number} passed without a person")

    def _truth(self, before: Seen, after: Seen, now: int) -> None:
        """Whoever succeeded has had it for its soak, and was seen so."""
        was = {(row.wave, row.unit): row.state for row in before.rows}
        for row in after.rows:
            if row.state != "succeeded" or was.get((row.wave, row.unit)) == "succeeded":
                continue
            if self._units[row.unit].broken and not self._undoes(after, row.wave):
                raise Violated("health", f"{row.unit} succeeded, and what it runs has failed")
            unit, soak = self._units[row.unit], after.waves[row.wave]["gate"]["soak_us"]
            wanted = "1.0.0" if self._undoes(after, row.wave) else "2.0.0"
            if unit.version != wanted:
                raise Violated("truth", f"{row.unit} succeeded and runs {unit.version}")
            if unit.active_since > now - soak and not self._undoes(after, row.wave):
                raise Violated(
                    "soak", f"{row.unit} succeeded {(now - unit.active_since) / 1e6:g} s after it was active"
                )
            _, there, last = after.units[row.unit]
            if soak and there == "Offline" and (last or 0) < (row.active_at or 0) + soak:
                raise Violated("seen healthy", f"{row.unit} was away at the end of its soak")

    def _past(self, before: Seen, after: Seen) -> None:
        """What is over is over."""
        was = {(row.wave, row.unit): row.state for row in before.rows}
        over = ("skipped", "excluded")
        for row in after.rows:
            if was.get((row.wave, row.unit)) in over and row.state != was[(row.wave, row.unit)]:
                raise Violated("over", f"{row.unit} was {was[(row.wave, row.unit)]} and is {row.state}")
        back = {row.unit: row for row in after.rows if self._undoes(after, row.wave) and row.state != "pending"}
        between = [row for row in after.rows if row.state in OPEN and row.unit in back]
        twice = [row.unit for row in between if row.wave != back[row.unit].wave]
        if twice:
            raise Violated("undone", f"{twice[0]} goes back, and is on its way still")
        ended = ("cancelled", "rolled_back")
        if before.state in ended and after.state != before.state:
            raise Violated("over", f"it was {before.state} and is {after.state}")
        waiting = [row.unit for row in after.rows if row.state == "pending"]
        if after.state in (*ended, "completed") and waiting:
            raise Violated("over", f"{after.state}, and {waiting[0]} waits for ever")

    def _finishes(self, before: Seen, after: Seen) -> None:
        """A halt takes nothing from whoever has begun to install: they finish, or go back by themselves."""
        if before.state != "running" or after.state not in ("halted", "cancelled"):
            return
        begun = {row.unit for row in before.rows if row.state in ("installing", "activating", "soaking")}
        left = {row.unit for row in after.rows if row.state == "skipped"}
        torn = begun - left - after.releases
        if torn:
            raise Violated("finishes", f"{after.state}, and {sorted(torn)[:3]} were in the middle")

    def _ends_in_time(self, before: Seen, after: Seen, now: int) -> None:
        """Nobody fails by silence while away, or is left out for being away, before their time.

        Whoever edits a policy has it judged once more as it was.
        """
        policies = (before.policy, after.policy)
        patience = min(policy["unit_deadline_us"] for policy in policies)
        absence = min(policy["offline"]["after_us"] for policy in policies)
        was = {(row.wave, row.unit): row for row in before.rows}
        for row in after.rows:
            old = was.get((row.wave, row.unit))
            if old is None or old.state == row.state or row.ended_at != now:
                continue
            _, there, last = after.units[row.unit]
            silent = now - max(row.offered_at or 0, last or 0)
            if row.reason.startswith("no progress") and (there == "Offline" or silent < patience):
                raise Violated("connected time", f"{row.unit} failed after {silent / MINUTE:.0f} min, {there}")
            gone = now - max(last or 0, after.waves[row.wave]["begun_at"] or 0)
            if row.reason == "offline for too long" and gone < absence:
                raise Violated("absence", f"{row.unit} is {row.state} after {gone / MINUTE:.0f} min away")

    @staticmethod
    def _says_why(after: Seen) -> None:
        """Whatever ended badly, or stopped, has a reason."""
        dumb = [row.unit for row in after.rows if row.state in (*FAILED, "skipped", "excluded") and not row.reason]
        if dumb or (after.state in ("halted", "paused", "cancelled", "rolling_back") and not after.reason):
            raise Violated("says why", f"{after.state} {after.reason!r}, {dumb[:3]}")

    def _halts(self, after: Seen) -> None:
        """It halts as soon as its gate cannot hold any more, going back too."""
        if after.state not in ALIVE:
            return
        for wave in after.waves:
            gate, back = wave["gate"], wave["undoes"] is not None
            if wave["state"] not in (*MOVING, "passed") or wave["overridden"]:
                continue
            if back != (after.state == "rolling_back") or (back and wave["state"] == "passed"):
                continue
            rows = Counter(row.state for row in after.of(wave["number"]))
            judged = sum(rows.values()) - rows["skipped"] - rows["excluded"]
            failures = rows["failed"] + rows["rolled_back"]
            enough = failures + rows["succeeded"] >= min(gate["min_sample"], judged)
            if enough and failures > gate["failed_share"] * judged + 1e-9:
                raise Violated("gate", f"wave {wave['number']} goes on with {failures} of {judged} failed")
            test = None if back else after.policy["sequential"]
            if (
                test
                and enough
                and wave["state"] in MOVING
                and _too_many(test, failures, failures + rows["succeeded"])
            ):
                raise Violated("sequential", f"wave {wave['number']} goes on with {failures} failed")

    def _deadlines(self, after: Seen, now: int) -> None:
        """No state without a timeout."""
        policy = after.policy
        for row in after.rows:
            wave = after.waves[row.wave] if row.wave < len(after.waves) else None
            if wave is None or wave["begun_at"] is None or row.state not in OPEN:
                continue
            lifecycle, there, last = after.units[row.unit]
            limit = policy["unit_deadline_us"] + SLACK
            since = max(row.offered_at or 0, last or 0)
            if row.state in ON_THE_WAY and there != "Offline" and now - since > limit:
                raise Violated("deadline", f"{row.unit} is {row.state} for {(now - since) / MINUTE:.0f} min")
            away = max(last or 0, wave["begun_at"])
            if there == "Offline" and now - away > policy["offline"]["after_us"] + SLACK and after.state in ALIVE:
                raise Violated("absence", f"{row.unit} is {row.state} and away for {(now - away) / MINUTE:.0f} min")
            if lifecycle != "provisioned" and after.state in ALIVE:
                raise Violated("decommissioned", f"{row.unit} is {row.state}")


def _too_many(test: Mapping[str, float], failures: int, results: int) -> bool:
    """Wald's upper bound, written as a likelihood."""
    successes = results - failures
    ratio: Callable[[Any, Any], float] = lambda one, other: math.log(one) - math.log(other)  # noqa: E731
    value = failures * ratio(test["p1"], test["p0"]) + successes * ratio(1 - test["p1"], 1 - test["p0"])
    return value > ratio(1 - test["beta"], test["alpha"]) + 1e-9
