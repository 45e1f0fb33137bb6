"""How many Units an organization may have, and how many of them may be at risk at the same time."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from litestar import get, put
from litestar.params import JSONBody

from aosedge.cloud.api.asking import Ask, Asked, Name
from aosedge.cloud.domain.limits import Limit
from aosedge.cloud.store import Session
from aosedge.cloud.store.limits import Limits
from aosedge.model.ids import OrgId

Most = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]


class LimitsView(msgspec.Struct, frozen=True):
    """`units_most` is null without a limit; `units` count against it now."""

    organization_id: str
    units_most: int | None
    units: int


class LimitsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most Units; null is no limit. Units beyond it stay as they are."""

    units_most: Most | None


def view(limit: Limit) -> LimitsView:
    """As the API shows it."""
    return LimitsView(limit.tenant, limit.most, limit.used)


@get("/organizations/{id:str}/limits/", operation_id="organization_limits_read", tags=["organizations"])
async def read(ask: Asked, id: Name) -> LimitsView:
    """How many Units an organization may have, and has; deprovisioned ones do not count."""
    return view(await ask.read(lambda session: session.unit_limits.get(OrgId(id))))


@put("/organizations/{id:str}/limits/", operation_id="organization_limits_update", tags=["organizations"])
async def update(ask: Asked, id: Name, data: JSONBody[LimitsBody]) -> LimitsView:
    """Set how many Units an organization may have."""
    return await _set(ask, id, data, _unit_limits)


@get("/organizations/{id:str}/risk-budget/", operation_id="risk_budget_read", tags=["organizations"])
async def read_budget(ask: Asked, id: Name) -> LimitsView:
    """How many Units of an organization may be at risk over all its campaigns, and are: offered a bundle, and not
    through its soak."""
    return view(await ask.read(lambda session: session.risk_budgets.get(OrgId(id))))


@put("/organizations/{id:str}/risk-budget/", operation_id="risk_budget_update", tags=["organizations"])
async def update_budget(ask: Asked, id: Name, data: JSONBody[LimitsBody]) -> LimitsView:
    """Set how many Units of an organization may be at risk; no campaign starts a Unit beyond it."""
    return await _set(ask, id, data, _risk_budgets)


def _unit_limits(session: Session) -> Limits:
    return session.unit_limits


def _risk_budgets(session: Session) -> Limits:
    return session.risk_budgets


async def _set(ask: Ask, id: str, data: LimitsBody, which: Callable[[Session], Limits]) -> LimitsView:
    changed = await ask.change(
        lambda session: which(session).put(OrgId(id), data.units_most), lambda limit: f"{limit.tenant} {limit.most}"
    )
    return view(changed)
