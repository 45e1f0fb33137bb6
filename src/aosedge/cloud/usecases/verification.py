"""What people do with Verification Batches, and how a batch goes on."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from aosedge.cloud.domain.access.callers import Person, tenant_of
from aosedge.cloud.domain.campaigns.events import RollBack
from aosedge.cloud.domain.campaigns.policy import Gate, Policy, WaveAsk
from aosedge.cloud.domain.campaigns.state import Campaign, Selection
from aosedge.cloud.domain.catalogue import Bundle
from aosedge.cloud.domain.verification.events import (
    Approve,
    BeginTrial,
    Cancel,
    EndTrial,
    Event,
    Reject,
    Resolved,
    Revoke,
    Torn,
    Tried,
    Untriable,
)
from aosedge.cloud.domain.verification.resolving import content_of, resolve
from aosedge.cloud.domain.verification.state import Batch, Criteria, Move, Trial, checked
from aosedge.cloud.domain.verification.stepping import step
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import campaigns
from aosedge.model.digests import Digest
from aosedge.model.errors import Conflict, Invalid
from aosedge.model.ids import BatchId, BundleId, CampaignId, FleetId, Ids, ItemId, UserId

SIGNAL: Final = "verification"
_GOES_BACK: Final = ("running", "paused", "halted", "completed")


def create(
    session: Session, ids: Ids, bundle: BundleId, fleet: FleetId | None = None, criteria: Criteria | None = None
) -> Batch:
    """A new batch of a ready bundle, for the organization or one fleet; it resolves by itself.

    Raises Invalid naming the field, NotFound, and Conflict where the bundle is not ready or has an open batch.
    """
    who, tenant = session.caller.who, tenant_of(session.caller)
    known = session.bundles.get(bundle)
    if known.state != "ready":
        raise Conflict("the bundle is not ready", element="bundle_id", cure="see why with: aos bundle show")
    if fleet is not None:
        session.fleets.get(fleet)
    _refuse_second(session, bundle, fleet)
    settings = session.verification.settings()
    made = Batch(
        id=BatchId(ids.new()),
        tenant=tenant,
        bundle=bundle,
        created_at=session.caller.now,
        created_by=who.user if isinstance(who, Person) else None,
        uploaded_by=known.uploaded_by,
        fleet=fleet,
        criteria=checked(criteria or settings.criteria),
        four_eyes=settings.four_eyes,
    )
    made = replace(made, moves=(Move(made.created_at, "resolving", "", made.created_by),))
    session.verification.add(made)
    session.signal(SIGNAL)
    announce(session, made.id)
    return made


def _refuse_second(session: Session, bundle: BundleId, fleet: FleetId | None) -> None:
    """One batch decides at a time."""
    mine = session.verification.of_bundle(bundle)
    for other in mine:
        if other.fleet == fleet and other.state in ("resolving", "awaiting_approval", "verifying", "passed"):
            raise Conflict(
                f"the bundle has a batch, which is {other.state.replace('_', ' ')}",
                element="bundle_id",
                got=other.id,
                cure="go on with that one, or cancel it first",
            )


def begin_for_all(session: Session, ids: Ids, bundle: Bundle, brought: Iterable[ItemId]) -> None:
    """A bundle becomes ready: each OEM with a verification set that it is for gets a batch of it."""
    now = session.caller.now
    for tenant, settings in session.verification.verifiers.of(bundle.owner, brought):
        made = Batch(
            id=BatchId(ids.new()),
            tenant=tenant,
            bundle=bundle.id,
            created_at=now,
            uploaded_by=bundle.uploaded_by,
            automatic=True,
            criteria=settings.criteria,
            four_eyes=settings.four_eyes,
            moves=(Move(now, "resolving", "the bundle became ready"),),
        )
        session.verification.verifiers.begin(made)
        session.signal(SIGNAL)


def approve(session: Session, id: BatchId, architecture: str, digest: Digest, comment: str) -> Batch:
    """Approve what has this digest for an architecture. Raises NotFound, Invalid, and Conflict with the reason."""
    batch = session.verification.get(id)
    if session.bundles.get(batch.bundle).state != "ready":
        raise Conflict("the bundle is not whole any more", element="batch", cure="upload it anew")
    return command(session, batch, Approve(_by(session), architecture, digest, comment))


def revoke(session: Session, id: BatchId, architecture: str, comment: str) -> Batch:
    """Take an approval back. Raises NotFound, Invalid, and Conflict once a campaign has started with it."""
    batch = session.verification.get(id)
    return command(session, batch, Revoke(_by(session), architecture, comment, session.verification.started(batch)))


def reject(session: Session, id: BatchId, comment: str) -> Batch:
    """Find the bundle wanting. Raises NotFound, Invalid and Conflict."""
    return command(session, session.verification.get(id), Reject(_by(session), comment))


def cancel(session: Session, id: BatchId, comment: str) -> Batch:
    """Give the batch up. Raises NotFound and Conflict."""
    return command(session, session.verification.get(id), Cancel(_by(session), comment))


def command(session: Session, batch: Batch, event: Event) -> Batch:
    """The batch after an event and what follows from it, kept."""
    found = step(batch, event, session.caller.now)
    _keep(session, found.batch)
    if batch.fleet is None and (batch.state == "passed") != (found.batch.state == "passed"):
        session.verification.mark_followers(batch.bundle)
        session.signal("targets")
    for effect in found.effects:
        if isinstance(effect, EndTrial):
            _end_trial(session, found.batch, effect.reason)
    return found.batch


def resolve_batch(session: Session, ids: Ids, batch: Batch) -> Batch:
    """Resolve a batch on every kind of hardware, and have the Units of verification sets try it."""
    if session.bundles.get(batch.bundle).state != "ready":
        return command(session, batch, Torn())
    catalogue = session.verification.catalogue(batch.bundle)
    systems = session.verification.systems(batch.fleet)
    unverified = session.verification.unverified(catalogue)
    resolutions = tuple(resolve(batch.bundle, catalogue, system, unverified) for system in systems)
    sets = session.verification.sets(batch.fleet)
    content = content_of(catalogue.members(batch.bundle), resolutions)
    found = step(batch, Resolved(resolutions, content, bool(sets)), session.caller.now)
    _keep(session, found.batch)
    if BeginTrial() not in found.effects:
        return found.batch
    try:
        trial = campaigns.begin_trial(session, _trial(session, ids, found.batch))
    except (Invalid, Conflict) as why:
        return command(session, found.batch, Untriable(f"its trial cannot begin: {why}"))
    return command(session, found.batch, Tried(_standing(trial)))


def tried(session: Session, campaign: Campaign) -> None:
    """The trial of a batch has moved."""
    assert campaign.batch is not None
    batch = session.verification.get(campaign.batch)
    standing = _standing(campaign)
    if batch.trial != standing:
        command(session, batch, Tried(standing))


def _trial(session: Session, ids: Ids, batch: Batch) -> Campaign:
    """One wave of all Units of the verification sets, that goes back by itself where it fails."""
    criteria = batch.criteria
    gate = Gate(
        success_share=criteria.success_share,
        failed_share=1 - criteria.success_share,
        min_sample=1,
        soak_us=criteria.soak_us,
        severity=criteria.severity,
    )
    policy = Policy(strategy="custom", waves=(WaveAsk(share=1.0),), gate=gate, sequential=None)
    return Campaign(
        id=CampaignId(ids.new()),
        tenant=batch.tenant,
        title=f"trial of {session.bundles.get(batch.bundle).name}",
        bundle=batch.bundle,
        created_at=session.caller.now,
        policy=policy,
        selection=Selection(sets=session.verification.sets(batch.fleet)),
        fleet=batch.fleet,
        batch=batch.id,
    )


def _standing(campaign: Campaign) -> Trial:
    out = [wave for wave in campaign.waves if wave.undoes is None]
    counts = [wave.counts for wave in out if wave.counts is not None]
    return Trial(
        campaign=campaign.id,
        state=campaign.state,
        judged=sum(each.judged for each in counts),
        succeeded=sum(each.succeeded for each in counts),
        failures=sum(each.failures for each in counts),
        reason=campaign.reason or next((wave.reason for wave in reversed(out) if wave.reason), ""),
    )


def _end_trial(session: Session, batch: Batch, reason: str) -> None:
    assert batch.trial is not None
    campaign = session.campaigns.get(batch.trial.campaign)
    if campaign.state in _GOES_BACK:
        moved = campaigns.moved(session, campaign, RollBack(reason), asked=False)
        _keep(session, replace(batch, trial=_standing(moved)))


def announce(session: Session, batch: BatchId) -> None:
    """Whoever watches the batch is to look at it, once this is kept."""
    session.verification.announce(batch, session.caller.request_id)
    session.signal("effects")


def _keep(session: Session, batch: Batch) -> None:
    session.verification.put(batch)
    announce(session, batch.id)


def _by(session: Session) -> UserId:
    who = session.caller.who
    assert isinstance(who, Person)
    return who.user
