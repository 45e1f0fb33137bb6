"""What is said of fleets."""

import pytest

from aosedge.cloud.domain.fleets import checked_timezone
from aosedge.model.errors import Invalid


def test_a_fleet_has_a_zone_by_its_name_or_none() -> None:
    assert [checked_timezone(name) for name in ("", "Europe/Madrid")] == ["", "Europe/Madrid"]
    with pytest.raises(Invalid) as refused:
        checked_timezone("CEST+1")
    assert refused.value.element == "timezone"
