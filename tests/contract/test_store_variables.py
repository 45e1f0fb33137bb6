"""Environment variables of Units, through the use cases on both databases: told once set, forgotten once heard."""

import pytest
from tests.contract.store_world import NOW, TASK, add_bundle, person, settle, tenant, version

from aosedge.cloud.domain.access.callers import UnitPeer
from aosedge.cloud.domain.unit_variables import EVERY, Variable, Wish
from aosedge.cloud.domain.units import Unit
from aosedge.cloud.store import Session, Store
from aosedge.cloud.usecases import unit_variables
from aosedge.cloud.usecases.statuses import Report
from aosedge.model.errors import Conflict, NotFound
from aosedge.model.ids import FleetId, ItemId, OrgId, SubjectId, Txn, UnitId
from aosedge.model.instants import SECOND, Instant
from aosedge.protocol.messages import OverrideEnvVars, OverrideEnvVarsStatus
from aosedge.protocol.messages.from_unit import EnvVarStatus
from aosedge.protocol.messages.parts import Identity

UNIT, ITEM, END = UnitId("unit-oem-1"), ItemId("counter"), Instant(NOW + 60 * SECOND)
PEER = UnitPeer(UNIT, OrgId("oem-1"), FleetId("fleet-oem-1"))


def variable(name: str = "LEVEL", unit: UnitId = UNIT) -> Variable:
    return Variable(unit, ITEM, SubjectId(""), EVERY, name, "debug", END, NOW)


async def put(store: Store, *variables: Variable) -> None:
    await store.write(person("oem-1"), tenant("oem-1"), lambda session: session.unit_variables.put(UNIT, variables))


async def found(store: Store, org: str = "oem-1") -> tuple[Variable, ...]:
    return await store.read(person(org), tenant(org), lambda session: session.unit_variables.of(UNIT))


async def told(store: Store) -> OverrideEnvVars | None:
    return await unit_variables.errand(store, person("oem-1"), PEER)


def answer(correlation: str | None, *names: str) -> OverrideEnvVarsStatus:
    item, subject = Identity(id=ITEM), Identity(id="s")
    statuses = tuple(EnvVarStatus(item=item, subject=subject, instance=0, name=name) for name in names)
    return OverrideEnvVarsStatus(correlation_id=correlation, statuses=statuses)


async def test_a_unit_is_told_and_its_answer_is_kept(store: Store) -> None:
    await settle(store)
    assert await told(store) is None
    await put(store, variable(), variable("OTHER"))
    message = await told(store)
    assert message is not None and [len(entry.variables) for entry in message.items] == [2]
    reports = [Report(UNIT, Txn("t"), answer(message.correlation_id, "LEVEL")) for _ in range(2)]
    assert await unit_variables.keep(store, reports, NOW) == [True, True]
    assert [(one.name, one.state) for one in await found(store)] == [("LEVEL", "applied"), ("OTHER", "failed")]


async def test_what_was_taken_back_is_forgotten_once_the_unit_has_heard(store: Store) -> None:
    await settle(store)
    await put(store, variable(), variable("OTHER"))

    def back(session: Session) -> list[Variable]:
        unit = session.units.get(UNIT)
        unit_variables.clear(session, unit, None, "LEVEL")
        return unit_variables.in_force(session, unit)

    left = await store.write(person("oem-1"), tenant("oem-1"), back)
    assert [one.name for one in left] == ["OTHER"]
    assert len(await found(store)) == 2
    message = await told(store)
    assert message is not None
    await unit_variables.keep(store, [Report(UNIT, Txn("t"), answer(message.correlation_id, "OTHER"))], NOW)
    assert [one.name for one in await found(store)] == ["OTHER"]


async def test_nobody_else_sees_or_sets_them(store: Store) -> None:
    await settle(store)
    await put(store, variable())
    assert await found(store, "oem-2") == ()
    with pytest.raises(NotFound):
        await store.write(person("oem-2"), tenant("oem-2"), lambda s: s.unit_variables.put(UNIT, [variable()]))
    stranger = UnitId("unit-oem-2")
    await unit_variables.keep(store, [Report(stranger, Txn("t"), answer(str(NOW), "LEVEL"))], NOW)
    assert [one.state for one in await found(store)] == ["waiting"]


async def test_units_with_variables_are_told_when_they_come_until_their_time_is_over(store: Store) -> None:
    await settle(store)
    await put(store, variable())
    for now, units, dropped in ((NOW, {UNIT}, 0), (END, set(), 1), (END, set(), 0)):
        assert (
            await store.read_every(TASK, lambda s, at=now: s.variables.units_to_tell([UNIT], at)) == units  # type: ignore[misc]
        )
        assert await store.write_every(TASK, lambda s, at=now: s.variables.drop(at)) == dropped  # type: ignore[misc]


async def test_they_are_set_for_instances_of_the_target_alone(store: Store) -> None:
    await settle(store)
    wish = Wish(ITEM, SubjectId(""), EVERY, {"LEVEL": "debug"}, END)

    def set_(session: Session) -> Unit:
        add_bundle(session, "oem-1", "b", ("counter", "service", version(ITEM, "1.0.0", "b")))
        unit = session.units.get(UNIT)
        unit_variables.set_(session, unit, wish)
        return unit

    with pytest.raises(Conflict, match="to run no such instance"):
        await store.write(person("oem-1"), tenant("oem-1"), set_)
    assert await found(store) == ()
