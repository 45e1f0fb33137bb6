"""An event says how a Unit is, and only those who may see the Unit hear it."""

from aosedge.cloud.domain import events
from aosedge.cloud.domain.access.callers import Scope
from aosedge.cloud.domain.statuses import Actual
from aosedge.cloud.domain.units import Unit
from aosedge.model.ids import FleetId, OrgId, SystemId, UnitId
from aosedge.model.instants import Instant
from aosedge.protocol.messages.from_unit import ItemProgress, UpdateStatus
from aosedge.protocol.messages.parts import Identity

UNIT = Unit(UnitId("u"), OrgId("o"), FleetId("f"), SystemId("s"), "m", Instant(0))


def test_an_event_carries_the_step_and_its_bytes() -> None:
    progress = (ItemProgress(Identity(id="a"), 3, 10), ItemProgress(Identity(id="b"), 4, 10))
    heard = events.decode(events.encode(UNIT, Actual(update=UpdateStatus("downloading", items=progress))))
    assert (heard.unit, heard.update_state, heard.downloaded_bytes, heard.total_bytes) == (UNIT, "downloading", 7, 20)
    assert events.decode(events.encode(UNIT, None)).update_state == ""
    assert events.topic(UNIT.id) == "unit.u.status"


def test_only_those_who_may_see_the_unit_hear_of_it() -> None:
    event = events.UnitEvent(UNIT)
    assert events.heard_by(Scope("tenant", OrgId("o")), event)
    assert not events.heard_by(Scope("tenant", OrgId("other")), event)
    assert not events.heard_by(Scope("fleet", OrgId("o"), frozenset((FleetId("g"),))), event)
