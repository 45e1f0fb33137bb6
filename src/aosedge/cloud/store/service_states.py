"""States of services: as their Units report and ask for them, and as people see them."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, select

from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.pages import Page, Window
from aosedge.cloud.domain.service_states import KeptState, Standing, StateKey, parse_name, reset
from aosedge.cloud.store import rows
from aosedge.cloud.store.state_tables import service_states
from aosedge.cloud.store.subjects import Subjects
from aosedge.cloud.store.tables import subject_units, subjects, versions
from aosedge.model.errors import NotFound
from aosedge.model.ids import SubjectId, UnitId

_COLUMNS = [service_states.c[name] for name in KeptState.__struct_fields__]


def _is(key: StateKey) -> ColumnElement[bool]:
    return and_(*(service_states.c[name] == getattr(key, name) for name in StateKey.__struct_fields__))


def _put(connection: Connection, kept: KeptState, content: bytes | None) -> None:
    values = rows.values_of(kept) | {"content": content}
    names = [name for name in values if name not in StateKey.__struct_fields__]
    statement = rows.insert_into(connection, service_states).values(values)
    changed = {name: statement.excluded[name] for name in names}
    connection.execute(statement.on_conflict_do_update(index_elements=list(StateKey.__struct_fields__), set_=changed))


class ReportedStates:
    """States that some Units, all of which are reporting, may have to do with."""

    def __init__(self, connection: Connection, units: frozenset[UnitId]) -> None:
        self._connection, self._units = connection, units

    def standing(self, unit: UnitId, key: StateKey, version: str | None) -> tuple[StateKey, Standing]:
        """How the Unit stands to the instance, of which its target has this version, and the key with its place."""
        if unit not in self._units:
            raise KeyError("a Unit that is not among those reporting")
        if version is None:  # what it names may be anything
            return key, Standing()
        joined = select(subjects.c.kind).join(subject_units, subject_units.c.subject == subjects.c.id)
        joined = joined.where(subjects.c.id == key.subject, subject_units.c.unit == unit)
        kind = self._connection.execute(joined).scalar_one_or_none()
        if kind is None:
            return key, Standing()
        if kind == "group":
            key = StateKey(key.subject, key.item, key.instance, unit)
        of_version = select(versions.c.state_limit, versions.c.default_state)
        of_version = of_version.where(versions.c.item == key.item, versions.c.version == version)
        limit, default = self._connection.execute(of_version).one_or_none() or (0, None)
        kept = rows.one(self._connection, select(*_COLUMNS).where(_is(key)), KeptState)
        return key, Standing(kind, limit, default, kept, self._others(key))

    def _others(self, key: StateKey) -> int:
        total = select(func.coalesce(func.sum(service_states.c.size_bytes), 0))
        mine = service_states.c.subject == key.subject
        return int(self._connection.execute(total.where(mine, ~_is(key))).scalar_one())

    def content(self, key: StateKey) -> bytes:
        """The bytes that are kept."""
        query = select(service_states.c.content).where(_is(key))
        return self._connection.execute(query).scalar_one_or_none() or b""

    def put(self, kept: KeptState, content: bytes | None) -> None:
        """Keep this; a group's bytes stay on its Unit."""
        _put(self._connection, kept, content if content and not kept.place else None)


class ServiceStates:
    """States of the scope's subjects, those that follow them."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self._subjects = Subjects(connection, scope)

    def page(self, subject: SubjectId, window: Window = Window()) -> Page[KeptState]:
        """By item and instance; raises NotFound."""
        query = select(service_states.c.item, *(c for c in _COLUMNS if c.name != "item")).where(self._of(subject))
        query = query.order_by(service_states.c.item, service_states.c.instance)
        found = rows.every(self._connection, query.limit(window.limit).offset(window.offset), KeptState)
        total = select(func.count()).select_from(service_states).where(self._of(subject))
        return Page(int(self._connection.execute(total).scalar_one()), found)

    def get(self, subject: SubjectId, name: str) -> KeptState:
        """By its name among those of the subject; raises NotFound."""
        query, called = select(*_COLUMNS).where(self._of(subject)), parse_name(name)
        if called is not None:
            query = query.where(service_states.c.item == called[0], service_states.c.instance == called[1])
            if (found := rows.one(self._connection, query, KeptState)) is not None:
                return found
        raise NotFound("state", name)

    def content(self, kept: KeptState) -> bytes:
        """The bytes that are kept; none where the default applies."""
        query = select(service_states.c.content).where(_is(kept.key))
        return self._connection.execute(query).scalar_one_or_none() or b""

    def reset(self, subject: SubjectId, name: str) -> KeptState:
        """Forget it, so that the default applies; what it was. Raises NotFound."""
        kept = self.get(subject, name)
        _put(self._connection, reset(kept), None)
        return kept

    def _of(self, subject: SubjectId) -> ColumnElement[bool]:
        return and_(service_states.c.subject == self._subjects.get(subject).id, service_states.c.place == "")


def drop_left(connection: Connection) -> int:
    """What is remembered of groups' states on Units that left the subject; how many rows went."""
    joined: Any = exists().where(
        subject_units.c.subject == service_states.c.subject, subject_units.c.unit == service_states.c.place
    )
    gone = delete(service_states).where(service_states.c.place != "", ~joined)
    return connection.execute(gone).rowcount
