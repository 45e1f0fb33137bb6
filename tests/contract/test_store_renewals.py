"""Renewals that take too long, on each database."""

import msgspec
from tests.contract.store_world import NOW, TASK, Counted, person, settle, tenant

from aosedge.cloud.domain import renewals
from aosedge.cloud.domain.renewals import Renewal
from aosedge.cloud.reconcilers.renewals import EndOverdueRenewals
from aosedge.cloud.store import EverySession, Session, Store
from aosedge.model.ids import NodeName, UnitId
from aosedge.model.instants import Instant, Monotonic

UNIT = UnitId("unit-oem-1")


class Later:
    def wall(self) -> Instant:
        return Instant(NOW + renewals.OVERDUE_US)

    def monotonic(self) -> Monotonic:
        return Monotonic(0)


async def test_renewals_that_take_too_long_end_and_people_are_told(store: Store) -> None:
    old = Renewal(UNIT, "online", NodeName("main"), "A", "issued", NOW, "B")
    new = msgspec.structs.replace(old, type="iam", asked_at=Instant(NOW + 1))
    done = msgspec.structs.replace(old, type="cm", state="done")

    def put(session: EverySession) -> None:
        for each in (old, new, done):
            session.renewals.put(each)

    await settle(store)
    await store.write_every(TASK, put)
    task = EndOverdueRenewals(store, Later(), Counted("late"))
    assert (await task.activate()).words == "ended 1 overdue renewals"
    assert (await task.activate()).words == "ended 0 overdue renewals"

    def look(session: Session) -> tuple[dict[str, str], list[str]]:
        states = {each.type: each.state for each in session.unit_certificates.renewals(UNIT)}
        return states, [line.detail for line in session.audit.page().items]

    states, told = await store.read(person("oem-1"), tenant("oem-1"), look)
    assert states == {"online": "overdue", "iam": "issued", "cm": "done"}
    assert any("did not come" in words for words in told)
