"""The audit trail as a whole: verified, exported, and let go of when it is old. For who runs the installation."""

import itertools
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Final

import msgspec

from aosedge.cloud.domain.access.callers import Caller
from aosedge.cloud.domain.audit import Along, AuditLine, Chain, Fault, Follower, faults
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.model.instants import Instant, to_rfc3339

TOGETHER: Final = 2_000
"""Lines exported, verified or let go of, in one transaction."""
FAULTS_MOST: Final = 100
"""Named at once; the others are counted."""
RETENTION: Final = "audit_retention"
"""What the trail calls letting go of its own lines."""


class Verified(msgspec.Struct, frozen=True):
    """What was found of one chain: its ends, and every row that is not as it was written."""

    chain: Chain
    faults: tuple[Fault, ...]


async def verify(store: Store, caller: Caller) -> AsyncIterator[Verified]:
    """Each chain, one after the other; the cloud may go on writing meanwhile."""
    for chain in await store.read_every(caller, lambda session: session.trail.chains()):
        verified = await store.read_every(caller, partial(_verified, name=chain.chain))
        if verified is not None:
            yield verified


def _verified(session: EverySession, name: str) -> Verified | None:
    """One snapshot of the chain as it is now, with its ends."""
    for chain in session.trail.chains():
        if chain.chain == name:
            return Verified(chain, tuple(faults(chain, session.trail.lines(name))))
    return None


class Checked(msgspec.Struct, frozen=True):
    """What was found going on along one chain: the first faults, how many in all, and where it came to; `along` is
    None at the end."""

    chain: Chain
    faults: tuple[Fault, ...]
    total: int
    verified: int
    along: Along | None


def verify_own(session: Session, along: Along | None = None, most: int = TOGETHER) -> Checked:
    """Go on along the chain of the asker's organization, so many lines at most."""
    chain = session.audit.ends()
    follower = Follower(chain, along)
    lines = session.audit.after(follower.along.read, most)
    found: Iterator[Fault] = (fault for line in lines for fault in follower.follow(line))
    ended = len(lines) < most
    if ended:
        found = itertools.chain(found, follower.end())
    named = tuple(itertools.islice(found, FAULTS_MOST))
    total = len(named) + sum(1 for _ in found)
    now = follower.along
    return Checked(chain, named, total, chain.last if ended else now.next - 1, None if ended else now)


async def export(store: Store, caller: Caller, since: Instant | None, until: Instant | None) -> AsyncIterator[bytes]:
    """Lines of all chains by instant, each a line of JSON: its fields as they are sealed, and `time` for people."""
    after: AuditLine | None = None
    while part := await store.read_every(caller, partial(_between, since=since, until=until, after=after)):
        for line in part:
            fields = msgspec.structs.asdict(line)
            yield msgspec.json.encode({"time": to_rfc3339(line.at), **fields}) + b"\n"
        after = part[-1]


def _between(
    session: EverySession, since: Instant | None, until: Instant | None, after: AuditLine | None
) -> tuple[AuditLine, ...]:
    return session.trail.between(since, until, after, TOGETHER)


def let_go(session: EverySession, before: Instant) -> tuple[int, bool]:
    """Remove lines from before, the oldest first, and say so in the installation's chain.

    How many lines went, and whether there may be more. What is left of each chain can be verified still.
    """
    gone, more = 0, False
    for chain in session.trail.chains():
        left = session.trail.let_go(chain, before, TOGETHER)
        count = left.first - chain.first
        if count:
            lines = f"lines {chain.first} to {left.first - 1}"
            session.audit.append(RETENTION, "done", target=chain.chain, detail=f"let go of {lines}")
            gone, more = gone + count, more or count == TOGETHER
    return gone, more
