"""States of services through the use cases, on both databases: once, durable, and nobody else's."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from tests.contract.store_world import NOW, TASK, add_bundle, person, settle, tenant, unit, version

from aosedge.cloud.blobs import ObjectBlobs, open_blobs
from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain.assignments import Assignment
from aosedge.cloud.domain.service_states import KeptState
from aosedge.cloud.domain.subjects import Subject
from aosedge.cloud.ports import StoredBlob
from aosedge.cloud.reconcilers.retention import LetGo
from aosedge.cloud.reconcilers.targets import CompileTargets
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import service_states, subjects
from aosedge.cloud.usecases.statuses import Report
from aosedge.model.digests import sha3_224_hex
from aosedge.model.errors import NotFound
from aosedge.model.ids import AssignmentId, ItemId, OrgId, SubjectId, Txn, UnitId
from aosedge.model.instants import SECOND, Instant
from aosedge.protocol.messages import FromUnit, NewState, StateAcceptance, StateRequest, UpdateState
from aosedge.protocol.messages.parts import Identity

A, B = UnitId("unit-oem-1"), UnitId("unit-b")
DRIVER, CROWD = SubjectId("driver"), SubjectId("crowd")
ITEM = ItemId("counter")


class World:
    """One OEM with two Units, a user on the first, a group on both, and a service with state assigned to both."""

    def __init__(self, store: Store, blobs: ObjectBlobs, default: StoredBlob) -> None:
        self.store, self.blobs, self.default = store, blobs, default
        self.ids = iter(range(10**6))
        self._at = 0

    async def set_up(self) -> "World":
        await settle(self.store)

        def work(session: Session) -> None:
            session.units.add(unit(B))
            session.blobs.put([self.default])
            one = version(ITEM, "1.0.0", "bundle-c", state_limit=100, default_state=self.default.digest)
            add_bundle(session, "oem-1", "bundle-c", ("counter", "service", one))
            for id, kind in ((DRIVER, "user"), (CROWD, "group")):
                session.subjects.add(Subject(id, OrgId("oem-1"), id, kind, NOW))  # type: ignore[arg-type]
                session.subjects.join(id, A)
                assignment = Assignment(AssignmentId(f"of {id}"), OrgId("oem-1"), id, NOW, item=ITEM)
                session.assignments.add(assignment)
            session.subjects.join(CROWD, B)

        await self.people(work)
        await self.compile()
        return self

    async def people(self, work):  # type: ignore[no-untyped-def]
        return await self.store.write(person("oem-1"), tenant("oem-1"), work)

    async def compile(self) -> None:
        await CompileTargets(self.store, InProcessBus(), _Clock(), _Ids()).activate()

    async def move(self, to: UnitId) -> None:
        await self.people(lambda session: subjects.add_unit(session, DRIVER, to))
        await self.compile()

    async def tell(self, unit: UnitId, message: FromUnit, at: int | None = None) -> object:
        self._at += 1
        created = Instant(NOW + (self._at if at is None else at) * SECOND)
        [outcome] = await service_states.keep(
            self.store, self.blobs, [Report(unit, Txn(f"t{next(self.ids)}"), message, created)], NOW
        )
        return outcome

    async def kept(self, subject: SubjectId = DRIVER) -> tuple[KeptState, ...]:
        page = await self.store.read(person("oem-1"), tenant("oem-1"), lambda s: s.service_states.page(subject))
        assert page.total == len(page.items)
        return page.items


class _Clock:
    def wall(self) -> Instant:
        return NOW

    def monotonic(self) -> int:
        return 0


class _Ids:
    def new(self) -> str:
        return "id"


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    blobs = open_blobs(str(tmp_path / "blobs"), tmp_path / "scratch")
    yield await World(store, blobs, await blobs.put_bytes(b"begin")).set_up()


def state(content: bytes, subject: SubjectId = DRIVER, item: str = ITEM, number: int = 0) -> NewState:
    return NewState(
        item=Identity(id=item),
        subject=Identity(id=subject),
        instance=number,
        state_checksum=sha3_224_hex(content),
        state=content.decode(),
    )


def ask(subject: SubjectId = DRIVER, *, default: bool = False) -> StateRequest:
    return StateRequest(
        correlation_id="c", item=Identity(id=ITEM), subject=Identity(id=subject), instance=0, default=default
    )


def accepted(outcome: object) -> bool:
    assert isinstance(outcome, StateAcceptance)
    assert (outcome.result == "accepted") == (outcome.reason == "")
    return outcome.result == "accepted"


def given(outcome: object) -> bytes:
    assert isinstance(outcome, UpdateState)
    assert outcome.correlation_id == "c"
    assert outcome.state_checksum == sha3_224_hex(outcome.state.encode())
    return outcome.state.encode()


async def test_a_first_start_gets_the_default_and_the_next_unit_what_the_last_one_reported(world: World) -> None:
    assert given(await world.tell(A, ask())) == b"begin"
    assert accepted(await world.tell(A, state(b"one")))
    [kept] = await world.kept()
    assert (kept.checksum, kept.size_bytes, kept.unit) == (sha3_224_hex(b"one"), 3, A)
    await world.move(B)
    assert not accepted(await world.tell(A, state(b"late")))
    assert given(await world.tell(B, ask())) == b"one"
    assert accepted(await world.tell(B, state(b"two")))
    assert [kept.size_bytes for kept in await world.kept()] == [3]


async def test_what_a_unit_sent_before_it_lost_the_subject_counts_for_nothing_when_it_is_back(world: World) -> None:
    """I6, I9."""
    await world.tell(A, ask())
    await world.tell(A, state(b"one"))
    await world.move(B)
    await world.tell(B, ask())
    assert accepted(await world.tell(B, state(b"two")))
    await world.move(A)
    assert not accepted(await world.tell(A, state(b"from before"), at=3))
    assert given(await world.tell(A, ask())) == b"two"
    assert not accepted(await world.tell(A, state(b"from before"), at=3))
    assert accepted(await world.tell(A, state(b"three")))


async def test_foreign_instances_are_rejected_and_given_nothing(world: World) -> None:
    """I9."""
    assert not accepted(await world.tell(B, state(b"x")))
    assert await world.tell(B, ask()) is True
    assert not accepted(await world.tell(A, state(b"x", number=1)))
    assert not accepted(await world.tell(A, state(b"x", item="other\0")))
    assert not accepted(await world.tell(A, state(bytes(101))))
    assert not accepted(await world.tell(A, msgspec.structs.replace(state(b"\xc3\xa4"), state="ab")))
    assert not accepted(await world.tell(A, msgspec.structs.replace(state(b"a"), state_encoding="base64")))
    assert await world.tell(UnitId("nobody"), ask()) is True
    assert await world.kept() == ()


async def test_a_group_s_state_stays_on_its_unit(world: World) -> None:
    assert given(await world.tell(A, ask(CROWD))) == b"begin"
    assert accepted(await world.tell(A, state(b"mine", CROWD)))
    assert await world.tell(A, ask(CROWD)) is True
    assert given(await world.tell(B, ask(CROWD))) == b"begin"
    assert await world.kept(CROWD) == ()
    await world.people(lambda session: subjects.remove_unit(session, CROWD, A))
    report = await LetGo(world.store, _Clock(), _Ids()).activate()
    assert "1 states" in report.words


async def test_people_download_and_reset_a_state(world: World) -> None:
    await world.tell(A, ask())
    await world.tell(A, state(b"one"))

    def download(session: Session) -> bytes:
        return session.service_states.content(session.service_states.get(DRIVER, f"{ITEM}.0"))

    assert await world.people(download) == b"one"
    await world.people(lambda session: session.service_states.reset(DRIVER, f"{ITEM}.0"))
    assert await world.people(download) == b""
    assert not accepted(await world.tell(A, state(b"two")))
    assert given(await world.tell(A, ask())) == b"begin"
    assert accepted(await world.tell(A, state(b"two")))
    assert given(await world.tell(A, ask(default=True))) == b"begin"
    assert await world.people(download) == b""


async def test_states_are_of_the_scope_and_go_with_their_subject(world: World) -> None:
    await world.tell(A, ask())
    await world.tell(A, state(b"one"))
    foreign = (person("oem-2"), tenant("oem-2"))
    for work in (
        lambda session: session.service_states.page(DRIVER),
        lambda session: session.service_states.get(DRIVER, f"{ITEM}.0"),
        lambda session: session.service_states.reset(DRIVER, f"{ITEM}.0"),
    ):
        with pytest.raises(NotFound):
            await world.store.write(*foreign, work)
    for name in (f"{ITEM}.1", ITEM, f"{ITEM}.x"):
        with pytest.raises(NotFound):
            await world.people(lambda session, name=name: session.service_states.get(DRIVER, name))
    await world.people(lambda session: subjects.delete(session, DRIVER))
    assert await world.store.read_every(TASK, lambda session: session.blobs.get([])) == {}
    with pytest.raises(NotFound):
        await world.kept()


async def test_a_default_that_was_removed_meanwhile_is_not_given(world: World) -> None:
    await world.blobs.remove(world.default.digest)
    assert await world.tell(A, ask()) is True
