"""A new Unit with an enrolment key: it registers itself, and waits to be let in."""

import asyncio
import secrets
import signal
from pathlib import Path

from aosedge.clock import RandomIds, SystemClock
from aosedge.core import identity
from aosedge.core.app import alone
from aosedge.core.domain.patience import pause_s
from aosedge.core.identity.applicant import Applicant
from aosedge.core.identity.enrolment import Enrolment
from aosedge.core.identity.provisioning import born
from aosedge.core.identity.staging import Staging
from aosedge.core.images.threads import in_thread
from aosedge.core.journal import Journal
from aosedge.core.resources.node import describe
from aosedge.core.settings import Settings
from aosedge.model.errors import AosError, Invalid
from aosedge.trust import tls

log = Journal("aoscore.enrolment")


async def enrol(settings: Settings) -> bool:
    """Until the Unit is provisioned; False when a signal came first. Raises Conflict, and Invalid for settings."""
    folder = settings.state_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(folder):
        enrolment = _enrolment(settings)
        asking = asyncio.current_task()
        assert asking is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, asking.cancel)
        try:
            await _until_in(enrolment)
        except asyncio.CancelledError:
            return False
    return True


async def _until_in(enrolment: Enrolment) -> None:
    chance, attempt, last = secrets.SystemRandom().random, 0, ""
    while True:
        retry_s, words = 10, ""
        try:
            applied = await in_thread(enrolment.step)
            if applied.state == "approved":
                log.info("the Unit is let in")
                return
            retry_s, words = applied.retry_after_s, f"{applied.state} {applied.fingerprint} {applied.reason}".strip()
            if words != last:
                log.info("at the cloud's door", state=applied.state, key=applied.fingerprint, why=applied.reason)
        except (AosError, OSError) as error:
            words = str(error)
            if words != last:
                log.warning("not let in yet", why=words)
        attempt, last = attempt + 1 if words == last else 0, words
        await asyncio.sleep(pause_s(attempt, retry_s, chance()))


def _enrolment(settings: Settings) -> Enrolment:
    card = identity.read_card(settings.state_folder) or born(settings.state_folder, settings.node, RandomIds())
    node = describe(card.node, settings.node_type, "", settings.state_folder, max_dmips=settings.max_dmips)
    staging = Staging(settings.state_folder, card, SystemClock(), store=settings.keys)
    roots = _read(settings.cloud_root, "cloud_root")
    secret = settings.enrolment_key or _read(settings.enrolment_key_file, "enrolment_key_file").strip()
    cloud = Applicant(settings.cloud, tls.client_context(roots))
    return Enrolment(staging, node, settings.model, cloud, roots, secret, lambda: secrets.token_urlsafe(24))


def _read(path: str, setting: str) -> str:
    try:
        return Path(path).read_text()
    except OSError as error:
        raise Invalid(f"can't read: {error.strerror}", element=setting, got=path) from error
