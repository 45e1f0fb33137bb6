"""Subjects, the Units they join, and what is assigned to them."""

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromQuery, JSONBody

from aosedge.cloud.api.asking import Asked, Name, Unchanged, Within, marked
from aosedge.cloud.api.unit_views import UnitView
from aosedge.cloud.api.unit_views import view as unit_view
from aosedge.cloud.api.unit_views import views as unit_views
from aosedge.cloud.api.units import UnitsView
from aosedge.cloud.domain.marks import check_mark
from aosedge.cloud.domain.subjects import Subject, SubjectKind
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import subjects
from aosedge.model.ids import SubjectId
from aosedge.model.instants import to_rfc3339


class SubjectView(msgspec.Struct, frozen=True):
    """`group`: many Units, state stays local. `user`: state follows the subject."""

    id: str
    title: str
    type: SubjectKind
    created_at: str


class SubjectsView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[SubjectView, ...]


class NewSubject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subject to make."""

    title: str
    type: SubjectKind = "group"


class SubjectTitle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of a subject can change."""

    title: str


class JoinedView(UnitView, frozen=True):
    """The Unit. `moved_from`: the system ids of those that the subject, a user, was on before."""

    moved_from: tuple[str, ...]


def view(subject: Subject) -> SubjectView:
    """As the API shows it."""
    return SubjectView(subject.id, subject.title, subject.kind, to_rfc3339(subject.created_at))


@get("/subjects/", operation_id="subjects_list", tags=["subjects"])
async def list_(
    ask: Asked,
    window: Within,
    title: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    type: FromQuery[SubjectKind | None] = None,
    unit_id: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "title",
) -> SubjectsView:
    """Subjects; `unit_id`, a system id or id: those that join this Unit; `search` is a part of the title."""

    def find(session: Session) -> SubjectsView:
        unit = session.units.named(unit_id).id if unit_id is not None else None
        page = session.subjects.page(window, title=title, search=search, kind=type, unit=unit, order=ordering)
        return SubjectsView(page.total, tuple(map(view, page.items)))

    return await ask.read(find)


@post("/subjects/", operation_id="subjects_create", tags=["subjects"])
async def create(ask: Asked, data: JSONBody[NewSubject]) -> SubjectView:
    """Make a subject."""
    return await ask.change(
        lambda session: view(subjects.create(session, ask.ids, data.title, data.type)), lambda subject: subject.id
    )


@get("/subjects/{id:str}/", operation_id="subjects_read", tags=["subjects"])
async def read(ask: Asked, id: Name) -> Response[SubjectView]:
    """One subject."""
    subject = await ask.read(lambda session: session.subjects.get(SubjectId(id)))
    return marked(view(subject), subject)


@put("/subjects/{id:str}/", operation_id="subjects_update", tags=["subjects"])
async def update(
    ask: Asked, id: Name, data: JSONBody[SubjectTitle], if_match: Unchanged = None
) -> Response[SubjectView]:
    """Give a subject another title."""

    def rename(session: Session) -> Subject:
        check_mark(if_match, session.subjects.get(SubjectId(id)))
        return subjects.rename(session, SubjectId(id), data.title)

    changed = await ask.change(rename, lambda subject: subject.id)
    return marked(view(changed), changed)


@delete("/subjects/{id:str}/", operation_id="subjects_delete", tags=["subjects"])
async def remove(ask: Asked, id: Name) -> None:
    """Remove a subject with its assignments; its Units lose what only it gave them."""
    await ask.change(lambda session: subjects.delete(session, SubjectId(id)), lambda _: id)


@get("/subjects/{id:str}/units/", operation_id="subject_units_list", tags=["subjects"])
async def list_units(ask: Asked, id: Name, window: Within, ordering: FromQuery[str] = "system_uid") -> UnitsView:
    """The Units that a subject joins."""

    def find(session: Session) -> UnitsView:
        page = session.subjects.units(SubjectId(id), window, order=ordering)
        return UnitsView(page.total, unit_views(session, page.items))

    return await ask.read(find)


@put("/subjects/{id:str}/units/{unit_id:str}/", operation_id="subject_units_add", tags=["subjects"])
async def add_unit(ask: Asked, id: Name, unit_id: Name) -> JoinedView:
    """Join a Unit, by system id or id; again is no error. A user subject is on one at a time: it moves."""

    def join(session: Session) -> JoinedView:
        unit = session.units.named(unit_id)
        left = subjects.add_unit(session, SubjectId(id), unit.id)
        fields = msgspec.structs.asdict(unit_view(session, unit))
        return JoinedView(**fields, moved_from=tuple(other.system_uid for other in left))

    return await ask.change(join, lambda unit: f"{id} {unit.id}")


@delete("/subjects/{id:str}/units/{unit_id:str}/", operation_id="subject_units_remove", tags=["subjects"])
async def remove_unit(ask: Asked, id: Name, unit_id: Name) -> None:
    """Part from a Unit, by system id or id; again is no error."""

    def part(session: Session) -> str:
        unit = session.units.named(unit_id)
        subjects.remove_unit(session, SubjectId(id), unit.id)
        return unit.id

    await ask.change(part, lambda unit: f"{id} {unit}")
