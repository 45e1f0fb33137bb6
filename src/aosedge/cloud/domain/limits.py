"""The most Units of an organization that may be there, or be at risk, at the same time."""

import msgspec

from aosedge.model.errors import Invalid
from aosedge.model.ids import OrgId

MOST = 10_000_000


class Limit(msgspec.Struct, frozen=True):
    """How many Units of an organization there may be at the same time, and are; `most` is None without a limit."""

    tenant: OrgId
    most: int | None
    used: int


def checked_most(most: int | None, least: int) -> int | None:
    """Raises Invalid for what is no number of Units from the least one on."""
    if most is not None and not least <= most <= MOST:
        raise Invalid("out of range", element="units_most", expected=f"{least}..{MOST}, or null", got=str(most))
    return most
