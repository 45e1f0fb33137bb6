"""How many Units an organization may have."""

from typing import Annotated

import msgspec
from litestar import get, put
from litestar.params import JSONBody

from aosedge.cloud.api.asking import Asked, Name
from aosedge.cloud.domain.units import UnitLimit
from aosedge.model.ids import OrgId

Most = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]


class LimitsView(msgspec.Struct, frozen=True):
    """`units_most` is null without a limit; `units` are there now, those not counted that are deprovisioned."""

    organization_id: str
    units_most: int | None
    units: int


class LimitsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most Units that an organization may have; null is no limit. Units that are there stay."""

    units_most: Most | None


def view(limit: UnitLimit) -> LimitsView:
    """As the API shows it."""
    return LimitsView(limit.tenant, limit.most, limit.used)


@get("/organizations/{id:str}/limits/", operation_id="organization_limits_read", tags=["organizations"])
async def read(ask: Asked, id: Name) -> LimitsView:
    """An organization's limits, and how much of them is used."""
    return view(await ask.read(lambda session: session.unit_limits.get(OrgId(id))))


@put("/organizations/{id:str}/limits/", operation_id="organization_limits_update", tags=["organizations"])
async def update(ask: Asked, id: Name, data: JSONBody[LimitsBody]) -> LimitsView:
    """Set an organization's limits."""
    changed = await ask.change(
        lambda session: session.unit_limits.put(OrgId(id), data.units_most),
        lambda limit: f"{limit.tenant} {limit.most}",
    )
    return view(changed)
