"""The most Units that an organization may have, or have at risk."""

import pytest

from aosedge.cloud.domain.limits import checked_most
from aosedge.model.errors import Invalid


@pytest.mark.parametrize(("most", "least"), [(-1, 0), (0, 1), (10_000_001, 0)])
def test_a_limit_is_a_number_of_units(most: int, least: int) -> None:
    with pytest.raises(Invalid, match=f"units_most.*{least}..10000000"):
        checked_most(most, least)


@pytest.mark.parametrize(("most", "least"), [(None, 1), (0, 0), (1, 1), (10_000_000, 1)])
def test_any_other_is_as_it_was_said(most: int | None, least: int) -> None:
    assert checked_most(most, least) == most
