"""What may happen to Verification Batches: a model of its own, that shares no line with the machine.

Each rule looks at two looks at the database, one after the other, and at the truth about the Units.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from tests.simulation.campaigns.fleet import SimulatedUnit
from tests.simulation.campaigns.rules import Violated
from tests.simulation.verification.seen import STARTED, Seen, SeenBatch

MAY: Final = {
    "resolving": {"awaiting_approval", "failed", "rejected", "cancelled"},
    "awaiting_approval": {"verifying", "failed", "rejected", "cancelled"},
    "verifying": {"passed", "failed", "awaiting_approval", "rejected", "cancelled"},
    "passed": {"awaiting_approval"},
    "failed": set(),
    "rejected": set(),
    "cancelled": set(),
}
"""DOMAIN: the states of a batch, and from which to which it goes."""
DECIDES: Final = ("resolving", "awaiting_approval", "verifying", "passed")
GONE: Final = ("failed", "rejected", "cancelled")


class Judge:
    """All rules, with what must be remembered between looks."""

    def __init__(self, units: Mapping[str, SimulatedUnit]) -> None:
        self._units = units
        self._before: Seen | None = None

    def check(self, after: Seen, now: int) -> None:
        """Every rule."""
        before, self._before = self._before, after
        deciding = [batch.id for batch in after.batches.values() if batch.state in DECIDES]
        if len(deciding) > 1:
            raise Violated("one batch", f"{deciding} decide at a time")
        for batch in after.batches.values():
            self._order(batch)
            self._approvals(batch)
            self._trial(after, batch)
            old = before.batches.get(batch.id) if before is not None else None
            if before is not None and old is not None:
                self._record(before, after, old, batch)
            if batch.state == "passed" and (old is None or old.state != "passed"):
                self._criteria(after, batch, now)
        if before is not None:
            self._gate(before, after)

    def handed_out(self, unit: SimulatedUnit, seen: Seen) -> None:
        """Nobody hears of a bundle that has not passed, but those who try it while its batch is open."""
        assert unit.target is not None
        if unit.target.items[0].version != "2.0.0" or seen.passed:
            return
        released = [seen.campaigns[id] for id in seen.released.get(str(unit.name), ())]
        tries = [each for each in released if each.batch is not None and seen.batches[each.batch].state not in GONE]
        asked = [each for each in released if each.batch is None and each.state in STARTED]
        if not (tries and str(unit.name) in seen.tries) and not asked:
            raise Violated("handed out", f"{unit.name} hears of what has not passed")

    @staticmethod
    def _order(batch: SeenBatch) -> None:
        states = [move["state"] for move in batch.moves]
        wrong = [f"{one} > {two}" for one, two in pairwise(states) if two not in MAY[one]]
        if wrong or states[:1] != ["resolving"] or states[-1] != batch.state:
            raise Violated("order", f"{states} and {batch.state}: {wrong}")

    @staticmethod
    def _approvals(batch: SeenBatch) -> None:
        for name in batch.content:
            if len(batch.standing(name)) > 1:
                raise Violated("twice", f"{name} is approved twice")
        if batch.state in ("verifying", "passed") and not batch.approved:
            raise Violated("approval", f"{batch.state} without an approval of each of {sorted(batch.content)}")
        own = {batch.created_by, batch.uploaded_by} if batch.four_eyes else set()
        if own & {each["by"] for each in batch.approvals}:
            raise Violated("four eyes", "its maker, or whoever uploaded the bundle, approved")

    @staticmethod
    def _trial(after: Seen, batch: SeenBatch) -> None:
        trials = after.trials(batch.id)
        if len(trials) > 1:
            raise Violated("one trial", f"{batch.id} has {len(trials)}")
        for trial in trials:
            if not trial.rows.keys() <= after.tries:
                raise Violated("tries first", f"{sorted(trial.rows.keys() - after.tries)[:3]} are in no set")
            if batch.state in GONE and trial.state in ("running", "paused", "halted", "completed"):
                raise Violated("goes back", f"the batch is {batch.state}, and its trial {trial.state}")

    @staticmethod
    def _record(before: Seen, after: Seen, old: SeenBatch, new: SeenBatch) -> None:
        said = [(each["architecture"], each["digest"], each["by"], each["at"]) for each in new.approvals]
        kept = [(each["architecture"], each["digest"], each["by"], each["at"]) for each in old.approvals]
        if said[: len(kept)] != kept or new.moves[: len(old.moves)] != old.moves:
            raise Violated("record", "what was said and done is not kept")
        begun = [each for each in before.campaigns.values() if each.batch is None and each.state in STARTED]
        taken = sum(each.get("revoked_at") is not None for each in new.approvals)
        if begun and taken > sum(each.get("revoked_at") is not None for each in old.approvals):
            raise Violated("started", "an approval was taken back under a campaign")

    def _criteria(self, after: Seen, batch: SeenBatch, now: int) -> None:
        """It passes for the first time: the Units show it, and not what is said of them alone."""
        trials = after.trials(batch.id)
        if after.tries and not trials:
            raise Violated("criteria", "there are verification sets, and nobody tried it")
        if not trials or [move["state"] for move in batch.moves].count("passed") > 1:
            return
        (trial,) = trials
        if trial.state != "completed":
            raise Violated("broken trial", f"its trial is {trial.state}")
        judged = [unit for unit, state in trial.rows.items() if state not in ("skipped", "excluded")]
        good = [unit for unit in judged if trial.rows[unit] == "succeeded"]
        if len(judged) < batch.criteria.get("units_least", 1):
            raise Violated("criteria", f"{len(judged)} Units took it")
        if len(good) < batch.criteria.get("success_share", 0.95) * len(judged) - 1e-9:
            raise Violated("criteria", f"{len(good)} of {len(judged)} succeeded")
        there = [self._units[unit] for unit in good if self._units[unit].connected and not self._units[unit].broken]
        early = [unit.name for unit in there if now - unit.active_since < batch.criteria["soak_us"]]
        if early or any(unit.version != "2.0.0" for unit in there):
            raise Violated("soak", f"{early[:3]} have not shown it for long enough")

    @staticmethod
    def _gate(before: Seen, after: Seen) -> None:
        """A campaign of people starts with what has passed, and with nothing else."""
        for id, campaign in after.campaigns.items():
            old = before.campaigns.get(id)
            began = campaign.state in STARTED and (old is None or old.state not in STARTED)
            if campaign.batch is None and began and campaign.state != "halted" and not after.passed:
                raise Violated("gate", f"a campaign is {campaign.state}, and nothing has passed")
