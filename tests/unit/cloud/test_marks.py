"""Marks: whoever changes a thing that is not what they read hears of it."""

import msgspec
import pytest

from aosedge.cloud.domain.fleets import Fleet
from aosedge.cloud.domain.marks import check_mark, mark_of
from aosedge.model.errors import Stale
from aosedge.model.ids import FleetId, OrgId
from aosedge.model.instants import Instant

FLEET = Fleet(FleetId("f"), OrgId("o"), "trucks", Instant(0))
RENAMED = msgspec.structs.replace(FLEET, title="vans")


@pytest.mark.parametrize("wanted", [None, "*", mark_of(FLEET), f'"other", {mark_of(FLEET)}'])
def test_a_change_of_what_was_read_goes_on(wanted: str | None) -> None:
    check_mark(wanted, FLEET)


@pytest.mark.parametrize("wanted", ["", "nonsense", mark_of(RENAMED), "W/" + mark_of(FLEET)])
def test_a_change_of_what_somebody_has_changed_is_refused(wanted: str) -> None:
    with pytest.raises(Stale) as refused:
        check_mark(wanted, FLEET)
    assert refused.value.element == "if-match"
