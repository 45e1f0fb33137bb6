"""Lets go of sessions and tickets that have ended (invariant I12)."""

from typing import Final

from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.reconcilers.driver import Report
from aosedge.cloud.store import EverySession, Store
from aosedge.model.ids import Ids
from aosedge.model.instants import Clock

TOGETHER_MOST: Final = 5000


class LetGoOfSessions:
    """A task of the driver."""

    name = "sessions"
    wakes_on: frozenset[str] = frozenset()
    period_s = 600.0

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    async def activate(self) -> Report:
        """Let some go."""
        caller = Caller(Task(self.name), self._ids.new(), self._clock.wall())

        def drop(session: EverySession) -> tuple[int, int]:
            now = session.caller.now
            return session.web_sessions.drop_ended(now, TOGETHER_MOST), session.tickets.drop_ended(now, TOGETHER_MOST)

        sessions, tickets = await self._store.write_every(caller, drop)
        return Report(
            f"let go of {sessions} sessions, {tickets} tickets", more=max(sessions, tickets) >= TOGETHER_MOST
        )
