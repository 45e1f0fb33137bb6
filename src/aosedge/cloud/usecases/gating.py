"""Whether a bundle may go to everyone, by campaign or to whoever follows, as far as verification is concerned."""

from aosedge.cloud.domain.campaigns.events import Hindered
from aosedge.cloud.domain.campaigns.state import Campaign
from aosedge.cloud.domain.campaigns.stepping import step
from aosedge.cloud.domain.verification.gating import Hindrance, hindrance
from aosedge.cloud.domain.verification.state import Settings
from aosedge.cloud.store import Session
from aosedge.cloud.store.verification import Verification
from aosedge.model.errors import Conflict
from aosedge.model.ids import BundleId, FleetId


def hindrance_of(verification: Verification, bundle: BundleId, fleet: FleetId | None) -> Hindrance | None:
    """What keeps the bundle from a campaign for this fleet, or for several.

    Verification is asked for where the organization has a verification set, or its setting says so.
    """
    if not verification.sets() and not verification.settings().required:
        return None
    return hindrance(fleet, verification.of_bundle(bundle))


def held_back(session: Session, campaign: Campaign) -> Campaign:
    """A scheduled campaign whose time has come, planned again with the reason if its bundle may not go any more."""
    now = session.caller.now
    if campaign.state != "scheduled" or campaign.starts_at is None or now < campaign.starts_at:
        return campaign
    found = hindrance_of(session.verification, campaign.bundle, campaign.fleet)
    return campaign if found is None else step(campaign, Hindered(found.words), now).campaign


def refuse_unverified(session: Session, campaign: Campaign) -> None:
    """Raise Conflict where its bundle has not passed and must have."""
    found = hindrance_of(session.verification, campaign.bundle, campaign.fleet)
    if found is not None:
        cure = "see what it waits for: aos verification list, or begin with: aos verification create BUNDLE"
        raise Conflict(found.words, element="bundle", cure=cure)


def change_settings(session: Session, settings: Settings) -> None:
    """How the organization verifies from now on."""
    session.verification.put_settings(settings)
    ask_followers(session)


def ask_followers(session: Session) -> None:
    """Have what is followed wait for verification from the moment the organization asks for it, and not before.

    What was in the catalogue by then stays where it runs: asking for verification takes nothing from a Unit.
    """
    verification, since = session.verification, session.verification.since()
    asked = bool(verification.sets()) or verification.settings().required
    if asked and since is None:
        verification.put_since(session.caller.now)
    elif not asked and since is not None:
        verification.put_since(None)
        verification.mark_followers()
        session.signal("targets")
