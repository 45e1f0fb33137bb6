"""What people do with subjects."""

from aosedge.cloud.domain.access.callers import tenant_of
from aosedge.cloud.domain.subjects import Subject, SubjectKind
from aosedge.cloud.domain.titles import checked_title
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import Session
from aosedge.model.ids import Ids, SubjectId, UnitId


def create(session: Session, ids: Ids, title: str, kind: SubjectKind = "group") -> Subject:
    """A new subject of the caller's organization; raises Invalid, and Conflict where the title is taken."""
    tenant = tenant_of(session.caller)
    subject = Subject(SubjectId(ids.new()), tenant, checked_title(title), kind, session.caller.now)
    session.subjects.add(subject)
    return subject


def rename(session: Session, id: SubjectId, title: str) -> Subject:
    """Raises Invalid, NotFound, and Conflict where the title is taken."""
    return session.subjects.rename(id, checked_title(title))


def delete(session: Session, id: SubjectId) -> None:
    """With its assignments: its Units stop what they ran for it. Raises NotFound."""
    session.subjects.delete(id)
    session.signal("targets")


def add_unit(session: Session, id: SubjectId, unit: UnitId) -> tuple[Unit, ...]:
    """Join a Unit. A user is on one Unit at a time: from which others it was moved. Raises NotFound for either."""
    subject = session.subjects.get(id)
    left = session.subjects.leave_others(id, unit) if subject.kind == "user" else ()
    for other in left:
        target = f"{id} {other.id}"
        session.audit.append("subject_units_remove", "done", target=target, detail=f"moved to unit {unit}")
    session.subjects.join(id, unit)
    session.signal("targets")
    return left


def remove_unit(session: Session, id: SubjectId, unit: UnitId) -> bool:
    """Part from a Unit; false if it was not joined. Raises NotFound for either."""
    parted = session.subjects.part(id, unit)
    session.signal("targets")
    return parted
