"""How many Units of an organization may be at risk at the same time, over all its campaigns."""

import msgspec
from litestar import get, put
from litestar.params import JSONBody

from aosedge.cloud.api.asking import Asked, Name
from aosedge.cloud.domain.campaigns.budget import RiskBudget
from aosedge.model.ids import OrgId


class RiskBudgetView(msgspec.Struct, frozen=True):
    """`units_most` is null without a budget; `at_risk` were offered a bundle and are not through its soak."""

    organization_id: str
    units_most: int | None
    at_risk: int


class RiskBudgetBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most Units that may be at risk; null is any number."""

    units_most: int | None


def view(budget: RiskBudget) -> RiskBudgetView:
    """As the API shows it."""
    return RiskBudgetView(budget.tenant, budget.most, budget.at_risk)


@get("/organizations/{id:str}/risk-budget/", operation_id="risk_budget_read", tags=["organizations"])
async def read(ask: Asked, id: Name) -> RiskBudgetView:
    """An organization's budget of Units at risk, and how much of it is used."""
    return view(await ask.read(lambda session: session.risk_budgets.get(OrgId(id))))


@put("/organizations/{id:str}/risk-budget/", operation_id="risk_budget_update", tags=["organizations"])
async def update(ask: Asked, id: Name, data: JSONBody[RiskBudgetBody]) -> RiskBudgetView:
    """Set an organization's budget of Units at risk; no campaign starts a Unit beyond it."""
    changed = await ask.change(
        lambda session: session.risk_budgets.put(OrgId(id), data.units_most),
        lambda budget: f"{budget.tenant} {budget.most}",
    )
    return view(changed)
