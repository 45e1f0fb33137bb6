"""What a deprovisioned Unit does: it stops everything, forgets everything, and opens provisioning again.

The decision is durable before the cloud hears of it; what follows may be cut short at any point and is done again.
"""

import shutil

from aosedge.core import identity
from aosedge.core.app import IMAGES, INSTANCES, RUN, STORE, alone, end
from aosedge.core.identity import Card, keys
from aosedge.core.images.threads import in_thread
from aosedge.core.journal import Journal
from aosedge.core.settings import Settings
from aosedge.model.errors import AosError

log = Journal("aoscore")


async def leave(settings: Settings) -> None:
    """Clear away whatever the Unit had. Raises AosError where instances cannot be stopped, OSError from the disk."""
    log.info("deprovisioned", instances=await end(settings))
    folder = settings.state_folder

    def clear() -> None:
        for name in (STORE, IMAGES, INSTANCES, RUN):
            if (folder / name).exists():
                shutil.rmtree(folder / name)
        identity.forget(folder, lambda card: _let_go(settings, card))

    with alone(folder):
        await in_thread(clear)


def _let_go(settings: Settings, card: Card) -> None:
    """A token that is gone for good must not keep the Unit from a new beginning; its keys sign nothing any more."""
    try:
        keys.let_go(card.system_id, card.node, settings.keys, settings.state_folder / identity.FOLDER)
    except AosError as error:
        log.warning("keys stay in their token", why=str(error))
