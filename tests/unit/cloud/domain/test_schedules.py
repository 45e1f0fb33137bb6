"""The schedule of a target: rules about what it has as it was released, in the Unit's zone."""

import msgspec

from aosedge.cloud.domain.campaigns.timing import Timing
from aosedge.cloud.domain.schedules import Pace, Timed, scheduled
from aosedge.cloud.domain.targets import CompiledTarget
from aosedge.model.digests import sha256
from aosedge.model.ids import ItemId
from aosedge.model.windows import Window
from aosedge.protocol.messages.from_cloud import DesiredItem, DesiredStatus, Schedule, ScheduleRule
from aosedge.protocol.messages.parts import Identity

NIGHT = Timing(install=(Window("22:00", "06:00"),), precondition="parked")
APP, LIB = ItemId("app"), ItemId("lib")


def target() -> CompiledTarget:
    items = tuple(DesiredItem(Identity(id=id), "2.0.0", Identity(id="oem"), sha256(id.encode())) for id in (APP, LIB))
    document = DesiredStatus(items=items)
    body = msgspec.json.encode(document)
    return CompiledTarget(document, body, sha256(body), ())


def test_what_is_there_as_it_was_released_waits() -> None:
    pace = Pace((Timed(((LIB, "2.0.0"), (APP, "2.0.0")), NIGHT),), "Europe/Berlin")
    found = scheduled(target(), pace)
    rule = ScheduleRule((APP, LIB), install=NIGHT.install, precondition="parked")
    assert found.document.schedule == Schedule("Europe/Berlin", (rule,))
    assert found.digest == sha256(found.body) != target().digest
    assert msgspec.json.decode(found.body, type=DesiredStatus) == found.document


def test_what_is_not_there_any_more_waits_for_nothing() -> None:
    assert scheduled(target(), Pace((Timed(((APP, "1.0.0"),), NIGHT),))) == target()
    assert scheduled(target(), Pace()) == target()
