"""How many passkeys there may be, and that one way in stays."""

import pytest

from aosedge.cloud.domain.passkeys import OF_A_USER_MOST, check_not_last, check_room
from aosedge.model.errors import Conflict


def test_a_user_has_so_many_at_most() -> None:
    check_room(OF_A_USER_MOST - 1)
    with pytest.raises(Conflict, match="as many as you may"):
        check_room(OF_A_USER_MOST)


def test_nobody_is_left_without_a_way_in() -> None:
    check_not_last(1)
    with pytest.raises(Conflict, match="last way in"):
        check_not_last(0)
