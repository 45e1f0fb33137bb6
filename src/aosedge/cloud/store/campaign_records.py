"""What is kept of a campaign for its dossier as it goes: each a few statements, however many Units there are."""

from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
    update,
)

from aosedge.cloud.store.campaign_tables import campaign_members
from aosedge.cloud.store.dossier_tables import campaign_configurations
from aosedge.cloud.store.rows import insert_into
from aosedge.cloud.store.tables import statuses, unit_targets, units
from aosedge.model.ids import CampaignId

_C = campaign_configurations.c


class CampaignRecords:
    """Written for campaigns that whoever has this has found within their scope."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def freeze(self, campaign: CampaignId) -> None:
        """Keep what each member runs now, of those that it is not kept of yet."""
        now = self._now(campaign)
        statement = insert_into(self._connection, campaign_configurations).from_select(
            ["campaign", "unit", "system_uid", "before", "before_deployment", "before_reported"], now
        )
        self._connection.execute(statement.on_conflict_do_nothing())

    def settle(self, campaign: CampaignId) -> None:
        """The campaign is over: keep what each member runs now."""
        now = self._now(campaign).subquery()
        values = {"after": now.c.digest, "after_deployment": now.c.standing, "after_reported": now.c.reported}
        mine = and_(_C.campaign == campaign, _C.unit == now.c.id)
        self._connection.execute(update(campaign_configurations).where(mine).values(values))

    def _now(self, campaign: CampaignId) -> Select[Any]:
        """Of each member its target, whether it runs that, and what it reports unless it does."""
        in_sync = and_(units.c.deployment == "in_sync", units.c.target_dirty.is_(False))
        standing = case((units.c.target_dirty, "updating"), else_=units.c.deployment).label("standing")
        reported = case((in_sync, None), else_=self._items()).label("reported")
        member = select(campaign_members.c.unit).where(campaign_members.c.campaign == campaign)
        joined = units.outerjoin(unit_targets, unit_targets.c.unit == units.c.id)
        joined = joined.outerjoin(statuses, statuses.c.unit == units.c.id)
        columns = (units.c.id, units.c.system_uid, unit_targets.c.digest, standing, reported)
        query: Select[Any] = select(literal(campaign).label("campaign"), *columns).select_from(joined)
        return query.where(units.c.id.in_(member))

    def _items(self) -> Any:
        body = type_coerce(statuses.c.body, Text)
        if self._connection.dialect.name == "sqlite":
            return func.json_extract(body, "$.items")
        return cast(cast(body, JSON)["items"], Text)
