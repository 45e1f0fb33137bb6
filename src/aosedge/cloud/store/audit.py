"""The audit trail: append-only, a hash chain for each organization."""

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, false, func, insert, select, update

from aosedge.cloud.domain.access.callers import Caller, Person, Scope, Task, UnitPeer
from aosedge.cloud.domain.audit import AuditLine, Chain, sealed
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.recording import Recorder, in_words
from aosedge.cloud.store.tables import audit, audit_chains
from aosedge.model.instants import Instant

ORDERS: Final = ("number", "at", "who", "operation", "outcome", "target")


def who(caller: Caller) -> tuple[str, str]:
    """The chain that a caller's line belongs to, and its name in the trail."""
    match caller.who:
        case Person(user=user, tenant=tenant):
            return tenant, f"user:{user}"
        case UnitPeer(unit=unit, tenant=tenant):
            return tenant, f"unit:{unit}"
        case Task(name=name, tenant=tenant):
            return tenant or "", f"task:{name}"


class Audit:
    """Lines of the scope's organization, written for the caller."""

    def __init__(self, connection: Connection, caller: Caller, scope: Scope, recorder: Recorder) -> None:
        self._connection, self._caller, self._scope = connection, caller, scope
        self._recorder = recorder

    def append(self, operation: str, outcome: str, *, target: str = "", detail: str = "") -> AuditLine:
        """One more line: what the caller asked for, how it went (`done`, `denied`, ...), to what, and what the
        transaction has changed since the last line."""
        chain, name = who(self._caller)
        ends = rows.one(self._connection, select(audit_chains).where(audit_chains.c.chain == chain), Chain)
        last, previous = (ends.last, ends.hash) if ends else (0, "")
        line = AuditLine(
            chain=chain,
            number=self._newest(chain, last) + 1,  # beyond what somebody may have put in beside us
            at=self._caller.now,
            who=name,
            operation=operation,
            request_id=self._caller.request_id,
            outcome=outcome,
            origin=self._caller.origin,
            target=target,
            detail=detail,
            changes=in_words(self._recorder.take()),
        )
        line = sealed(line, previous)
        self._connection.execute(insert(audit).values(rows.values_of(line)))
        self._put_end(line, known=ends is not None)
        return line

    def _newest(self, chain: str, last: int) -> int:
        newest = select(func.max(audit.c.number)).where(audit.c.chain == chain)
        return max(last, self._connection.execute(newest).scalar_one() or 0)

    def _put_end(self, line: AuditLine, *, known: bool) -> None:
        if known:
            mine = update(audit_chains).where(audit_chains.c.chain == line.chain)
            self._connection.execute(mine.values(last=line.number, hash=line.hash))
        else:
            ends = Chain(line.chain, line.number, line.previous, line.number, line.hash)
            self._connection.execute(insert(audit_chains).values(rows.values_of(ends)))

    def _mine(self) -> Select[Any]:
        if self._scope.reach == "all":
            return select(audit)
        return select(audit).where(false() if self._scope.tenant is None else audit.c.chain == self._scope.tenant)

    def ends(self) -> Chain:
        """Of the chain of the scope's organization; they are empty where none are on record."""
        tenant = self._scope.tenant
        query = select(audit_chains).where(false() if tenant is None else audit_chains.c.chain == tenant)
        return rows.one(self._connection, query, Chain) or Chain(tenant or "", 1, "", 0, "")

    def after(self, number: int | None, most: int) -> tuple[AuditLine, ...]:
        """The next lines of that chain, by number; from its beginning without one."""
        tenant = self._scope.tenant
        query = select(audit).where(false() if tenant is None else audit.c.chain == tenant)
        if number is not None:
            query = query.where(audit.c.number > number)
        return rows.every(self._connection, query.order_by(audit.c.number).limit(most), AuditLine)

    def page(
        self,
        window: Window = Window(),
        *,
        operation: str | None = None,
        who: str | None = None,
        outcome: str | None = None,
        target: str | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
        before: int | None = None,
        order: str = "-number",
    ) -> Page[AuditLine]:
        """Lines that match every filter given; `since` is within, `until` beyond.

        `target` is a part of what was done to, or the value of a changed row; `before` is a line's number.
        """
        query = self._mine()
        for column, value in ((audit.c.operation, operation), (audit.c.who, who), (audit.c.outcome, outcome)):
            if value is not None:
                query = query.where(column == value)
        if target is not None:
            value = msgspec.json.encode(target).decode()
            touched = audit.c.changes.contains(value, autoescape=True)
            query = query.where(audit.c.target.contains(target, autoescape=True) | touched)
        if since is not None:
            query = query.where(audit.c.at >= since)
        if until is not None:
            query = query.where(audit.c.at < until)
        if before is not None:
            query = query.where(audit.c.number < before)
        return rows.page(self._connection, query, AuditLine, window, order, ORDERS)
