"""Attempts to sign in: how many there may be, and a line in the audit trail for those that failed."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.domain.attempts import Buckets, Noting, Rate, place_of
from aosedge.cloud.domain.people import User
from aosedge.cloud.store import EverySession, Store
from aosedge.model.errors import AosError, TooMany
from aosedge.model.ids import UserId
from aosedge.model.instants import SECOND, Clock

T = TypeVar("T")
_LINES_OF_A_PLACE: Final = Rate(burst=30, each_us=10 * SECOND)
_LINES: Final = Rate(burst=300, each_us=SECOND)
DETAIL_LETTERS_MOST: Final = 500


class NotProven(Exception):
    """Why somebody is not let in, and whose account it was about where that is known."""

    def __init__(self, error: AosError, user: User | None = None) -> None:
        super().__init__(str(error))
        self.error, self.user = error, user


class Attempts:
    """Bounds of one process. `admit` raises TooMany; `note` writes down, or only counts where there are too many."""

    def __init__(self, store: Store, clock: Clock, burst: int) -> None:
        """`burst` attempts pass at once from one address, a third of that for one user."""
        self._store, self._clock = store, clock
        self._places = Buckets(Rate(burst, each_us=2 * SECOND))
        self._users = Buckets(Rate(burst // 3 + 1, each_us=6 * SECOND))
        self._noting = Noting(_LINES_OF_A_PLACE, _LINES)

    def admit(self, address: str) -> None:
        """Let one more attempt from this address pass; raises TooMany."""
        _check(self._places.take(place_of(address), self._clock.monotonic()))

    def admit_for(self, user: UserId) -> None:
        """Let one more attempt to become this user pass; raises TooMany."""
        _check(self._users.take(user, self._clock.monotonic()))

    def succeeded(self, address: str, user: UserId | None = None, *, steps: int = 1) -> None:
        """What led to a session, in so many requests, does not count."""
        self._places.give_back(place_of(address), steps)
        if user is not None:
            self._users.give_back(user)

    async def note(self, task: Caller, operation: str, error: AosError, user: User | None = None) -> None:
        """A line in the trail of the user's organization, or the installation's where nobody knows who it was."""
        passed = self._noting.take(place_of(task.origin), self._clock.monotonic())
        if passed is None:
            return
        words = str(error)[:DETAIL_LETTERS_MOST] + (f"; {passed} failures before this have no line" if passed else "")
        caller = task if user is None else as_user(task, user)
        target = "" if user is None else f"{user.id} {user.username}"
        outcome = "unauthenticated" if user is None else "denied"

        def line(session: EverySession) -> None:
            session.audit_of(caller).append(operation, outcome, target=target, detail=words)

        await self._store.write_every(task, line)

    async def note_unknown(self, request_id: str, address: str, operation: str, error: AosError) -> None:
        """As `note`, of somebody who asked for a change and did not say who they are."""
        await self.note(anybody(request_id, address, self._clock), operation, error)

    async def noting(self, task: Caller, operation: str, work: Callable[[], Awaitable[T]]) -> T:
        """Run `work`; a failure of it is noted and raised as the error that it is."""
        try:
            return await work()
        except NotProven as failed:
            await self.note(task, operation, failed.error, failed.user)
            raise failed.error from failed


def as_user(task: Caller, user: User) -> Caller:
    """The same request as this user's."""
    return Caller(user.person(), task.request_id, task.now, task.origin)


def anybody(request_id: str, address: str, clock: Clock) -> Caller:
    """Whoever tries to sign in."""
    return Caller(Task("sign-in"), request_id, clock.wall(), address)


def _check(wait_us: int) -> None:
    if wait_us:
        seconds = -(-wait_us // SECOND)
        raise TooMany("too many attempts to sign in", retry_after_s=seconds, cure=f"wait {seconds} s")
