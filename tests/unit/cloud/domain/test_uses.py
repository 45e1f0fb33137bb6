"""Sets, limits, and what is in use: the small rules."""

import msgspec
import pytest

from aosedge.cloud.domain.limits import Limit
from aosedge.cloud.domain.unit_sets import UnitSet, picked_by_hand
from aosedge.cloud.domain.units import room_for_one
from aosedge.cloud.domain.uses import Use, refuse_in_use
from aosedge.model.errors import Conflict
from aosedge.model.ids import FleetId, OrgId, SetId
from aosedge.model.instants import Instant

SET = UnitSet(SetId("s"), OrgId("o"), FleetId("f"), "pilots", Instant(1))


def test_a_set_with_a_selector_is_not_picked_by_hand() -> None:
    assert picked_by_hand(SET) == SET
    with pytest.raises(Conflict, match="follows its selector"):
        picked_by_hand(msgspec.structs.replace(SET, selector="a"))


def test_there_is_room_below_the_limit_and_without_one() -> None:
    room_for_one(Limit(OrgId("o"), None, 10_000))
    room_for_one(Limit(OrgId("o"), 3, 2))
    for used in (3, 4):
        with pytest.raises(Conflict) as raised:
            room_for_one(Limit(OrgId("o"), 3, used))
        assert (raised.value.expected, raised.value.got) == ("at most 3", f"{used} are there")


def test_what_is_used_is_refused_with_what_uses_it() -> None:
    refuse_in_use("fleet", "fleet", (Use("Units", 0), Use("sets", 0)), "")
    uses = (Use("Units", 7, [f"u{n}" for n in range(7)]), Use("sets", 1, ["pilots"]), Use("users", 2), Use("x", 0))
    with pytest.raises(Conflict) as raised:
        refuse_in_use("fleet", "fleet", uses, "move them")
    assert raised.value.message == (
        "the fleet is in use by Units: u0, u1, u2, u3, u4 and 2 more; sets: pilots; users: 2"
    )
