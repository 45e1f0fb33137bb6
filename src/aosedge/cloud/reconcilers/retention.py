"""Keeps what Units send, and documents of past targets, within bounds (invariant I12)."""

from typing import Final

from aosedge.cloud.domain import repeats, waiting
from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.reconcilers.driver import Report
from aosedge.cloud.store import EverySession, Store
from aosedge.model.ids import Ids
from aosedge.model.instants import DAY, Clock, Instant

KEPT_US: Final = 30 * DAY
KEPT_OF_A_UNIT: Final = 512
"""Messages, and alerts, of one Unit; more than a Unit holds back while it is offline, so each is still known."""
TOGETHER_MOST: Final = 5000


class LetGo:
    """A task of the driver."""

    name = "retention"
    wakes_on: frozenset[str] = frozenset()
    period_s = 600.0

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    async def activate(self) -> Report:
        """Let some go."""
        now = self._clock.wall()
        caller = Caller(Task(self.name), self._ids.new(), now)

        def drop(session: EverySession) -> tuple[int, ...]:
            held = session.retention
            return (
                held.drop_old(Instant(now - KEPT_US), TOGETHER_MOST),
                held.drop_surplus(KEPT_OF_A_UNIT, TOGETHER_MOST),
                held.drop_documents(TOGETHER_MOST),
                session.answers.drop(Instant(now - repeats.KEPT_US), TOGETHER_MOST),
                held.drop_states(),
                session.enrolment.drop(Instant(now - waiting.KEPT_US)),
                session.variables.drop(now),
            )

        gone = await self._store.write_every(caller, drop)
        words = f"let go of {gone[0]} old and {gone[1]} surplus messages, {gone[2]} documents"
        words += f", {gone[3]} answers, {gone[4]} states, {gone[5]} applications of Units, {gone[6]} variables"
        return Report(words, more=max(gone[:4]) >= TOGETHER_MOST)
