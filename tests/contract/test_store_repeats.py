"""Commands with a key, on both databases: done once however often they come, with one answer."""

import asyncio

import pytest
from tests.contract.store_world import NOW, person, settle, tenant

from aosedge.cloud.domain.repeats import Command, command
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases.dispatch import Dispatcher, Repeated
from aosedge.model.errors import Conflict, Reused
from aosedge.model.ids import OrgId, SubjectId
from aosedge.model.instants import Instant

KEY = "0123456789abcdef"
ASKED = command("subjects_create", KEY, b"clocks")


async def make(store: Store, asked: Command = ASKED, org: str = "oem-1", title: str = "clocks") -> Subject | str:
    """The subject, or what was answered before."""

    def work(session: Session) -> Subject:
        made = Subject(SubjectId(f"{org}-{title}"), OrgId(org), title, "group", NOW)
        session.subjects.add(made)
        return made

    try:
        return await Dispatcher(store).change(person(org), "subjects_create", work, lambda made: made.id, asked)
    except Repeated as repeated:
        return repeated.body


async def count(store: Store, org: str = "oem-1") -> int:
    def look(session: Session) -> int:
        lines = session.audit.page(operation="subjects_create").total
        assert session.subjects.page(title="clocks").total == 1
        return lines

    return await store.read(person(org), tenant(org), look)


async def test_a_command_that_comes_again_is_done_once_and_answered_the_same(store: Store) -> None:
    await settle(store)
    made = await make(store)
    again = await make(store)
    assert isinstance(made, Subject) and isinstance(again, str)
    assert f'"id":"{made.id}"' in again
    assert await count(store) == 1


async def test_of_commands_that_come_at_once_one_is_done(store: Store) -> None:
    await settle(store)
    answers = await asyncio.gather(*(make(store) for _ in range(5)))
    assert sum(isinstance(answer, Subject) for answer in answers) == 1
    assert len({answer for answer in answers if isinstance(answer, str)}) == 1
    assert await count(store) == 1


async def test_the_same_key_with_another_request_is_refused_and_changes_nothing(store: Store) -> None:
    await settle(store)
    await make(store)
    with pytest.raises(Reused):
        await make(store, command("subjects_create", KEY, b"other"), title="other")
    assert await count(store) == 1


async def test_somebody_elses_key_is_another_one(store: Store) -> None:
    await settle(store)
    for org in ("oem-1", "oem-2"):
        assert isinstance(await make(store, org=org), Subject)
        assert await count(store, org) == 1


async def test_a_command_that_was_refused_is_not_remembered(store: Store) -> None:
    await settle(store)
    await make(store, command("subjects_create", "another-key", b"clocks"))
    with pytest.raises(Conflict):
        await make(store)
    assert await make(store, command("subjects_create", KEY, b"late"), title="late")


async def test_answers_are_let_go_of_after_their_time(store: Store) -> None:
    await settle(store)
    await make(store)
    for now, gone in ((NOW, 0), (Instant(NOW + 1), 1)):
        assert (
            await store.write_every(person("oem-1"), lambda session, now=now: session.answers.drop(now, 100)) == gone
        )
    assert await count(store) == 1
