"""The audit trail: append-only, a hash chain for each organization."""

from typing import Any

from sqlalchemy import Connection, Select, false, insert, select

from aosedge.cloud.domain.access.callers import Caller, Person, Scope, Task, UnitPeer
from aosedge.cloud.domain.audit import AuditLine, sealed
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.store import rows
from aosedge.cloud.store.tables import audit


def who(caller: Caller) -> tuple[str, str]:
    """The chain that a caller's line belongs to, and its name in the trail."""
    match caller.who:
        case Person(user=user, tenant=tenant):
            return tenant, f"user:{user}"
        case UnitPeer(unit=unit, tenant=tenant):
            return tenant, f"unit:{unit}"
        case Task(name=name):
            return "", f"task:{name}"


class Audit:
    """Lines of the scope's organization, written for the caller."""

    def __init__(self, connection: Connection, caller: Caller, scope: Scope) -> None:
        self._connection, self._caller, self._scope = connection, caller, scope

    def append(self, operation: str, outcome: str, *, target: str = "", detail: str = "") -> AuditLine:
        """One more line: what the caller asked for, how it went (`done`, `denied: ...`), and to what."""
        chain, name = who(self._caller)
        newest = select(audit.c.number, audit.c.hash).where(audit.c.chain == chain)
        last = self._connection.execute(newest.order_by(audit.c.number.desc()).limit(1)).one_or_none()
        number, previous = (0, "") if last is None else last
        line = AuditLine(
            chain=chain,
            number=number + 1,
            at=self._caller.now,
            who=name,
            operation=operation,
            request_id=self._caller.request_id,
            outcome=outcome,
            origin=self._caller.origin,
            target=target,
            detail=detail,
        )
        line = sealed(line, previous)
        self._connection.execute(insert(audit).values(rows.values_of(line)))
        return line

    def _mine(self) -> Select[Any]:
        if self._scope.reach == "all":
            return select(audit)
        return select(audit).where(false() if self._scope.tenant is None else audit.c.chain == self._scope.tenant)

    def page(
        self, window: Window = Window(), *, operation: str | None = None, order: str = "-number"
    ) -> Page[AuditLine]:
        """Lines, newest first, of one operation or all."""
        query = self._mine() if operation is None else self._mine().where(audit.c.operation == operation)
        return rows.page(self._connection, query, AuditLine, window, order, ("number", "at"))
