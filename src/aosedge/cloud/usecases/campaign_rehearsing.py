"""A planned campaign rehearsed against what is known of its Units."""

from collections.abc import Sequence
from statistics import median_low

import msgspec

from aosedge.cloud.domain.campaigns.rehearsal import Chance, Conditions, Run, rehearsed
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.store import Session
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import CampaignId
from aosedge.model.instants import Instant


class Rehearsal(msgspec.Struct, frozen=True):
    """What runs are made of, and how much of it was observed.

    `failing_of`: results that the share of failures is of, `takes_of`: updates that were measured; 0: it was said.
    """

    campaign: Campaign
    conditions: Conditions
    now: Instant
    members: int
    failing_of: int
    takes_of: int
    measured_at: Instant | None

    @property
    def takes_us(self) -> int:
        """The median."""
        return median_low(self.conditions.takes_us)

    @property
    def away(self) -> int:
        """Members that are offline by now."""
        return sum(self.conditions.away)

    @property
    def absent_us(self) -> int | None:
        """For how long, the median; None where none is, or was ever there."""
        known = [span for span in self.conditions.absences_us if span is not None]
        return median_low(known) if known else None

    def runs(self, chances: Sequence[Chance]) -> tuple[Run, ...]:
        """A run for each."""
        return tuple(rehearsed(self.campaign, self.conditions, chance, self.now) for chance in chances)


def prepare(session: Session, id: CampaignId, failing: float | None, takes_us: int | None) -> Rehearsal:
    """What a campaign is rehearsed with: what was recorded, but for what is said.

    Raises NotFound; Conflict for one without a plan; Invalid naming what was never recorded and is to be said.
    """
    campaign, now = session.campaigns.get(id), session.caller.now
    if not campaign.waves:
        raise Conflict("the campaign has no plan", element="campaign", cure="plan it first")
    _checked(failing, takes_us)
    rates, spans = session.campaign_plans.rates(campaign), session.campaign_plans.spans(campaign)
    if failing is None and not rates.results:
        raise Invalid(
            "no member of a campaign has had a result yet", element="failing", expected="a share, such as 0.01"
        )
    if takes_us is None and not spans:
        raise Invalid("no update was measured yet", element="takes", expected="how long one takes, such as PT2M")
    away = session.campaign_plans.away(campaign)
    sizes = [wave.size for wave in campaign.waves if wave.undoes is None]
    conditions = Conditions(
        failing=failing if failing is not None else rates.failures / rates.results,
        takes_us=(takes_us,) if takes_us is not None else spans,
        away=tuple(sum(wave == number for wave, _ in away) for number in range(len(sizes))),
        absences_us=tuple(None if seen is None else max(now - seen, 0) for _, seen in away),
        zones=_zones(session, campaign, len(sizes)),
    )
    return Rehearsal(
        campaign=campaign,
        conditions=conditions,
        now=now,
        members=sum(sizes),
        failing_of=rates.results if failing is None else 0,
        takes_of=len(spans) if takes_us is None else 0,
        measured_at=rates.newest_at,
    )


def _zones(session: Session, campaign: Campaign, waves: int) -> tuple[tuple[str, ...], ...]:
    """Of each wave's members, where windows ask for them."""
    if not campaign.policy.timing.has_windows:
        return ()
    found: list[list[str]] = [[] for _ in range(waves)]
    for wave, zone in session.campaign_plans.zones(campaign.id):
        found[wave].append(zone)
    return tuple(map(tuple, found))


def _checked(failing: float | None, takes_us: int | None) -> None:
    if failing is not None and not 0.0 <= failing <= 1.0:
        raise Invalid("no such share", element="failing", expected="0..1", got=f"{failing:g}")
    if takes_us is not None and takes_us <= 0:
        raise Invalid("an update takes some time", element="takes", expected="more than 0", got=str(takes_us))
