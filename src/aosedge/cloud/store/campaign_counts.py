"""Members of campaigns by wave and state."""

from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from aosedge.cloud.domain.campaigns.state import Campaign, Counts
from aosedge.cloud.store.campaign_tables import campaign_members
from aosedge.model.ids import CampaignId


def counts(connection: Connection, campaign: CampaignId) -> dict[int, Counts]:
    """Members by state, of each wave that has any."""
    m = campaign_members.c
    query = select(m.wave, m.state, func.count()).where(m.campaign == campaign).group_by(m.wave, m.state)
    found: dict[int, dict[str, int]] = {}
    for wave, state, number in connection.execute(query):
        found.setdefault(wave, {})[state] = number
    return {wave: Counts(**states) for wave, states in found.items()}


def counts_of(connection: Connection, campaign: Campaign) -> Campaign:
    """The campaign, whose begun waves' counts equal their rows (invariant I11)."""
    known = counts(connection, campaign.id)
    waves = tuple(
        replace(wave, counts=known.get(wave.number, Counts())) if wave.begun_at is not None else wave
        for wave in campaign.waves
    )
    return replace(campaign, waves=waves)
