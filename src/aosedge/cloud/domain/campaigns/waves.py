"""Who is in which wave: a stable order of members for each campaign, cut at growing shares."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from math import ceil

from aosedge.cloud.domain.campaigns.policy import WaveAsk
from aosedge.model.ids import CampaignId, UnitId


def place(campaign: CampaignId, unit: UnitId) -> int:
    """A Unit's place in a campaign's order: 60 bits, the same each time, another for each campaign.

    So that the canaries of one campaign are not those of the next.
    """
    return int.from_bytes(blake2b(f"{campaign}/{unit}".encode(), digest_size=8).digest()) >> 4


def share_out(
    asks: Sequence[WaveAsk], ordered: Sequence[UnitId], sets_of: Mapping[UnitId, Iterable[str]]
) -> tuple[tuple[UnitId, ...], ...]:
    """The members of each wave, in order; each Unit is in one wave at most.

    A set's wave takes its Units first; shares are of all members together, rounded up, so that a wave of a share is
    never empty where there is a Unit for it. Whoever no wave takes joins the last.
    """
    wave_of_set = {name: number for number, ask in enumerate(asks) for name in ask.sets}
    taken: dict[UnitId, int] = {}
    for unit in ordered:
        named = [wave_of_set[name] for name in sets_of.get(unit, ()) if name in wave_of_set]
        if named:
            taken[unit] = min(named)
    free = [unit for unit in ordered if unit not in taken]
    begun = 0
    for number, ask in enumerate(asks):
        if ask.share is not None:
            reach = ceil(ask.share * len(free))
            taken.update((unit, number) for unit in free[begun:reach])
            begun = max(begun, reach)
    last = len(asks) - 1
    waves: list[list[UnitId]] = [[] for _ in asks]
    for unit in ordered:
        waves[taken.get(unit, last)].append(unit)
    return tuple(map(tuple, waves))
