"""The audit trail of the whole installation: to verify it, to export it, and to let go of what is old."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, delete, func, or_, select, update

from aosedge.cloud.domain.audit import AuditLine, Chain
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import audit, audit_chains
from aosedge.model.instants import Instant

TOGETHER: Final = 2_000
"""Lines read at once."""


def in_parts(connection: Connection, lines: Select[Any]) -> Iterator[AuditLine]:
    """These lines of one chain, by number, some at a time."""
    after = None
    while True:
        query = lines.order_by(audit.c.number).limit(TOGETHER)
        if after is not None:
            query = query.where(audit.c.number > after)
        part = rows.every(connection, query, AuditLine)
        if not part:
            return
        yield from part
        after = part[-1].number


class Trail:
    """Every chain."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def chains(self) -> tuple[Chain, ...]:
        """The ends of each, by name. One whose lines have no ends on record has them empty."""
        known = rows.every(self._connection, select(audit_chains).order_by(audit_chains.c.chain), Chain)
        names = {chain.chain for chain in known}
        found = self._connection.execute(select(audit.c.chain).distinct()).scalars()
        return (*known, *(Chain(name, 1, "", 0, "") for name in sorted(found) if name not in names))

    def lines(self, chain: str) -> Iterator[AuditLine]:
        """All lines of a chain, by number, some at a time."""
        return in_parts(self._connection, select(audit).where(audit.c.chain == chain))

    def between(
        self, since: Instant | None, until: Instant | None, after: AuditLine | None, most: int
    ) -> tuple[AuditLine, ...]:
        """The next lines of all chains by instant; `since` is within, `until` beyond."""
        query = select(audit).order_by(audit.c.at, audit.c.chain, audit.c.number).limit(most)
        if since is not None:
            query = query.where(audit.c.at >= since)
        if until is not None:
            query = query.where(audit.c.at < until)
        if after is not None:
            same = audit.c.at == after.at
            later_chain = and_(same, audit.c.chain > after.chain)
            later_number = and_(same, audit.c.chain == after.chain, audit.c.number > after.number)
            query = query.where(or_(audit.c.at > after.at, later_chain, later_number))
        return rows.every(self._connection, query, AuditLine)

    def let_go(self, chain: Chain, before: Instant, most: int) -> Chain:
        """Remove the chain's oldest lines, all of them from before; the ends as they are then, anchored to the last
        line that went."""
        kept = select(func.min(audit.c.number)).where(audit.c.chain == chain.chain, audit.c.at >= before)
        first_kept = self._connection.execute(kept).scalar_one()
        first = min(chain.last + 1 if first_kept is None else first_kept, chain.first + most)
        if first <= chain.first:
            return chain
        old = (audit.c.chain == chain.chain, audit.c.number < first)
        there = self._connection.execute(select(func.count()).select_from(audit).where(*old)).scalar_one()
        if there != first - chain.first:
            return chain  # somebody removed or inserted lines: nothing may hide that
        last = select(audit.c.hash).where(audit.c.chain == chain.chain, audit.c.number == first - 1)
        anchor = self._connection.execute(last).scalar_one()
        self._connection.execute(delete(audit).where(*old))
        ends = Chain(chain.chain, first, anchor, chain.last, chain.hash)
        mine = update(audit_chains).where(audit_chains.c.chain == chain.chain)
        self._connection.execute(mine.values(first=first, before=anchor))
        return ends
