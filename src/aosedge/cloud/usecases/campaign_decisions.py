"""Decisions of campaigns as lines of their organization's audit trail."""

from aosedge.cloud.domain.access.callers import Caller, Task
from aosedge.cloud.domain.campaigns.decisions import decisions
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.store import Session

TASK = "campaigns"


def note(session: Session, before: Campaign, after: Campaign, *, asked: bool) -> None:
    """A line for each decision that fell between; `asked` as in `decisions`."""
    found = decisions(before, after, asked=asked)
    if found:
        caller = session.caller
        trail = session.audit_of(Caller(Task(TASK, after.tenant), caller.request_id, caller.now))
        for decision in found:
            trail.append(decision.operation, "done", target=after.id, detail=f"{after.title}: {decision.why}"[:500])
