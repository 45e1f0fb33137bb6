"""How a plan is drawn up: what is known of the selected Units, worked out once for those that are equal."""

from collections.abc import Mapping, Sequence

from aosedge.cloud.domain.campaigns.fitting import Content, Figures, Lack
from aosedge.cloud.domain.campaigns.machines import figures
from aosedge.cloud.domain.campaigns.outlook import Outlook, outlook
from aosedge.cloud.domain.campaigns.plan import Candidate, Plan, draw_up
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.domain.catalogue import ItemVersion
from aosedge.cloud.domain.releases import Release
from aosedge.cloud.domain.targets import CompiledTarget, Intent, Refused, compile_target
from aosedge.cloud.store import Session
from aosedge.cloud.store.campaign_candidates import Known
from aosedge.cloud.store.compiling import Aims
from aosedge.model.ids import UnitId
from aosedge.model.instants import Instant


def drawn_up(
    session: Session,
    campaign: Campaign,
    known: Sequence[Known] | None = None,
    short: Mapping[UnitId, Lack] | None = None,
) -> Plan:
    """The plan as of now for the Units that the campaign selects, or for those `known`.

    With `short`, who has too little room is not judged anew: it is whom an earlier plan found short.
    """
    versions = [version for _, version in session.items.of_bundle(campaign.bundle)]
    known = session.campaign_candidates.of(campaign) if known is None else known
    release = Release(Instant(session.caller.now + 1), campaign.bundle)
    with_it = {aims: aims._replace(releases=(*aims.releases, release)) for aims in {each.aims for each in known}}
    intents = session.campaign_candidates.intents({*with_it, *with_it.values()})
    outlooks = _outlooks(versions, with_it, intents)
    rivals = _rivals(session, campaign, versions)
    weighed = {version.id: version for intent in intents.values() for version in intent.catalogue.versions}
    unused_by: dict[int, Figures] = {}  # equal machines are one object
    candidates = []
    for each in known:
        of = each.machine
        if id(of) not in unused_by:
            unused_by[id(of)] = figures(of, None)
        room = unused_by[id(of)] if each.usage is None else figures(of, each.usage)
        candidates.append(
            Candidate(
                unit=each.unit,
                lifecycle=each.lifecycle,
                connectivity=each.connectivity,
                outlook=outlooks[each.aims],
                architectures=of.architectures,
                sets=each.sets,
                rival=rivals.get(each.unit, ""),
                last_seen=each.last_seen,
                zone=each.zone,
                figures=room if short is None else short.get(each.unit),
            )
        )
    content = Content((*weighed.values(), *versions))
    return draw_up(campaign.id, campaign.bundle, campaign.policy, versions, candidates, content)


def _outlooks(
    versions: Sequence[ItemVersion], with_it: Mapping[Aims, Aims], intents: Mapping[Aims, Intent]
) -> dict[Aims, Outlook]:
    """For Units of equal aims, what the campaign would change: compiled as it would be, released after all others."""
    compiled: dict[Aims, CompiledTarget | Refused] = {aims: compile_target(intents[aims]) for aims in intents}
    new = {str(version.item): version.version for version in versions}
    return {aims: outlook(new, compiled[aims], compiled[then]) for aims, then in with_it.items()}


def _rivals(session: Session, campaign: Campaign, versions: Sequence[ItemVersion]) -> dict[UnitId, str]:
    """Units that another living campaign of at least this priority brings one of these items, with its title."""
    items = {version.item for version in versions}
    rivals = {
        other.id: other.title
        for other in session.campaigns.living(campaign.id)
        if other.state != "planned"
        and other.policy.priority >= campaign.policy.priority
        and items & {version.item for _, version in session.items.of_bundle(other.bundle)}
    }
    return {unit: rivals[other] for unit, other in session.campaigns.members_of(rivals).items()}
